/* login.h - the request by which a persona with a password gets its token.
 *
 * Source: GoTrue, POST /token?grant_type=password.
 */
#ifndef EXEC_LOGIN_H
#define EXEC_LOGIN_H

#include "exec/credential.h"
#include "exec/http.h"

struct login {
	struct http_request request; /* for http_send(), valid until login_release() */
	struct http_header headers[3];
	char *url, *body;
};

/* Write the request of `persona`, which must log in by password. False with err when there is no
 * key to send with it. */
bool login_prepare(struct login *login, const struct environment *environment,
		   struct credentials *credentials, const struct persona *persona,
		   int64_t timeout_ms, struct error *err) MUST_USE;
void login_release(struct login *login);

#endif
