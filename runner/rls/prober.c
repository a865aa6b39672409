#include "rls/prober.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "document/node.h"
#include "exec/sql_roles.h"

#define SETUP_MS   30000
#define DEFAULT_MS 5000

static const char relations_sql[] = {
#include "rls/relations.sql.inc"
};
static const char probe_sql[] = {
#include "rls/probe.sql.inc"
};
static const char self_test_sql[] = {
#include "rls/self_test.sql.inc"
};

static const char *const commands[] = { "SELECT", "INSERT",   "UPDATE",     "MOVE",
					"DELETE", "TRUNCATE", "REFERENCES", "TRIGGER" };

struct prober {
	struct sql_session *session;
	struct actors *actors;
	const struct prober_options *options;
	json_t *roles; /* {name: {by_authenticator, settings}} */
	bool superuser;
	char *other;      /* a tenant that no actor has, when all have the same one; NULL */
	json_t *hung;     /* {relation: {command: reason}} */
	json_t *made_for; /* {actor: persona as the functions want it} */
	char state[6];    /* SQLSTATE of the last probe that failed */
	struct arena arena;
};

const char *
prober_version_problem(long server_version_num)
{
	return server_version_num < 150000
		       ? "the server is older than PostgreSQL 15: policies of views are not the "
			 "caller's there, and nothing was measured"
		       : NULL;
}

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

/* ---- who we are ---- */

static bool
check_login(struct prober *prober, struct error *err)
{
	json_t *rows = NULL;
	bool ok = ask(prober,
		      "select current_setting('server_version_num')::bigint as version,"
		      " r.rolsuper as super, r.rolbypassrls as bypass, r.rolname::text as name,"
		      " current_setting('transaction_read_only') = 'on' as fixed"
		      " from pg_catalog.pg_roles r where r.rolname = current_user",
		      NULL, &rows, err);

	if (!ok)
		return false;
	const char *old =
		prober_version_problem((long)json_integer_value(first_cell(rows, "version")));

	prober->superuser = json_is_true(first_cell(rows, "super"));
	if (old)
		ok = error_set(err, ERROR_ENVIRONMENT, "%s", old);
	else if (!prober->superuser && !json_is_true(first_cell(rows, "bypass")))
		ok = error_set(
			err, ERROR_ENVIRONMENT,
			"connected as %s, whom policies hold: who can do what is measured by "
			"a superuser, or a role with BYPASSRLS that may become the personas",
			json_string_value(first_cell(rows, "name")));
	else if (json_is_true(first_cell(rows, "fixed")))
		ok = error_set(err, ERROR_ENVIRONMENT,
			       "the database takes no writes (a standby, or "
			       "default_transaction_read_only): nothing can be tried");
	json_decref(rows);
	return ok;
}

static bool
check_role(struct prober *prober, const struct actor *actor, struct error *err)
{
	json_t *rows = NULL;
	bool ok =
		ask(prober,
		    "select pg_catalog.pg_has_role(current_user, oid, 'MEMBER') as member,"
		    " rolsuper or rolbypassrls as free from pg_catalog.pg_roles where rolname = $1",
		    actor->database_role, &rows, err);

	if (!ok)
		return false;
	if (json_array_size(rows) == 0)
		ok = error_set(err, ERROR_ENVIRONMENT, "%s: there is no database role %s",
			       actor->name, actor->database_role);
	else if (!json_is_true(first_cell(rows, "member")))
		ok = error_set(err, ERROR_ENVIRONMENT,
			       "%s: the login may not become the database role %s", actor->name,
			       actor->database_role);
	else if (json_is_true(first_cell(rows, "free")))
		ok = error_set(err, ERROR_ENVIRONMENT,
			       "%s: no policy holds the database role %s (superuser or BYPASSRLS)",
			       actor->name, actor->database_role);
	json_decref(rows);
	return ok;
}

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
check_roles(struct prober *prober, struct error *err)
{
	for (size_t i = 0; i < prober->actors->count; i++) {
		const struct actor *actor = &prober->actors->items[i];
		bool known = false;

		for (size_t k = 0; k < i; k++)
			known |= strcmp(prober->actors->items[k].database_role,
					actor->database_role) == 0;
		if (!known && !check_role(prober, actor, err))
			return false;
	}
	return true;
}

static bool
read_roles(struct prober *prober, struct error *err)
{
	json_t *rows = NULL;
	struct buf text;

	buf_init(&text, (size_t)16 * 1024);
	buf_printf(&text,
		   "select jsonb_object_agg(r.rolname, jsonb_build_object('by_authenticator',"
		   " r.by_authenticator, 'settings', coalesce(jsonb_object(r.names::text[],"
		   " r.vals::text[]), '{}'))) as roles from (%s) r",
		   sql_role_facts);
	bool ok = ask(prober, text.text, NULL, &rows, err);
	buf_release(&text);
	if (ok)
		prober->roles = node_share(first_cell(rows, "roles"));
	json_decref(rows);
	return ok;
}

/* ---- the twins ---- */

