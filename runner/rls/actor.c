#include "rls/actor.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/must.h"
#include "exec/token.h"

static const char *
copy(struct arena *arena, const char *text)
{
	return text ? arena_text(arena, text, strlen(text)) : NULL;
}

struct actor *
actors_add(struct actors *actors, const struct actor *actor)
{
	struct arena *arena = &actors->arena;

	if (actors->count == actors->room) {
		struct actor *larger = ARENA_ARRAY(arena, actors->room * 2 + 16, struct actor);

		if (actors->count)
			memcpy(larger, actors->items, actors->count * sizeof(*larger));
		actors->items = larger;
		actors->room = actors->room * 2 + 16;
	}
	actors->items[actors->count] = (struct actor){
		.name = copy(arena, actor->name),
		.kind = actor->kind,
		.role = copy(arena, actor->role),
		.database_role = copy(arena, actor->database_role),
		.claims = copy(arena, actor->claims),
		.settings = copy(arena, actor->settings),
		.tenant = copy(arena, actor->tenant),
		.user = copy(arena, actor->user),
		.twin_of = copy(arena, actor->twin_of),
	};
	return &actors->items[actors->count++];
}

void
actors_of_environment(struct actors *actors, const struct environment *environment)
{
	for (size_t i = 0; i < environment->persona_count; i++) {
		const struct persona *persona = &environment->personas[i];

		if (!persona->user || persona->token != TOKEN_VALID)
			continue;
		json_t *claims = token_claims(environment, persona, clock_wall_us() / 1000000);
		char *text = must(json_dumps(claims, JSON_COMPACT));

		actors_add(actors,
			   &(struct actor){
				   .name = persona->name,
				   .role = persona->role,
				   .database_role = token_database_role(persona),
				   .claims = text,
				   .tenant = persona->yacht ? persona->yacht : environment->yacht,
				   .user = persona->user,
			   });
		free(text);
		json_decref(claims);
	}
}

const char *
actors_other_tenant(const struct actors *actors, const char *tenant)
{
	for (size_t i = 0; tenant && i < actors->count; i++)
		if (actors->items[i].tenant && strcmp(actors->items[i].tenant, tenant) != 0)
			return actors->items[i].tenant;
	return NULL;
}

static bool
is_known(const struct actors *actors, enum actor_kind kind)
{
	for (size_t i = 0; i < actors->count; i++)
		if (actors->items[i].kind == kind)
			return true;
	return false;
}

/* Somebody of that tenant; NULL: nobody is known there. */
static const char *
user_of(const struct actors *actors, const char *tenant)
{
	for (size_t i = 0; tenant && i < actors->count; i++) {
		const struct actor *actor = &actors->items[i];

		if (actor->user && actor->tenant && strcmp(actor->tenant, tenant) == 0)
			return actor->user;
	}
	return NULL;
}

/* What a user would write about himself: the other tenant wherever a tenant may be read, the
 * greatest role wherever a role may be, somebody else where it says who he is. */
static json_t *
lie(const char *other, const char *key)
{
	size_t len = strlen(key);

	if (strstr(key, "role"))
		return len && key[len - 1] == 's'
			       ? json_pack("[s, s, s]", "admin", "owner", "manager")
			       : json_string("admin");
	return json_string(other);
}

/* The same where a policy looks deeper: user_metadata -> 'app' ->> 'tenant'. */
static void
boast_below(json_t *metadata, const char *other, const json_t *path)
{
	for (size_t i = 0; i < json_array_size(path); i++) {
		const char *key = json_string_value(json_array_get(path, i));
		json_t *next = json_object_get(metadata, key);

		if (i + 1 == json_array_size(path)) {
			if (!next)
				json_object_set_new(metadata, key, lie(other, key));
			return;
		}
		if (!json_is_object(next)) {
			next = json_object();
			json_object_set_new(metadata, key, next);
		}
		metadata = next;
	}
}

