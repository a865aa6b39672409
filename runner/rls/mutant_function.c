#include <string.h>

#include "rls/body.h"
#include "rls/mutant_making.h"

/* A function as it is in the catalog. */
struct function {
	const char *id, *plain, *definition, *source, *language, *returns;
	const json_t *row;
};

/* What a function returns, as one expression of its own language; NULL for a language whose bodies
 * we cannot write. */
static const char *
body_of(struct making *making, const struct function *f, const char *expression)
{
	if (strcmp(f->language, "plpgsql") == 0)
		return arena_printf(making->arena, "begin return %s; end", expression);
	if (strcmp(f->language, "sql") == 0)
		return arena_printf(making->arena, "select %s", expression);
	return NULL;
}

/* The definition with another body. Everything before the body is kept: arguments, volatility,
 * SECURITY DEFINER, settings. NULL where the body is no text (BEGIN ATOMIC). */
static const char *
with_body(struct making *making, const struct function *f, const char *body)
{
	const char *as = strstr(f->definition, "\nAS $");

	if (!as || !body || !*f->source)
		return NULL;
	return arena_printf(making->arena, "%.*s\nAS $lensgate$%s$lensgate$",
			    (int)(as - f->definition), f->definition, body);
}

static struct mutant *
add(struct making *making, const struct function *f, const char *kind, const char *apply)
{
	struct mutant *mutant = mutants_add(making->out);

	mutant_name(making, mutant, f->id, kind);
	mutant->object = arena_printf(making->arena, "function %s", f->id);
	mutant->family = mutant->object;
	if (catalog_true(f->row, "helper"))
		mutant->guards = mutant_names(making, f->row, "guards");
	mutant->readers = mutant_names(making, f->row, "readers");
	mutant->apply = apply;
	mutant->undo = arena_printf(making->arena, "%s", f->definition);
	return mutant;
}

static void
return_always(struct making *making, const struct function *f, const char *kind,
	      const char *expression, const char *missing)
{
	const char *changed = with_body(making, f, body_of(making, f, expression));

	if (!changed)
		return;
	struct mutant *mutant = add(making, f, kind, changed);
	mutant->sentence =
		arena_printf(making->arena, "%s returns %s, whoever asks", f->id, expression);
	mutant->missing = mutant_text(making, missing, f->plain);
}

/* ---- what a helper may say by mistake ---- */

static void
of_boolean(struct making *making, const struct function *f)
{
	return_always(making, f, "returns-true", "true",
		      "somebody for whom {} is false tries what it guards, and is refused");
	return_always(making, f, "returns-false", "false",
		      "somebody for whom {} is true does what it guards, and it works");
}

/* `member_of(user, tenant) returns tenant` that believes what it is told. */
static void
return_argument(struct making *making, const struct function *f)
{
	size_t i;
	json_t *type;

	json_array_foreach(json_object_get(f->row, "arguments"), i, type)
	{
		if (strcmp(json_string_value(type), f->returns) != 0)
			continue;
		return_always(
			making, f, "returns-argument", arena_printf(making->arena, "$%zu", i + 1),
			"somebody of another tenant asks {} about a tenant that is not theirs, "
			"and gets nothing");
		return;
	}
}

/* What a login writes into its own profile ends up in the token as user_metadata; nobody checks
 * it. The true function stays there under another name, for all who claim nothing. */
