#include <stdio.h>
#include <string.h>

#include "rls/condition.h"
#include "rls/mutant_making.h"

/* A policy as it is in the catalog. */
struct policy {
	const char *table, *id, *name, *command, *roles;
	const char *using, *check; /* NULL: none */
	bool permissive;
	const json_t *columns; /* of its table */
	const char *path;      /* "public.items/items_select" */
	struct condition using_parts, check_parts;
};

/* What a command does, in a sentence about somebody. */
static const struct {
	const char *command, *does;
} verbs[] = {
	{ "SELECT", "reads" },        { "INSERT", "inserts into" }, { "UPDATE", "updates" },
	{ "DELETE", "deletes from" }, { "ALL", "reads or writes" },
};

static const char *
does(const struct policy *policy)
{
	for (size_t i = 0; i < COUNTOF(verbs); i++) {
		if (strcmp(verbs[i].command, policy->command) == 0)
			return verbs[i].does;
	}
	return "reaches";
}

/* ---- SQL ---- */

/* CREATE POLICY; a NULL condition is left out. */
static const char *
create(struct making *making, const struct policy *p)
{
	const char *text = arena_printf(
		making->arena, "create policy %s on %s as %s for %s to %s", p->id, p->table,
		p->permissive ? "permissive" : "restrictive", p->command, p->roles);

	if (p->using)
		text = arena_printf(making->arena, "%s using (%s)", text, p->using);
	if (p->check)
		text = arena_printf(making->arena, "%s with check (%s)", text, p->check);
	return text;
}

/* A changed policy is another one under the same name: ALTER POLICY cannot take a WITH CHECK away
 * again, nor change what a policy is for. */
static const char *
replace(struct making *making, const struct policy *with)
{
	return arena_printf(making->arena, "drop policy if exists %s on %s; %s", with->id,
			    with->table, create(making, with));
}

static struct mutant *
add(struct making *making, const struct policy *original, const struct policy *changed,
    const char *kind)
{
	struct arena *arena = making->arena;
	struct mutant *mutant = mutants_add(making->out);

	mutant_name(making, mutant, original->path, kind);
	mutant->object = arena_printf(arena, "policy %s on %s", original->id, original->table);
	mutant->family = arena_printf(arena, "%s %s", original->table, original->command);
	mutant_table(making, mutant, original->table);
	mutant->replaces = true;
	mutant->undo = replace(making, original);
	mutant->apply = changed ? replace(making, changed)
				: arena_printf(arena, "drop policy %s on %s", original->id,
					       original->table);
	return mutant;
}

/* ---- one after the other ---- */

static bool
is_true(const char *condition)
{
	return strcmp(condition, "true") == 0;
}

/* USING decides about new rows too where there is no WITH CHECK. */
static bool
checks_new_rows(const struct policy *p)
{
	return strcmp(p->command, "UPDATE") == 0 || strcmp(p->command, "ALL") == 0;
}

static void
drop(struct making *making, const struct policy *p)
{
	struct mutant *mutant = add(making, p, NULL, "dropped");

	mutant->opens = !p->permissive;
	mutant->closes = p->permissive;
	mutant->sentence = arena_printf(making->arena, "%s is gone", mutant->object);
	mutant->missing =
		p->permissive
			? arena_printf(making->arena, "somebody it is for %s %s, and it works",
				       does(p), p->table)
			: arena_printf(making->arena,
				       "somebody it holds back %s %s, and is refused", does(p),
				       p->table);
}

static void
open_using(struct making *making, const struct policy *p)
{
	struct policy changed = *p;

	if (!p->using || is_true(p->using))
		return;
	/* What the old USING said of new rows is said by a WITH CHECK, so that one thing changes.
	 */
	changed.check = p->check || !checks_new_rows(p) ? p->check : p->using;
	changed.using = "true";
	struct mutant *mutant = add(making, p, &changed, "using-true");
	mutant->opens = true;
	mutant->sentence = arena_printf(making->arena, "USING of %s lets every row through", p->id);
	mutant->missing = arena_printf(
		making->arena,
		strcmp(p->command, "SELECT") == 0
			? "somebody of another tenant %s %s and gets nothing"
			: "somebody %s a row of %s that is not theirs, without naming a column, "
			  "and nothing changes",
		does(p), p->table);
}

static void
open_check(struct making *making, const struct policy *p)
{
	struct policy changed = *p;

	if (p->check ? is_true(p->check) : !checks_new_rows(p) || !p->using || is_true(p->using))
		return;
	changed.check = "true";
	struct mutant *mutant = add(making, p, &changed, "check-true");
	mutant->opens = true;
	mutant->sentence = arena_printf(making->arena, "WITH CHECK of %s accepts every row", p->id);
	mutant->missing = arena_printf(
		making->arena,
		checks_new_rows(p)
			? "somebody moves a row of %s to another tenant, or gives it what "
			  "they may not, and is refused"
			: "somebody inserts a row of another tenant into %s and is refused",
		p->table);
}

