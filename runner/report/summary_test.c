#include "report/summary.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "base/rows.h"

static const struct {
	struct totals totals;
	const char *text;
} totals[] = {
	{ { .planned = 27, .passed = 27, .executed = 27 }, "27 planned, 27 passed" },
	{ { .planned = 27, .passed = 22, .failed = 1, .errors = 2, .skipped = 1, .flaky = 1 },
	  "27 planned, 22 passed, 1 failed, 2 errors, 1 skipped, 1 flaky" },
	{ { .planned = 1, .errors = 1 }, "1 planned, 0 passed, 1 error" },
	{ { 0 }, "0 planned, 0 passed" },
};

ParameterizedTestParameters(summary, totals_name_what_there_is)
{
	return rows_of(COUNTOF(totals));
}

ParameterizedTest(size_t *row, summary, totals_name_what_there_is)
{
	struct buf out;

	buf_init(&out, 1000);
	summary_totals(&totals[*row].totals, &out);
	cr_expect_str_eq(out.text, totals[*row].text, "row %zu: %s", *row, out.text);
	buf_release(&out);
}

static const struct {
	struct invariants invariants;
	const char *text;
} invariants[] = {
	{ { 0 }, "no reply was received, so nothing is said about 5xx\nno request was sent\n" },
	{ { .transport_errors = 3 },
	  "no reply was received, so nothing is said about 5xx\n"
	  "3 of 3 requests had no whole reply\n" },
	{ { .replies = 61, .replies_5xx = 1, .late = 2, .statements = 1, .retried = 2 },
	  "1 of 61 replies were 5xx\n2 of 61 replies were late\n"
	  "0 of 61 requests had no whole reply\n1 SQL statement was judged\n"
	  "2 attempts were made again\n" },
};

ParameterizedTestParameters(summary, of_no_reply_nothing_is_said)
{
	return rows_of(COUNTOF(invariants));
}

ParameterizedTest(size_t *row, summary, of_no_reply_nothing_is_said)
{
	struct buf out;

	buf_init(&out, 1000);
	summary_invariants(&invariants[*row].invariants, "\n", &out);
	cr_expect_str_eq(out.text, invariants[*row].text, "row %zu: %s", *row, out.text);
	buf_release(&out);
}

static const struct {
	int64_t us;
	const char *text;
} times[] = {
	{ 0, "0 us" },           { 999, "999 us" },         { 1000, "1 ms" },
	{ 999999, "999 ms" },    { 1000000, "1.00 s" },     { 1259999, "1.25 s" },
	{ 59999999, "59.99 s" }, { 60000000, "1 min 0 s" }, { 125000000, "2 min 5 s" },
};

ParameterizedTestParameters(summary, a_time_has_the_unit_people_read)
{
	return rows_of(COUNTOF(times));
}

ParameterizedTest(size_t *row, summary, a_time_has_the_unit_people_read)
{
	struct buf out;

	buf_init(&out, 100);
	summary_time(times[*row].us, &out);
	cr_expect_str_eq(out.text, times[*row].text);
	buf_release(&out);
}

/* Runs that need no file: what the verdict and its reason are made of. */
static const struct {
	struct totals totals;
	bool complete;
	const char *header, *footer, *verdict, *reason;
} runs[] = {
	{ { .planned = 2, .passed = 2, .executed = 2 },
	  true,
	  "{}",
	  "{}",
	  "PASSED",
	  "all 2 planned cases passed" },
	{ { .planned = 2, .passed = 1, .skipped = 1, .executed = 1 },
	  true,
	  "{}",
	  "{}",
	  "PASSED",
	  "1 of 2 planned cases passed, 1 skipped" },
	{ { .planned = 2, .passed = 1, .failed = 1, .executed = 2 },
	  true,
	  "{}",
	  "{}",
	  "FAILED",
	  "1 of 2 cases failed" },
	{ { .planned = 2, .failed = 1, .errors = 1, .executed = 2 },
	  true,
	  "{}",
	  "{}",
	  "COULD NOT JUDGE",
	  "1 of 2 cases could not be judged, and 1 failed" },
	{ { .planned = 2, .passed = 2, .executed = 2 },
	  true,
	  "{\"run\": {\"expected_count\": 27}}",
	  "{}",
	  "FAILED",
	  "2 executed, where the gate pins 27" },
	{ { .planned = 2, .passed = 2, .executed = 2, .flaky = 1 },
	  true,
	  "{\"run\": {\"flaky_budget\": 0}}",
	  "{}",
	  "FAILED",
	  "1 passed only on a retry, where the flaky budget is 0" },
	{ { .planned = 2, .passed = 2, .executed = 2 },
	  false,
	  "{}",
	  "{\"reason\": \"deadline\"}",
	  "INCOMPLETE",
	  "deadline" },
	{ { .planned = 2, .passed = 2, .executed = 2 },
	  true,
	  "{}",
	  "{\"exit_status\": 7, \"reason\": \"p95 is over 1 s\"}",
	  "OVER A THRESHOLD",
	  "p95 is over 1 s" },
};

ParameterizedTestParameters(summary, the_verdict_comes_with_its_reason)
{
	return rows_of(COUNTOF(runs));
}

ParameterizedTest(size_t *row, summary, the_verdict_comes_with_its_reason)
{
	struct run_entry entries[2] = { { .offset = 0 }, { .offset = 1 } };
	struct run run = { .entries = entries,
			   .entry_count = 2,
			   .totals = runs[*row].totals,
			   .complete = runs[*row].complete,
			   .header = json_loads(runs[*row].header, 0, NULL),
			   .footer = json_loads(runs[*row].footer, 0, NULL) };
	struct buf out;

	buf_init(&out, 1000);
	cr_expect_str_eq(summary_verdict(&run), runs[*row].verdict, "row %zu", *row);
	summary_reason(&run, &out);
	cr_expect_str_eq(out.text, runs[*row].reason, "row %zu: %s", *row, out.text);
	buf_release(&out);
	json_decref(run.header);
	json_decref(run.footer);
}

Test(summary, when_nothing_was_judged_the_reason_is_what_the_preflight_found)
{
	struct run_entry entries[2] = { { .offset = 0 }, { .offset = 1 } };
	struct run run = { .entries = entries,
			   .entry_count = 2,
			   .totals = { .planned = 2, .errors = 2 },
			   .complete = true,
			   .header = json_object(),
			   .footer = json_object() };
	struct buf out;

	run.preflight = json_pack("{s:[{s:b, s:s}, {s:b, s:s}]}", "checks", "ok", true, "sentence",
				  "up", "ok", false, "sentence", "nobody is there");
	buf_init(&out, 1000);
	summary_reason(&run, &out);
	cr_expect_str_eq(out.text, "none of 2 cases was judged: nobody is there", "%s", out.text);
	buf_release(&out);
	json_decref(run.preflight);
	json_decref(run.header);
	json_decref(run.footer);
}
