#include "rls/copy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"

#define TIMEOUT_MS 30000
#define NAME_BYTES 64 /* of PostgreSQL: NAMEDATALEN */

struct copy {
	struct arena arena;
	struct loop *loop;
	const char *conninfo;
	const char *template_conninfo, *twin_conninfo;
	char database[3 * NAME_BYTES], template[3 * NAME_BYTES], twin[3 * NAME_BYTES]; /* quoted */
	struct sql_session *desk; /* on the template; NULL: the database is not renewed */
	struct sql_session *session;
	struct sql_session *twin_session; /* NULL: there is none */
	const char *digesting;            /* statement that gives a digest of all rows */
	const char *digest;               /* of the template */
	bool spoilt;                      /* not as it was: to be copied anew */
};

static struct sql_session *
open_session(struct copy *copy, const char *conninfo, struct error *err)
{
	return sql_session_open(
		copy->loop,
		&(struct sql_options){ .conninfo = conninfo, .connect_timeout_ms = TIMEOUT_MS },
		err);
}

/* CREATE and DROP DATABASE cannot stand in a transaction: one message each. */
static bool
script(struct sql_session *session, const char *text, struct error *err)
{
	return sql_session_script(session, text, TIMEOUT_MS, NULL, err);
}

static void
keep_name(const json_t *row, const char *key, char *out, size_t size)
{
	const char *text = json_string_value(json_object_get(row, key));

	(void)snprintf(out, size, "%s", text ? text : "");
}

static bool
learn_names(struct copy *copy, struct error *err)
{
	json_t *rows = NULL;

	if (!sql_session_ask(
		    copy->session,
		    "select quote_ident(current_database()) as database, "
		    "quote_ident(left(current_database(), 52) || '_template') as template, "
		    "quote_ident(left(current_database(), 52) || '_twin') as twin, "
		    "left(current_database(), 52) as name",
		    NULL, 0, TIMEOUT_MS, &rows, err))
		return false;
	const json_t *row = json_array_get(rows, 0);
	const char *name = json_string_value(json_object_get(row, "name"));
	keep_name(row, "database", copy->database, sizeof(copy->database));
	keep_name(row, "template", copy->template, sizeof(copy->template));
	keep_name(row, "twin", copy->twin, sizeof(copy->twin));
	/* Of a word that comes twice libpq takes the last. */
	copy->template_conninfo = arena_printf(&copy->arena, "%s dbname='%s_template'",
					       copy->conninfo, name ? name : "");
	copy->twin_conninfo =
		arena_printf(&copy->arena, "%s dbname='%s_twin'", copy->conninfo, name ? name : "");
	json_decref(rows);
	return true;
}

/* FILE_COPY: a third of the time of the default, which writes every page to the log. */
static bool
copy_database(struct copy *copy, struct sql_session *on, const char *to, const char *from,
	      struct error *err)
{
	return script(on,
		      arena_printf(&copy->arena,
				   "create database %s template %s strategy file_copy", to, from),
		      err);
}

/* ---- what is in it ---- */

/* A row's digest does not depend on where it is stored, so their sum does not on the order. */
static const char digests_of_tables[] =
	"select coalesce(string_agg(format('select %L || count(*) || '':'' || "
	"coalesce(sum(pg_catalog.hashtextextended(x::text, 0)::numeric), 0) as d from %s x', "
	"'/', c.oid::regclass), ' union all ' order by c.oid), 'select ''''::text as d') as text "
	"from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
	"where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'";

/* The only field of the only row, in the copy's arena; NULL with err. */
static const char *
ask_text(struct copy *copy, struct sql_session *session, const char *statement, struct error *err)
{
	json_t *rows = NULL;
	const char *text = NULL;

	if (!sql_session_ask(session, statement, NULL, 0, TIMEOUT_MS, &rows, err))
		return NULL;
	const char *answer = json_string_value(json_object_get(json_array_get(rows, 0), "text"));
	if (answer)
		text = arena_text(&copy->arena, answer, strlen(answer));
	else
		error_set(err, ERROR_ENVIRONMENT, "the rows of the database have no digest");
	json_decref(rows);
	return text;
}

/* On the template: counting the rows of the copy itself would look as if a test had read them. */
static bool
learn_digest(struct copy *copy, struct error *err)
{
	const char *each = ask_text(copy, copy->desk, digests_of_tables, err);

	if (!each)
		return false;
	copy->digesting = arena_printf(
		&copy->arena, "select pg_catalog.string_agg(d, '') as text from (%s) u", each);
	copy->digest = ask_text(copy, copy->desk, copy->digesting, err);
	return copy->digest != NULL;
}

