#include "rls/actor_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "document/node.h"

static char *
claims_text(const struct node *persona)
{
	struct node claims;

	if (!node_member(persona, "claims", &claims) || !node_is_object(&claims))
		return NULL;
	char *text = must(json_dumps(claims.value, JSON_COMPACT));
	return text;
}

/* What the application sets before a statement of his: {name: text}. */
static char *
settings_text(const struct node *persona)
{
	struct node settings, value;
	const char *name = NULL;
	char *text = NULL;
	json_t *all = json_object();

	if (!node_member(persona, "settings", &settings) || !node_is_object(&settings)) {
		json_decref(all);
		return NULL;
	}
	while (node_next(&settings, &name, &value)) {
		if (!strchr(name, '.'))
			node_fail(&value, "a setting of an application has a dot in its name");
		else if (json_is_integer(value.value))
			json_object_set_new(
				all, name,
				json_sprintf("%lld", (long long)json_integer_value(value.value)));
		else if (json_is_string(value.value))
			json_object_set(all, name, node_writable(value.value));
		else
			node_fail(&value, "must be a text or a whole number");
	}
	text = must(json_dumps(all, JSON_COMPACT));
	json_decref(all);
	return text;
}

/* A tenant or user may be written as a number. */
static const char *
scalar(struct arena *arena, const struct node *object, const char *key)
{
	const json_t *value = json_object_get(object->value, key);
	const char *text = NULL;

	if (json_is_integer(value))
		return arena_printf(arena, "%lld", (long long)json_integer_value(value));
	node_text(object, key, OPTIONAL, &text);
	return text;
}

static void
persona_read(struct actor_file *file, const struct node *node, const char *name,
	     struct actors *actors)
{
	static const char *const keys[] = { "role", "tenant", "user", "claims", "settings" };
	struct actor actor = { .name = name };

	if (!node_is_object(node))
		return;
	node_keys(node, keys, COUNTOF(keys));
	if (!node_text(node, "role", REQUIRED, &actor.database_role))
		return;
	char *claims = claims_text(node), *settings = settings_text(node);
	actor.tenant = scalar(&file->arena, node, "tenant");
	actor.user = scalar(&file->arena, node, "user");
	if (!actor.user)
		actor.user = json_string_value(
			json_object_get(json_object_get(node->value, "claims"), "sub"));
	actor.claims = claims;
	actor.settings = settings;
	/* The usual claims of whoever is not logged in, unless some are written down. */
	if (!claims)
		actor.claims = arena_printf(&file->arena, "{\"role\":\"%s\"}", actor.database_role);
	if (!actor.tenant)
		actor.kind = ACTOR_ANONYMOUS;
	actors_add(actors, &actor);
	free(claims);
	free(settings);
}

/* Those without a tenant are measured against that of the first who has one. */
static void
lend_tenant(struct actors *actors)
{
	const char *tenant = NULL;

	for (size_t i = 0; i < actors->count && !tenant; i++)
		tenant = actors->items[i].tenant;
	for (size_t i = 0; i < actors->count; i++)
		if (!actors->items[i].tenant)
			actors->items[i].tenant = tenant;
}

static void
personas_read(struct actor_file *file, const struct node *root, struct actors *actors)
{
	struct node map, persona;
	const char *name = NULL;

	if (!node_member(root, "personas", &map)) {
		node_fail(root, "missing key `personas`: nobody would be measured");
		return;
	}
	if (!node_is_object(&map))
		return;
	while (node_next(&map, &name, &persona))
		persona_read(file, &persona, name, actors);
	lend_tenant(actors);
	if (!root->errors->count && actors->count && !actors->items[0].tenant)
		node_fail(&map, "somebody needs a `tenant`: whose rows are one's own?");
}

static void
tables_read(struct actor_file *file, const struct node *root)
{
	static const char *const keys[] = { "tenant", "owner", "state" };
	struct node map, table;
	const char *name = NULL, *ignored;

	if (!node_member(root, "tables", &map) || !node_is_object(&map))
		return;
	while (node_next(&map, &name, &table)) {
		if (!node_is_object(&table))
			continue;
		node_keys(&table, keys, COUNTOF(keys));
		for (size_t i = 0; i < COUNTOF(keys); i++)
			node_text(&table, keys[i], OPTIONAL, &ignored);
	}
	file->tables = map.value;
}

bool
actor_file_load(const char *path, struct actor_file *file, struct actors *actors,
		struct errors *errors)
{
	static const char *const keys[] = { "personas", "tenant", "schemas", "public", "tables" };
	static const char *const tenant_keys[] = { "column", "root" };
	size_t before = errors->count;
	struct node root, tenant;

	*file = (struct actor_file){ .document = document_load(path, errors) };
	if (!file->document)
		return false;
	root = node_root(file->document, errors);
	if (!node_is_object(&root))
		return false;
	node_keys(&root, keys, COUNTOF(keys));
	if (node_member(&root, "tenant", &tenant) && node_is_object(&tenant)) {
		node_keys(&tenant, tenant_keys, COUNTOF(tenant_keys));
		node_text(&tenant, "column", OPTIONAL, &file->tenant_column);
		node_text(&tenant, "root", OPTIONAL, &file->root);
	}
	node_texts(&root, "schemas", OPTIONAL, &file->arena, &file->schemas, &file->schema_count);
	node_texts(&root, "public", OPTIONAL, &file->arena, &file->public_tables,
		   &file->public_count);
	tables_read(file, &root);
	personas_read(file, &root, actors);
	return errors->count == before;
}

void
actor_file_release(struct actor_file *file)
{
	document_free(file->document);
	arena_release(&file->arena);
	*file = (struct actor_file){ 0 };
}
