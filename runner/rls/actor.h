/* actor.h - who a matrix is about: database roles with claims, and the twins that nobody lists.
 *
 * A twin is somebody like a persona who must not get further than it: without claims, anonymous, or
 * with user_metadata that the user wrote himself.
 */
#ifndef RLS_ACTOR_H
#define RLS_ACTOR_H

#include <jansson.h>

#include "base/arena.h"
#include "base/error.h"
#include "suite/environment.h"

enum actor_kind { ACTOR_PERSONA, ACTOR_FORGED, ACTOR_NO_CLAIMS, ACTOR_ANONYMOUS };

struct actor {
	const char *name;
	enum actor_kind kind;
	const char *role; /* in the lens; NULL: none */
	const char *database_role;
	const char *claims; /* JSON text; NULL: the setting is empty */
	const char
		*settings; /* {name: text} that the application sets for him, as JSON text; NULL */
	const char
		*tenant;  /* as text; a twin without one is measured against the first persona's */
	const char *user; /* NULL: none */
	const char *twin_of; /* NULL: a persona */
};

struct actors {
	struct arena arena;
	struct actor *items;
	size_t count, room;
};

/* Those personas of the environment who can log in, in file order, with the claims their tokens
 * have. */
void actors_of_environment(struct actors *actors, const struct environment *environment);

/* Add a persona; all texts are copied. Borrowed until the next call. */
struct actor *actors_add(struct actors *actors, const struct actor *actor);

/* What is read of claims. */
struct actor_reading {
	const json_t *keys; /* names that anything is read under: [text]; NULL: none */
	const json_t
		*paths; /* below user_metadata: [[text]]; NULL or empty: nothing is read of it */
};

/* Add the twins of whoever has claims or settings to lose: without them, and with user_metadata
 * that names the tenant `other`, somebody of it and every privileged role, under the usual names
 * and those of `reading`. The first is forged; where user_metadata is read, everybody is, each for
 * a tenant that is not his. And somebody anonymous. Nobody is added twice; without a persona nobody
 * is. Whom his database role alone makes who he is has no twin: nothing could be taken from him. */
void actors_add_twins(struct actors *actors, const char *other,
		      const struct actor_reading *reading);

/* A tenant that is not `tenant`, of some actor; NULL: they are all of one. */
const char *actors_other_tenant(const struct actors *actors, const char *tenant);

/* What is peculiar about such an actor, in a few words; "" of a persona. */
const char *actor_kind_meaning(enum actor_kind kind);

void actors_release(struct actors *actors);

#endif
