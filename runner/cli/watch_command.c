#include "cli/watch_command.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/exit.h"
#include "cli/masking.h"
#include "cli/mistakes.h"
#include "cli/performance.h"
#include "cli/stage.h"
#include "watch/grid.h"
#include "watch/history.h"
#include "watch/migration.h"
#include "watch/serve.h"

#define OPERAND_BYTES 256
#define ROW_BYTES     ((size_t)1024 * 1024)
#define CONNECT_MS    5000

/* Everything here is released by finish(). */
struct worker {
	const struct settings *settings;
	struct settings staged; /* the same, with the health suite as operand */
	const char *lens;
	char operand[OPERAND_BYTES];
	const char *operands[1];
	struct stage stage;
	struct mask *mask;
	size_t learned; /* secrets the masker knows of */
	struct loop *loop;
	struct plan *plan;
	struct history *history;
	struct serve *serve;
	struct metrics metrics;
	struct health_round round;
	struct error err;
	int signal_number; /* SIGINT or SIGTERM: the end */
	bool reload;       /* SIGHUP */
	bool placed;       /* it was said whether this worker checks */
};

static void say(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* One line of the log, with its moment. */
static void
say(const char *fmt, ...)
{
	char moment[CLOCK_TEXT_BYTES], text[1000];
	va_list args;

	clock_text(clock_wall_us(), moment);
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	(void)printf("%s  %s\n", moment, text);
	(void)fflush(stdout);
}

/* ---- before ---- */

/* Read the environment and the health suite, start what is embedded, and plan every case. */
static bool
open_stage(struct worker *w, struct stage *stage)
{
	*stage = (struct stage){ .settings = &w->staged };
	return stage_load(stage, false) && stage_start(stage) && stage_database(stage);
}

static bool
make_plan(struct worker *w)
{
	struct selection_options none = { 0 };
	struct selection *selection = selection_new(&none, &w->err);

	if (!selection)
		return false;
	plan_free(w->plan);
	w->plan = plan_build(w->stage.workspace.suites, w->stage.workspace.suite_count, selection);
	selection_free(selection);
	return true;
}

static void
signalled(void *arg, int signal_number)
{
	struct worker *w = arg;

	if (signal_number == SIGHUP)
		w->reload = true;
	else
		w->signal_number = signal_number;
	loop_stop(w->loop);
}

static bool
open_history(struct worker *w)
{
	const struct environment *environment = w->stage.workspace.environment;
	char folder[900];

	(void)snprintf(folder, sizeof(folder), "%s/watch/%s-%s/waiting", w->settings->out,
		       environment->name, w->lens);
	w->history = history_new(w->loop, environment->database, folder, &w->err);
	return w->history != NULL;
}

static bool
open_worker(struct worker *w)
{
	const struct settings *settings = w->settings;

	if (settings->operand_count != 1)
		return error_set(&w->err, ERROR_USAGE, "watch takes one operand: the lens");
	w->lens = settings->operands[0];
	(void)snprintf(w->operand, sizeof(w->operand), "%s/health.yaml", w->lens);
	w->operands[0] = w->operand;
	w->staged = *settings;
	w->staged.operands = w->operands;
	if (!open_stage(w, &w->stage) ||
	    !masking_learn(w->mask, w->stage.secrets, &w->learned, &w->err) || !make_plan(w) ||
	    !open_history(w) || !loop_on_signals(w->loop, signalled, w, &w->err))
		return false;
	w->metrics.lens = w->lens;
	w->metrics.yacht = w->stage.workspace.environment->yacht;
	w->metrics.every_us = settings->every_ms * 1000;
	if (settings->listen) {
		w->serve = serve_new(w->loop, settings->listen, &w->metrics, &w->err);
		if (!w->serve)
			return false;
		say("listening on port %d: /metrics, /healthz, /verdict", serve_port(w->serve));
	}
	return true;
}

/* The embedded database is nobody's: its tables are made here. */
static bool
migrate(struct loop *loop, const char *conninfo, json_t **rows, struct error *err)
{
	struct sql_options options = { .conninfo = conninfo, .connect_timeout_ms = CONNECT_MS };
	struct sql_session *session = sql_session_open(loop, &options, err);
	bool ok = session && migration_apply(session, rows, err);

	sql_session_close(session);
	return ok;
}

/* ---- one round ---- */

/* Blank-separated; what health.h wants to know of a case. */
static const char *
tags_of(const struct suite_case *test, char *text, size_t size)
{
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < test->tag_count && len < size; i++)
		len += (size_t)snprintf(text + len, size - len, "%s%s", i ? " " : "",
					test->tags[i]);
	return text;
}

static void
settled(void *arg, const struct run_case *result)
{
	struct worker *w = arg;
	const struct plan_node *node = &w->plan->nodes[w->plan->cases[result->index]];
	char tags[400];
	struct planned_case planned = { .suite = node->suite->name, .id = node->test->id };

	planned.tags = tags_of(node->test, tags, sizeof(tags));
	health_case(&w->round, &planned, result);
	const json_t *seen = json_object_get(w->round.seen, planned.id);
	const json_t *status = json_object_get(seen, "status_code");
	if (status)
		say("  %-22s %-5s %lld in %lld ms", planned.id, verdict_name(result->verdict),
		    (long long)json_integer_value(status),
		    (long long)json_integer_value(json_object_get(seen, "latency_ms")));
	else
		say("  %-22s %s", planned.id, verdict_name(result->verdict));
}

