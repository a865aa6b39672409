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
#include "cli/exit.h"
#include "cli/header.h"
#include "cli/mistakes.h"
#include "cli/performance.h"
#include "document/node.h"
#include "exec/janitor.h"
#include "report/progress.h"
#include "report/report.h"
#include "run/record.h"

/* What `gate` and `run` always write, beside run.jsonl. */
static const struct {
	const char *kind, *file;
} standard_reports[] = {
	{ "junit", "junit.xml" },
	{ "markdown", "evidence.md" },
	{ "json", "result.json" },
};

struct conductor {
	const struct conduct *score;
	struct identity identity;
	struct mask *mask;
	struct performance performance;
	struct record *record;
	struct progress *progress;
	struct planned_case *planned; /* by case index */
	struct arena arena;
	char folder[PATH_MAX];
	char record_path[PATH_MAX + 16];
};

/* ---- before ---- */

static bool
learn_secrets(struct conductor *c, struct error *err)
{
	const struct secrets *secrets = c->score->workspace->secrets;

	for (size_t i = 0; i < secrets_used_count(secrets); i++) {
		const char *name, *value;
		char shown[160];

		secrets_used(secrets, i, &name, &value);
		(void)snprintf(shown, sizeof(shown), "[secret %.120s]", name);
		if (!mask_add(c->mask, value, shown, err))
			return false;
	}
	return true;
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

static bool
open_record(struct conductor *c, struct error *err)
{
	const struct settings *settings = c->score->settings;
	const struct gate *gate = c->score->workspace->gate;
	enum record_detail detail = RECORD_FULL;

	if (strcmp(settings->record, "summary") == 0)
		detail = RECORD_SUMMARY;
	else if (strcmp(settings->record, "full") != 0)
		return error_set(err, ERROR_USAGE, "--record wants full or summary, not \"%s\"",
				 settings->record);
	(void)snprintf(c->folder, sizeof(c->folder), "%s/%s/%s", settings->out,
		       gate ? gate->name : "run", c->identity.run_id);
	(void)snprintf(c->record_path, sizeof(c->record_path), "%s/run.jsonl", c->folder);
	c->record = record_create(c->record_path, c->mask, detail, err);
	return c->record != NULL;
}

/* ---- during ---- */

static void
settled(void *arg, const struct run_case *run_case)
{
	struct conductor *c = arg;

	record_case(c->record, run_case);
	progress_settled(c->progress, &c->planned[run_case->index], run_case);
}

static void
started(void *arg, size_t case_index)
{
	struct conductor *c = arg;

	progress_started(c->progress, &c->planned[case_index]);
}

/* What the run is called: as asked, else the gate's or the only suite's title. */
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

static void
write_header(struct conductor *c)
{
	json_t *header = header_make(&(struct header_facts){
		.identity = &c->identity,
		.workspace = c->score->workspace,
		.plan = c->score->plan,
		.argv = c->score->argv,
		.title = title_of(c),
		.target = preflight_target(c->performance.preflight),
		.database = preflight_database(c->performance.preflight),
		.started_wall_us = c->performance.started_wall_us,
	});

	record_header(c->record, header);
	json_decref(header);
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
	progress_begin(c->progress, title_of(c), c->score->plan->case_count);
}

/* ---- after ---- */

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
	if (gate && (totals->planned != gate->planned || totals->executed != gate->planned ||
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
	if (gate && totals->planned != gate->planned)
		(void)snprintf(text, sizeof(text), "the gate pins %lld cases, but %ld were planned",
			       (long long)gate->planned, totals->planned);
	else if (gate && totals->executed != gate->planned)
		(void)snprintf(text, sizeof(text),
			       "the gate pins %lld executed cases, but %ld were executed",
			       (long long)gate->planned, totals->executed);
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

/* `link` in the folder above the run's points at the run; replaced by rename. */
static void
point(const char *from, const char *to)
{
	char temporary[PATH_MAX];

	(void)snprintf(temporary, sizeof(temporary), "%s.%ld", from, (long)getpid());
	if (symlink(to, temporary) == 0 && rename(temporary, from) != 0)
		(void)unlink(temporary);
}

static void
point_at_run(const struct conductor *c)
{
	const struct gate *gate = c->score->workspace->gate;
	const char *kind = gate ? gate->name : "run";
	char from[PATH_MAX], to[PATH_MAX];

	(void)snprintf(from, sizeof(from), "%s/%s/latest", c->score->settings->out, kind);
	point(from, c->identity.run_id);
	(void)snprintf(from, sizeof(from), "%s/last", c->score->settings->out);
	(void)snprintf(to, sizeof(to), "%s/%s", kind, c->identity.run_id);
	point(from, to);
}

static bool
write_one(const struct conductor *c, const struct run *run, const char *kind, const char *path)
{
	const struct settings *settings = c->score->settings;
	struct report_options options = { .title = settings->title,
					  .quiet = settings->quiet,
					  .verbose = settings->verbose };
	struct error err = { 0 };

	if (report_write(kind, run, path, c->mask, &options, &err))
		return true;
	(void)fprintf(stderr, "lensgate: the %s report was not written: %s\n", kind, err.message);
	return false;
}

/* --report KIND=PATH */
static bool
write_asked(const struct conductor *c, const struct run *run, const char *asked)
{
	const char *equals = strchr(asked, '=');
	char kind[32];

	(void)snprintf(kind, sizeof(kind), "%.*s", (int)(equals - asked), asked);
	return write_one(c, run, kind, equals + 1);
}

static bool
write_reports(const struct conductor *c, const struct run *run)
{
	const struct option_list *asked = &c->score->settings->reports;
	bool ok = true;

	for (size_t i = 0; i < COUNTOF(standard_reports); i++) {
		char path[PATH_MAX + 32];
		(void)snprintf(path, sizeof(path), "%s/%s", c->folder, standard_reports[i].file);
		ok = write_one(c, run, standard_reports[i].kind, path) && ok;
	}
	for (size_t i = 0; i < asked->count; i++)
		ok = write_asked(c, run, asked->items[i]) && ok;
	return ok;
}

static bool
use_color(const struct settings *settings)
{
	const char *no_color = getenv("NO_COLOR");

	return !settings->no_color && !(no_color && *no_color) && isatty(STDOUT_FILENO);
}

static bool
summarize(const struct conductor *c, const struct run *run, struct error *err)
{
	struct report_options options = { .title = c->score->settings->title,
					  .quiet = c->score->settings->quiet,
					  .verbose = c->score->settings->verbose,
					  .color = use_color(c->score->settings) };

	return report_write("terminal", run, "-", c->mask, &options, err);
}

/* Close the record and make every report from it, read back: what is reported is what is on disk.
 */
static int
report(struct conductor *c, int status)
{
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
	if (!write_reports(c, run))
		status = EXIT_UNWRITTEN;
	point_at_run(c);
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

static bool
check_reports(const struct option_list *asked, struct error *err)
{
	for (size_t i = 0; i < asked->count; i++) {
		size_t count;
		const struct report_kind *kinds = report_kinds(&count);
		size_t len = strcspn(asked->items[i], "=");
		bool known = false;

		for (size_t k = 0; k < count; k++)
			known = known || (strlen(kinds[k].name) == len &&
					  strncmp(kinds[k].name, asked->items[i], len) == 0);
		if (!known || !asked->items[i][len] || !asked->items[i][len + 1])
			return error_set(err, ERROR_USAGE,
					 "--report wants KIND=PATH, not \"%s\"; "
					 "see: lensgate help reports",
					 asked->items[i]);
	}
	return true;
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
	c.progress = progress_new(stdout, c.mask,
				  &(struct progress_options){ .tty = isatty(STDOUT_FILENO),
							      .color = use_color(score->settings),
							      .quiet = score->settings->quiet,
							      .verbose = score->settings->verbose,
							      .columns = columns() });
	describe_cases(&c);
	if (!check_reports(&score->settings->reports, &err) || !learn_secrets(&c, &err) ||
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
