#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "rls/mutant_making.h"

#define PRIVILEGES_BYTES 128

static struct mutant *
add(struct making *making, const char *object, const char *kind)
{
	struct mutant *mutant = mutants_add(making->out);

	mutant_name(making, mutant, object, kind);
	return mutant;
}

static struct mutant *
add_to_table(struct making *making, const char *table, const char *kind)
{
	struct mutant *mutant = add(making, table, kind);

	mutant_table(making, mutant, table);
	mutant->object = arena_printf(making->arena, "table %s", table);
	mutant->family = arena_printf(making->arena, "%s", table);
	return mutant;
}

/* Those without a login. */
static const char *
nobody(const struct making *making)
{
	const char *anonymous = json_string_value(json_object_get(making->catalog, "anonymous"));

	return anonymous ? anonymous : "PUBLIC";
}

/* ---- what is granted ---- */

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

/* Privileges on single columns: a REVOKE on the table takes them, too, so they are given back. */
static const char *
column_grants(struct making *making, const char *table, const char *role)
{
	const char *text = "";
	size_t i, k;
	json_t *row, *column;

	json_array_foreach(json_object_get(making->catalog, "column_grants"), i, row)
	{
		const char *list = "";
		if (strcmp(catalog_text(row, "table"), table) != 0 ||
		    strcmp(catalog_text(row, "role"), role) != 0)
			continue;
		json_array_foreach(json_object_get(row, "columns"), k, column) list = arena_printf(
			making->arena, "%s%s%s", list, k ? ", " : "", json_string_value(column));
		text = arena_printf(making->arena, "%s; grant %s (%s) on %s to %s", text,
				    catalog_text(row, "privilege"), list, table, role);
	}
	return text;
}

/* ---- privileges on a table ---- */

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
static const char *const binding[] = { "REFERENCES", "TRIGGER", NULL };

/* What to hand out or take away together: one by one they are noticed by the same cases. */
static const struct {
	const char *const *privileges;
	const char *slug;
	bool anonymous; /* for those without a login, else for every client role */
	bool grant;
	bool tables_only; /* a view has nothing of the kind */
	const char *missing;
} grants[] = {
	{ reading, "grant-read", true, true, false,
	  "somebody without a login reads {} and is refused" },
	{ writing, "grant-write", true, true, false,
	  "somebody without a login writes to {} and is refused" },
	{ reading, "grant-read", false, true, false,
	  "somebody who may not read {} does, and is refused" },
	{ writing, "grant-write", false, true, false,
	  "somebody who may not write to {} does, and is refused" },
	{ emptying, "grant-truncate", false, true, true,
	  "somebody empties {} with TRUNCATE, which no policy sees, and is refused" },
	{ binding, "grant-trigger", false, true, true,
	  "somebody asks whether REFERENCES and TRIGGER on {} are granted, and they are not" },
	{ reading, "revoke-read", false, false, false, "somebody who may reads {}, and it works" },
	{ writing, "revoke-write", false, false, false,
	  "somebody who may writes to {}, and it works" },
};

static void
change_grant(struct making *making, const char *table, const char *role, size_t row,
	     const char *privileges)
{
	struct arena *arena = making->arena;
	const char *columns = column_grants(making, table, role);
	const char *give = arena_printf(arena, "grant %s on %s to %s", privileges, table, role);
	const char *take = arena_printf(arena, "revoke %s on %s from %s", privileges, table, role);
	struct mutant *mutant =
		add_to_table(making, table, arena_printf(arena, "%s-%s", grants[row].slug, role));

	mutant->opens = grants[row].grant;
	mutant->closes = !grants[row].grant;
	mutant->sentence =
		arena_printf(arena, grants[row].grant ? "%s may %s on %s" : "%s may not %s on %s",
			     role, privileges, table);
	mutant->missing = mutant_text(making, grants[row].missing, table);
	mutant->apply = grants[row].grant ? give : take;
	mutant->undo = arena_printf(arena, "%s%s", grants[row].grant ? take : give, columns);
}

static void
change_grants(struct making *making, const json_t *relation, const char *role, bool anonymous)
{
	const char *table = catalog_text(relation, "id");
	struct buf privileges;

	buf_init(&privileges, PRIVILEGES_BYTES);
	for (size_t i = 0; i < COUNTOF(grants); i++) {
		if (grants[i].anonymous == anonymous &&
		    !(grants[i].tables_only && catalog_true(relation, "view")) &&
		    list_privileges(making, table, role, grants[i].privileges, !grants[i].grant,
				    &privileges))
			change_grant(making, table, role, i, privileges.text);
	}
	buf_release(&privileges);
}

/* ---- privileges on columns ---- */