static void
open_both(struct making *making, const struct policy *p)
{
	struct policy changed = *p;

	if (!p->using || !checks_new_rows(p) || is_true(p->using))
		return;
	changed.using = "true";
	changed.check = p->check ? "true" : NULL;
	struct mutant *mutant = add(making, p, &changed, "all-true");
	mutant->opens = true;
	mutant->sentence = arena_printf(making->arena,
					"USING and WITH CHECK of %s let every row through", p->id);
	mutant->missing = arena_printf(making->arena,
				       "somebody %s a row of another tenant in %s, and is refused",
				       does(p), p->table);
}

static bool
is_among(const json_t *texts, const char *text)
{
	size_t i;
	json_t *one;

	json_array_foreach(texts, i, one)
	{
		if (strcmp(json_string_value(one), text) == 0)
			return true;
	}
	return false;
}

/* A role that has a grant on the table, is held by policies, and is not among this one's. */
static bool
others_have_grants(const struct making *making, const struct policy *p)
{
	size_t i;
	json_t *row;

	json_array_foreach(json_object_get(making->catalog, "grants"), i, row)
	{
		const char *role = catalog_text(row, "role");
		if (strcmp(catalog_text(row, "table"), p->table) == 0 &&
		    is_among(json_object_get(making->catalog, "roles"), role) &&
		    !condition_names(p->roles, role))
			return true;
	}
	return false;
}

static void
widen_roles(struct making *making, const struct policy *p)
{
	struct policy changed = *p;

	if (strcmp(p->roles, "PUBLIC") == 0 || !others_have_grants(making, p))
		return;
	changed.roles = "PUBLIC";
	struct mutant *mutant = add(making, p, &changed, "to-public");
	mutant->opens = p->permissive;
	mutant->sentence =
		arena_printf(making->arena, "%s is for everybody, not for %s", p->id, p->roles);
	mutant->missing = arena_printf(making->arena, "a role other than %s %s %s, and may not",
				       p->roles, does(p), p->table);
}

/* FOR left out means FOR ALL. What has no USING lets no row through then, either. */
static void
widen_command(struct making *making, const struct policy *p)
{
	struct policy changed = *p;

	if (!p->permissive || !p->using || strcmp(p->command, "ALL") == 0)
		return;
	changed.command = "ALL";
	struct mutant *mutant = add(making, p, &changed, "for-all");
	mutant->opens = true;
	mutant->sentence = arena_printf(making->arena, "%s is for every command, not for %s only",
					p->id, p->command);
	mutant->missing = arena_printf(making->arena,
				       "somebody who by %s may only %s does something else to such "
				       "a row of %s, and may not",
				       p->id, p->command, p->table);
}

static void
make_permissive(struct making *making, const struct policy *p)
{
	struct policy changed = *p;

	if (p->permissive)
		return;
	changed.permissive = true;
	struct mutant *mutant = add(making, p, &changed, "permissive");
	mutant->opens = true;
	mutant->sentence =
		arena_printf(making->arena,
			     "%s lets in what it was there to hold back: it is permissive", p->id);
	mutant->missing = arena_printf(
		making->arena, "somebody it holds back %s %s, and is refused", does(p), p->table);
}

/* ---- conditions, operand by operand ---- */

/* What an operand asks about. */
enum topic { TOPIC_TENANT, TOPIC_ROLE, TOPIC_ROW };

static const char *const topic_slugs[] = {
	[TOPIC_TENANT] = "tenant",
	[TOPIC_ROLE] = "role",
	[TOPIC_ROW] = "condition",
};

/* A condition that names no column of the table is about who asks. */
static enum topic
topic_of(const struct making *making, const struct policy *p, const char *operand)
{
	const char *tenant = making->scope->tenant_column;
	size_t i;
	json_t *column;

	if (!tenant)
		tenant = json_string_value(json_object_get(making->catalog, "tenant"));
	if (tenant && condition_names(operand, tenant))
		return TOPIC_TENANT;
	json_array_foreach(p->columns, i, column)
	{
		if (condition_names(operand, json_string_value(column)))
			return TOPIC_ROW;
	}
	return TOPIC_ROLE;
}

static const char *
missing_operand(struct making *making, const struct policy *p, const struct operand *operand,
		enum topic topic)
{
	const char *shown = condition_shown(operand->text, making->arena);

	if (operand->connective == CONNECTIVE_OR)
		return arena_printf(making->arena,
				    "somebody whom only `%s` lets through %s %s, "
				    "and it works",
				    shown, does(p), p->table);
	if (topic == TOPIC_TENANT)
		return arena_printf(making->arena,
				    "somebody with every right, but of another tenant, %s %s, and "
				    "may not",
				    does(p), p->table);
	if (topic == TOPIC_ROLE)
		return arena_printf(
			making->arena,
			"somebody of the same tenant for whom `%s` does not hold %s %s, "
			"and may not",
			shown, does(p), p->table);
	return arena_printf(making->arena,
			    "somebody with every right %s %s, for a row where `%s` does not hold, "
			    "and may not",
			    does(p), p->table, shown);
}