static void
trust_claims(struct making *making, const struct function *f)
{
	struct arena *arena = making->arena;
	const char *name = catalog_text(f->row, "name");
	const char *copy;
	const char *after = strstr(f->definition, f->plain);

	if (f->plain[strlen(f->plain) - 1] != '"')
		copy = arena_printf(arena, "%s_unmutated", f->plain);
	else
		copy = arena_printf(arena, "%.*s_unmutated\"", (int)strlen(f->plain) - 1, f->plain);
	const char *claim = arena_printf(
		arena,
		"coalesce((nullif(pg_catalog.current_setting('request.jwt.claims', true), "
		"'')::jsonb #>> '{user_metadata,%s}')::%s, %s())",
		name, f->returns, copy);
	const char *changed = with_body(making, f, body_of(making, f, claim));
	if (!changed || !after || strpbrk(name, "'\"{},\\"))
		return;
	const char *make_copy = arena_printf(arena, "%.*s%s%s", (int)(after - f->definition),
					     f->definition, copy, after + strlen(f->plain));
	struct mutant *mutant =
		add(making, f, "trusts-user-metadata",
		    arena_printf(arena, "%s; alter function %s() owner to %s; %s", make_copy, copy,
				 catalog_text(f->row, "owner"), changed));
	mutant->undo = arena_printf(arena, "%s; drop function if exists %s()", f->definition, copy);
	mutant->sentence = arena_printf(
		arena, "%s believes user_metadata.%s of the token, which users write themselves",
		f->id, name);
	mutant->missing = arena_printf(
		arena,
		"somebody with user_metadata.%s of another in the token gets no more than "
		"without",
		name);
}

static bool
is_scalar(const char *type)
{
	static const char *const types[] = { "uuid", "text", "integer", "bigint",
					     "character varying" };

	for (size_t i = 0; i < COUNTOF(types); i++) {
		if (strcmp(types[i], type) == 0)
			return true;
	}
	return false;
}

static void
of_helper(struct making *making, const struct function *f)
{
	if (catalog_true(f->row, "rows"))
		return;
	if (strcmp(f->returns, "boolean") == 0) {
		of_boolean(making, f);
		return;
	}
	return_always(making, f, "returns-null",
		      arena_printf(making->arena, "null::%s", f->returns),
		      "somebody with every right does what {} guards, and it works");
	return_argument(making, f);
	if (is_scalar(f->returns) && json_array_size(json_object_get(f->row, "arguments")) == 0)
		trust_claims(making, f);
}

/* ---- what a body forgets to ask ---- */

static void
drop_term(struct making *making, const struct function *f, const struct condition *terms, size_t i)
{
	struct arena *arena = making->arena;
	const char *tenant = making->scope->tenant_column;
	const char *shown = condition_shown(terms->operands[i].text, arena);
	const char *changed = with_body(making, f, condition_without(terms, i, arena));

	if (!changed)
		return;
	if (!tenant)
		tenant = json_string_value(json_object_get(making->catalog, "tenant"));
	bool of_tenant = tenant && condition_names(terms->operands[i].text, tenant);
	struct mutant *mutant = add(
		making, f, of_tenant ? "body-without-tenant" : "body-without-condition", changed);
	mutant->sentence = arena_printf(arena, "%s does without `%s`", f->id, shown);
	if (of_tenant)
		mutant->missing = arena_printf(arena,
					       "somebody whose rights are on another tenant does "
					       "what %s guards, and may not",
					       f->plain);
	else
		mutant->missing = arena_printf(
			arena,
			"somebody for whom `%s` does not hold does what %s guards, and may not",
			shown, f->plain);
}

static void
drop_terms(struct making *making, const struct function *f)
{
	struct condition terms;

	body_parse(f->source, making->arena, &terms);
	for (size_t i = 0; i < terms.count; i++)
		drop_term(making, f, &terms, i);
}

/* ---- who may call it ---- */

/* What runs as its caller is held by that caller's grants. */
static void
let_anybody_call(struct making *making, const struct function *f)
{
	struct arena *arena = making->arena;
	const char *role = json_string_value(json_object_get(making->catalog, "anonymous"));

	if (!catalog_true(f->row, "definer") || catalog_true(f->row, "open"))
		return;
	role = role ? role : "PUBLIC";
	const char *apply = arena_printf(arena, "grant execute on function %s to %s", f->id, role);
	struct mutant *mutant =
		add(making, f, arena_printf(arena, "grant-execute-%s", role), apply);
	mutant->undo = arena_printf(arena, "revoke execute on function %s from %s", f->id, role);
	mutant->sentence =
		arena_printf(arena, "%s may call %s, which runs as its owner", role, f->id);
	mutant->missing =
		arena_printf(arena, "somebody without a login calls %s, and is refused", f->plain);
}

/* ---- functions that hand out rows ---- */

