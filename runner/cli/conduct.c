#include "cli/conduct.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/delivery.h"
#include "cli/exit.h"
#include "cli/mistakes.h"
#include "cli/performance.h"
#include "cli/recording.h"
#include "report/progress.h"
#include "report/report.h"

struct conductor {
	const struct conduct *score;
	struct mask *mask;
	struct performance performance;
	struct recording recording;
	struct progress *progress;
	struct arena arena;
};

/* ---- before ---- */

/* Runs of one kind stand together in one folder. */
static const char *
kind_of(const struct conductor *c)
{
	const struct gate *gate = c->score->workspace->gate;

	return gate ? gate->name : "run";
}

/* ---- during ---- */

static void
started(void *arg, size_t case_index)
{
	struct conductor *c = arg;

	progress_started(c->progress, &c->recording.planned[case_index]);
}

static void
settled(void *arg, const struct run_case *run_case)
{
	struct conductor *c = arg;

	recording_case(&c->recording, run_case);
	progress_settled(c->progress, &c->recording.planned[run_case->index], run_case);
}

/* What the whole run is called: as asked, else the gate's or the only suite's title. */
static const char *
title_of(const struct conductor *c)
{
	const struct workspace *workspace = c->score->workspace;

	if (c->score->settings->title)
		return c->score->settings->title;
	if (workspace->gate)
		return workspace->gate->title ? workspace->gate->title : workspace->gate->name;
	return workspace->suite_count == 1 ? workspace->suites[0]->title : "lensgate run";
}

static const char *
shown_title(struct conductor *c)
{
	const struct conduct_shard *shard = c->score->shard;
	const char *title = title_of(c);

	if (shard)
		title = arena_printf(&c->arena, "%s (shard %zu of %zu)", title, shard->number,
				     shard->packing->count);
	if (c->score->plan->seed)
		title = arena_printf(&c->arena, "%s, shuffled by --seed %ld", title,
				     c->score->plan->seed);
	return title;
}

static void
preflighted(void *arg)
{
	struct conductor *c = arg;

	recording_begin(&c->recording, &c->performance);
	progress_begin(c->progress, shown_title(c), c->score->plan->case_count);
}

/* ---- after ---- */

/* How many cases the gate wants executed here. Of a plan that has as many as the gate pins, a shard
 * executes its share; of any other plan no shard can be right. */
static long
pinned(const struct conductor *c)
{
	const struct conduct_shard *shard = c->score->shard;
	long planned = (long)c->score->workspace->gate->planned;

	if (shard && (long)shard->packing->case_count == planned)
		return (long)c->score->plan->case_count;
	return planned;
}

static int
judge_totals(const struct conductor *c)
{
	const struct totals *totals = engine_totals(c->performance.engine);
	const struct gate *gate = c->score->workspace->gate;

	if (record_failed(c->recording.record))
		return EXIT_UNWRITTEN;
	if (c->performance.signal_number)
		return c->performance.signal_number == SIGINT ? EXIT_SIGINT : EXIT_SIGTERM;
	if (c->performance.session.stopping)
		return EXIT_INCOMPLETE;
	if (totals_unjudged(totals))
		return EXIT_UNJUDGED;
	if (totals->failed > 0)
		return EXIT_FAILED;
	if (gate && (totals->planned != pinned(c) || totals->executed != pinned(c) ||
		     totals->flaky > gate->flaky_budget))
		return EXIT_FAILED;
	return EXIT_PASSED;
}

/* Why the exit status is what it is, when the cases alone do not say it. */
static const char *
reason_of(struct conductor *c)
{
	const struct totals *totals = engine_totals(c->performance.engine);
	const struct gate *gate = c->score->workspace->gate;
	char text[300];

	if (c->performance.refused)
		return preflight_problem(c->performance.preflight);
	if (c->performance.deadline_over)
		return "the run's deadline was over";
	if (gate && totals->planned != pinned(c))
		(void)snprintf(text, sizeof(text), "the gate pins %ld cases, but %ld were planned",
			       pinned(c),
			       c->score->shard ? (long)c->score->shard->packing->case_count
					       : totals->planned);
	else if (gate && totals->executed != pinned(c))
		(void)snprintf(text, sizeof(text),
			       "the gate pins %ld executed cases, but %ld were executed", pinned(c),
			       totals->executed);
	else if (gate && totals->flaky > gate->flaky_budget)
		(void)snprintf(text, sizeof(text),
			       "%ld cases passed only on a retry; the gate's budget is %lld",
			       totals->flaky, (long long)gate->flaky_budget);
	else
		return NULL;
	return arena_text(&c->arena, text, strlen(text));
}

