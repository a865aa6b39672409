#include <string.h>

#include "base/buf.h"
#include "rls/mutant_making.h"

#define PRIVILEGES_BYTES 128

static struct mutant *
add(struct making *making, const char *table, const char *kind)
{
	struct mutant *mutant = mutants_add(making->out);

	mutant_name(making, mutant, table, kind);
	mutant_table(making, mutant, table);
	mutant->object = arena_printf(making->arena, "table %s", table);
	mutant->family = arena_printf(making->arena, "%s", table);
	return mutant;
}

/* ---- row-level security itself ---- */

static void
switch_off(struct making *making, const char *table)
{
	struct arena *arena = making->arena;
	struct mutant *mutant = add(making, table, "rls-off");

	mutant->opens = true;
	mutant->sentence = arena_printf(arena, "%s has no row-level security", table);
	mutant->missing = arena_printf(
		arena, "somebody of another tenant reads or writes %s, and may not", table);
	mutant->apply = arena_printf(arena, "alter table %s disable row level security", table);
	mutant->undo = arena_printf(arena, "alter table %s enable row level security", table);
}

static void
unforce(struct making *making, const char *table)
{
	struct arena *arena = making->arena;
	struct mutant *mutant = add(making, table, "force-off");

	mutant->opens = true;
	mutant->sentence =
		arena_printf(arena, "the policies of %s do not hold for its owner", table);
	mutant->missing = arena_printf(
		arena, "the catalog is asked whether %s has FORCE, or its owner reads it", table);
	mutant->apply = arena_printf(arena, "alter table %s no force row level security", table);
	mutant->undo = arena_printf(arena, "alter table %s force row level security", table);
}

/* A second policy that lets everybody do everything: permissive ones are OR-ed, so whatever the
 * others say no longer counts. */
static void
add_twins(struct making *making, const char *table)
{
	static const struct {
		const char *command, *slug, *conditions, *missing;
	} twins[] = {
		{ "select", "twin-select", "using (true)",
		  "somebody of another tenant reads {} and gets nothing" },
		{ "insert", "twin-insert", "with check (true)",
		  "somebody inserts a row of another tenant into {} and is refused" },
		{ "update", "twin-update", "using (true) with check (true)",
		  "somebody updates a row of {} that is not theirs, without naming a column, and "
		  "nothing changes" },
		{ "delete", "twin-delete", "using (true)",
		  "somebody deletes a row of {} that is not theirs, without naming a column, and "
		  "nothing goes" },
	};

	for (size_t i = 0; i < COUNTOF(twins); i++) {
		struct mutant *mutant = add(making, table, twins[i].slug);
		mutant->opens = true;
		mutant->sentence = arena_printf(
			making->arena, "%s has one more permissive policy, which allows every %s",
			table, twins[i].command);
		mutant->missing = mutant_text(making, twins[i].missing, table);
		mutant->apply = arena_printf(
			making->arena, "create policy lensgate_twin on %s for %s to public %s",
			table, twins[i].command, twins[i].conditions);
		mutant->undo = arena_printf(making->arena,
					    "drop policy if exists lensgate_twin on %s", table);
	}
}

static void
unbind_view(struct making *making, const char *view)
{
	struct arena *arena = making->arena;
	struct mutant *mutant = add(making, view, "security-invoker-off");

	mutant->object = arena_printf(arena, "view %s", view);
	mutant->opens = true;
	mutant->sentence =
		arena_printf(arena, "%s shows what its owner may see, whoever asks", view);
	mutant->missing =
		arena_printf(arena, "somebody of another tenant reads %s and gets nothing", view);
	mutant->apply = arena_printf(arena, "alter view %s set (security_invoker = false)", view);
	mutant->undo = arena_printf(arena, "alter view %s set (security_invoker = true)", view);
}

/* ---- grants ---- */

static bool
has_privilege(const struct making *making, const char *table, const char *role,
	      const char *privilege)
{
	size_t i, k;
	json_t *row, *held;

	json_array_foreach(json_object_get(making->catalog, "grants"), i, row)
	{
		bool everybody = strcmp(catalog_text(row, "role"), "PUBLIC") == 0;
		if (strcmp(catalog_text(row, "table"), table) != 0 ||
		    (!everybody && strcmp(catalog_text(row, "role"), role) != 0))
			continue;
		json_array_foreach(json_object_get(row, "privileges"), k, held)
		{
			if (strcmp(json_string_value(held), privilege) == 0)
				return true;
		}
	}
	return false;
}

/* Taking a privilege away changes nothing that matters where no policy lets anybody use it. */
static bool
is_usable(const struct making *making, const char *table, const char *privilege)
{
	size_t i;
	json_t *row;

	json_array_foreach(json_object_get(making->catalog, "tables"), i, row)
	{
		if (strcmp(catalog_text(row, "id"), table) == 0 && !catalog_true(row, "rls"))
			return true;
	}
	json_array_foreach(json_object_get(making->catalog, "policies"), i, row)
	{
		const char *command = catalog_text(row, "command");
		if (strcmp(catalog_text(row, "table"), table) == 0 &&
		    (strcmp(command, privilege) == 0 || strcmp(command, "ALL") == 0))
			return true;
	}
	return false;
}

