#include "report/transcript.h"

#include <criterion/criterion.h>

static const struct exchange asked = {
	.kind = EXCHANGE_HTTP,
	.purpose = PURPOSE_STEP,
	.step = 2,
	.attempt = 3,
	.title = "approve",
	.persona = "crew",
	.http = { .method = "POST",
		  .url = "http://h:80?x=1",
		  .request_headers = "A: b\r\nC: d\r\n",
		  .request_body = "{}\n",
		  .request_body_len = 3,
		  .problem = "connection reset" },
};

static void
expect(const struct buf *out, const char *text)
{
	cr_expect_str_eq(out->text, text, "%s", out->text);
}

Test(transcript, a_request_reads_as_it_was_sent)
{
	struct buf out;

	buf_init(&out, 1000);
	transcript_request(&asked.http, &out);
	expect(&out, "POST /?x=1 HTTP/1.1\nHost: h:80\nA: b\nC: d\n\n{}\n");
	buf_release(&out);
}

Test(transcript, a_reply_that_never_came_says_why)
{
	struct buf out;

	buf_init(&out, 1000);
	transcript_reply(&asked.http, &out);
	expect(&out, "[no whole reply: connection reset]\n");
	out.len = 0;
	transcript_line(&asked, &out);
	expect(&out, "step 2 (approve), attempt 3, as crew: POST http://h:80?x=1 -> "
		     "connection reset in 0 us");
	buf_release(&out);
}

Test(transcript, what_was_not_kept_is_counted)
{
	struct http_exchange http = { .status = 200,
				      .response_body = "abc",
				      .response_body_len = 3,
				      .response_bytes = 9,
				      .truncated = true };
	struct buf out;

	buf_init(&out, 1000);
	transcript_reply(&http, &out);
	expect(&out, "HTTP/1.1 200\n\nabc\n[the first 3 of 9 bytes]\n");
	buf_release(&out);
}

Test(transcript, a_statement_comes_with_who_made_it_and_how_it_ended)
{
	struct sql_exchange sql = { .identity = "persona",
				    .role = "anon",
				    .claims = "{}",
				    .text = "select 1",
				    .params = "[]",
				    .outcome = "denied",
				    .sqlstate = "42501",
				    .message = "permission denied",
				    .values = "[]" };
	struct buf out;

	buf_init(&out, 1000);
	transcript_sql(&sql, &out);
	expect(&out, "-- as persona, role anon, claims {}\nselect 1\n-- parameters: []\n"
		     "-- outcome: denied, 0 rows, SQLSTATE 42501: permission denied\n"
		     "-- rows: []\n");
	buf_release(&out);
}
