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
#include "document/node.h"
#include "exec/engine.h"
#include "exec/janitor.h"
#include "exec/preflight.h"
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
	struct session session;
	struct session_target *targets;
	struct preflight *preflight;
	struct engine *engine;
	struct record *record;
	struct progress *progress;
	struct planned_case *planned; /* by case index */
	struct arena arena;
	char folder[PATH_MAX];
	char record_path[PATH_MAX + 16];
	int64_t started_wall_us;
	int signal_number; /* 0: none came */
	bool deadline_over;
	bool refused; /* preflight said no */
};

/* ---- before ---- */

static bool
is_listed(struct conductor *c, const struct suite_case *test)
{
	for (size_t i = 0; i < c->session.target_count; i++) {
		const struct session_target *target = &c->targets[i];
		bool same_outage = !test->outage == !target->outage &&
				   (!test->outage || strcmp(test->outage, target->outage) == 0);
		bool same_flags = !test->flags == !target->flags &&
				  (!test->flags || json_equal(test->flags, target->flags));
		if (same_outage && same_flags)
			return true;
	}
	return false;
}

/* "NAME=true", "NAME=false", or "NAME" for unset, as the embedded target takes them. */
static const char **
flag_words(struct conductor *c, const json_t *flags, size_t *count)
{
	const char **words = ARENA_ARRAY(&c->arena, json_object_size(flags) + 1, const char *);
	const char *name;
	json_t *value;
	char word[256];

	*count = 0;
	json_object_foreach(node_writable(flags), name, value)
	{
		(void)snprintf(word, sizeof(word), "%s%s", name,
			       json_is_null(value)   ? ""
			       : json_is_true(value) ? "=true"
						     : "=false");
		words[(*count)++] = arena_text(&c->arena, word, strlen(word));
	}
	return words;
}

/* A target for every scenario the plan asks for: started, when the environment is embedded. */
static bool
start_scenarios(struct conductor *c, struct error *err)
{
	const struct plan *plan = c->score->plan;

	c->targets = ARENA_ARRAY(&c->arena, plan->case_count + 1, struct session_target);
	c->session.targets = c->targets;
	for (size_t i = 0; i < plan->case_count; i++) {
		const struct suite_case *test = plan->nodes[plan->cases[i]].test;
		size_t count = 0;
		const char *base_url = NULL;

		if ((!test->flags && !test->outage) || is_listed(c, test))
			continue;
		const char **words = flag_words(c, test->flags, &count);
		if (!embed_scenario(c->score->embed, words, count, test->outage != NULL, &base_url,
				    err))
			return false;
		c->targets[c->session.target_count++] =
			(struct session_target){ test->flags, test->outage, base_url };
	}
	return true;
}

static void
list_scenarios(struct conductor *c)
{
	const struct environment *environment = c->score->workspace->environment;

	c->targets = ARENA_ARRAY(&c->arena, environment->scenario_count + 1, struct session_target);
	for (size_t i = 0; i < environment->scenario_count; i++)
		c->targets[i] = (struct session_target){ environment->scenarios[i].flags,
							 environment->scenarios[i].outage,
							 environment->scenarios[i].base_url };
	c->session.targets = c->targets;
	c->session.target_count = environment->scenario_count;
}

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
	const char **words = flag_words(c, test->flags, &count);
	for (size_t i = 0; i < count && len < 200; i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len, "%s%s%s", i ? ", " : "",
				words[i], strchr(words[i], '=') ? "" : " unset");
	if (test->outage)
		(void)snprintf(text + len, sizeof(text) - (size_t)len, "%s%s down", len ? ", " : "",
			       test->outage);
	return arena_text(&c->arena, text, strlen(text));
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

static bool
open_session(struct conductor *c, struct error *err)
{
	const struct environment *environment = c->score->workspace->environment;
	const struct settings *settings = c->score->settings;
	const struct gate *gate = c->score->workspace->gate;
	int64_t deadline_ms = gate && gate->deadline_ms ? gate->deadline_ms : settings->deadline_ms;
	struct session *session = &c->session;

	session->loop = loop_new();
	session->http =
		http_new(session->loop, &(struct http_options){
						.allow_hosts = environment->allow_hosts,
						.allow_host_count = environment->allow_host_count,
						.max_body_bytes = (size_t)8 * 1024 * 1024,
						.max_header_bytes = (size_t)256 * 1024,
						.connect_timeout_ms = 5000,
					});
	if (environment->database)
		session->sql = sql_new(session->loop,
				       &(struct sql_options){ .conninfo = environment->database,
							      .connections = 4,
							      .connect_timeout_ms = 5000 });
	session->credentials = credentials_new(environment, session->http, c->mask);
	session->janitor = janitor_new();
	session->environment = environment;
	session->vars = c->score->workspace->vars;
	session->run_id = c->identity.run_id;
	session->unique = c->identity.unique;
	session->began_us = clock_now_us();
	session->deadline_us = deadline_ms ? session->began_us + deadline_ms * 1000 : 0;
	session->timeout_ms = settings->timeout_ms;
	c->started_wall_us = clock_wall_us();
	if (!c->score->embed) {
		list_scenarios(c);
		return true;
	}
	return start_scenarios(c, err);
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

/* The first signal asks for an orderly end; a second one ends the waiting too. */
static void
signalled(void *arg, int signal_number)
{
	struct conductor *c = arg;

	if (c->signal_number) {
		loop_stop(c->session.loop);
		return;
	}
	c->signal_number = signal_number;
	if (c->engine)
		engine_stop(c->engine, signal_number == SIGINT ? "not run: the run was interrupted"
							       : "not run: the run was terminated");
	else
		loop_stop(c->session.loop);
}

static void
deadline(void *arg)
{
	struct conductor *c = arg;

	c->deadline_over = true;
	engine_stop(c->engine, "not run: the run's deadline was over");
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
		.target = preflight_target(c->preflight),
		.database = preflight_database(c->preflight),
		.started_wall_us = c->started_wall_us,
	});

	record_header(c->record, header);
	json_decref(header);
	for (size_t i = 0; i < c->score->plan->case_count; i++)
		record_planned(c->record, &c->planned[i]);
}