/* Those of `wanted` that the role has and can use, or has not, as SQL lists them. False when there
 * are none. */
static bool
list_privileges(const struct making *making, const char *table, const char *role,
		const char *const *wanted, bool held, struct buf *out)
{
	buf_clear(out);
	for (size_t i = 0; wanted[i]; i++) {
		if (has_privilege(making, table, role, wanted[i]) == held &&
		    (!held || is_usable(making, table, wanted[i])))
			buf_printf(out, "%s%s", out->len ? ", " : "", wanted[i]);
	}
	return out->len > 0;
}

static const char *const reading[] = { "SELECT", NULL };
static const char *const writing[] = { "INSERT", "UPDATE", "DELETE", NULL };
static const char *const emptying[] = { "TRUNCATE", NULL };

/* What to hand out or take away together: one by one they are noticed by the same cases. */
static const struct {
	const char *const *privileges;
	const char *slug;
	bool anonymous; /* for those without a login, else for every role that has a grant */
	bool grant;
	const char *missing;
} grants[] = {
	{ reading, "grant-read", true, true, "somebody without a login reads {} and is refused" },
	{ writing, "grant-write", true, true,
	  "somebody without a login writes to {} and is refused" },
	{ emptying, "grant-truncate", false, true,
	  "somebody empties {} with TRUNCATE, which no policy sees, and is refused" },
	{ reading, "revoke-read", false, false, "somebody who may reads {}, and it works" },
	{ writing, "revoke-write", false, false, "somebody who may writes to {}, and it works" },
};

static void
change_grant(struct making *making, const char *table, const char *role, size_t row,
	     const char *privileges)
{
	struct arena *arena = making->arena;
	const char *give = arena_printf(arena, "grant %s on %s to %s", privileges, table, role);
	const char *take = arena_printf(arena, "revoke %s on %s from %s", privileges, table, role);
	struct mutant *mutant =
		add(making, table, arena_printf(arena, "%s-%s", grants[row].slug, role));

	mutant->opens = grants[row].grant;
	mutant->sentence =
		arena_printf(arena, grants[row].grant ? "%s may %s on %s" : "%s may not %s on %s",
			     role, privileges, table);
	mutant->missing = mutant_text(making, grants[row].missing, table);
	mutant->apply = grants[row].grant ? give : take;
	mutant->undo = grants[row].grant ? take : give;
}

static void
change_grants(struct making *making, const char *table, const char *role, bool anonymous)
{
	struct buf privileges;

	buf_init(&privileges, PRIVILEGES_BYTES);
	for (size_t i = 0; i < COUNTOF(grants); i++) {
		if (grants[i].anonymous == anonymous &&
		    list_privileges(making, table, role, grants[i].privileges, !grants[i].grant,
				    &privileges))
			change_grant(making, table, role, i, privileges.text);
	}
	buf_release(&privileges);
}

static void
of_grants(struct making *making, const char *table)
{
	const char *anonymous = json_string_value(json_object_get(making->catalog, "anonymous"));
	size_t i;
	json_t *role;

	change_grants(making, table, anonymous ? anonymous : "PUBLIC", true);
	json_array_foreach(json_object_get(making->catalog, "roles"), i, role)
		change_grants(making, table, json_string_value(role), false);
}

/* ---- triggers ---- */

static void
of_triggers(struct making *making)
{
	struct arena *arena = making->arena;
	size_t i;
	json_t *row;

	json_array_foreach(json_object_get(making->catalog, "triggers"), i, row)
	{
		const char *table = catalog_text(row, "table"), *id = catalog_text(row, "id");
		struct mutant *mutant =
			add(making, arena_printf(arena, "%s/%s", table, catalog_text(row, "name")),
			    "disabled");

		mutant_table(making, mutant, table);
		mutant->object = arena_printf(arena, "trigger %s on %s", id, table);
		mutant->family = arena_printf(arena, "%s", table);
		mutant->sentence = arena_printf(arena, "%s never runs", mutant->object);
		mutant->missing = arena_printf(
			arena, "somebody does what only %s refuses, or its effect is looked at",
			id);
		mutant->apply = arena_printf(arena, "alter table %s disable trigger %s", table, id);
		mutant->undo = arena_printf(arena, "alter table %s %s trigger %s", table,
					    catalog_text(row, "enable"), id);
	}
}

/* ---- all of it ---- */

void
mutants_of_tables(struct making *making)
{
	size_t i;
	json_t *row;

	json_array_foreach(json_object_get(making->catalog, "tables"), i, row)
	{
		const char *table = catalog_text(row, "id");

		if (catalog_true(row, "rls")) {
			switch_off(making, table);
			if (catalog_true(row, "force"))
				unforce(making, table);
			add_twins(making, table);
		}
		if (catalog_true(row, "view") && catalog_true(row, "invoker"))
			unbind_view(making, table);
		of_grants(making, table);
	}
	of_triggers(making);
}
