#include "cli/conduct.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/delivery.h"
#include "cli/exit.h"
#include "cli/header.h"
#include "cli/masking.h"
#include "cli/mistakes.h"
#include "cli/performance.h"
#include "document/excerpt.h"
#include "document/node.h"
#include "exec/janitor.h"
#include "report/progress.h"
#include "report/report.h"
#include "run/record.h"

struct conductor {
	const struct conduct *score;
	struct identity identity;
	struct mask *mask;
	size_t secrets_learned; /* by the mask, of those handed out */
	struct performance performance;
	struct record *record;
	struct progress *progress;
	struct planned_case *planned; /* by case index */
	struct arena arena;
	char folder[PATH_MAX];
	char record_path[PATH_MAX + 16];
};

/* ---- before ---- */

/* Tell the masker of every secret handed out since it was last told. */
static bool
learn_secrets(struct conductor *c, struct error *err)
{
	return masking_learn(c->mask, c->score->workspace->secrets, &c->secrets_learned, err);
}

static const char *
first_step_part(const struct suite_case *test, bool want_action)
{
	for (size_t i = test->steps.count; i-- > 0;) {
		const struct step *step = &test->steps.items[i];
		if (want_action && step->kind == STEP_ACTION)
			return step->action->name;
		if (!want_action && step->persona)
			return step->as;
	}
	return NULL;
}

static const char *
scenario_text(struct conductor *c, const struct suite_case *test)
{
	char text[300] = "";
	int len = 0;
	size_t count = 0;

	if (!test->flags && !test->outage)
		return NULL;
	const char **words = performance_flag_words(&c->arena, test->flags, &count);
	for (size_t i = 0; i < count && len < 200; i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len, "%s%s%s", i ? ", " : "",
				words[i], strchr(words[i], '=') ? "" : " unset");
	if (test->outage)
		(void)snprintf(text + len, sizeof(text) - (size_t)len, "%s%s down", len ? ", " : "",
			       test->outage);
	return arena_text(&c->arena, text, strlen(text));
}

static const char *
tags_text(struct conductor *c, const struct suite_case *test)
{
	const char *text = NULL;

	for (size_t i = 0; i < test->tag_count; i++)
		text = arena_printf(&c->arena, "%s%s%s", text ? text : "", text ? " " : "",
				    test->tags[i]);
	return text;
}

static void
describe_cases(struct conductor *c)
{
	const struct plan *plan = c->score->plan;

	c->planned = ARENA_ARRAY(&c->arena, plan->case_count + 1, struct planned_case);
	for (size_t i = 0; i < plan->case_count; i++) {
		const struct plan_node *node = &plan->nodes[plan->cases[i]];
		const struct suite_case *test = node->test;
		const json_t *covers = test->covers;
		const char *action = json_string_value(json_object_get(covers, "action"));

		c->planned[i] = (struct planned_case){
			.suite = node->suite->name,
			.id = test->id,
			.title = test->title,
			.group = test->group,
			.persona = test->as ? test->as : first_step_part(test, false),
			.file = test->place.file,
			.line = test->place.line,
			.action = action ? action : first_step_part(test, true),
			.role = json_string_value(json_object_get(covers, "role")),
			.layer = json_string_value(json_object_get(covers, "layer")),
			.flags = scenario_text(c, test),
			.tags = tags_text(c, test),
		};
	}
}

/* Runs of one kind stand together in one folder. */
static const char *
kind_of(const struct conductor *c)
{
	const struct gate *gate = c->score->workspace->gate;

	return gate ? gate->name : "run";
}

static bool
open_record(struct conductor *c, struct error *err)
{
	const struct settings *settings = c->score->settings;
	enum record_detail detail = RECORD_FULL;

	if (strcmp(settings->record, "summary") == 0)
		detail = RECORD_SUMMARY;
	else if (strcmp(settings->record, "full") != 0)
		return error_set(err, ERROR_USAGE, "--record wants full or summary, not \"%s\"",
				 settings->record);
	(void)snprintf(c->folder, sizeof(c->folder), "%s/%s/%s", settings->out, kind_of(c),
		       c->identity.run_id);
	(void)snprintf(c->record_path, sizeof(c->record_path), "%s/run.jsonl", c->folder);
	c->record = record_create(c->record_path, c->mask, detail, err);
	return c->record != NULL;
}

/* ---- during ---- */

static void
settled(void *arg, const struct run_case *run_case)
{
	struct conductor *c = arg;
	struct run_case told = *run_case;
	struct error ignored = { 0 };
	struct arena arena = { 0 };

	/* One that only a lens names is handed out when its step comes. None is too short: see
	 * secrets_secret(). */
	(void)!learn_secrets(c, &ignored);
	if (told.file)
		told.source = excerpt_block(told.file, told.line, &arena);
	record_case(c->record, &told);
	progress_settled(c->progress, &c->planned[told.index], &told);
	arena_release(&arena);
}

static void
started(void *arg, size_t case_index)
{
	struct conductor *c = arg;

	progress_started(c->progress, &c->planned[case_index]);
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

	return shard ? arena_printf(&c->arena, "%s (shard %zu of %zu)", title_of(c), shard->number,
				    shard->packing->count)
		     : title_of(c);
}