static bool
ask_all(struct worker *w)
{
	struct identity identity;
	struct performance performance = { 0 };
	struct performance_options options = {
		.settings = w->settings,
		.workspace = &w->stage.workspace,
		.plan = w->plan,
		.identity = &identity,
		.embed = w->stage.embed,
		.mask = w->mask,
		.loop = w->loop,
		.settled = settled,
		.arg = w,
	};

	identity_make(&identity);
	bool ok = performance_open(&performance, &options, &w->err) &&
		  performance_run(&performance, &w->err);
	if (ok)
		health_target(&w->round, preflight_target(performance.preflight));
	if (performance.signal_number == SIGHUP)
		w->reload = true;
	else if (performance.signal_number)
		w->signal_number = performance.signal_number;
	performance_close(&performance);
	return loop_on_signals(w->loop, signalled, w, &w->err) && ok;
}

/* Masked: a target may put a token into a message. */
static json_t *
masked_row(const struct worker *w)
{
	json_t *row = health_row(&w->round), *masked;
	char *text = json_dumps(row, JSON_COMPACT);
	struct buf out;

	buf_init(&out, ROW_BYTES);
	mask_text(w->mask, text, strlen(text), &out);
	masked = json_loadb(out.text, out.len, 0, NULL);
	buf_release(&out);
	free(text);
	if (!masked)
		return row;
	json_decref(row);
	return masked;
}

static void
show_events(const struct worker *w)
{
	for (size_t i = 0; i < json_array_size(w->round.events); i++) {
		const json_t *event = json_array_get(w->round.events, i);
		const json_t *detail = json_object_get(event, "detail_json");

		say("  %s: %s: %s", json_string_value(json_object_get(event, "level")),
		    json_string_value(json_object_get(detail, "check")),
		    json_string_value(json_object_get(detail, "message")));
	}
}

/* Keep the round, then write whatever waits. False when something still does. */
static bool
store(struct worker *w)
{
	struct error err = { 0 };
	json_t *row = masked_row(w);
	long written = 0;
	bool kept = history_keep(w->history, row, &err);
	bool ok = kept && history_write(w->history, &written, &err);

	w->metrics.written += written;
	w->metrics.waiting = history_waiting(w->history);
	say("%s: %ld of %ld checks as expected, P95 %lld ms, row %s",
	    health_status_name(w->round.status), w->round.checks - w->round.wrong, w->round.checks,
	    (long long)health_p95_ms(&w->round), w->round.id);
	if (w->settings->once || w->settings->verbose) {
		char *text = json_dumps(row, JSON_INDENT(2));
		(void)printf("%s\n", text);
		free(text);
	}
	if (!kept)
		say("the round could not even be kept on disk: %s", err.message);
	else if (!ok)
		say("kept on disk, %ld waiting: %s", w->metrics.waiting, err.message);
	else if (written > 1)
		say("%ld rounds written, those that waited first", written);
	json_decref(row);
	return ok;
}

/* One round that is due now. *stored says whether the database has it. */
static bool
make_round(struct worker *w, int64_t due_us, bool *stored)
{
	health_release(&w->round);
	health_begin(&w->round, w->lens, w->stage.workspace.environment->yacht, due_us);
	if (!ask_all(w))
		return false;
	if (w->signal_number)
		return true; /* half a round says nothing about the lens */
	if (!w->metrics.any)
		health_started(&w->round);
	health_conclude(&w->round);
	show_events(w);
	metrics_round(&w->metrics, &w->round);
	*stored = store(w);
	return true;
}

/* ---- again and again ---- */

static void
wake(void *arg)
{
	struct worker *w = arg;

	loop_stop(w->loop);
}

/* Until `due_us`, a signal, or SIGHUP; requests are answered meanwhile. */
static bool
wait_until(struct worker *w, int64_t due_us)
{
	bool ok = true;

	while (ok && !w->signal_number && !w->reload && clock_wall_us() < due_us) {
		struct loop_timer *timer =
			loop_after(w->loop, (due_us - clock_wall_us()) / 1000 + 1, wake, w);
		ok = loop_run(w->loop, &w->err);
		if (w->signal_number || w->reload)
			loop_cancel(w->loop, timer);
	}
	return ok;
}

/* Files that are wrong change nothing: the worker goes on with those it has. */
static void
read_again(struct worker *w)
{
	struct stage fresh = { 0 };

	w->reload = false;
	if (w->stage.embed) {
		say("SIGHUP: the embedded environment is not read again");
		return;
	}
	if (!open_stage(w, &fresh)) {
		say("SIGHUP: the files are wrong, going on with the old ones:");
		(void)mistakes_print(&fresh.errors);
		stage_release(&fresh);
		return;
	}
	stage_release(&w->stage);
	w->stage = fresh;
	w->learned = 0;
	(void)!masking_learn(w->mask, w->stage.secrets, &w->learned, &w->err);
	(void)make_plan(w);
	w->metrics.yacht = w->stage.workspace.environment->yacht;
	say("SIGHUP: files read again, %zu checks", w->plan->case_count);
}