static void
make_definer(struct making *making, const struct function *f)
{
	struct arena *arena = making->arena;

	if (!catalog_true(f->row, "rows") || catalog_true(f->row, "definer"))
		return;
	/* As the superuser who makes the mutant: an owner whom FORCE holds would get nothing. */
	struct mutant *mutant = add(making, f, "security-definer",
				    arena_printf(arena,
						 "alter function %s security definer; "
						 "alter function %s owner to current_user",
						 f->id, f->id));
	mutant->undo = arena_printf(
		arena, "alter function %s owner to %s; alter function %s security invoker", f->id,
		catalog_text(f->row, "owner"), f->id);
	mutant->sentence = arena_printf(
		arena, "%s returns rows with the rights of its owner, past every policy", f->id);
	mutant->missing = arena_printf(
		arena, "somebody asks %s about another tenant, and gets nothing", f->plain);
}

/* ---- roles ---- */

/* A cached plan does not notice a role's attribute; a change of the table it reads it does. */
static const char *
touch_tables(struct making *making)
{
	const char *text = "";
	size_t i;
	json_t *row;

	json_array_foreach(json_object_get(making->catalog, "tables"), i, row)
	{
		if (catalog_true(row, "rls"))
			text = arena_printf(making->arena,
					    "%s; alter table %s enable row level security", text,
					    catalog_text(row, "id"));
	}
	return text;
}

static void
join_roles(struct making *making)
{
	struct arena *arena = making->arena;
	const char *touch = touch_tables(making);
	size_t i;
	json_t *row;

	json_array_foreach(json_object_get(making->catalog, "memberships"), i, row)
	{
		const char *role = catalog_text(row, "role"), *of = catalog_text(row, "of");
		struct mutant *mutant = mutants_add(making->out);

		mutant_name(making, mutant, arena_printf(arena, "role %s", role),
			    arena_printf(arena, "member-of-%s", of));
		mutant->object = arena_printf(arena, "role %s", role);
		mutant->family = "roles";
		mutant->sentence = arena_printf(
			arena, "%s is a member of %s, and may do whatever it may", role, of);
		mutant->missing = arena_printf(
			arena,
			"somebody does what only %s may, and is refused; or the catalog is asked "
			"whether %s is its member",
			of, role);
		mutant->apply = arena_printf(arena, "grant %s to %s%s", of, role, touch);
		mutant->undo = arena_printf(arena, "revoke %s from %s%s", of, role, touch);
	}
}

static void
of_roles(struct making *making)
{
	struct arena *arena = making->arena;
	const char *touch = touch_tables(making);
	size_t i;
	json_t *role;

	json_array_foreach(json_object_get(making->catalog, "roles"), i, role)
	{
		const char *id = json_string_value(role);
		struct mutant *mutant = mutants_add(making->out);

		mutant_name(making, mutant, arena_printf(arena, "role %s", id), "bypassrls");
		mutant->object = arena_printf(arena, "role %s", id);
		mutant->family = "roles";
		mutant->sentence = arena_printf(arena, "no policy holds for %s", id);
		mutant->missing = "preflight asks whether a persona's role has BYPASSRLS";
		mutant->apply = arena_printf(arena, "alter role %s bypassrls%s", id, touch);
		mutant->undo = arena_printf(arena, "alter role %s nobypassrls%s", id, touch);
	}
}

/* ---- all of it ---- */

void
mutants_of_functions(struct making *making)
{
	size_t i;
	json_t *row;

	json_array_foreach(json_object_get(making->catalog, "functions"), i, row)
	{
		struct function function = {
			.id = catalog_text(row, "id"),
			.plain = catalog_text(row, "plain"),
			.definition = catalog_text(row, "definition"),
			.source = catalog_text(row, "source"),
			.language = catalog_text(row, "language"),
			.returns = catalog_text(row, "returns"),
			.row = row,
		};

		if (catalog_true(row, "helper"))
			of_helper(making, &function);
		/* What runs as its caller hands out what policies let through, whatever it asks. */
		if (catalog_true(row, "helper") ||
		    (catalog_true(row, "rows") && catalog_true(row, "definer")))
			drop_terms(making, &function);
		make_definer(making, &function);
		let_anybody_call(making, &function);
	}
	of_roles(making);
	join_roles(making);
}
