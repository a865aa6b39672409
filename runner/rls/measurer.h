/* measurer.h - who connected to measure: whether policies hold him, and whom he may become.
 *
 * Asked of the server before anything is tried. What fails is ERROR_ENVIRONMENT with a sentence: a
 * measurement by the wrong login is none.
 */
#ifndef RLS_MEASURER_H
#define RLS_MEASURER_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "exec/sql_session.h"
#include "rls/actor.h"

struct measurer {
	bool superuser;
	json_t *roles; /* {name: {by_authenticator, settings}} */
};

/* Fails when the server is older than 15, takes no writes, or policies hold the login. */
bool measurer_check(struct measurer *measurer, struct sql_session *session,
		    struct error *err) MUST_USE;
void measurer_release(struct measurer *measurer);

/* Fails for the first actor whose database role is not there, cannot be taken, or is held by no
 * policy itself. */
bool measurer_may_be(struct sql_session *session, const struct actors *actors,
		     struct error *err) MUST_USE;

/* The sentence why a server of this version is not judged; NULL: it is. */
const char *measurer_version_problem(long server_version_num);

#endif
