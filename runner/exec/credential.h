/* credential.h - what each persona shows the target: header, connections, claims; made once.
 *
 * Every token minted is told to the masker at once, under the persona's name.
 */
#ifndef EXEC_CREDENTIAL_H
#define EXEC_CREDENTIAL_H

#include "base/arena.h"
#include "base/error.h"
#include "exec/http.h"
#include "run/mask.h"
#include "suite/environment.h"

struct credential {
	const struct persona *persona; /* NULL: nobody, no token */
	char *authorization;           /* NULL: the header is not sent */
	char *shown;                   /* what transcripts show: "Bearer <crew token>"; NULL */
	char *claims;                  /* JSON text for SQL */
	const char *role;              /* database role */
	struct http_identity *identity;
};

struct credentials;

struct credentials *credentials_new(const struct environment *environment, struct http *http,
				    struct mask *mask);
void credentials_free(struct credentials *credentials);

/* The credential of `persona` (NULL: nobody), minted on first use; borrowed, stays where it is.
 * NULL with err when it cannot be made: no secret to sign with, or a persona that logs in by
 * password and has not. */
const struct credential *credentials_get(struct credentials *credentials,
					 const struct persona *persona, struct error *err);

/* The key for /auth and /rest: the environment's own, or one minted for role anon. NULL with err.
 */
const char *credentials_apikey(struct credentials *credentials, struct error *err);

/* True when the persona logs in by password: its token has to be fetched, then given here. */
bool credentials_by_password(const struct environment *environment, const struct persona *persona);
void credentials_accept(struct credentials *credentials, const struct persona *persona,
			const char *access_token);

/* `text` without any secret or part of one: itself, or a copy in `arena`. For words about a reply,
 * which may quote a value from its middle; NULL stays NULL. */
const char *credentials_cover(const struct credentials *credentials, const char *text,
			      struct arena *arena);

/* Would the masker find a secret in `text`, by its value or its shape? */
bool credentials_know(const struct credentials *credentials, const char *text);

/* `value` is a secret from now on, wherever it came from; `name` stands in its place. False, with
 * err, when it is too short to be masked. */
bool credentials_hide(struct credentials *credentials, const char *name, const char *value,
		      struct error *err) MUST_USE;

#endif
