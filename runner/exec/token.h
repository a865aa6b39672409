/* token.h - what a persona puts into the Authorization header, and its claims in SQL. */
#ifndef EXEC_TOKEN_H
#define EXEC_TOKEN_H

#include <jansson.h>
#include <stdint.h>

#include "suite/environment.h"

/* Every kind is deterministic: the same persona and time give the same token. session_id and the
 * users nobody knows are derived from the persona. */

/* The claims of `persona`'s token at `now_s` (seconds since 1970): sub, aud, iss, exp, iat, role,
 * email, app_metadata, user_metadata, aal, session_id, and the persona's own; less or other for the
 * kinds that are wrong on purpose. {"role": "anon"} when there is no token, or none that could be
 * read: what PostgREST gives the database then. A new reference. */
json_t *token_claims(const struct environment *environment, const struct persona *persona,
		     int64_t now_s);

/* The header's value ("Bearer eyJ..."), malloc'ed; NULL for TOKEN_NONE. Source: RFC 7515 (JWS), RFC
 * 7519 (JWT). Fails with ERROR_ENVIRONMENT when the environment has no secret to sign with. */
char *token_mint(const struct environment *environment, const struct persona *persona,
		 int64_t now_s, struct error *err);

/* A token of role `role` without a user, as Supabase's API keys are; malloc'ed, without "Bearer ".
 */
char *token_apikey(const struct environment *environment, const char *role, int64_t now_s,
		   struct error *err);

/* Database role of a persona: anon when no token of it could be read (none, empty, garbage), else
 * the `role` among its own claims, else authenticated. Lives as long as the persona. */
const char *token_database_role(const struct persona *persona);

#endif
