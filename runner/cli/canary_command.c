#include "cli/canary_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/exit.h"
#include "cli/lens_file.h"
#include "cli/mistakes.h"
#include "cli/stage.h"
#include "document/node.h"
#include "exec/sql_session.h"
#include "watch/canary.h"
#include "watch/rounds.h"
#include "watch/versus.h"

#define CONNECT_MS       5000
#define STATEMENT_MS     30000
#define DOCUMENT_BYTES   ((size_t)4 * 1024 * 1024)
#define COMPARISON_BYTES 10000
#define PATH_BYTES       512
#define EVENTS           200

/* Everything here is released by finish(). */
struct judging {
	const struct settings *settings;
	const char *lens;
	struct stage stage;
	struct document *document;
	struct canary_stage wanted;
	struct canary_window window;
	struct canary_judgement judgement;
	struct buf comparison; /* of two versions; empty: none was asked for */
	struct loop *loop;
	struct sql_session *session;
	struct buf out;
	struct errors errors;
	struct error err;
};

static const char events_sql[] =
	"select to_char(c.observed_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as at, c.status,"
	" e.level, e.detail_json->>'check' as check, e.detail_json->>'message' as message"
	" from public.pms_health_events e join public.pms_health_checks c on c.id = e.check_id"
	" where c.lens_id = $1 and c.yacht_id = $2 and e.level <> 'info'"
	" and c.observed_at > to_timestamp($3::double precision / 1e6)"
	" and c.observed_at <= to_timestamp($4::double precision / 1e6)"
	" order by c.observed_at, e.id";

static bool
prepare(struct judging *j)
{
	char path[LENS_FILE_BYTES];

	if (j->settings->operand_count != 1)
		return error_set(&j->err, ERROR_USAGE, "canary takes one operand: the lens");
	j->lens = j->settings->operands[0];
	if (!j->settings->canary_stage && !j->settings->rollout)
		return error_set(&j->err, ERROR_USAGE,
				 "canary wants --stage NAME or --rollout "
				 "PERCENT");
	if (!j->settings->baseline != !j->settings->candidate ||
	    (j->settings->candidate && !j->settings->canary_stage))
		return error_set(&j->err, ERROR_USAGE,
				 "--baseline and --candidate go together, with --stage");
	if (j->settings->canary_stage && !lens_file_find(j->lens, "canary.yaml", path, &j->err))
		return false;
	return (!j->settings->canary_stage ||
		canary_stage_load(&j->wanted, path, j->settings->canary_stage, &j->document,
				  &j->errors));
}

static bool
open_database(struct judging *j)
{
	j->stage = (struct stage){ .settings = j->settings, .without_suites = true };
	if (!stage_load(&j->stage, false) || !stage_start(&j->stage) || !stage_database(&j->stage))
		return false;
	struct sql_options options = { .conninfo = j->stage.workspace.environment->database,
				       .connect_timeout_ms = CONNECT_MS };
	j->session = sql_session_open(j->loop, &options, &j->err);
	return j->session != NULL;
}

static bool
ask(struct judging *j, const char *sql, json_t **rows)
{
	char from[24], to[24];
	const char *params[] = { j->lens, j->stage.workspace.environment->yacht, from, to };

	(void)snprintf(from, sizeof(from), "%lld", (long long)j->window.from_us);
	(void)snprintf(to, sizeof(to), "%lld", (long long)j->window.to_us);
	return sql_session_ask(j->session, sql, params, 4, STATEMENT_MS, rows, &j->err);
}

static json_t *
read_rounds(struct judging *j, int64_t window_ms)
{
	struct rounds_query query = { .lens = j->lens,
				      .yacht = j->stage.workspace.environment->yacht,
				      .from_us = j->window.to_us - window_ms * 1000,
				      .to_us = j->window.to_us };

	return rounds_rows(j->session, &query, &j->err);
}

static bool
read_window(struct judging *j)
{
	j->window.to_us = clock_wall_us();
	j->window.from_us = j->window.to_us - j->wanted.window_ms * 1000;
	j->window.expected = (long)(j->wanted.window_ms / j->wanted.every_ms);
	json_t *rows = read_rounds(j, j->wanted.window_ms);
	if (!rows)
		return false;
	for (size_t i = 0; i < json_array_size(rows); i++)
		canary_add(&j->window, &j->wanted, json_array_get(rows, i));
	json_decref(rows);
	canary_judge(&j->window, &j->wanted, &j->judgement);
	return true;
}

/* Both versions, by the rounds of a longer time: the baseline was there before the candidate. */
static bool
compare(struct judging *j)
{
	struct versus versus;

	if (!j->settings->candidate)
		return true;
	json_t *rows = read_rounds(j, j->wanted.compare.within_ms);
	if (!rows)
		return false;
	versus_init(&versus, j->settings->baseline, j->settings->candidate);
	for (size_t i = 0; i < json_array_size(rows); i++)
		versus_add(&versus, json_array_get(rows, i));
	enum canary_verdict verdict = versus_judge(&versus, &j->wanted.compare, &j->comparison);
	j->judgement.verdict = canary_worse(j->judgement.verdict, verdict);
	versus_release(&versus);
	json_decref(rows);
	return true;
}

/* A cell of a Markdown table: no bar and no line end of its own. */
static void
add_cell(struct buf *out, const char *text)
{
	for (; text && *text; text++)
		buf_printf(out, *text == '|' ? "\\|" : *text == '\n' ? " " : "%c", *text);
	buf_printf(out, " | ");
}

