#include "exec/engine.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/clock.h"
#include "exec/janitor.h"
#include "plan/order.h"
#include "run/mask.h"

/* Cases that pass wait a moment; those that do not ask a port where nobody listens. */
static const struct step good[] = { { .kind = STEP_WAIT, .wait_ms = 1 } };
static const struct step_list passes = { good, 1 };
static struct step bad[1];
static struct step_list breaks = { bad, 1 };

static const char *const allowed[] = { "127.0.0.1" };

static struct {
	struct arena arena;
	struct session session;
	struct environment environment;
	struct suite suite;
	const struct suite *suites[1];
	struct plan *plan;
	struct mask *mask;
	struct engine *engine;
	struct buf said;
	int starts;
} t;

static void
started(void *arg, size_t case_index)
{
	(void)arg;
	(void)case_index;
	t.starts++;
}

/* "a PASS", "b ERROR blocked: reason", ... in the order of settling */
static void
settled(void *arg, const struct run_case *run_case)
{
	const char *reason = run_case->reason ? run_case->reason : "";

	(void)arg;
	buf_printf(&t.said, "%s %s%s%s\n", t.plan->nodes[t.plan->cases[run_case->index]].test->id,
		   verdict_name(run_case->verdict), run_case->trouble ? " " : "",
		   run_case->trouble == TROUBLE_TRANSPORT ? "transport"
		   : run_case->trouble                    ? reason
							  : "");
}

static void
start(void)
{
	json_t *path = json_string("/");

	bad[0] = (struct step){ .kind = STEP_HTTP, .method = "GET", .timeout_ms = 2000 };
	bad[0].path = (struct template){ path, true };
	bad[0].expect.status[0] = 200;
	bad[0].expect.status_count = 1;
	t.environment = (struct environment){ .name = "none", .base_url = "http://127.0.0.1:1" };
	t.session.loop = loop_new();
	t.session.http = http_new(t.session.loop, &(struct http_options){ .allow_hosts = allowed,
									  .allow_host_count = 1 });
	t.mask = mask_new();
	t.session.credentials = credentials_new(&t.environment, t.session.http, t.mask);
	t.session.janitor = janitor_new();
	t.session.environment = &t.environment;
	t.session.run_id = "run";
	t.session.unique = "u";
	t.session.began_us = clock_now_us();
	t.session.timeout_ms = 2000;
	buf_init(&t.said, 65536);
}

static void
stop(void)
{
	engine_free(t.engine);
	plan_free(t.plan);
	janitor_free(t.session.janitor);
	credentials_free(t.session.credentials);
	http_free(t.session.http);
	loop_free(t.session.loop);
	mask_free(t.mask);
	buf_release(&t.said);
	json_decref(node_writable(bad[0].path.value));
	arena_release(&t.arena);
}

TestSuite(engine, .init = start, .fini = stop, .timeout = 60);

static void
prepare(const struct suite_case *cases, size_t count, const struct engine_options *options)
{
	struct error err = { 0 };
	struct selection *selection = selection_new(&(struct selection_options){ 0 }, &err);
	struct engine_options own = *options;

	t.suite.name = "s";
	t.suite.cases = cases;
	t.suite.case_count = count;
	t.suites[0] = &t.suite;
	t.plan = plan_build(t.suites, 1, selection);
	selection_free(selection);
	own.started = started;
	own.settled = settled;
	if (!own.jobs)
		own.jobs = 1;
	t.engine = engine_new(&t.session, t.plan, &own);
}

static void
expect(const struct suite_case *cases, size_t count, const struct engine_options *options,
       const char *said)
{
	struct error err = { 0 };

	prepare(cases, count, options);
	cr_assert(engine_run(t.engine, &err), "%s", err.message);
	cr_expect_str_eq(t.said.text, said, "%s", t.said.text);
}

static const char *const needs_a[] = { "a" };
static const char *const needs_b[] = { "b" };

Test(engine, a_case_runs_after_what_it_needs_whatever_the_order_in_the_file)
{
	const struct suite_case cases[] = {
		{ .id = "c", .steps = passes, .needs = needs_b, .need_count = 1 },
		{ .id = "b", .steps = passes, .needs = needs_a, .need_count = 1 },
		{ .id = "a", .steps = passes },
	};

	expect(cases, 3, &(struct engine_options){ .jobs = 8 }, "a PASS\nb PASS\nc PASS\n");
	cr_expect_eq(engine_totals(t.engine)->passed, 3);
	cr_expect_eq(engine_totals(t.engine)->executed, 3);
}

