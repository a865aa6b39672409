#include "rls/prober.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/must.h"
#include "document/node.h"
#include "rls/functions.h"
#include "rls/measurer.h"

#define SETUP_MS   30000
#define DEFAULT_MS 5000

static const char claims_sql[] = {
#include "rls/claims.sql.inc"
};
static const char *const commands[] = { "SELECT", "INSERT",   "UPDATE",     "MOVE",
					"DELETE", "TRUNCATE", "REFERENCES", "TRIGGER" };

struct prober {
	struct sql_session *session;
	struct actors *actors;
	const struct prober_options *options;
	struct measurer measurer;
	char *other;      /* a tenant that no actor has, when all have the same one; NULL */
	json_t *hung;     /* {relation: {command: reason}} */
	json_t *made_for; /* {actor: persona as the functions want it} */
	char state[6];    /* SQLSTATE of the last probe that failed */
	struct {
		const json_t *relation;
		char *facts;
		const char *persona;
		bool sent;
	} asked; /* what is under way */
	struct arena arena;
};

static bool
ask(struct prober *prober, const char *text, const char *param, json_t **rows, struct error *err)
{
	return sql_session_ask(prober->session, text, &param, param ? 1 : 0, SETUP_MS, rows, err);
}

static const json_t *
first_cell(const json_t *rows, const char *column)
{
	return json_object_get(json_array_get(rows, 0), column);
}

/* ---- the twins ---- */

static bool
role_exists(struct prober *prober, const char *role, struct error *err)
{
	json_t *rows = NULL;
	bool found = ask(prober, "select from pg_catalog.pg_roles where rolname = $1", role, &rows,
			 err) &&
		     json_array_size(rows) > 0;

	json_decref(rows);
	return found;
}

static bool
read_claims(struct prober *prober, struct actors *actors, const char *other, struct error *err)
{
	json_t *rows = NULL;
	bool ok = ask(prober, claims_sql, NULL, &rows, err);

	if (ok)
		actors_add_twins(actors, other,
				 &(struct actor_reading){ .keys = first_cell(rows, "keys"),
							  .paths = first_cell(rows, "paths") });
	json_decref(rows);
	return ok;
}

/* A tenant nobody here belongs to, for rows to be moved to. */
static bool
find_other(struct prober *prober, struct error *err)
{
	const struct actors *actors = prober->actors;
	const char *tenant = actors->count ? actors->items[0].tenant : NULL;
	const struct prober_options *options = prober->options;
	const char *params[] = { options->tenant_column, options->root, tenant };
	json_t *rows = NULL;

	if (!tenant || actors_other_tenant(actors, tenant))
		return true;
	if (!sql_session_ask(prober->session,
			     "select pg_temp.lensgate_another($1, $2, $3) as other", params,
			     COUNTOF(params), SETUP_MS, &rows, err))
		return false;
	const char *other = json_string_value(first_cell(rows, "other"));
	prober->other = other ? strdup(other) : NULL;
	json_decref(rows);
	return true;
}

static bool
add_twins(struct prober *prober, struct error *err)
{
	struct actors *actors = prober->actors;
	const char *other = NULL;

	if (!find_other(prober, err))
		return false;
	if (actors->count)
		other = actors_other_tenant(actors, actors->items[0].tenant);
	if (!read_claims(prober, actors, other ? other : prober->other, err))
		return false;
	/* Outside of Supabase nobody is called anon: then there is nobody to be. */
	struct actor *last = &actors->items[actors->count ? actors->count - 1 : 0];
	struct error none = { 0 };
	if (actors->count && last->kind == ACTOR_ANONYMOUS &&
	    !role_exists(prober, last->database_role, &none))
		actors->count--;
	return true;
}

/* ---- open and close ---- */

static bool
self_test(struct prober *prober, struct error *err)
{
	json_t *rows = NULL;

	if (!prober->actors->count)
		return error_set(err, ERROR_USAGE, "there is nobody to measure: name personas");
	if (!ask(prober, "select pg_temp.lensgate_self_test($1) as problem",
		 prober->actors->items[0].database_role, &rows, err))
		return false;
	const char *problem = json_string_value(first_cell(rows, "problem"));
	bool ok = !problem || error_set(err, ERROR_ENVIRONMENT, "%s", problem);
	json_decref(rows);
	return ok;
}