static bool
lead_or_stand_by(struct worker *w, bool *leader)
{
	const char *yacht = w->stage.workspace.environment->yacht;
	struct error err = { 0 };
	bool before = w->metrics.leader;

	if (!history_elect(w->history, w->lens, yacht, leader, &err))
		say("nobody can be elected: %s", err.message);
	w->metrics.leader = *leader;
	if (*leader != before || !w->placed)
		say(*leader ? "this worker checks" : "another worker checks; standing by");
	w->placed = true;
	return *leader;
}

static bool
watch_on(struct worker *w)
{
	int64_t every_us = w->settings->every_ms * 1000, last_us = 0;
	bool leader, stored;

	w->metrics.leader = false;
	while (!w->signal_number) {
		int64_t due_us = grid_next(clock_wall_us(), every_us);
		char moment[CLOCK_TEXT_BYTES];
		long skipped = last_us ? grid_skipped(last_us, due_us, every_us) : 0;

		if (skipped > 0)
			say("%ld round%s skipped: the one before took too long", skipped,
			    skipped == 1 ? "" : "s");
		w->metrics.skipped += skipped;
		clock_text(due_us, moment);
		say("next round at %s", moment);
		if (!wait_until(w, due_us))
			return false;
		last_us = due_us;
		if (w->reload) {
			read_again(w);
			last_us = 0;
			continue;
		}
		if (!w->signal_number && lead_or_stand_by(w, &leader) &&
		    !make_round(w, due_us, &stored))
			return false;
	}
	return true;
}

static int
status_of(const struct worker *w, bool stored)
{
	if (w->signal_number)
		return w->signal_number == SIGINT ? EXIT_SIGINT : EXIT_SIGTERM;
	if (!w->settings->once)
		return EXIT_PASSED;
	if (!stored)
		return EXIT_UNWRITTEN;
	return w->round.status == HEALTH_HEALTHY    ? EXIT_PASSED
	       : w->round.status == HEALTH_DEGRADED ? EXIT_THRESHOLD
						    : EXIT_FAILED;
}

static void
finish(struct worker *w)
{
	health_release(&w->round);
	serve_free(w->serve);
	history_free(w->history);
	plan_free(w->plan);
	loop_free(w->loop);
	mask_free(w->mask);
	stage_release(&w->stage);
}

int
watch_command(const struct settings *settings, const char *const *argv)
{
	struct worker w = { .settings = settings, .mask = mask_new(), .loop = loop_new() };
	bool stored = true, ok = open_worker(&w);

	(void)argv;
	if (ok && w.stage.embed)
		ok = migrate(w.loop, w.stage.workspace.environment->database, NULL, &w.err);
	if (ok) {
		say("watching %s of yacht %s on %s, %zu checks", w.lens, w.metrics.yacht,
		    w.stage.workspace.environment->name, w.plan->case_count);
		ok = settings->once ? make_round(&w, clock_wall_us(), &stored) : watch_on(&w);
	}
	if (ok && w.signal_number)
		say("stopped by a signal; %ld rounds waiting", history_waiting(w.history));
	if (!ok && w.err.code)
		*errors_new(&w.stage.errors) = w.err;
	int status = ok ? status_of(&w, stored) : mistakes_print(&w.stage.errors);
	finish(&w);
	return status;
}

/* ---- migrate ---- */

static void
print_evidence(const json_t *rows)
{
	const char *const columns[] = { "table",          "rls",        "forced", "policies",
					"worker_inserts", "worker_more" };

	(void)printf("| table | RLS | forced | policies | worker inserts | worker may more |\n"
		     "|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < json_array_size(rows); i++) {
		(void)printf("|");
		for (size_t k = 0; k < COUNTOF(columns); k++) {
			const json_t *value = json_object_get(json_array_get(rows, i), columns[k]);
			char *text = json_dumps(value, JSON_ENCODE_ANY);

			(void)printf(" %s |",
				     json_is_string(value) ? json_string_value(value) : text);
			free(text);
		}
		(void)printf("\n");
	}
}

int
migrate_command(const struct settings *settings, const char *const *argv)
{
	struct stage stage = { .settings = settings, .without_suites = true };
	struct loop *loop = loop_new();
	struct error err = { 0 };
	json_t *rows = NULL;
	bool ok = stage_load(&stage, false) && stage_start(&stage) && stage_database(&stage);
	int status = EXIT_PASSED;

	(void)argv;
	if (ok && !migrate(loop, stage.workspace.environment->database, &rows, &err)) {
		*errors_new(&stage.errors) = err;
		ok = false;
	}
	if (ok)
		print_evidence(rows);
	else
		status = mistakes_print(&stage.errors);
	json_decref(rows);
	loop_free(loop);
	stage_release(&stage);
	return status;
}
