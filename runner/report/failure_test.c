#include "report/failure.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct planned_case planned = { .suite = "s", .id = "crew-denied" };

static void
expect_text(const struct run_case *run_case, const char *text)
{
	struct buf out;

	buf_init(&out, 10000);
	failure_text(&planned, run_case, &out);
	cr_expect_str_eq(out.text, text, "%s", out.text);
	buf_release(&out);
}

Test(failure, every_mismatch_is_told_with_what_was_expected)
{
	struct arena arena = { 0 };
	struct run_case run_case = { .verdict = VERDICT_FAIL,
				     .expected = "403 DENIED",
				     .actual = "200",
				     .findings = { .arena = &arena } };

	finding_add(&run_case.findings, FINDING_STATUS, "", "403", "200", "another status");
	finding_add(&run_case.findings, FINDING_BODY, "/data/x", "caf\xc3\xa9 one",
		    "caf\xc3\xa9 two", "another text");
	expect_text(&run_case, "FAIL crew-denied: expected 403 DENIED, actual 200 (2 mismatches)\n"
			       "status: another status\n"
			       "\n"
			       "1. status: another status\n"
			       "   expected: 403\n"
			       "   actual:   200\n"
			       "2. body at /data/x: another text\n"
			       "   expected: caf\xc3\xa9 one\n"
			       "   actual:   caf\xc3\xa9 two\n"
			       "                  ^ differs from here on\n");
	cr_expect_str_eq(failure_type(&run_case), "status");
	arena_release(&arena);
}

Test(failure, a_changed_row_is_told_member_by_member)
{
	struct arena arena = { 0 };
	struct run_case run_case = { .verdict = VERDICT_FAIL, .findings = { .arena = &arena } };

	finding_add(&run_case.findings, FINDING_UNCHANGED, "/0",
		    "{\"status\": \"candidate\", \"by\": null}",
		    "{\"status\": \"approved\", \"by\": 7}", "a row of items changed");
	expect_text(&run_case, "FAIL crew-denied: unchanged: a row of items changed\n"
			       "unchanged: a row of items changed\n"
			       "\n"
			       "1. unchanged at /0: a row of items changed\n"
			       "   /0/status: \"candidate\" -> \"approved\"\n"
			       "   /0/by: null -> 7\n");
	arena_release(&arena);
}

Test(failure, an_error_says_why_it_could_not_be_judged)
{
	struct exchange exchange = { .kind = EXCHANGE_HTTP,
				     .http = { .problem = "connection refused" } };
	struct run_case run_case = { .verdict = VERDICT_ERROR,
				     .trouble = TROUBLE_TRANSPORT,
				     .reason = "no reply to\nstep 1",
				     .exchanges = &exchange,
				     .exchange_count = 1 };

	expect_text(&run_case, "ERROR crew-denied: no reply to step 1\n"
			       "could not be judged: no whole reply came\n"
			       "transport: connection refused\n");
	cr_expect_str_eq(failure_type(&run_case), "transport");
}

Test(failure, the_message_is_one_line_whatever_came)
{
	struct run_case run_case = { .verdict = VERDICT_FAIL, .expected = "a\r\nb", .actual = "c" };
	struct buf out;

	buf_init(&out, 1000);
	failure_line(&run_case, &out);
	cr_expect_str_eq(out.text, "expected a  b, actual c");
	buf_release(&out);
}

Test(failure, the_last_request_is_repeated_and_clean_up_is_not)
{
	struct exchange exchanges[] = {
		{ .kind = EXCHANGE_HTTP, .http = { .method = "GET", .url = "first" } },
		{ .kind = EXCHANGE_HTTP,
		  .http = { .method = "GET",
			    .url = "second",
			    .response_headers = "A: b\r\nx-request-ID:  r-77 \r\n" } },
		{ .kind = EXCHANGE_HTTP,
		  .purpose = PURPOSE_CLEANUP,
		  .http = { .method = "DELETE", .url = "third" } },
	};
	struct run_case run_case = { .exchanges = exchanges, .exchange_count = COUNTOF(exchanges) };
	struct buf out;

	buf_init(&out, 1000);
	failure_repeat(&run_case, &out);
	cr_expect_str_eq(out.text, "curl -i -X GET 'second'\n# request id: r-77 \n");
	buf_release(&out);
}