static bool
install(struct prober *prober, struct error *err)
{
	/* Plans of few uses are not worth compiling, nor making anew for each value. */
	return sql_session_script(prober->session,
				  "savepoint lensgate_prober; set local jit = off;"
				  " set local plan_cache_mode = force_generic_plan",
				  SETUP_MS, NULL, err) &&
	       measurer_check(&prober->measurer, prober->session, err) &&
	       measurer_may_be(prober->session, prober->actors, err) &&
	       functions_create(prober->session, SETUP_MS, err) && self_test(prober, err) &&
	       add_twins(prober, err) && measurer_may_be(prober->session, prober->actors, err) &&
	       sql_session_script(prober->session, "savepoint lensgate_probes", SETUP_MS, NULL,
				  err);
}

struct prober *
prober_open(struct sql_session *session, struct actors *actors,
	    const struct prober_options *options, struct error *err)
{
	struct prober *prober = must(calloc(1, sizeof(*prober)));

	prober->session = session;
	prober->actors = actors;
	prober->options = options;
	prober->hung = json_object();
	prober->made_for = json_object();
	if (install(prober, err))
		return prober;
	prober_close(prober);
	return NULL;
}

void
prober_close(struct prober *prober)
{
	struct error ignored = { 0 };

	if (!prober)
		return;
	/* Prepared statements are no part of a transaction. */
	if (sql_session_alive(prober->session) &&
	    !(sql_session_script(
		      prober->session,
		      "rollback to lensgate_probes; select pg_temp.lensgate_known('none')",
		      SETUP_MS, NULL, &ignored) &&
	      sql_session_script(prober->session, "rollback to lensgate_prober", SETUP_MS, NULL,
				 &ignored)))
		ignored = (struct error){ 0 }; /* the caller's rollback does the rest */
	measurer_release(&prober->measurer);
	json_decref(prober->hung);
	json_decref(prober->made_for);
	free(prober->other);
	free(prober->asked.facts);
	arena_release(&prober->arena);
	free(prober);
}

/* ---- what is looked at ---- */

static char *
dump(const json_t *value)
{
	char *text = must(json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY));

	return text;
}

/* Texts as an array of PostgreSQL, by way of JSON; NULL for none. */
static char *
text_list(const char *const *items, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_string(items[i]));
	char *text = count ? dump(list) : NULL;
	json_decref(list);
	return text;
}

json_t *
prober_relations(struct prober *prober, struct error *err)
{
	const struct prober_options *options = prober->options;
	const char **names = ARENA_ARRAY(&prober->arena, prober->actors->count + 1, const char *);
	json_t *rows = NULL;

	for (size_t i = 0; i < prober->actors->count; i++)
		names[i] = prober->actors->items[i].database_role;
	char *schemas = text_list(options->schemas, options->schema_count);
	char *roles = text_list(names, prober->actors->count);
	char *hints = options->hints ? dump(options->hints) : NULL;
	const char *params[] = { schemas, roles, options->tenant_column, options->root, hints };
	if (!sql_session_ask(
		    prober->session,
		    "select * from pg_temp.lensgate_relations("
		    "(select array_agg(s) from jsonb_array_elements_text($1::jsonb) s),"
		    "(select array_agg(distinct s) from jsonb_array_elements_text($2::jsonb) s),"
		    " $3, $4, coalesce($5::jsonb, '{}'))",
		    params, COUNTOF(params), SETUP_MS, &rows, err))
		rows = NULL;
	free(schemas);
	free(roles);
	free(hints);
	return rows;
}

/* ---- trying ---- */

