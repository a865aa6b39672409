#include "run/settled.h"

#include <criterion/criterion.h>
#include <string.h>

Test(settled, whole_replies_and_statements_are_timed_and_a_timeout_is_not)
{
	struct error err = { 0 };
	struct run *run = run_load("fixtures/golden/mixed.jsonl", &err);

	cr_assert_not_null(run, "%s", err.message);
	cr_expect_eq(run->times.http.count, 3, "%ld", run->times.http.count);
	cr_expect_eq(run->times.http.greatest_us, 1200);
	cr_expect_eq(run->times.sql.count, 2, "%ld", run->times.sql.count);
	cr_expect_eq(run->times.sql.least_us, 300);
	cr_expect_eq(run->times.sql.greatest_us, 450);
	run_free(run);
}

Test(settled, a_line_is_read_into_its_own_bytes)
{
	char line[] = "{\"verdict\":\"FAIL\",\"index\":7,\"exchanges\":[{\"purpose\":\"step\","
		      "\"kind\":\"http\",\"response_body\":\"a\\u0000\\nb\",\"status\":200}]}";
	struct arena arena = { 0 };
	struct run_case read;
	const char *bad;

	cr_assert(settled_read(line, strlen(line), &arena, &read, &bad));
	cr_expect_null(bad);
	cr_expect_eq(read.index, 7);
	cr_expect_eq(read.verdict, VERDICT_FAIL);
	cr_expect_eq(read.attempts, 1);
	cr_assert_eq(read.exchange_count, 1);
	const struct http_exchange *http = &read.exchanges[0].http;
	cr_expect_eq(read.exchanges[0].attempt, 1);
	cr_expect_eq(http->response_body_len, 4);
	cr_expect_eq(memcmp(http->response_body, "a\0\nb", 5), 0);
	cr_expect(http->response_body > line && http->response_body < line + sizeof(line));
	arena_release(&arena);
}

Test(settled, a_brief_look_leaves_out_the_exchanges_and_nothing_else)
{
	static const char line[] =
		"{\"verdict\":\"PASS\",\"proof\":\"a\\nb\",\"exchanges\":[{\"purpose\":\"step\","
		"\"kind\":\"http\",\"response_body\":\"]}\",\"timing\":{\"total_us\":5}}],"
		"\"leftovers\":[\"a row\"]}";
	struct arena arena = { 0 };
	struct run_case read;
	const char *bad;

	cr_assert(settled_read_brief(arena_text(&arena, line, strlen(line)), strlen(line), &arena,
				     &read, &bad));
	cr_expect_null(bad);
	cr_expect_eq(read.verdict, VERDICT_PASS);
	cr_expect_str_eq(read.proof, "a\nb");
	cr_expect_eq(read.exchange_count, 0);
	cr_assert_eq(read.leftover_count, 1);
	cr_expect_str_eq(read.leftovers[0], "a row");
	/* What is cut is no JSON, looked at or not. */
	cr_expect_not(settled_read_brief(arena_text(&arena, line, strlen(line)), strlen(line) - 40,
					 &arena, &read, &bad));
	arena_release(&arena);
}

Test(settled, what_no_case_can_be_is_named)
{
	static const struct {
		const char *line, *bad;
	} rows[] = {
		{ "{\"verdict\":\"pass\"}", "verdict" },
		{ "{\"verdict\":1}", "verdict" },
		{ "{\"trouble\":\"bad luck\"}", "trouble" },
		{ "{\"exchanges\":[{\"kind\":\"http\"}]}", "exchanges" },
		{ "{\"exchanges\":[{\"kind\":\"smtp\",\"purpose\":\"step\"}]}", "exchanges" },
		{ "{\"exchanges\":[7,{}]}", "exchanges" },
		{ "{\"exchanges\":{}}", "exchanges" },
		{ "{\"exchanges\":[{\"kind\":\"http\",\"purpose\":\"step\",\"status\":\"x\"}]}",
		  "status" },
		{ "{\"findings\":[{\"message\":\"m\"}]}", "findings" },
		{ "{\"findings\":[null]}", "findings" },
		{ "{\"leftovers\":7}", "leftovers" },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		struct arena arena = { 0 };
		char *line = arena_text(&arena, rows[i].line, strlen(rows[i].line));
		struct run_case read;
		const char *bad;

		cr_assert(settled_read(line, strlen(line), &arena, &read, &bad), "%zu", i);
		cr_assert_not_null(bad, "%zu", i);
		cr_expect_str_eq(bad, rows[i].bad);
		arena_release(&arena);
	}
}

Test(settled, what_is_no_json_is_refused)
{
	char cut[] = "{\"verdict\":\"PASS\",\"exchanges\":[{\"kind\":\"http\"";
	char twice[] = "{} {}";
	char array[] = "[]";
	struct arena arena = { 0 };
	struct run_case read;
	const char *bad;

	cr_expect_not(settled_read(cut, strlen(cut), &arena, &read, &bad));
	cr_expect_not(settled_read(twice, strlen(twice), &arena, &read, &bad));
	cr_expect_not(settled_read(array, strlen(array), &arena, &read, &bad));
	arena_release(&arena);
}
