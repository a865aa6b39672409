#include <string.h>

#include "rls/mutant_making.h"

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
unforce(struct making *making, const json_t *row)
{
	const char *table = catalog_text(row, "id");
	struct arena *arena = making->arena;
	struct mutant *mutant = add(making, table, "force-off");

	mutant->opens = true;
	mutant->readers = mutant_names(making, row, "owned_readers");
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
			making->arena, "create policy lensgate_twin_%s on %s for %s to public %s",
			twins[i].command, table, twins[i].command, twins[i].conditions);
		mutant->undo =
			arena_printf(making->arena, "drop policy if exists lensgate_twin_%s on %s",
				     twins[i].command, table);
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
				unforce(making, row);
			add_twins(making, table);
		}
		if (catalog_true(row, "view") && catalog_true(row, "invoker"))
			unbind_view(making, table);
		mutants_of_grants(making, row);
	}
	of_triggers(making);
	mutants_of_sequences(making);
}