static bool
add_events(struct judging *j)
{
	static const char *const columns[] = { "at", "status", "level", "check", "message" };
	json_t *rows = NULL;

	if (!ask(j, events_sql, &rows))
		return false;
	size_t count = json_array_size(rows);
	buf_printf(&j->out, "\n## Events\n\n");
	if (count == 0)
		buf_printf(&j->out, "None.\n");
	else
		buf_printf(&j->out, "| when (UTC) | round | level | check | what |\n"
				    "|---|---|---|---|---|\n");
	for (size_t i = 0; i < count && i < EVENTS; i++) {
		buf_printf(&j->out, "| ");
		for (size_t k = 0; k < COUNTOF(columns); k++)
			add_cell(&j->out, json_string_value(json_object_get(json_array_get(rows, i),
									    columns[k])));
		buf_printf(&j->out, "\n");
	}
	if (count > EVENTS)
		buf_printf(&j->out, "\n%zu more are in pms_health_events.\n", count - EVENTS);
	json_decref(rows);
	return true;
}

static void
add_decision(struct judging *j)
{
	static const char *const decisions[] = {
		[CANARY_PROMOTE] = "Go on to the next stage.",
		[CANARY_HOLD] = "Stay at this stage and find out why; nothing is rolled back.",
		[CANARY_ROLL_BACK] =
			"Pause, and switch the flag off. Then `lensgate run "
			"suites/LENS/flags.yaml -g off` on an environment that states the flag "
			"off shows that every endpoint answers 503 FEATURE_DISABLED.",
		[CANARY_INCONCLUSIVE] = "Too few rounds to say anything: see why the worker was "
					"silent, and wait for a whole window.",
	};

	buf_printf(&j->out, "\n## Decision\n\n%s\n\nRunbooks: suites/%s/runbooks/.\n",
		   decisions[j->judgement.verdict], j->lens);
}

static bool
write_document(struct judging *j)
{
	char from[CLOCK_TEXT_BYTES], to[CLOCK_TEXT_BYTES], path[PATH_BYTES];
	struct buf table;

	clock_text(j->window.from_us, from);
	clock_text(j->window.to_us, to);
	buf_init(&table, 10000);
	canary_table(&j->judgement, &table);
	buf_printf(&j->out,
		   "# %s: %s\n\nLens %s, environment %s, yacht %s, from %s to %s, a round every "
		   "%lld minutes.\n\n%s",
		   j->wanted.title, canary_verdict_name(j->judgement.verdict), j->lens,
		   j->stage.workspace.environment->name, j->stage.workspace.environment->yacht,
		   from, to, (long long)(j->wanted.every_ms / 60000), table.text);
	buf_release(&table);
	if (j->comparison.len)
		buf_printf(&j->out, "\n## Comparison\n\n%s", j->comparison.text);
	if (!add_events(j))
		return false;
	add_decision(j);
	(void)printf("%s", j->out.text);
	(void)snprintf(path, sizeof(path), "%s/canary/%s-%s-%.10s.md", j->settings->out, j->lens,
		       j->wanted.name, to);
	if (!file_replace(path, j->out.text, j->out.len, &j->err))
		return false;
	(void)printf("\nwritten to %s\n", path);
	return true;
}

/* Which yachts are in, one line each. */
static bool
roll_out(struct judging *j)
{
	json_t *rows = NULL;
	long in = 0;

	if (!sql_session_ask(j->session,
			     "select id::text as id, name from public.yacht_registry order by id",
			     NULL, 0, STATEMENT_MS, &rows, &j->err))
		return false;
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		const char *id = json_string_value(json_object_get(row, "id"));

		if (!id || !canary_is_in(j->lens, id, (double)j->settings->rollout))
			continue;
		in++;
		(void)printf("%s  %s\n", id, json_string_value(json_object_get(row, "name")));
	}
	(void)printf("%ld of %zu yachts are in at %ld %%\n", in, json_array_size(rows),
		     j->settings->rollout);
	json_decref(rows);
	return true;
}

static int
status_of(enum canary_verdict verdict)
{
	if (verdict == CANARY_PROMOTE)
		return EXIT_PASSED;
	return verdict == CANARY_INCONCLUSIVE ? EXIT_INCONCLUSIVE : EXIT_THRESHOLD;
}

static void
finish(struct judging *j)
{
	buf_release(&j->out);
	buf_release(&j->comparison);
	sql_session_close(j->session);
	loop_free(j->loop);
	document_free(j->document);
	stage_release(&j->stage);
}

int
canary_command(const struct settings *settings, const char *const *argv)
{
	struct judging j = { .settings = settings, .loop = loop_new() };
	bool ok = prepare(&j);

	(void)argv;
	buf_init(&j.out, DOCUMENT_BYTES);
	buf_init(&j.comparison, COMPARISON_BYTES);
	ok = ok && open_database(&j);
	if (ok && settings->rollout)
		ok = roll_out(&j);
	if (ok && settings->canary_stage)
		ok = read_window(&j) && compare(&j) && write_document(&j);
	if (!ok && j.err.code)
		*errors_new(&j.errors) = j.err;
	int status = ok ? status_of(j.judgement.verdict)
			: mistakes_print(j.errors.count ? &j.errors : &j.stage.errors);
	finish(&j);
	return status;
}