static json_t *
boast(const char *other, const char *user, const struct actor_reading *reading)
{
	static const char *const names[] = { "sub", "uid", "user_id" };
	static const char *const tenants[] = { "tenant",          "tenant_id",  "org_id",
					       "organization_id", "account_id", "team_id",
					       "company_id",      "yacht_id" };
	static const char *const roles[] = { "role", "user_role", "app_role", "crew_role" };
	json_t *metadata = json_object();

	for (size_t i = 0; i < COUNTOF(tenants); i++)
		json_object_set_new(metadata, tenants[i], json_string(other));
	for (size_t i = 0; i < COUNTOF(roles); i++)
		json_object_set_new(metadata, roles[i], json_string("admin"));
	for (size_t i = 0; user && i < COUNTOF(names); i++)
		json_object_set_new(metadata, names[i], json_string(user));
	json_object_set_new(metadata, "is_admin", json_true());
	json_object_set_new(metadata, "admin", json_true());
	for (size_t i = 0; i < json_array_size(reading->keys); i++) {
		const char *key = json_string_value(json_array_get(reading->keys, i));

		if (!json_object_get(metadata, key))
			json_object_set_new(metadata, key, lie(other, key));
	}
	for (size_t i = 0; i < json_array_size(reading->paths); i++)
		boast_below(metadata, other, json_array_get(reading->paths, i));
	return metadata;
}

static void
add_forged(struct actors *actors, const struct actor *honest, const char *other,
	   const struct actor_reading *reading)
{
	struct actor forged = *honest;
	json_t *claims = honest->claims ? json_loads(honest->claims, 0, NULL) : NULL;
	json_t *metadata = boast(other ? other : "", user_of(actors, other), reading);
	json_t *own = json_object_get(claims, "user_metadata");

	if (!claims) {
		json_decref(metadata);
		return;
	}
	if (json_is_object(own))
		json_object_update_missing(metadata, own);
	json_object_set_new(claims, "user_metadata", metadata);
	char *text = must(json_dumps(claims, JSON_COMPACT));
	forged.name = arena_printf(&actors->arena, "%s+forged", honest->name);
	forged.kind = ACTOR_FORGED;
	forged.claims = text;
	forged.twin_of = honest->name;
	actors_add(actors, &forged);
	free(text);
	json_decref(claims);
}

/* More than the name of a database role. */
static bool
has_to_lose(const struct actor *actor)
{
	json_t *claims = actor->claims ? json_loads(actor->claims, 0, NULL) : NULL;
	size_t count = json_object_size(claims) - (json_object_get(claims, "role") != NULL);

	json_decref(claims);
	return count > 0 || actor->settings;
}

static void
add_all_forged(struct actors *actors, size_t first, const char *other,
	       const struct actor_reading *reading)
{
	size_t count = json_array_size(reading->paths) ? actors->count : first + 1;

	for (size_t i = first; i < count; i++) {
		/* A copy: adding moves the list. */
		const struct actor honest = actors->items[i];
		const char *theirs = actors_other_tenant(actors, honest.tenant);

		if (honest.kind == ACTOR_PERSONA && has_to_lose(&honest))
			add_forged(actors, &honest, theirs ? theirs : other, reading);
	}
}

void
actors_add_twins(struct actors *actors, const char *other, const struct actor_reading *reading)
{
	size_t loser = 0;

	if (!actors->count)
		return;
	while (loser < actors->count && !has_to_lose(&actors->items[loser]))
		loser++;

	/* A copy: adding moves the list. */
	const struct actor first = actors->items[loser < actors->count ? loser : 0];

	if (loser < actors->count && !is_known(actors, ACTOR_FORGED))
		add_all_forged(actors, loser, other, reading);
	if (loser < actors->count && !is_known(actors, ACTOR_NO_CLAIMS))
		actors_add(actors, &(struct actor){ .name = "no-claims",
						    .kind = ACTOR_NO_CLAIMS,
						    .database_role = first.database_role,
						    .claims = arena_printf(&actors->arena,
									   "{\"role\":\"%s\"}",
									   first.database_role),
						    .tenant = first.tenant });
	if (!is_known(actors, ACTOR_ANONYMOUS))
		actors_add(actors, &(struct actor){ .name = "anonymous",
						    .kind = ACTOR_ANONYMOUS,
						    .database_role = "anon",
						    .claims = "{\"role\":\"anon\"}",
						    .tenant = first.tenant });
}

const char *
actor_kind_meaning(enum actor_kind kind)
{
	static const char *const meanings[] = {
		[ACTOR_PERSONA] = "",
		[ACTOR_FORGED] = "user_metadata names the other tenant and every role",
		[ACTOR_NO_CLAIMS] = "no claims but the role",
		[ACTOR_ANONYMOUS] = "not logged in",
	};

	return meanings[kind];
}

void
actors_release(struct actors *actors)
{
	arena_release(&actors->arena);
	*actors = (struct actors){ 0 };
}