/* Names under which policies and the functions they may use read claims. */
static json_t *
metadata_keys(struct prober *prober, struct error *err)
{
	json_t *rows = NULL, *keys = NULL;

	if (ask(prober,
		"select coalesce(jsonb_agg(distinct m[1]), '[]') as keys from ("
		" select coalesce(qual, '') || ' ' || coalesce(with_check, '') as text"
		" from pg_catalog.pg_policies"
		" union all select prosrc from pg_catalog.pg_proc p join pg_catalog.pg_namespace n"
		" on n.oid = p.pronamespace where n.nspname !~ '^pg_|^information_schema$'"
		" and p.prosrc like '%metadata%') t,"
		" regexp_matches(text, '->>?\\s*''(\\w+)''', 'g') m",
		NULL, &rows, err))
		keys = node_share(first_cell(rows, "keys"));
	json_decref(rows);
	return keys;
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
	json_t *keys = metadata_keys(prober, err);
	if (!keys)
		return false;
	actors_add_twins(actors, other ? other : prober->other, keys);
	json_decref(keys);
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
	       check_login(prober, err) && check_roles(prober, err) &&
	       sql_session_script(prober->session, relations_sql, SETUP_MS, NULL, err) &&
	       sql_session_script(prober->session, probe_sql, SETUP_MS, NULL, err) &&
	       sql_session_script(prober->session, self_test_sql, SETUP_MS, NULL, err) &&
	       self_test(prober, err) && add_twins(prober, err) && check_roles(prober, err) &&
	       read_roles(prober, err) &&
	       sql_session_script(prober->session, "savepoint lensgate_probes", SETUP_MS, NULL,
				  err);
}

struct prober *
prober_open(struct sql_session *session, struct actors *actors,
	    const struct prober_options *options, struct error *err)
{
	struct prober *prober = calloc(1, sizeof(*prober));

	if (!prober)
		abort();
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
	    !(sql_session_script(prober->session,
				 "rollback to lensgate_probes; select pg_temp.lensgate_known('none')",
				 SETUP_MS, NULL, &ignored) &&
	      sql_session_script(prober->session, "rollback to lensgate_prober", SETUP_MS, NULL,
				 &ignored)))
		ignored = (struct error){ 0 }; /* the caller's rollback does the rest */
	json_decref(prober->roles);
	json_decref(prober->hung);
	json_decref(prober->made_for);
	free(prober->other);
	arena_release(&prober->arena);
	free(prober);
}

/* ---- what is looked at ---- */

static char *
dump(const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	if (!text)
		abort();
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

static json_t *
witnesses(const struct prober *prober, const struct actor *actor)
{
	json_t *list = json_array();

	for (size_t i = 0; i < prober->actors->count && json_array_size(list) < 3; i++) {
		const struct actor *other = &prober->actors->items[i];

		if (other->claims && other->tenant && actor->tenant &&
		    strcmp(other->tenant, actor->tenant) != 0)
			json_array_append_new(list, json_string(other->claims));
	}
	return list;
}

static const char *
persona_text(struct prober *prober, const struct actor *actor)
{
	const char *made = json_string_value(json_object_get(prober->made_for, actor->name));

	if (made)
		return made;
	const json_t *role = json_object_get(prober->roles, actor->database_role);
	const json_t *settings = json_object_get(role, "settings");
	const char *other = actors_other_tenant(prober->actors, actor->tenant);
	json_t *persona = json_pack("{s:s, s:s?, s:b, s:b, s:s?, s:s?, s:s?, s:o}", "role",
				    actor->database_role, "claims", actor->claims, "superuser",
				    prober->superuser, "authenticator",
				    json_is_true(json_object_get(role, "by_authenticator")),
				    "tenant", actor->tenant, "other", other ? other : prober->other,
				    "user", actor->user, "witnesses", witnesses(prober, actor));

	if (json_object_size(settings))
		json_object_set(persona, "settings", node_writable(settings));
	char *text = dump(persona);
	json_object_set_new(prober->made_for, actor->name, json_string(text));
	free(text);
	json_decref(persona);
	return json_string_value(json_object_get(prober->made_for, actor->name));
}

/* One of the functions with three arguments. A call undoes what it tried; only after an error is
 * there more to take back. */
static bool
run(struct prober *prober, const char *text, const char *const params[3], int64_t timeout_ms,
    json_t **rows, struct error *err)
{
	struct error ignored = { 0 };

	if (sql_session_ask(prober->session, text, params, 3, timeout_ms, rows, err))
		return true;
	(void)snprintf(prober->state, sizeof(prober->state), "%s",
		       sql_session_state(prober->session));
	if (!sql_session_script(prober->session, "rollback to lensgate_probes", SETUP_MS, NULL,
				&ignored))
		prober->state[0] = '\0';
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

static json_t *
try_commands(struct prober *prober, const char *persona, const char *facts, const char *list,
	     int64_t timeout_ms, struct error *err)
{
	const char *params[] = { persona, facts, list };
	json_t *rows = NULL;

	if (!run(prober, "select * from pg_temp.lensgate_probe($1::jsonb, $2::jsonb, $3::text[])",
		 params, timeout_ms, &rows, err))
		return NULL;
	return rows;
}

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
			rows = try_commands(prober, persona, facts, list, timeout_ms, &problem);
			if (!rows)
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

json_t *
prober_probe(struct prober *prober, const json_t *relation, const struct actor *actor,
	     struct error *err)
{
	const char *name = json_string_value(json_object_get(relation, "name"));
	int64_t timeout_ms = prober->options->timeout_ms ? prober->options->timeout_ms : DEFAULT_MS;
	char *facts = dump(json_object_get(relation, "facts"));
	const char *persona = persona_text(prober, actor);
	struct error problem = { 0 };
	json_t *rows = NULL;

	if (!json_object_get(prober->hung, name))
		rows = try_commands(
			prober, persona, facts,
			"{SELECT,INSERT,UPDATE,MOVE,DELETE,TRUNCATE,REFERENCES,TRIGGER}",
			timeout_ms, &problem);
	if (!rows) {
		if (!json_object_get(prober->hung, name))
			json_object_set_new(prober->hung, name, json_object());
		rows = try_each(prober, name, persona, facts, timeout_ms, err);
	}
	free(facts);
	return rows;
}
