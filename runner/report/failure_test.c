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
	cr_expect_str_eq(out.text, "curl -i -X GET 'second'\nrequest id: r-77 \n");
	buf_release(&out);
}
