#include "rls/mutant.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "check/regex.h"
#include "rls/mutant_catalog.h"
#include "rls/mutant_making.h"

struct mutant *
mutants_add(struct mutants *mutants)
{
	if (mutants->count == mutants->room) {
		mutants->room = mutants->room ? mutants->room * 2 : 64;
		mutants->items =
			must(realloc(mutants->items, mutants->room * sizeof(struct mutant)));
	}
	struct mutant *mutant = &mutants->items[mutants->count++];
	*mutant = (struct mutant){ 0 };
	return mutant;
}

void
mutants_release(struct mutants *mutants)
{
	free(mutants->items);
	arena_release(&mutants->arena);
	*mutants = (struct mutants){ 0 };
}

const char *
catalog_text(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text ? text : "";
}

bool
catalog_true(const json_t *row, const char *key)
{
	return json_is_true(json_object_get(row, key));
}

const char *
mutant_text(struct making *making, const char *sentence, const char *name)
{
	const char *text = "", *at = sentence;

	for (const char *gap = strstr(at, "{}"); gap; gap = strstr(at, "{}")) {
		text = arena_printf(making->arena, "%s%.*s%s", text, (int)(gap - at), at, name);
		at = gap + 2;
	}
	return arena_printf(making->arena, "%s%s", text, at);
}

const char *const *
mutant_names(struct making *making, const json_t *row, const char *key)
{
	const json_t *list = json_object_get(row, key);
	const char **names = ARENA_ARRAY(making->arena, json_array_size(list) + 1, const char *);

	for (size_t i = 0; i < json_array_size(list); i++)
		names[i] = arena_printf(making->arena, "%s",
					json_string_value(json_array_get(list, i)));
	return names;
}

const char *
mutant_quoted(struct making *making, const char *name)
{
	const char *text = "\"";

	for (; *name; name++)
		text = arena_printf(making->arena, *name == '"' ? "%s\"\"" : "%s%c", text, *name);
	return arena_printf(making->arena, "%s\"", text);
}

void
mutant_table(struct making *making, struct mutant *mutant, const char *table)
{
	size_t i;
	json_t *row;

	json_array_foreach(json_object_get(making->catalog, "tables"), i, row)
	{
		if (strcmp(catalog_text(row, "id"), table) != 0)
			continue;
		mutant->table = arena_printf(making->arena, "%s", table);
		mutant->relation = arena_printf(making->arena, "%s", catalog_text(row, "name"));
		mutant->readers = mutant_names(making, row, "readers");
		return;
	}
}

static bool
is_taken(const struct mutants *mutants, const char *name)
{
	/* The last one is the one that wants the name. */
	for (size_t i = 0; i + 1 < mutants->count; i++) {
		if (strcmp(mutants->items[i].name, name) == 0)
			return true;
	}
	return false;
}

void
mutant_name(struct making *making, struct mutant *mutant, const char *object_name, const char *kind)
{
	const char *name = arena_printf(making->arena, "%s/%s", object_name, kind);

	for (int number = 2; is_taken(making->out, name); number++)
		name = arena_printf(making->arena, "%s/%s-%d", object_name, kind, number);
	mutant->name = name;
	mutant->kind = kind;
}

static bool
is_wanted(const struct mutant_scope *scope, const char *relation)
{
	for (size_t i = 0; i < scope->table_count; i++) {
		if (strcmp(scope->tables[i], relation) == 0)
			return true;
	}
	return scope->table_count == 0;
}

static bool
is_in_scope(const struct mutant_scope *scope, const struct mutant *mutant)
{
	bool wanted = !mutant->guards || scope->table_count == 0;

	for (size_t i = 0; !wanted && mutant->guards[i]; i++)
		wanted = is_wanted(scope, mutant->guards[i]);
	return wanted && (!mutant->relation || is_wanted(scope, mutant->relation));
}

static void
drop_others(const struct mutant_scope *scope, struct mutants *mutants)
{
	size_t kept = 0;

	for (size_t i = 0; i < mutants->count; i++) {
		if (is_in_scope(scope, &mutants->items[i]))
			mutants->items[kept++] = mutants->items[i];
	}
	mutants->count = kept;
}

bool
mutants_make(const json_t *catalog, const struct mutant_scope *scope, struct mutants *mutants,
	     struct error *err)
{
	struct making making = { catalog, scope, mutants, &mutants->arena };

	if (!mutants_of_policies(&making, err))
		return false;
	mutants_of_tables(&making);
	mutants_of_functions(&making);
	drop_others(scope, mutants);
	return true;
}

bool
mutants_read(struct sql_session *session, const struct mutant_scope *scope, int64_t timeout_ms,
	     struct mutants *mutants, struct error *err)
{
	json_t *catalog = mutant_catalog_read(session, scope, timeout_ms, err);
	bool ok = catalog && mutants_make(catalog, scope, mutants, err);

	json_decref(catalog);
	return ok;
}

bool
mutants_select(struct mutants *mutants, const char *pattern, struct error *err)
{
	struct findings findings = { .arena = &mutants->arena };
	size_t kept = 0;
	char why[128];

	if (!regex_valid(pattern, why))
		return error_set(err, ERROR_USAGE, "\"%s\" is no pattern for mutants: %s", pattern,
				 why);
	for (size_t i = 0; i < mutants->count; i++) {
		const char *name = mutants->items[i].name;
		if (regex_search(&findings, pattern, name, strlen(name)) == REGEX_FOUND)
			mutants->items[kept++] = mutants->items[i];
	}
	mutants->count = kept;
	return kept > 0 || error_set(err, ERROR_USAGE, "no mutant is called like \"%s\"", pattern);
}
