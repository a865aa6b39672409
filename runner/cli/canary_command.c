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
#include "cli/verify_off.h"
#include "exec/sql_session.h"
#include "watch/canary.h"
#include "watch/incident.h"
#include "watch/rounds.h"
#include "watch/transcripts.h"
#include "watch/versus.h"

#define CONNECT_MS       5000
#define STATEMENT_MS     30000
#define DOCUMENT_BYTES   ((size_t)4 * 1024 * 1024)
#define COMPARISON_BYTES 10000
#define TRANSCRIPTS      5 /* of the newest rounds that went wrong */
#define PATH_BYTES       512
#define EVENTS           200

/* Everything here is released by finish(). */
struct judging {
	const struct settings *settings;
	const char *const *argv;
	const char *lens;
	struct stage stage;
	struct document *document;
	struct canary_stage wanted;
	struct canary_window window;
	struct canary_judgement judgement;
	json_t *rows; /* of the window */
	bool asked;   /* whether the lens is off */
	struct verify_off verified;
	struct buf comparison; /* of two versions; empty: none was asked for */
	struct loop *loop;
	struct sql_session *session;
	struct buf out;
	struct errors errors;
	struct error err;
};

static bool
prepare(struct judging *j)
{
	char path[LENS_FILE_BYTES];

	if (j->settings->operand_count != 1)
		return error_set(&j->err, ERROR_USAGE, "canary takes one operand: the lens");
	j->lens = j->settings->operands[0];
	if (!j->settings->canary_stage && !j->settings->rollout && !j->settings->verify_off)
		return error_set(&j->err, ERROR_USAGE,
				 "canary wants --stage NAME, --verify-off or --rollout PERCENT");
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
open_stage(struct judging *j)
{
	j->stage = (struct stage){ .settings = j->settings, .without_suites = true };
	if (!stage_load(&j->stage, false) || !stage_start(&j->stage))
		return false;
	if (!j->settings->canary_stage && !j->settings->rollout)
		return true; /* only the service is asked */
	if (!stage_database(&j->stage))
		return false;
	struct sql_options options = { .conninfo = j->stage.workspace.environment->database,
				       .connect_timeout_ms = CONNECT_MS };
	j->session = sql_session_open(j->loop, &options, &j->err);
	return j->session != NULL;
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
	j->rows = rows;
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

/* After a roll-back, or when asked: is every endpoint off? That nothing could be asked is in the
 * document, and no reason to write none. */
static bool
look_whether_off(struct judging *j)
{
	struct errors *errors = &j->stage.errors;

	if (!j->settings->verify_off && j->judgement.verdict != CANARY_ROLL_BACK)
		return true;
	j->asked = true;
	if (verify_off(&j->stage, j->lens, j->argv, j->loop, &j->verified))
		return true;
	if (j->settings->verify_off)
		return false;
	(void)snprintf(j->verified.off.problem, sizeof(j->verified.off.problem), "%s",
		       errors->count ? errors->items[0].message : "no reason is known");
	errors_release(errors);
	return true;
}

static bool
write_file(struct judging *j, const char *extension, const char *text, size_t len)
{
	char path[PATH_BYTES], day[CLOCK_TEXT_BYTES];

	clock_text(j->window.to_us, day);
	(void)snprintf(path, sizeof(path), "%s/canary/%s-%s-%.10s.%s", j->settings->out, j->lens,
		       j->wanted.name, day, extension);
	if (!file_replace(path, text, len, &j->err))
		return false;
	(void)printf("written to %s\n", path);
	return true;
}

static bool
write_json(struct judging *j, const struct incident *incident)
{
	json_t *object = incident_json(incident);
	char *text = json_dumps(object, JSON_INDENT(2));
	bool ok = write_file(j, "json", text, strlen(text));

	free(text);
	json_decref(object);
	return ok;
}

static bool
write_document(struct judging *j)
{
	char kept[PATH_BYTES], single[PATH_BYTES];
	const char *const folders[] = { kept, single, NULL };

	(void)snprintf(kept, sizeof(kept), "%s/watch/kept", j->settings->out);
	(void)snprintf(single, sizeof(single), "%s/watch", j->settings->out);
	json_t *transcripts = transcripts_find(j->rows, folders, TRANSCRIPTS);
	const struct incident incident = {
		.lens = j->lens,
		.environment = j->stage.workspace.environment->name,
		.yacht = j->stage.workspace.environment->yacht,
		.stage = &j->wanted,
		.window = &j->window,
		.judgement = &j->judgement,
		.comparison = j->comparison.len ? j->comparison.text : NULL,
		.rows = j->rows,
		.transcripts = transcripts,
		.off = j->asked ? &j->verified.off : NULL,
		.off_record = j->verified.record,
	};
	incident_markdown(&incident, &j->out);
	(void)printf("%s\n", j->out.text);
	bool ok = write_file(j, "md", j->out.text, j->out.len) && write_json(j, &incident);
	json_decref(transcripts);
	return ok;
}

/* --verify-off by itself: no rounds are judged. */
static bool
tell_whether_off(struct judging *j)
{
	const struct switched_off *off = &j->verified.off;

	if (!verify_off(&j->stage, j->lens, j->argv, j->loop, &j->verified))
		return false;
	for (size_t i = 0; i < json_array_size(off->endpoints); i++) {
		const json_t *one = json_array_get(off->endpoints, i);

		(void)printf("%-8s %-45s %s\n", json_string_value(json_object_get(one, "state")),
			     json_string_value(json_object_get(one, "id")),
			     json_string_value(json_object_get(one, "answer")));
	}
	switched_off_sentence(off, &j->out);
	(void)printf("%s\nrecord: %s\n", j->out.text, j->verified.record);
	j->judgement.verdict = switched_off_proved(off) ? CANARY_PROMOTE : CANARY_HOLD;
	if (off->on == 0 && off->unknown)
		j->judgement.verdict = CANARY_INCONCLUSIVE;
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
	verify_off_release(&j->verified);
	json_decref(j->rows);
	sql_session_close(j->session);
	loop_free(j->loop);
	document_free(j->document);
	stage_release(&j->stage);
}

int
canary_command(const struct settings *settings, const char *const *argv)
{
	struct judging j = { .settings = settings, .argv = argv, .loop = loop_new() };
	bool ok = prepare(&j);

	buf_init(&j.out, DOCUMENT_BYTES);
	buf_init(&j.comparison, COMPARISON_BYTES);
	ok = ok && open_stage(&j);
	if (ok && settings->rollout)
		ok = roll_out(&j);
	if (ok && settings->canary_stage)
		ok = read_window(&j) && compare(&j) && look_whether_off(&j) && write_document(&j);
	else if (ok && settings->verify_off)
		ok = tell_whether_off(&j);
	if (!ok && j.err.code)
		*errors_new(&j.errors) = j.err;
	int status = ok ? status_of(j.judgement.verdict)
			: mistakes_print(j.errors.count ? &j.errors : &j.stage.errors);
	finish(&j);
	return status;
}