Test(engine, a_shuffled_plan_starts_in_its_order_and_still_waits)
{
	const struct suite_case cases[] = {
		{ .id = "a", .steps = passes },
		{ .id = "b", .steps = passes },
		{ .id = "c", .steps = passes },
		{ .id = "d", .steps = passes },
		{ .id = "e", .steps = passes, .needs = needs_a, .need_count = 1 },
	};
	struct error err = { 0 };
	struct buf wanted;

	prepare(cases, COUNTOF(cases), &(struct engine_options){ .jobs = 1 });
	plan_shuffle(t.plan, 4);
	cr_assert(engine_run(t.engine, &err), "%s", err.message);
	buf_init(&wanted, 1000);
	for (size_t i = 0; i < t.plan->node_count; i++) {
		size_t node = plan_at(t.plan, i);

		if (!t.plan->nodes[node].blockers)
			buf_printf(&wanted, "%s PASS\n", t.plan->nodes[node].test->id);
	}
	buf_printf(&wanted, "e PASS\n");
	cr_expect_str_eq(t.said.text, wanted.text);
	cr_expect_str_neq(t.said.text, "a PASS\nb PASS\nc PASS\nd PASS\ne PASS\n");
	buf_release(&wanted);
}

Test(engine, what_needs_a_case_that_did_not_pass_is_blocked_and_never_starts)
{
	const struct suite_case cases[] = {
		{ .id = "a", .steps = breaks },
		{ .id = "b", .steps = passes, .needs = needs_a, .need_count = 1 },
		{ .id = "c", .steps = passes, .needs = needs_b, .need_count = 1 },
		{ .id = "d", .steps = passes },
	};

	expect(cases, 4, &(struct engine_options){ 0 },
	       "a ERROR transport\nd PASS\n"
	       "b ERROR a, which it needs, did not pass (ERROR)\n"
	       "c ERROR b, which it needs, did not pass (ERROR)\n");
	cr_expect_eq(t.starts, 2);
	cr_expect_eq(engine_totals(t.engine)->blocked, 2);
	cr_expect_eq(engine_totals(t.engine)->errors, 3);
}

Test(engine, a_refusal_stays_unsettled_until_its_control_has_passed)
{
	const struct step denied[] = {
		{ .kind = STEP_WAIT, .wait_ms = 1, .refusal = true, .control = "b" }
	};
	const struct suite_case cases[] = {
		{ .id = "a", .steps = { denied, 1 } },
		{ .id = "b", .steps = passes },
	};

	expect(cases, 2, &(struct engine_options){ 0 }, "b PASS\na PASS\n");
}

Test(engine, a_refusal_whose_control_did_not_pass_is_no_pass)
{
	const struct step denied[] = {
		{ .kind = STEP_WAIT, .wait_ms = 1, .refusal = true, .control = "b" }
	};
	const struct suite_case cases[] = {
		{ .id = "a", .steps = { denied, 1 } },
		{ .id = "b", .steps = breaks },
	};

	expect(cases, 2, &(struct engine_options){ 0 },
	       "b ERROR transport\n"
	       "a ERROR the refusal is not proved: its control b did not pass (ERROR)\n");
}

Test(engine, a_skipped_case_is_said_and_not_started)
{
	const struct suite_case cases[] = {
		{ .id = "a", .steps = breaks, .skip = "for a reason" },
		{ .id = "b", .steps = passes },
	};

	expect(cases, 2, &(struct engine_options){ 0 }, "a SKIP\nb PASS\n");
	cr_expect_eq(t.starts, 1);
}

Test(engine, after_the_first_that_did_not_pass_fail_fast_begins_nothing)
{
	const struct suite_case cases[] = {
		{ .id = "a", .steps = passes },
		{ .id = "b", .steps = breaks },
		{ .id = "c", .steps = passes },
	};

	expect(cases, 3, &(struct engine_options){ .fail_fast = true },
	       "a PASS\nb ERROR transport\n"
	       "c ERROR not run: an earlier case did not pass and --fail-fast was given\n");
	cr_expect_eq(t.starts, 2);
}

Test(engine, a_case_is_tried_as_often_as_retries_say_and_once_more_than_none)
{
	const struct suite_case cases[] = { { .id = "a", .steps = breaks } };

	expect(cases, 1, &(struct engine_options){ .retries = 2 }, "a ERROR transport\n");
	cr_expect_eq(t.session.invariants.retried, 2);
	cr_expect_eq(engine_totals(t.engine)->errors, 1);
}

Test(engine, a_refused_run_settles_every_case_without_running_any)
{
	const struct suite_case cases[] = {
		{ .id = "a", .steps = passes },
		{ .id = "b", .steps = passes, .needs = needs_a, .need_count = 1 },
	};

	prepare(cases, 2, &(struct engine_options){ 0 });
	engine_refuse(t.engine, TROUBLE_PREFLIGHT, "wrong target");
	cr_expect_str_eq(t.said.text, "a ERROR wrong target\nb ERROR wrong target\n");
	cr_expect_eq(t.starts, 0);
}

Test(engine, a_setup_that_did_not_succeed_blocks_all_of_its_suite)
{
	const struct suite_case cases[] = { { .id = "a", .steps = passes } };
	const struct fixture fixtures[] = { { .id = "setup", .steps = breaks } };

	t.suite.fixtures = fixtures;
	t.suite.fixture_count = 1;
	t.suite.has_setup = true;
	prepare(cases, 1, &(struct engine_options){ 0 });
	struct error err = { 0 };
	cr_assert(engine_run(t.engine, &err));
	cr_expect(strstr(t.said.text, "a ERROR its suite's setup did not succeed: "), "%s",
		  t.said.text);
	cr_expect_eq(t.starts, 0);
}
