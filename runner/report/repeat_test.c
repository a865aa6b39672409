#include "report/repeat.h"

#include <criterion/criterion.h>
#include <string.h>

static void
expect_curl(struct http_exchange http, const char *command)
{
	struct buf out;

	buf_init(&out, 100000);
	if (http.request_body && !http.request_body_len)
		http.request_body_len = strlen(http.request_body);
	repeat_curl(&http, &out);
	cr_expect_str_eq(out.text, command, "%s", out.text);
	buf_release(&out);
}

Test(repeat, a_masked_token_is_named_as_a_variable)
{
	expect_curl((struct http_exchange){ .method = "GET",
					    .url = "http://127.0.0.1/a?b=c&d",
					    .request_headers =
						    "Authorization: Bearer <crew token>\r\n"
						    "apikey: [secret STAGING_ANON_KEY]\r\n"
						    "X-Odd: \"$HOME\" `id` <b>\r\n" },
		    "curl -i -X GET 'http://127.0.0.1/a?b=c&d' \\\n"
		    "  -H \"Authorization: Bearer ${CREW_TOKEN}\" \\\n"
		    "  -H \"apikey: ${STAGING_ANON_KEY}\" \\\n"
		    "  -H 'X-Odd: \"$HOME\" `id` <b>'");
}

Test(repeat, beside_a_variable_nothing_else_is_expanded)
{
	expect_curl((struct http_exchange){ .method = "GET",
					    .url = "u",
					    .request_headers = "X: $a `b` \"c\" \\ <crew token>" },
		    "curl -i -X GET 'u' \\\n"
		    "  -H \"X: \\$a \\`b\\` \\\"c\\\" \\\\ ${CREW_TOKEN}\"");
}

Test(repeat, what_curl_computes_is_left_to_it)
{
	expect_curl((struct http_exchange){ .method = "POST",
					    .url = "u",
					    .request_headers = "content-length: 9\r\nHost: x\r\n"
							       "Hosting: y\r\n",
					    .request_body = "it's" },
		    "curl -i -X POST 'u' \\\n  -H 'Hosting: y' \\\n"
		    "  --data-binary 'it'\\''s'");
}

Test(repeat, a_masked_password_in_a_body_is_a_variable_and_markup_is_not)
{
	expect_curl((struct http_exchange){ .method = "POST",
					    .url = "u",
					    .request_body = "{\"p\":\"[secret HOD_PASSWORD]\"}" },
		    "curl -i -X POST 'u' \\\n"
		    "  --data-binary \"{\\\"p\\\":\\\"${HOD_PASSWORD}\\\"}\"");
	expect_curl((struct http_exchange){ .method = "POST",
					    .url = "u",
					    .request_body = "<token> [secret ] <a b token>" },
		    "curl -i -X POST 'u' \\\n  --data-binary '<token> [secret ] <a b token>'");
}

Test(repeat, a_body_with_a_nul_is_not_put_on_a_command_line)
{
	expect_curl((struct http_exchange){ .method = "POST",
					    .url = "u",
					    .request_body = "a\0b",
					    .request_body_len = 3 },
		    "curl -i -X POST 'u' \\\n"
		    "  --data-binary @body  # 3 bytes: the request body of the transcript");
}

static void
expect_psql(struct sql_exchange sql, const char *statements)
{
	struct buf out;
	struct buf whole;

	buf_init(&out, 10000);
	buf_init(&whole, 10000);
	repeat_psql(&sql, &out);
	buf_printf(&whole, "psql \"$DATABASE_URL\" <<'SQL'\nbegin;\n%srollback;\nSQL", statements);
	cr_expect_str_eq(out.text, whole.text, "%s", out.text);
	buf_release(&whole);
	buf_release(&out);
}

Test(repeat, a_statement_is_made_as_the_persona_and_rolled_back)
{
	expect_psql((struct sql_exchange){ .role = "authenticated",
					   .claims = "{\"name\":\"O'Neil\"}",
					   .text = "select 1;\n" },
		    "select set_config('role', 'authenticated', true), "
		    "set_config('request.jwt.claims', '{\"name\":\"O''Neil\"}', true);\n"
		    "select 1;\n");
}

Test(repeat, parameters_are_bound_and_never_spliced)
{
	expect_psql((struct sql_exchange){ .text = "select $1, $2, $3, $4",
					   .params = "[\"it's\", null, 5, {\"a\": true}]" },
		    "prepare step as select $1, $2, $3, $4;\n"
		    "execute step('it''s', null, '5', '{\"a\":true}');\n");
}