/* What is set for an actor: what his role brings along, and over it what the application says. */
static json_t *
settings_of(const struct prober *prober, const struct actor *actor)
{
	const json_t *role = json_object_get(prober->measurer.roles, actor->database_role);
	json_t *settings = json_object(), *own = NULL;

	json_object_update(settings, node_writable(json_object_get(role, "settings")));
	if (actor->settings)
		own = json_loads(actor->settings, 0, NULL);
	json_object_update(settings, own);
	json_decref(own);
	return settings;
}

/* Personas whom a view or function may show what this actor must not see: those of other tenants,
 * and one of his own. */
static json_t *
witnesses(const struct prober *prober, const struct actor *actor)
{
	json_t *list = json_array();
	size_t own = 0;

	for (size_t i = 0; i < prober->actors->count && json_array_size(list) < 4; i++) {
		const struct actor *other = &prober->actors->items[i];

		if (other->kind != ACTOR_PERSONA || !other->tenant || !actor->tenant ||
		    (strcmp(other->tenant, actor->tenant) == 0 && own++))
			continue;
		json_array_append_new(list, json_pack("{s:s?, s:o}", "claims", other->claims,
						      "settings", settings_of(prober, other)));
	}
	return list;
}

static const char *
persona_text(struct prober *prober, const struct actor *actor)
{
	const char *made = json_string_value(json_object_get(prober->made_for, actor->name));

	if (made)
		return made;
	const json_t *role = json_object_get(prober->measurer.roles, actor->database_role);
	json_t *settings = settings_of(prober, actor);
	const char *other = actors_other_tenant(prober->actors, actor->tenant);
	json_t *persona = json_pack("{s:s, s:s?, s:b, s:b, s:s?, s:s?, s:s?, s:o}", "role",
				    actor->database_role, "claims", actor->claims, "superuser",
				    prober->measurer.superuser, "authenticator",
				    json_is_true(json_object_get(role, "by_authenticator")),
				    "tenant", actor->tenant, "other", other ? other : prober->other,
				    "user", actor->user, "witnesses", witnesses(prober, actor));

	if (json_object_size(settings))
		json_object_set(persona, "settings", settings);
	json_decref(settings);
	char *text = dump(persona);
	json_object_set_new(prober->made_for, actor->name, json_string(text));
	free(text);
	json_decref(persona);
	return json_string_value(json_object_get(prober->made_for, actor->name));
}

/* A call undoes what it tried; only after an error is there more to take back. */
static void
take_back(struct prober *prober)
{
	struct error ignored = { 0 };

	(void)snprintf(prober->state, sizeof(prober->state), "%s",
		       sql_session_state(prober->session));
	if (!sql_session_script(
		    prober->session,
		    "rollback to lensgate_probes; select pg_catalog.pg_advisory_unlock_all()",
		    SETUP_MS, NULL, &ignored))
		prober->state[0] = '\0';
}

/* One of the functions with three arguments. */
static bool
run(struct prober *prober, const char *text, const char *const params[3], int64_t timeout_ms,
    json_t **rows, struct error *err)
{
	if (sql_session_ask(prober->session, text, params, 3, timeout_ms, rows, err))
		return true;
	take_back(prober);
	return false;
}

/* What can be said of commands that could not be tried. */
static json_t *
unknown(struct prober *prober, const char *facts, const char *list, const char *why,
	struct error *err)
{
	const char *params[] = { facts, list, why };
	json_t *rows = NULL;

	if (!run(prober, "select * from pg_temp.lensgate_unknown($1::jsonb, $2::text[], $3)",
		 params, SETUP_MS, &rows, err))
		return NULL;
	return rows;
}

static const char *
reason_of(struct prober *prober, const struct error *problem, int64_t timeout_ms)
{
	if (strcmp(prober->state, "57014") == 0)
		return arena_printf(&prober->arena, "it was not done within %lld ms",
				    (long long)timeout_ms);
	return arena_printf(&prober->arena, "%s", problem->message);
}

static const char probe_call[] =
	"select * from pg_temp.lensgate_probe($1::jsonb, $2::jsonb, $3::text[])";

