#include "cli/watch_command.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/exit.h"
#include "cli/journal.h"
#include "cli/migrate_command.h"
#include "cli/mistakes.h"
#include "cli/round.h"
#include "cli/stage.h"
#include "watch/grid.h"
#include "watch/history.h"
#include "watch/serve.h"

#define OPERAND_BYTES 256

/* Everything here is released by finish(). */
struct worker {
	const struct settings *settings;
	const char *const *argv;
	struct settings staged; /* the same, with the health suite as operand */
	const char *lens;
	char operand[OPERAND_BYTES];
	const char *operands[1];
	struct stage stage;
	struct loop *loop;
	struct plan *plan;
	struct history *history;
	struct serve *serve;
	struct metrics metrics;
	struct round round;
	struct error err;
	int signal_number; /* SIGINT or SIGTERM: the end */
	bool reload;       /* SIGHUP */
	bool waiting;      /* for the next round: a signal ends that at once */
	bool asking;       /* a round is being made */
	bool placed;       /* it was said whether this worker checks */
};

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

/* A round that is being made ends first; SIGINT, and whatever comes after a first SIGTERM, cut it
 * short. */
static void
signalled(void *arg, int signal_number)
{
	struct worker *w = arg;
	bool again = w->signal_number != 0;

	if (signal_number == SIGHUP)
		w->reload = true;
	else
		w->signal_number = signal_number;
	if (w->waiting)
		loop_stop(w->loop);
	else if (w->asking && (again || signal_number == SIGINT))
		performance_signal(&w->round.performance, signal_number);
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
	if (!open_stage(w, &w->stage) || !make_plan(w) || !open_history(w) ||
	    !loop_on_signals(w->loop, signalled, w, &w->err))
		return false;
	w->metrics.lens = w->lens;
	w->metrics.yacht = w->stage.workspace.environment->yacht;
	w->metrics.every_us = settings->every_ms * 1000;
	if (settings->listen) {
		w->serve = serve_new(w->loop, settings->listen, &w->metrics, &w->err);
		if (!w->serve)
			return false;
		journal_say("listening on port %d: /metrics, /healthz, /verdict",
			    serve_port(w->serve));
	}
	return true;
}

/* ---- one round ---- */

/* Keep the round, then write whatever waits. False when something still does. */
static bool
store(struct worker *w)
{
	struct error err = { 0 };
	json_t *row = round_row(&w->round);
	long written = 0;
	bool kept = history_keep(w->history, row, &err);
	bool ok = kept && history_write(w->history, &written, &err);

	w->metrics.written += written;
	w->metrics.waiting = history_waiting(w->history);
	journal_say("%s: %ld of %ld checks as expected, P95 %lld ms, row %s",
		    health_status_name(w->round.health.status),
		    w->round.health.checks - w->round.health.wrong, w->round.health.checks,
		    (long long)health_p95_ms(&w->round.health), w->round.health.id);
	if (w->settings->once || w->settings->verbose) {
		char *text = json_dumps(row, JSON_INDENT(2));
		(void)printf("%s\n", text);
		free(text);
	}
	if (!kept)
		journal_say("the round could not even be kept on disk: %s", err.message);
	else if (!ok)
		journal_say("kept on disk, %ld waiting: %s", w->metrics.waiting, err.message);
	else if (written > 1)
		journal_say("%ld rounds written, those that waited first", written);
	json_decref(row);
	return ok;
}

/* One round that is due now. *stored says whether the database has it. */
static bool
make_round(struct worker *w, int64_t due_us, bool *stored)
{
	const struct round_options options = {
		.settings = w->settings,
		.workspace = &w->stage.workspace,
		.plan = w->plan,
		.argv = w->argv,
		.lens = w->lens,
		.embed = w->stage.embed,
		.loop = w->loop,
		.first = !w->metrics.any,
	};

	round_release(&w->round);
	w->asking = true;
	bool ok = round_make(&w->round, &options, due_us, &w->err);
	w->asking = false;
	if (!ok || w->round.cut_short)
		return ok;
	metrics_round(&w->metrics, &w->round.health);
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

	w->waiting = true;
	while (ok && !w->signal_number && !w->reload && clock_wall_us() < due_us) {
		struct loop_timer *timer =
			loop_after(w->loop, (due_us - clock_wall_us()) / 1000 + 1, wake, w);
		ok = loop_run(w->loop, &w->err);
		if (w->signal_number || w->reload)
			loop_cancel(w->loop, timer);
	}
	w->waiting = false;
	return ok;
}

