#include "exec/proof.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "check/pattern.h"
#include "document/node.h"
#include "exec/request.h"
#include "exec/sql.h"

/* Reports take a changed row apart: cut in the middle it would be no JSON. */
#define TEXT_BYTES 4000

static void
add_where(struct buf *text, const char *lead, const json_t *where, struct arena *arena,
	  struct proof_query *query)
{
	const char *column;
	json_t *value;

	query->params = ARENA_ARRAY(arena, json_object_size(where) + 1, const char *);
	json_t *shown = json_array();
	json_object_foreach(node_writable(where), column, value)
	{
		buf_printf(text, "%st.", lead);
		sql_quote_name(text, column);
		lead = " and ";
		if (json_is_null(value)) {
			buf_printf(text, " is null");
			continue;
		}
		query->params[query->param_count++] = request_param(value, arena);
		buf_printf(text, "::text = $%zu", query->param_count);
		json_array_append(shown, value);
	}
	query->params_json = request_json(shown, arena, NULL);
	json_decref(shown);
}

/* "VERB from TABLE t LEAD conditions TAIL" */
struct shape {
	const char *verb, *lead, *tail;
};

static void
make(struct shape shape, const char *table, const json_t *where, struct arena *arena,
     struct proof_query *query)
{
	struct buf text;

	*query = (struct proof_query){ 0 };
	buf_init(&text, (size_t)64 * 1024);
	buf_printf(&text, "%s from ", shape.verb);
	sql_quote_name(&text, table);
	buf_printf(&text, " t");
	add_where(&text, shape.lead, where, arena, query);
	buf_printf(&text, "%s", shape.tail);
	query->text = arena_text(arena, text.text, text.len);
	buf_release(&text);
}

void
proof_select(const char *table, const json_t *where, struct arena *arena, struct proof_query *query)
{
	make((struct shape){ "select to_jsonb(t) as row", " where ",
			     " order by to_jsonb(t)::text" },
	     table, where, arena, query);
}

void
proof_cursor(const char *table, const json_t *where, struct arena *arena, struct proof_query *query)
{
	make((struct shape){ "select", " where ", "" }, table, where, arena, query);
}

void
proof_delete(const char *table, const json_t *where, struct arena *arena, struct proof_query *query)
{
	make((struct shape){ "delete", " where ", "" }, table, where, arena, query);
}

/* What all the others are like, in one text that does not depend on their order. */
#define OTHERS                                                                                     \
	"select pg_catalog.concat(pg_catalog.count(*), ' ',"                                       \
	" pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)::numeric))"

void
proof_leash(const char *table, const json_t *where, bool ours, struct arena *arena,
	    struct proof_query queries[2])
{
	struct proof_query there, others;

	make((struct shape){ "select 1", " where ", "" }, table, where, arena, &there);
	make((struct shape){ OTHERS, " where (", ") is not true" }, table, where, arena, &others);
	queries[0] = queries[1] = others;
	/* A division by zero is an error that needs no function of ours in the database. */
	queries[0].text =
		arena_printf(arena,
			     "select pg_catalog.set_config('lensgate.others', (%s), true),"
			     " 1 / (exists (%s) = %s)::int",
			     others.text, there.text, ours ? "true" : "false");
	queries[1].text = arena_printf(
		arena, "select 1 / ((%s) = pg_catalog.current_setting('lensgate.others'))::int",
		others.text);
}

json_t *
proof_rows(const json_t *values)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < json_array_size(values); i++)
		json_array_append(rows, json_object_get(json_array_get(values, i), "row"));
	return rows;
}

/* The members that differ, as two objects with only those: the least that shows the change. */
static void
difference(const json_t *before, const json_t *after, json_t *was, json_t *is)
{
	const char *column;
	json_t *value;

	json_object_foreach(node_writable(before), column, value)
	{
		json_t *now = json_object_get(after, column);
		if (!json_equal(value, now)) {
			json_object_set(was, column, value);
			json_object_set_new(is, column, now ? json_incref(now) : json_null());
		}
	}
	json_object_foreach(node_writable(after), column, value)
	{
		if (!json_object_get(before, column)) {
			json_object_set_new(was, column, json_null());
			json_object_set(is, column, value);
		}
	}
}

void
proof_compare(const char *table, const json_t *before, const json_t *after,
	      struct findings *findings)
{
	size_t count = json_array_size(before), now = json_array_size(after);
	char expected[64], actual[64];

	if (json_equal(before, after))
		return;
	if (count != now) {
		(void)snprintf(expected, sizeof(expected), "%zu row%s, as before", count,
			       count == 1 ? "" : "s");
		(void)snprintf(actual, sizeof(actual), "%zu row%s", now, now == 1 ? "" : "s");
		finding_add(findings, FINDING_UNCHANGED, "", expected, actual,
			    "%s had to stay as it was, but has %zu rows instead of %zu", table, now,
			    count);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		json_t *was = json_object(), *is = json_object();
		difference(json_array_get(before, i), json_array_get(after, i), was, is);
		if (json_object_size(was) > 0) {
			char pointer[32];
			(void)snprintf(pointer, sizeof(pointer), "/%zu", i);
			finding_add(findings, FINDING_UNCHANGED, pointer,
				    pattern_text(was, TEXT_BYTES, findings->arena),
				    pattern_text(is, TEXT_BYTES, findings->arena),
				    "a row of %s had to stay as it was, but changed", table);
		}
		json_decref(was);
		json_decref(is);
	}
}

void
proof_promise(const struct promise *promise, const json_t *row_pattern, const json_t *rows,
	      struct findings *findings)
{
	char expected[64], actual[64], pointer[32];
	size_t count = json_array_size(rows);

	if (count != (size_t)promise->rows) {
		(void)snprintf(expected, sizeof(expected), "%ld row%s", promise->rows,
			       promise->rows == 1 ? "" : "s");
		(void)snprintf(actual, sizeof(actual), "%zu row%s", count, count == 1 ? "" : "s");
		finding_add(findings, FINDING_WRITTEN, "", expected, actual,
			    "a success has to leave %ld such rows in %s; the witness sees %zu",
			    promise->rows, promise->table, count);
	}
	for (size_t i = 0; row_pattern && i < count; i++) {
		(void)snprintf(pointer, sizeof(pointer), "/%s/%zu", promise->table, i);
		pattern_match(row_pattern, json_array_get(rows, i), pointer, FINDING_WRITTEN,
			      findings);
	}
}