static bool
perform(struct conductor *c, struct error *err)
{
	const struct settings *settings = c->score->settings;
	struct engine_options options = { .jobs = settings->jobs,
					  .retries = settings->retries,
					  .fail_fast = settings->fail_fast,
					  .started = started,
					  .settled = settled,
					  .arg = c };
	size_t count = 0;

	if (!loop_on_signals(c->session.loop, signalled, c, err))
		return false;
	c->preflight = preflight_new(&c->session, c->score->plan);
	bool ok = preflight_run(c->preflight);
	write_header(c);
	const struct exchange *exchanges = preflight_exchanges(c->preflight, &count);
	record_preflight(c->record, preflight_checks(c->preflight), exchanges, count);
	progress_begin(c->progress, title_of(c), c->score->plan->case_count);
	c->engine = engine_new(&c->session, c->score->plan, &options);
	if (c->signal_number) {
		engine_refuse(c->engine, TROUBLE_INTERRUPTED, "not run: the run was interrupted");
		return true;
	}
	if (!ok && c->session.deadline_us && clock_now_us() >= c->session.deadline_us) {
		c->deadline_over = c->session.stopping = true;
		engine_refuse(c->engine, TROUBLE_INTERRUPTED,
			      "not run: the run's deadline was over before preflight ended");
		return true;
	}
	if (!ok) {
		c->refused = true;
		engine_refuse(c->engine, TROUBLE_PREFLIGHT, preflight_problem(c->preflight));
		return true;
	}
	if (c->session.deadline_us)
		(void)loop_after(c->session.loop, (c->session.deadline_us - clock_now_us()) / 1000,
				 deadline, c);
	return engine_run(c->engine, err);
}

/* ---- after ---- */

static int
judge_totals(const struct conductor *c)
{
	const struct totals *totals = engine_totals(c->engine);
	const struct gate *gate = c->score->workspace->gate;

	if (record_failed(c->record))
		return EXIT_UNWRITTEN;
	if (c->signal_number)
		return c->signal_number == SIGINT ? EXIT_SIGINT : EXIT_SIGTERM;
	if (c->session.stopping)
		return EXIT_INCOMPLETE;
	if (totals->errors > 0)
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
	const struct totals *totals = engine_totals(c->engine);
	const struct gate *gate = c->score->workspace->gate;
	char text[300];

	if (c->refused)
		return preflight_problem(c->preflight);
	if (c->deadline_over)
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
	json_t *leftovers = json_copy(node_writable(janitor_leftovers(c->session.janitor)));

	json_array_extend(leftovers, node_writable(engine_leftovers(c->engine)));
	return json_pack("{s:I, s:I, s:o}", "registered",
			 (json_int_t)janitor_registered(c->session.janitor), "removed",
			 (json_int_t)janitor_removed(c->session.janitor), "leftovers", leftovers);
}

static void
write_footer(struct conductor *c, int status)
{
	const struct totals *t = engine_totals(c->engine);
	const struct invariants *v = &c->session.invariants;
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
			    json_integer(clock_now_us() - c->session.began_us));
	json_object_set_new(footer, "ended", json_string(ended));
	if (c->session.stopping || c->signal_number)
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
close_session(struct conductor *c)
{
	struct session *session = &c->session;

	preflight_free(c->preflight);
	engine_free(c->engine);
	janitor_free(session->janitor);
	credentials_free(session->credentials);
	sql_free(session->sql);
	http_free(session->http);
	loop_free(session->loop);
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
	} else if (!open_session(&c, &err) || !perform(&c, &err)) {
		status = mistake_print(&err);
		if (c.engine)
			engine_refuse(c.engine, TROUBLE_INTERRUPTED, err.message);
	} else {
		progress_end(c.progress);
		status = judge_totals(&c);
		write_footer(&c, status);
		status = report(&c, status);
	}
	if (c.record)
		(void)!record_close(c.record, &err);
	close_session(&c);
	return status;
}
