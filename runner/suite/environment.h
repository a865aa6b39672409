/* environment.h - where a run happens: target, database, how to log in, who the personas are.
 *
 * Read from `fixtures/environments/NAME.yaml`, or from any path. Plain data, const once loaded;
 * texts live in the environment's arena and document.
 */
#ifndef SUITE_ENVIRONMENT_H
#define SUITE_ENVIRONMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "document/document.h"
#include "document/node.h"
#include "suite/secrets.h"

/* What stands in the Authorization header of a persona. Every kind but VALID, NONE and
 * UNKNOWN_USER must be refused by any target; each is the valid token with one thing wrong. */
enum token_kind {
	TOKEN_VALID,
	TOKEN_NONE,            /* no Authorization header at all */
	TOKEN_EMPTY,           /* "Bearer " */
	TOKEN_GARBAGE,         /* "Bearer garbage", no JWT */
	TOKEN_WRONG_SCHEME,    /* "Token <a valid token>" */
	TOKEN_NO_SCHEME,       /* a valid token, without a word before it */
	TOKEN_EXPIRED,         /* exp an hour ago */
	TOKEN_WRONG_SIGNATURE, /* signed with another secret */
	TOKEN_TAMPERED,        /* valid signature over other claims: sub changed after signing */
	TOKEN_ALTERED,         /* the last byte of the signature is another */
	TOKEN_NO_SIGNATURE,    /* header.payload. with the signature cut off */
	TOKEN_ALG_NONE,        /* alg none, no signature */
	TOKEN_ALG_NONE_MIXED,  /* alg nOnE, no signature */
	TOKEN_ALG_OTHER,       /* HS512 with the right secret */
	TOKEN_ALG_LABEL,       /* says RS256, and is signed as HS256 */
	TOKEN_FUTURE_IAT,      /* issued in an hour */
	TOKEN_NO_SUB,
	TOKEN_NO_EXP,
	TOKEN_NO_AUD,
	TOKEN_WRONG_AUD,
	TOKEN_UNKNOWN_USER, /* a good token of a user nobody knows: 403, not 401 */
	TOKEN_KINDS
};

struct persona {
	const char *name;
	const char *role;          /* NULL: none */
	const char *user;          /* UUID; NULL: none */
	const char *email;         /* NULL: none */
	const char *yacht;         /* UUID; NULL: the environment's */
	const char *like;          /* persona this one is derived from, NULL */
	const char *password_name; /* name of the secret, NULL: none */
	const char *password;
	const char *pin;      /* signs with it, NULL: has none */
	const char *totp;     /* secret of its authenticator, base 32; NULL: has none */
	const json_t *claims; /* further claims of the token, an object; NULL: none */
	enum token_kind token;
	struct place place;
};

struct persona_range {
	const struct persona *items;
	size_t count;
};

struct scenario {
	const json_t *flags;  /* {NAME: true|false|null}; NULL: the environment's own */
	const char *outage;   /* "database" or NULL */
	const char *base_url; /* the deployment in that state */
};

struct environment {
	struct arena arena;
	struct document *document;
	const char *name;
	const char *base_url; /* no trailing slash */
	const char *const
		*allow_hosts; /* host names or addresses; nothing else is ever contacted */
	size_t allow_host_count;
	const char *database; /* conninfo or URL; NULL: none, SQL steps are ERROR */
	const char *secret;   /* auth.mint.secret: the HS256 key; NULL: tokens are not minted */
	const char *secret_name;
	const char *issuer;
	int64_t lifetime_ms;
	const char *password_url; /* auth.password.url: GoTrue's /auth/v1/token; NULL: not used */
	const char
		*apikey; /* auth.password.apikey or `apikey`; NULL: one is minted for role anon */
	const char *yacht;
	const char *const *mutations; /* yachts that may be written to */
	size_t mutation_count;
	const char *expect_commit;  /* NULL: any */
	const json_t *expect_flags; /* {NAME: bool}; NULL: not stated */
	const struct persona *personas;
	size_t persona_count;
	const struct scenario *scenarios;
	size_t scenario_count;
	int64_t within_ms;       /* limit for a reply where a step says none; 0: the suite's */
	bool throw_away;         /* its database may be changed and broken at will */
	bool embedded;           /* base_url or database come from ${embedded.*} */
	struct secrets *secrets; /* borrowed: where ${env.X} and ${secret.X} of suites come from */
	bool check_only;         /* some values may be place-holders */
};

/* What ${embedded.*} stands for; NULL before the embedded target runs: then files are
 * only checked, and the values are place-holders. */
struct embedded_values {
	const char *base_url, *database, *commit;
};

/* Load `path`. All mistakes go to `errors`; NULL if there were any. With `check_only`
 * unset variables and secrets are no mistakes and take place-holder values. */
struct environment *environment_load(const char *path, struct secrets *secrets,
				     const struct embedded_values *embedded, bool check_only,
				     struct errors *errors) MUST_USE;
void environment_free(struct environment *environment);

/* Read a `derived` mapping of a lens or a suite, `{ no_sub: { like: hod, token: no_sub } }`, into
 * personas in `arena`. The keys are those of an environment's personas. `like` names a persona of
 * the environment, one of `known` (derived already; may be none), or another one of the mapping. A
 * name that is taken is a mistake. */
bool personas_derive(const struct node *derived, const struct environment *environment,
		     const struct persona_range *known, struct arena *arena,
		     struct persona_range *personas) MUST_USE;

const struct persona *environment_persona(const struct environment *environment, const char *name);
/* True when rows of `yacht` may be written. */
bool environment_may_mutate(const struct environment *environment, const char *yacht);
/* "valid", "none", "empty", ... and back; false when unknown. */
const char *token_kind_name(enum token_kind kind);
bool token_kind_parse(const char *name, enum token_kind *kind);

#endif