/* All at once did not work: one by one, so that only what is to blame is unknown. */
static json_t *
try_each(struct prober *prober, const char *relation, const char *persona, const char *facts,
	 int64_t timeout_ms, struct error *err)
{
	json_t *known = json_object_get(prober->hung, relation);
	json_t *all = json_array();

	for (size_t i = 0; i < COUNTOF(commands); i++) {
		const char *list = arena_printf(&prober->arena, "{%s}", commands[i]);
		const char *why = json_string_value(json_object_get(known, commands[i]));
		struct error problem = { 0 };
		json_t *rows = NULL;

		if (!why) {
			const char *params[] = { persona, facts, list };

			if (!run(prober, probe_call, params, timeout_ms, &rows, &problem))
				why = reason_of(prober, &problem, timeout_ms);
			if (!rows && strcmp(prober->state, "57014") == 0)
				json_object_set_new(known, commands[i], json_string(why));
		}
		if (!rows)
			rows = unknown(prober, facts, list, why, err);
		if (!rows) {
			json_decref(all);
			return NULL;
		}
		json_array_extend(all, rows);
		json_decref(rows);
	}
	return all;
}

static int64_t
limit_of(const struct prober *prober)
{
	return prober->options->timeout_ms ? prober->options->timeout_ms : DEFAULT_MS;
}

void
prober_begin(struct prober *prober, const json_t *relation, const struct actor *actor)
{
	const char *name = json_string_value(json_object_get(relation, "name"));
	struct error ignored = { 0 }; /* is met again when each command is tried */

	free(prober->asked.facts);
	prober->asked.relation = relation;
	prober->asked.facts = dump(json_object_get(relation, "facts"));
	prober->asked.persona = persona_text(prober, actor);
	const char *params[] = { prober->asked.persona, prober->asked.facts,
				 "{SELECT,INSERT,UPDATE,MOVE,DELETE,TRUNCATE,REFERENCES,TRIGGER}" };
	prober->asked.sent = !json_object_get(prober->hung, name) &&
			     sql_session_send(prober->session, probe_call, params, COUNTOF(params),
					      limit_of(prober), &ignored);
}

bool
prober_ready(const struct prober *prober)
{
	return prober->asked.relation && (!prober->asked.sent || sql_session_done(prober->session));
}

/* A time-out or a lock that somebody else had, who may have been another prober. */
static bool
was_disturbed(const struct prober *prober, const json_t *rows)
{
	static const char *const others[] = { "55P03", "40P01", "40001" };

	if (!rows)
		return strcmp(prober->state, "57014") == 0;
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		const char *letter = json_string_value(json_object_get(row, "letter"));
		const char *state = json_string_value(json_object_get(row, "state"));

		for (size_t k = 0; letter && *letter == '?' && state && k < COUNTOF(others); k++)
			if (strcmp(state, others[k]) == 0)
				return true;
	}
	return false;
}

json_t *
prober_take(struct prober *prober, bool *disturbed, struct error *err)
{
	const char *name = json_string_value(json_object_get(prober->asked.relation, "name"));
	struct error problem = { 0 };
	json_t *rows = NULL;

	prober->asked.relation = NULL;
	if (prober->asked.sent && !sql_session_take(prober->session, &rows, &problem))
		take_back(prober);
	if (disturbed) {
		*disturbed = prober->asked.sent && was_disturbed(prober, rows);
		if (*disturbed) {
			json_decref(rows);
			return NULL;
		}
	}
	if (rows)
		return rows;
	if (!json_object_get(prober->hung, name))
		json_object_set_new(prober->hung, name, json_object());
	return try_each(prober, name, prober->asked.persona, prober->asked.facts, limit_of(prober),
			err);
}

json_t *
prober_probe(struct prober *prober, const json_t *relation, const struct actor *actor,
	     struct error *err)
{
	prober_begin(prober, relation, actor);
	return prober_take(prober, NULL, err);
}

bool
probers_wait(struct prober *const *probers, size_t count, struct error *err)
{
	for (;;) {
		for (size_t i = 0; i < count; i++)
			if (prober_ready(probers[i]))
				return true;
		if (!sql_session_wait(probers[0]->session, err))
			return false;
	}
}
