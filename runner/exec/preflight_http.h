/* preflight_http.h - how the preflight judges what the target answers: is it well, is it the one
 * that is meant, is a persona who the environment says it is. Judgement only; asking is the
 * preflight's.
 *
 * Each function gets the reply's status and its body as JSON (NULL when it is none), returns
 * whether the answer fits, and writes one sentence that says so or says what does not.
 */
#ifndef EXEC_PREFLIGHT_HTTP_H
#define EXEC_PREFLIGHT_HTTP_H

#include <jansson.h>
#include <stdbool.h>

#include "exec/preflight.h"
#include "suite/lens.h"
#include "suite/persona.h"

/* GET /health */
bool preflight_health_fits(long status, const json_t *body, char sentence[PREFLIGHT_SENTENCE]);

/* GET /version; `commit` is the one the environment names, abbreviated or not, NULL for any. */
bool preflight_version_fits(const char *commit, long status, const json_t *body,
			    char sentence[PREFLIGHT_SENTENCE]);

/* GET /v1/bootstrap as `persona`; for one without a role, 403 is the fitting answer. */
bool preflight_persona_fits(const struct lens *lens, const struct persona *persona, long status,
			    const json_t *body, char sentence[PREFLIGHT_SENTENCE]);

/* GET /v1/actions/list; `stated` is {flag: bool} of the environment. A flag that is not stated
 * counts as on: the list shows all of them or nothing. */
bool preflight_flags_fit(const struct lens *lens, const json_t *stated, long status,
			 const json_t *body, char sentence[PREFLIGHT_SENTENCE]);

/* A password grant. */
bool preflight_login_fits(const struct persona *persona, long status, const json_t *body,
			  char sentence[PREFLIGHT_SENTENCE]);

#endif