static void
expect_repeat(const struct run_case *run_case, const char *const *wanted, const char *unwanted)
{
	struct buf out;

	buf_init(&out, 10000);
	failure_repeat(run_case, &out);
	for (size_t i = 0; wanted[i]; i++)
		cr_expect_not_null(strstr(out.text, wanted[i]), "%s in: %s", wanted[i], out.text);
	cr_expect_null(strstr(out.text, unwanted), "%s in: %s", unwanted, out.text);
	buf_release(&out);
}

static const struct exchange steps[] = {
	{ .kind = EXCHANGE_HTTP, .step = 1, .http = { .method = "POST", .url = "earlier" } },
	{ .kind = EXCHANGE_SQL,
	  .step = 2,
	  .purpose = PURPOSE_BEFORE,
	  .sql = { .text = "select 1" } },
	{ .kind = EXCHANGE_SQL, .step = 2, .sql = { .text = "update pms_parts set a = 1" } },
	{ .kind = EXCHANGE_SQL,
	  .step = 2,
	  .purpose = PURPOSE_AFTER,
	  .sql = { .text = "select 2" } },
	{ .kind = EXCHANGE_HTTP,
	  .step = 1,
	  .purpose = PURPOSE_CLEANUP,
	  .http = { .url = "later" } },
};

Test(failure, only_the_step_that_broke_is_repeated)
{
	static const char *const wanted[] = { "update pms_parts", "tablename = 'pms_parts'", NULL };
	struct arena arena = { 0 };
	struct run_case run_case = { .verdict = VERDICT_FAIL,
				     .findings = { .arena = &arena },
				     .exchanges = steps,
				     .exchange_count = COUNTOF(steps) };

	finding_add(&run_case.findings, FINDING_RLS_LEAK, "", "denied", "allowed 1", "a leak");
	expect_repeat(&run_case, wanted, "select 1");
	arena_release(&arena);
}

Test(failure, a_row_that_changed_is_looked_at_again)
{
	static const char *const wanted[] = { "update pms_parts", "afterwards", "select 2", NULL };
	struct arena arena = { 0 };
	struct run_case run_case = { .verdict = VERDICT_FAIL,
				     .findings = { .arena = &arena },
				     .exchanges = steps,
				     .exchange_count = COUNTOF(steps) };

	finding_add(&run_case.findings, FINDING_UNCHANGED, "/0", "1", "2", "it changed");
	expect_repeat(&run_case, wanted, "earlier");
	arena_release(&arena);
}

Test(failure, the_step_that_broke_is_shown_as_its_suite_writes_it)
{
	struct run_case run_case = { .verdict = VERDICT_ERROR,
				     .trouble = TROUBLE_VARIABLE,
				     .reason = "no value",
				     .file = "suites/a.yaml",
				     .line = 9,
				     .source = "- action: x\n  payload: {}\n" };

	expect_text(&run_case, "ERROR crew-denied: no value\n"
			       "did not run: a variable has no value\n"
			       "the step, in suites/a.yaml:9:\n"
			       "     9 | - action: x\n"
			       "    10 |   payload: {}\n");
}

Test(failure, a_slow_reply_says_where_the_time_went)
{
	struct exchange exchange = { .kind = EXCHANGE_HTTP,
				     .http = { .status = 200,
					       .timing = { .connect_us = 1000,
							   .first_byte_us = 3000000,
							   .total_us = 3002000 } } };
	struct arena arena = { 0 };
	struct run_case run_case = { .verdict = VERDICT_FAIL,
				     .findings = { .arena = &arena },
				     .exchanges = &exchange,
				     .exchange_count = 1 };
	struct buf out;

	finding_add(&run_case.findings, FINDING_LATENCY, "", "", "", "too late");
	buf_init(&out, 1000);
	failure_details(&run_case, &out);
	cr_expect_str_eq(out.text, "1. latency: too late\n"
				   "time: connect 1 ms, first byte 3.00 s, in all 3.00 s\n");
	buf_release(&out);
	arena_release(&arena);
}