/* Below a NOT less asked for is less allowed. */
static bool
negates(const struct policy *p)
{
	bool found = false;

	for (size_t i = 0; i < p->using_parts.count; i++)
		found = found || p->using_parts.operands[i].connective == CONNECTIVE_NOT;
	for (size_t i = 0; i < p->check_parts.count; i++)
		found = found || p->check_parts.operands[i].connective == CONNECTIVE_NOT;
	return found;
}

static void
drop_operand(struct making *making, const struct policy *p, const struct policy *changed,
	     const struct operand *operand, const char *where)
{
	static const char *const verbs_of[] = {
		[CONNECTIVE_AND] = "without",
		[CONNECTIVE_OR] = "no-longer",
		[CONNECTIVE_NOT] = "inverted",
		[CONNECTIVE_WHERE] = "without",
	};
	enum topic topic = topic_of(making, p, operand->text);
	const char *slug = strcmp(where, "WITH CHECK") == 0 ? "check"
			   : strcmp(where, "USING") == 0    ? "using"
							    : "all";
	const char *kind = arena_printf(making->arena, "%s-%s-%s", slug,
					verbs_of[operand->connective], topic_slugs[topic]);
	struct mutant *mutant = add(making, p, changed, kind);

	mutant->opens = operand->connective == CONNECTIVE_AND && !negates(p);
	mutant->closes = operand->connective == CONNECTIVE_OR && !negates(p);
	mutant->sentence = arena_printf(
		making->arena,
		operand->connective == CONNECTIVE_NOT ? "%s of %s has `%s` where it was negated"
						      : "%s of %s does without `%s`",
		where, p->id, condition_shown(operand->text, making->arena));
	mutant->missing = missing_operand(making, p, operand, topic);
}

static void
drop_operands(struct making *making, const struct policy *p)
{
	for (size_t i = 0; i < p->using_parts.count; i++) {
		struct policy changed = *p;
		changed.using = condition_without(&p->using_parts, i, making->arena);
		drop_operand(making, p, &changed, &p->using_parts.operands[i], "USING");
	}
	for (size_t i = 0; i < p->check_parts.count; i++) {
		struct policy changed = *p;
		changed.check = condition_without(&p->check_parts, i, making->arena);
		drop_operand(making, p, &changed, &p->check_parts.operands[i], "WITH CHECK");
	}
}

/* The same condition forgotten in both places, as happens when one is copied from the other. */
static void
drop_from_both(struct making *making, const struct policy *p)
{
	for (size_t i = 0; i < p->using_parts.count; i++) {
		for (size_t k = 0; k < p->check_parts.count; k++) {
			const struct operand *one = &p->using_parts.operands[i];
			struct policy changed = *p;

			if (strcmp(one->text, p->check_parts.operands[k].text) != 0)
				continue;
			changed.using = condition_without(&p->using_parts, i, making->arena);
			changed.check = condition_without(&p->check_parts, k, making->arena);
			drop_operand(making, p, &changed, one, "USING and WITH CHECK");
			break;
		}
	}
}

/* ---- all of it ---- */

static const json_t *
columns_of(const struct making *making, const char *table)
{
	size_t i;
	json_t *row;

	json_array_foreach(json_object_get(making->catalog, "tables"), i, row)
	{
		if (strcmp(catalog_text(row, "id"), table) == 0)
			return json_object_get(row, "columns");
	}
	return NULL;
}

static bool
read_policy(struct making *making, const json_t *row, struct policy *p, struct error *err)
{
	*p = (struct policy){
		.table = catalog_text(row, "table"),
		.id = catalog_text(row, "id"),
		.name = catalog_text(row, "name"),
		.command = catalog_text(row, "command"),
		.roles = catalog_text(row, "roles"),
		.using = json_string_value(json_object_get(row, "using")),
		.check = json_string_value(json_object_get(row, "check")),
		.permissive = catalog_true(row, "permissive"),
	};
	p->columns = columns_of(making, p->table);
	p->path = arena_printf(making->arena, "%s/%s", p->table, p->name);
	return (!p->using || condition_parse(p->using, making->arena, &p->using_parts, err)) &&
	       (!p->check || condition_parse(p->check, making->arena, &p->check_parts, err));
}

bool
mutants_of_policies(struct making *making, struct error *err)
{
	struct policy policy;
	size_t i;
	json_t *row;

	json_array_foreach(json_object_get(making->catalog, "policies"), i, row)
	{
		if (!read_policy(making, row, &policy, err))
			return false;
		drop(making, &policy);
		make_permissive(making, &policy);
		open_using(making, &policy);
		open_check(making, &policy);
		open_both(making, &policy);
		drop_operands(making, &policy);
		drop_from_both(making, &policy);
		widen_roles(making, &policy);
		widen_command(making, &policy);
	}
	return true;
}