/* Files that are wrong change nothing: the worker goes on with those it has. */
static void
read_again(struct worker *w)
{
	struct stage fresh = { 0 };

	w->reload = false;
	if (w->stage.embed) {
		journal_say("SIGHUP: the embedded environment is not read again");
		return;
	}
	if (!open_stage(w, &fresh)) {
		journal_say("SIGHUP: the files are wrong, going on with the old ones:");
		(void)mistakes_print(&fresh.errors);
		stage_release(&fresh);
		return;
	}
	stage_release(&w->stage);
	w->stage = fresh;
	(void)make_plan(w);
	w->metrics.yacht = w->stage.workspace.environment->yacht;
	journal_say("SIGHUP: files read again, %zu checks", w->plan->case_count);
}

static bool
lead_or_stand_by(struct worker *w, bool *leader)
{
	const char *yacht = w->stage.workspace.environment->yacht;
	struct error err = { 0 };
	bool before = w->metrics.leader;

	if (!history_elect(w->history, w->lens, yacht, leader, &err))
		journal_say("nobody can be elected: %s", err.message);
	w->metrics.leader = *leader;
	if (*leader != before || !w->placed)
		journal_say(*leader ? "this worker checks" : "another worker checks; standing by");
	w->placed = true;
	return *leader;
}

/* Half an interval later: is the worker that checks still there? When it is gone its round may be,
 * too, and is made here. Should it have ended it before, this is the same row (health.h), and none
 * is there twice. */
static bool
stand_in(struct worker *w, int64_t due_us, int64_t every_us, bool *stored)
{
	bool leader;

	if (!wait_until(w, due_us + every_us / 2))
		return false;
	if (w->signal_number || w->reload || !lead_or_stand_by(w, &leader))
		return true;
	journal_say("the worker before is gone: its round is made now");
	return make_round(w, due_us, stored);
}

static bool
check_or_stand_by(struct worker *w, int64_t due_us, int64_t every_us)
{
	bool leader, stored;

	if (w->signal_number)
		return true;
	if (lead_or_stand_by(w, &leader))
		return make_round(w, due_us, &stored);
	return stand_in(w, due_us, every_us, &stored);
}

/* Say which round is next, and how many there was no time for. */
static void
announce(struct worker *w, int64_t due_us, int64_t last_us, int64_t every_us)
{
	char moment[CLOCK_TEXT_BYTES];
	long skipped = last_us ? grid_skipped(last_us, due_us, every_us) : 0;

	if (skipped > 0)
		journal_say("%ld round%s skipped: the one before took too long", skipped,
			    skipped == 1 ? "" : "s");
	w->metrics.skipped += skipped;
	clock_text(due_us, moment);
	journal_say("next round at %s", moment);
}

static bool
watch_on(struct worker *w)
{
	int64_t every_us = w->settings->every_ms * 1000, last_us = 0;

	w->metrics.leader = false;
	while (!w->signal_number) {
		int64_t due_us = grid_next(clock_wall_us(), every_us);

		announce(w, due_us, last_us, every_us);
		if (!wait_until(w, due_us))
			return false;
		last_us = due_us;
		if (w->reload) {
			read_again(w);
			last_us = 0;
		} else if (!check_or_stand_by(w, due_us, every_us)) {
			return false;
		}
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
	return w->round.health.status == HEALTH_HEALTHY    ? EXIT_PASSED
	       : w->round.health.status == HEALTH_DEGRADED ? EXIT_THRESHOLD
							   : EXIT_FAILED;
}

static void
finish(struct worker *w)
{
	round_release(&w->round);
	serve_free(w->serve);
	history_free(w->history);
	plan_free(w->plan);
	loop_free(w->loop);
	stage_release(&w->stage);
}

int
watch_command(const struct settings *settings, const char *const *argv)
{
	struct worker w = { .settings = settings, .argv = argv, .loop = loop_new() };
	bool stored = true, ok = open_worker(&w);

	if (ok && w.stage.embed)
		ok = migrate(w.loop, w.stage.workspace.environment->database, NULL, &w.err);
	if (ok) {
		journal_say("watching %s of yacht %s on %s, %zu checks", w.lens, w.metrics.yacht,
			    w.stage.workspace.environment->name, w.plan->case_count);
		ok = settings->once ? make_round(&w, clock_wall_us(), &stored) : watch_on(&w);
	}
	if (ok && w.signal_number)
		journal_say("stopped by a signal; rounds waiting: %ld", history_waiting(w.history));
	if (!ok && w.err.code)
		*errors_new(&w.stage.errors) = w.err;
	int status = ok ? status_of(&w, stored) : mistakes_print(&w.stage.errors);
	finish(&w);
	return status;
}