static bool
summarize(const struct conductor *c, const struct run *run, struct error *err)
{
	struct report_options options = { .title = c->score->settings->title,
					  .quiet = c->score->settings->quiet,
					  .verbose = c->score->settings->verbose,
					  .color = delivery_color(c->score->settings) };

	return report_write("terminal", run, "-", c->mask, &options, err);
}

/* Close the record and make every report from it, read back: what is reported is what is on disk.
 */
static int
report(struct conductor *c, int status)
{
	const struct settings *settings = c->score->settings;
	struct error err = { 0 };

	if (!recording_finish(&c->recording, &err)) {
		status = EXIT_UNWRITTEN;
		(void)fprintf(stderr, "lensgate: the record is not whole: %s\n", err.message);
		err = (struct error){ 0 };
	}
	struct run *run = run_load(c->recording.path, &err);
	if (!run) {
		(void)mistake_print(&err);
		return EXIT_UNWRITTEN;
	}
	if (!delivery_write(run, c->recording.folder, settings, c->mask))
		status = EXIT_UNWRITTEN;
	if (!delivery_seal(run, c->recording.folder, settings, &err)) {
		(void)mistake_print(&err);
		err = (struct error){ 0 };
		status = EXIT_UNWRITTEN;
	}
	/* A shard is a part of a run: nobody should take it for the last one. */
	if (!c->score->shard)
		delivery_point(settings->out, kind_of(c), c->score->identity->run_id);
	if (!summarize(c, run, &err)) {
		(void)mistake_print(&err);
		status = EXIT_UNWRITTEN;
	}
	run_free(run);
	return status;
}

static int
columns(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static void
close_conductor(struct conductor *c)
{
	performance_close(&c->performance);
	progress_free(c->progress);
	recording_release(&c->recording);
	mask_free(c->mask);
	arena_release(&c->arena);
}

int
conduct(const struct conduct *conduct)
{
	const struct conduct *score = conduct;
	struct conductor c = { .score = score, .mask = mask_new() };
	struct performance_options options = {
		.settings = score->settings,
		.workspace = score->workspace,
		.plan = score->plan,
		.identity = score->identity,
		.embed = score->embed,
		.mask = c.mask,
		.fail_fast = score->settings->fail_fast,
		.preflighted = preflighted,
		.started = started,
		.settled = settled,
		.arg = &c,
	};
	const struct recording_options recording = {
		.settings = score->settings,
		.workspace = score->workspace,
		.plan = score->plan,
		.shard = score->shard,
		.argv = score->argv,
		.identity = score->identity,
		.mask = c.mask,
		.kind = kind_of(&c),
		.title = title_of(&c),
	};
	struct error err = { 0 };
	int status;

	c.progress =
		progress_new(stdout, c.mask,
			     &(struct progress_options){ .tty = isatty(STDOUT_FILENO),
							 .color = delivery_color(score->settings),
							 .quiet = score->settings->quiet,
							 .verbose = score->settings->verbose,
							 .columns = columns() });
	if (!delivery_check(&score->settings->reports, &err) ||
	    !recording_open(&c.recording, &recording, &err)) {
		status = mistake_print(&err);
		status = err.code == ERROR_ENVIRONMENT ? EXIT_UNWRITTEN : status;
	} else if (!performance_open(&c.performance, &options, &err) ||
		   !performance_run(&c.performance, &err)) {
		status = mistake_print(&err);
		if (c.performance.engine)
			engine_refuse(c.performance.engine, TROUBLE_INTERRUPTED, err.message);
	} else {
		progress_end(c.progress);
		status = judge_totals(&c);
		recording_end(&c.recording, &c.performance, status, reason_of(&c));
		/* Nothing is asked from here on: what was started ends while reports are made. */
		embed_dismiss(score->embed);
		status = report(&c, status);
	}
	close_conductor(&c);
	return status;
}
