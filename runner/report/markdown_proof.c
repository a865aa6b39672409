/* State proof: what the witness saw before and after, in a table; what a persona was let do in SQL;
 * and, folded away, every look in full. */
#include <string.h>

#include "report/markdown_parts.h"
#include "report/prose.h"
#include "report/rows.h"
#include "report/summary.h"
#include "report/transcript.h"
#include "run/decode.h"

/* A look of the witness, and not a statement that is judged. */
static bool
is_look(const struct exchange *exchange)
{
	return exchange->kind == EXCHANGE_SQL && exchange->purpose != PURPOSE_STEP &&
	       exchange->purpose != PURPOSE_SETUP;
}

static bool
same_text(const char *left, const char *right)
{
	return strcmp(left ? left : "", right ? right : "") == 0;
}

/* The second look of `before`; NULL: there was none. */
static const struct exchange *
find_after(const struct run_case *run_case, size_t before)
{
	const struct exchange *first = &run_case->exchanges[before];

	for (size_t i = before + 1; i < run_case->exchange_count; i++) {
		const struct exchange *second = &run_case->exchanges[i];

		if (is_look(second) && second->purpose == PURPOSE_AFTER &&
		    second->step == first->step && same_text(second->sql.text, first->sql.text) &&
		    same_text(second->sql.params, first->sql.params))
			return second;
	}
	return NULL;
}

static void
add_count(struct buf *out, const struct sql_exchange *sql)
{
	if (sql && strcmp(sql->outcome ? sql->outcome : "", "allowed") == 0)
		buf_printf(out, " %ld |", sql->rows);
	else if (sql)
		buf_printf(out, " %s |", sql->outcome ? sql->outcome : "?");
	else
		buf_printf(out, " |");
}

/* One parameter by itself, several as they were sent. */
static void
add_where(struct document *document, const char *params)
{
	json_t *array = params ? decode(params, strlen(params)) : NULL;
	const char *only = json_string_value(json_array_get(array, 0));

	prose_code(&document->out, json_array_size(array) == 1 && only ? only : params);
	json_decref(array);
}

/* "| 2 | `pms_audit_log` | `["..."]` | 1 | 2 | **1 row more** |" */
static void
add_row(struct document *document, const struct exchange *look, const struct exchange *before,
	const struct exchange *after)
{
	struct buf *out = &document->out;
	struct buf *text;
	char table[80];

	rows_table(look->sql.text, table, sizeof(table));
	if (look->step)
		buf_printf(out, "| %d | ", look->step);
	else
		buf_printf(out, "| | ");
	prose_code(out, table);
	buf_printf(out, " | ");
	add_where(document, look->sql.params);
	buf_printf(out, " |");
	add_count(out, before ? &before->sql : NULL);
	add_count(out, after ? &after->sql : NULL);
	text = part_scratch(document);
	if (!before || !after) {
		buf_printf(text, "%s",
			   look->purpose == PURPOSE_WRITTEN ? "looked up after the success"
			   : before ? "no second look: the step did not get that far"
				    : purpose_name(look->purpose));
		buf_printf(out, " ");
		prose_inline(out, text->text);
		buf_printf(out, " |\n");
		return;
	}
	bool changed = rows_difference(before->sql.values, after->sql.values, text);
	buf_printf(out, changed ? " **changed**: " : " ");
	prose_inline(out, text->text);
	buf_printf(out, " |\n");
}

/* One row for every thing that was looked at, however often. */
static bool
add_looks(struct document *document, const struct run_case *run_case)
{
	bool any = false;

	for (size_t i = 0; i < run_case->exchange_count; i++) {
		const struct exchange *look = &run_case->exchanges[i];
		const struct exchange *after = NULL;
		bool paired = false;

		if (!is_look(look) || look->purpose == PURPOSE_CLEANUP)
			continue;
		if (look->purpose == PURPOSE_BEFORE)
			after = find_after(run_case, i);
		for (size_t k = 0; look->purpose == PURPOSE_AFTER && k < i && !paired; k++)
			paired = is_look(&run_case->exchanges[k]) &&
				 run_case->exchanges[k].purpose == PURPOSE_BEFORE &&
				 find_after(run_case, k) == look;
		if (paired)
			continue;
		if (!any)
			buf_printf(
				&document->out,
				"| step | rows of | where | before | after | what is different |\n"
				"|---|---|---|---|---|---|\n");
		any = true;
		add_row(document, look, look->purpose == PURPOSE_BEFORE ? look : NULL,
			look->purpose == PURPOSE_BEFORE ? after : look);
	}
	if (any)
		buf_printf(&document->out, "\n");
	return any;
}

/* Who the claims are about, and where the rest of them stands. Statement after statement is made
 * with the same claims: they are read when they are others than before. */