static void
write_header(struct conductor *c)
{
	json_t *reports = delivery_list(c->folder, c->score->settings);
	json_t *header = header_make(&(struct header_facts){
		.reports = reports,
		.identity = &c->identity,
		.workspace = c->score->workspace,
		.plan = c->score->plan,
		.argv = c->score->argv,
		.title = title_of(c),
		.shard = c->score->shard,
		.target = preflight_target(c->performance.preflight),
		.database = preflight_database(c->performance.preflight),
		.started_wall_us = c->performance.started_wall_us,
	});

	record_header(c->record, header);
	json_decref(header);
	json_decref(reports);
	for (size_t i = 0; i < c->score->plan->case_count; i++)
		record_planned(c->record, &c->planned[i]);
}

static void
preflighted(void *arg)
{
	struct conductor *c = arg;
	const struct preflight *preflight = c->performance.preflight;
	size_t count = 0;

	write_header(c);
	const struct exchange *exchanges = preflight_exchanges(preflight, &count);
	record_preflight(c->record, preflight_checks(preflight), exchanges, count);
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

	if (record_failed(c->record))
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

static json_t *
cleanup_part(const struct conductor *c)
{
	json_t *leftovers =
		json_copy(node_writable(janitor_leftovers(c->performance.session.janitor)));

	json_array_extend(leftovers, node_writable(engine_leftovers(c->performance.engine)));
	return json_pack("{s:I, s:I, s:o}", "registered",
			 (json_int_t)janitor_registered(c->performance.session.janitor), "removed",
			 (json_int_t)janitor_removed(c->performance.session.janitor), "leftovers",
			 leftovers);
}

static void
write_footer(struct conductor *c, int status)
{
	const struct totals *t = engine_totals(c->performance.engine);
	const struct invariants *v = &c->performance.session.invariants;
	char ended[CLOCK_TEXT_BYTES];
	json_t *footer = json_object();

	clock_text(clock_wall_us(), ended);
	json_object_set_new(
		footer, "totals",
		json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "planned", (json_int_t)t->planned,
			  "executed", (json_int_t)t->executed, "passed", (json_int_t)t->passed,
			  "failed", (json_int_t)t->failed, "errors", (json_int_t)t->errors,
			  "skipped", (json_int_t)t->skipped, "flaky", (json_int_t)t->flaky));
	json_object_set_new(footer, "invariants",
			    json_pack("{s:I,s:I,s:I,s:I,s:I,s:I}", "replies",
				      (json_int_t)v->replies, "replies_5xx",
				      (json_int_t)v->replies_5xx, "transport_errors",
				      (json_int_t)v->transport_errors, "late", (json_int_t)v->late,
				      "statements", (json_int_t)v->statements, "retried",
				      (json_int_t)v->retried));
	json_object_set_new(footer, "cleanup", cleanup_part(c));
	json_object_set_new(footer, "verdict",
			    json_string(status == EXIT_PASSED     ? "passed"
					: status == EXIT_FAILED   ? "failed"
					: status == EXIT_UNJUDGED ? "could not judge"
								  : "incomplete"));
	json_object_set_new(footer, "exit_status", json_integer(status));
	const char *reason = reason_of(c);
	if (reason)
		json_object_set_new(footer, "reason", json_string(reason));
	json_object_set_new(footer, "elapsed_us",
			    json_integer(clock_now_us() - c->performance.session.began_us));
	json_object_set_new(footer, "ended", json_string(ended));
	if (c->performance.session.stopping || c->performance.signal_number)
		json_object_set_new(footer, "interrupted", json_true());
	record_footer(c->record, footer);
	json_decref(footer);
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

	if (!record_close(c->record, &err)) {
		status = EXIT_UNWRITTEN;
		(void)fprintf(stderr, "lensgate: the record is not whole: %s\n", err.message);
		err = (struct error){ 0 };
	}
	c->record = NULL;
	struct run *run = run_load(c->record_path, &err);
	if (!run) {
		(void)mistake_print(&err);
		return EXIT_UNWRITTEN;
	}
	if (!delivery_write(run, c->folder, settings, c->mask))
		status = EXIT_UNWRITTEN;
	if (!delivery_seal(run, c->folder, settings, &err)) {
		(void)mistake_print(&err);
		err = (struct error){ 0 };
		status = EXIT_UNWRITTEN;
	}
	/* A shard is a part of a run: nobody should take it for the last one. */
	if (!c->score->shard)
		delivery_point(settings->out, kind_of(c), c->identity.run_id);
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
		.identity = &c.identity,
		.embed = score->embed,
		.mask = c.mask,
		.fail_fast = score->settings->fail_fast,
		.preflighted = preflighted,
		.started = started,
		.settled = settled,
		.arg = &c,
	};
	struct error err = { 0 };
	int status;

	identity_make(&c.identity);
	c.progress =
		progress_new(stdout, c.mask,
			     &(struct progress_options){ .tty = isatty(STDOUT_FILENO),
							 .color = delivery_color(score->settings),
							 .quiet = score->settings->quiet,
							 .verbose = score->settings->verbose,
							 .columns = columns() });
	describe_cases(&c);
	if (!delivery_check(&score->settings->reports, &err) || !learn_secrets(&c, &err) ||
	    !open_record(&c, &err)) {
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
		write_footer(&c, status);
		status = report(&c, status);
	}
	if (c.record)
		(void)!record_close(c.record, &err);
	close_conductor(&c);
	return status;
}