/* Does it hold the template's rows, and no others? */
static bool
is_as_it_was(struct copy *copy, bool *same, struct error *err)
{
	const char *digest = ask_text(copy, copy->session, copy->digesting, err);

	*same = digest && strcmp(digest, copy->digest) == 0;
	return digest != NULL;
}

/* ---- making it ---- */

static bool
make_template(struct copy *copy, struct error *err)
{
	if (!copy_database(copy, copy->session, copy->template, copy->database, err))
		return false;
	copy->desk = open_session(copy, copy->template_conninfo, err);
	return copy->desk != NULL;
}

struct copy *
copy_open(struct loop *loop, const char *conninfo, bool renew, struct error *err)
{
	struct copy *copy = must(calloc(1, sizeof(*copy)));

	copy->loop = loop;
	copy->conninfo = arena_text(&copy->arena, conninfo, strlen(conninfo));
	copy->session = open_session(copy, copy->conninfo, err);
	if (copy->session && (!renew || (learn_names(copy, err) && make_template(copy, err) &&
					 learn_digest(copy, err))))
		return copy;
	copy_close(copy);
	return NULL;
}

void
copy_close(struct copy *copy)
{
	if (!copy)
		return;
	sql_session_close(copy->session);
	sql_session_close(copy->twin_session);
	sql_session_close(copy->desk);
	arena_release(&copy->arena);
	free(copy);
}

static bool
renew(struct copy *copy, struct error *err)
{
	sql_session_close(copy->session);
	copy->session = NULL;
	if (!script(copy->desk,
		    arena_printf(&copy->arena, "drop database if exists %s with (force)",
				 copy->database),
		    err) ||
	    !copy_database(copy, copy->desk, copy->database, copy->template, err))
		return false;
	copy->session = open_session(copy, copy->conninfo, err);
	copy->spoilt = false;
	return copy->session != NULL;
}

bool
copy_twin(struct copy *copy, struct sql_session **twin, struct error *err)
{
	*twin = NULL;
	if (!copy->desk)
		return true;
	if (!copy->twin_session) {
		if (!copy_database(copy, copy->desk, copy->twin, copy->template, err))
			return false;
		copy->twin_session = open_session(copy, copy->twin_conninfo, err);
	}
	*twin = copy->twin_session;
	return *twin != NULL;
}

bool
copy_restore(struct copy *copy, struct error *err)
{
	return !copy->spoilt || renew(copy, err);
}

bool
copy_apply(struct copy *copy, const struct mutant *mutant, bool *refused, struct error *err)
{
	*refused = false;
	if (!copy_restore(copy, err))
		return false;
	if (script(copy->session, mutant->apply, err))
		return true;
	*refused = sql_session_alive(copy->session);
	return false;
}

bool
copy_undo(struct copy *copy, const struct mutant *mutant, struct error *err)
{
	return copy_undo_all(copy, &mutant, 1, err);
}

bool
copy_undo_all(struct copy *copy, const struct mutant *const *mutants, size_t count,
	      struct error *err)
{
	bool ok = true, same = true;

	while (ok && count-- > 0)
		ok = script(copy->session, mutants[count]->undo, err);
	ok = ok && (!copy->desk || is_as_it_was(copy, &same, err));
	copy->spoilt = !same;
	return ok;
}

bool
copy_watch(struct copy *copy, struct error *err)
{
	return script(copy->session, "select pg_stat_reset()", err);
}

bool
copy_untouched(struct copy *copy, json_t **tables, struct error *err)
{
	static const char leave[] =
		"select pg_terminate_backend(pid, 5000) from pg_stat_activity "
		"where datname = current_database() and pid <> pg_backend_pid()";
	static const char untouched[] =
		"select format('%I.%I', schemaname, relname) as id from pg_stat_user_tables "
		"where coalesce(seq_scan, 0) + coalesce(idx_scan, 0) + n_tup_ins + n_tup_upd + "
		"n_tup_del = 0";
	json_t *rows = NULL;
	size_t i;
	json_t *row;

	*tables = json_array();
	if (!copy->desk)
		return true;
	if (!script(copy->session, leave, err) ||
	    !sql_session_ask(copy->session, untouched, NULL, 0, TIMEOUT_MS, &rows, err))
		return false;
	json_array_foreach(rows, i, row) json_array_append(*tables, json_object_get(row, "id"));
	json_decref(rows);
	return true;
}

struct sql_session *
copy_session(struct copy *copy)
{
	return copy->session;
}