static const char *
short_claims(struct document *document, const char *claims)
{
	struct buf *last = &document->claims;
	struct buf *shown = &document->short_claims;

	if (!claims || strcmp(claims, last->text) == 0)
		return claims ? shown->text : NULL;

	json_t *object = decode(claims, strlen(claims));
	const char *sub = json_string_value(json_object_get(object, "sub"));
	buf_clear(last);
	buf_add(last, claims, strlen(claims));
	buf_clear(shown);
	buf_printf(shown, sub ? "of %s, in full below" : "%s", sub ? sub : claims);
	json_decref(object);
	return shown->text;
}

/* "step 6 (It refuses another status), as crew: **denied** in 2 ms" */
static void
add_statement(struct document *document, const struct exchange *exchange)
{
	const struct sql_exchange *sql = &exchange->sql;
	struct sql_exchange shown = *sql;
	struct buf *out = &document->out;
	struct buf *text = part_scratch(document);

	buf_printf(text, "step %d", exchange->step);
	if (exchange->title)
		buf_printf(text, " (%s)", exchange->title);
	if (exchange->attempt > 1)
		buf_printf(text, ", attempt %d", exchange->attempt);
	buf_printf(text, ", as %s: ", exchange->persona ? exchange->persona : sql->identity);
	prose_inline(out, text->text);
	buf_printf(out, "**%s**", sql->outcome ? sql->outcome : "unknown");
	if (sql->sqlstate)
		buf_printf(out, " (%s)", sql->sqlstate);
	else
		buf_printf(out, ", %ld row%s", sql->rows, sql->rows == 1 ? "" : "s");
	buf_printf(out, ", ");
	summary_time(sql->elapsed_us, out);
	buf_printf(out, "\n\n");
	text = part_scratch(document);
	shown.claims = short_claims(document, sql->claims);
	transcript_sql(&shown, text);
	prose_block(out, "sql", text->text, text->len);
	buf_printf(out, "\n");
}

/* The claims of every persona that made a statement, each once: they hardly differ from statement
 * to statement, and would hide what does. */
static void
add_full_claims(struct document *document, const struct run_case *run_case)
{
	struct buf *text = part_scratch(document);

	for (size_t i = 0; i < run_case->exchange_count; i++) {
		const struct exchange *exchange = &run_case->exchanges[i];
		bool seen = !exchange->sql.claims || exchange->kind != EXCHANGE_SQL;

		for (size_t k = 0; k < i && !seen; k++)
			seen = run_case->exchanges[k].kind == EXCHANGE_SQL &&
			       same_text(run_case->exchanges[k].sql.claims, exchange->sql.claims);
		if (!seen)
			buf_printf(text, "%s: %s\n", exchange->persona ? exchange->persona : "?",
				   exchange->sql.claims);
	}
	if (!text->len)
		return;
	buf_printf(&document->out, "<details><summary>claims in full</summary>\n\n");
	prose_block(&document->out, "text", text->text, text->len);
	buf_printf(&document->out, "\n</details>\n\n");
}

static void
add_full_looks(struct document *document, const struct run_case *run_case)
{
	long count = 0;

	for (size_t i = 0; i < run_case->exchange_count; i++)
		count += is_look(&run_case->exchanges[i]);
	buf_printf(&document->out,
		   "<details><summary>%ld look%s of the witness in full</summary>\n\n", count,
		   count == 1 ? "" : "s");
	for (size_t i = 0; i < run_case->exchange_count; i++) {
		const struct exchange *look = &run_case->exchanges[i];
		struct buf *text;

		if (!is_look(look))
			continue;
		text = part_scratch(document);
		transcript_line(look, text);
		prose_inline(&document->out, text->text);
		buf_printf(&document->out, "\n\n");
		text = part_scratch(document);
		transcript_sql(&look->sql, text);
		prose_block(&document->out, "sql", text->text, text->len);
		buf_printf(&document->out, "\n");
	}
	buf_printf(&document->out, "</details>\n\n");
}

void
part_case_proof(struct document *document, const struct planned_case *planned,
		const struct run_case *run_case)
{
	bool any = false, looks = false;

	for (size_t i = 0; i < run_case->exchange_count; i++) {
		any = any || run_case->exchanges[i].kind == EXCHANGE_SQL;
		looks = looks || is_look(&run_case->exchanges[i]);
	}
	if (!any)
		return;
	part_case_heading(document, planned, run_case);
	(void)add_looks(document, run_case);
	for (size_t i = 0; i < run_case->exchange_count; i++) {
		const struct exchange *exchange = &run_case->exchanges[i];
		if (exchange->kind == EXCHANGE_SQL && !is_look(exchange))
			add_statement(document, exchange);
	}
	add_full_claims(document, run_case);
	if (looks)
		add_full_looks(document, run_case);
	part_put(document, SECTION_PROOF);
}

bool
part_state_proof(struct document *document)
{
	buf_printf(&document->out,
		   "## State proof\n\n"
		   "What the witness, who sees all rows, saw before and after each step; then what "
		   "a persona was let do in SQL, rolled back.\n\n");
	if (document->run->invariants.statements == 0)
		buf_printf(&document->out, "No SQL statement was judged; those below, if any, "
					   "looked at rows.\n\n");
	part_play(document, SECTION_PROOF);
	return true;
}