static const char *
lower(struct making *making, const char *word)
{
	char *text = arena_printf(making->arena, "%s", word);

	for (char *c = text; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return text;
}

/* "May change the note" becomes "may change everything". */
static void
widen_columns(struct making *making, const char *table)
{
	struct arena *arena = making->arena;
	size_t i;
	json_t *row;

	json_array_foreach(json_object_get(making->catalog, "column_grants"), i, row)
	{
		const char *role = catalog_text(row, "role");
		const char *privilege = catalog_text(row, "privilege");

		if (strcmp(catalog_text(row, "table"), table) != 0 ||
		    has_privilege(making, table, role, privilege))
			continue;
		struct mutant *mutant = add_to_table(
			making, table,
			arena_printf(arena, "widen-%s-%s", lower(making, privilege), role));
		mutant->opens = true;
		mutant->sentence = arena_printf(arena, "%s may %s every column of %s, not some",
						role, privilege, table);
		mutant->missing = arena_printf(
			arena,
			"somebody tries %s on a column of %s that %s may not, and is refused",
			privilege, table, role);
		mutant->apply = arena_printf(arena, "grant %s on %s to %s", privilege, table, role);
		mutant->undo = arena_printf(arena, "revoke %s on %s from %s%s", privilege, table,
					    role, column_grants(making, table, role));
	}
}

/* One column, for those without a login: the tenant's where there is one, else the first. */
static void
show_column(struct making *making, const char *table, const json_t *columns)
{
	struct arena *arena = making->arena;
	const char *role = nobody(making), *tenant = making->scope->tenant_column;
	const char *column = json_string_value(json_array_get(columns, 0));
	size_t i;
	json_t *one;

	if (!tenant)
		tenant = json_string_value(json_object_get(making->catalog, "tenant"));
	json_array_foreach(columns, i, one)
	{
		if (tenant && strcmp(json_string_value(one), tenant) == 0)
			column = tenant;
	}
	if (!column || has_privilege(making, table, role, "SELECT") ||
	    *column_grants(making, table, role))
		return;
	const char *id = mutant_quoted(making, column);
	struct mutant *mutant =
		add_to_table(making, table, arena_printf(arena, "grant-column-%s", role));
	mutant->opens = true;
	mutant->sentence = arena_printf(arena, "%s may SELECT column %s of %s", role, id, table);
	mutant->missing = arena_printf(
		arena, "somebody without a login reads column %s of %s and is refused", id, table);
	mutant->apply = arena_printf(arena, "grant select (%s) on %s to %s", id, table, role);
	mutant->undo = arena_printf(arena, "revoke select (%s) on %s from %s", id, table, role);
}

void
mutants_of_grants(struct making *making, const json_t *table)
{
	const char *id = catalog_text(table, "id");
	size_t i;
	json_t *role;

	change_grants(making, table, nobody(making), true);
	show_column(making, id, json_object_get(table, "columns"));
	json_array_foreach(json_object_get(making->catalog, "roles"), i, role)
	{
		if (strcmp(json_string_value(role), nobody(making)) != 0)
			change_grants(making, table, json_string_value(role), false);
	}
	widen_columns(making, id);
}

/* ---- sequences ---- */

static bool
holds_sequence(const json_t *sequence, const char *role)
{
	size_t i;
	json_t *grant;

	json_array_foreach(json_object_get(sequence, "grants"), i, grant)
	{
		const char *holder = catalog_text(grant, "role");
		if (json_array_size(json_object_get(grant, "privileges")) == 3 &&
		    (strcmp(holder, role) == 0 || strcmp(holder, "PUBLIC") == 0))
			return true;
	}
	return false;
}

/* What the role had of it, to be given back. */
static const char *
sequence_grant(struct making *making, const json_t *sequence, const char *role)
{
	const char *id = catalog_text(sequence, "id"), *text = "";
	size_t i, k;
	json_t *grant, *privilege;

	json_array_foreach(json_object_get(sequence, "grants"), i, grant)
	{
		if (strcmp(catalog_text(grant, "role"), role) != 0)
			continue;
		json_array_foreach(json_object_get(grant, "privileges"), k, privilege) text =
			arena_printf(making->arena, "%s; grant %s on sequence %s to %s", text,
				     json_string_value(privilege), id, role);
	}
	return text;
}

static void
open_sequence(struct making *making, const json_t *sequence, const char *role)
{
	struct arena *arena = making->arena;
	const char *id = catalog_text(sequence, "id");
	const char *relation = json_string_value(json_object_get(sequence, "relation"));

	if (holds_sequence(sequence, role))
		return;
	struct mutant *mutant = add(making, id, arena_printf(arena, "grant-sequence-%s", role));
	mutant->object = arena_printf(arena, "sequence %s", id);
	mutant->family = mutant->object;
	mutant->relation = relation ? arena_printf(arena, "%s", relation) : NULL;
	mutant->readers = mutant_names(making, sequence, "readers");
	mutant->opens = true;
	mutant->sentence =
		arena_printf(arena, "%s may read sequence %s, take numbers and set it", role, id);
	mutant->missing = arena_printf(
		arena, "somebody asks for setval and last_value of %s, and is refused", id);
	mutant->apply = arena_printf(arena, "grant all on sequence %s to %s", id, role);
	mutant->undo = arena_printf(arena, "revoke all on sequence %s from %s%s", id, role,
				    sequence_grant(making, sequence, role));
}

void
mutants_of_sequences(struct making *making)
{
	size_t i, k;
	json_t *sequence, *role;

	json_array_foreach(json_object_get(making->catalog, "sequences"), i, sequence)
	{
		open_sequence(making, sequence, nobody(making));
		json_array_foreach(json_object_get(making->catalog, "roles"), k, role)
		{
			if (strcmp(json_string_value(role), nobody(making)) != 0)
				open_sequence(making, sequence, json_string_value(role));
		}
	}
}
