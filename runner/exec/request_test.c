#include "exec/request.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/base.h"
#include "suite/world.h"

static char token[] = "Bearer abc.def.ghi", shown[] = "Bearer <hod token>";
static const struct credential hod = { .authorization = token, .shown = shown };

/* One step of a suite, filled in. */
struct filled {
	struct world world;
	struct arena arena;
	struct request request;
	struct error err;
	json_t *captures;
	bool ok;
};

static void
fill(struct filled *filled, const char *step)
{
	char body[2048];

	*filled = (struct filled){ .request = { .credential = &hod,
						.base_url = "http://127.0.0.1:8080/api" } };
	(void)snprintf(
		body, sizeof(body),
		"cases:\n"
		"  - id: before\n"
		"    steps:\n"
		"      - { http: GET /, as: hod, expect: { status: 200 }, capture: { item: /id, "
		"n: /n, broken: /x } }\n"
		"  - id: one\n    needs: [before]\n    steps:\n      - { as: hod, %s }\n",
		step);
	const struct suite *suite = world_suite(&filled->world, body);
	filled->captures = json_pack("{s:s, s:i, s:s}", "item", "a b&c/\"d\"", "n", 7, "broken",
				     "one\r\nX-More: two");
	const struct scope scope = { .environment = filled->world.environment,
				     .lens = suite->lens,
				     .suite = suite,
				     .captures = filled->captures };
	filled->ok = request_fill(&suite->cases[1].steps.items[0], &scope, &filled->arena,
				  &filled->request, &filled->err);
}

static void
release(struct filled *filled)
{
	request_release(&filled->request);
	arena_release(&filled->arena);
	json_decref(filled->captures);
	world_end(&filled->world);
}

static const char *
header(const struct request *request, const char *name)
{
	for (size_t i = 0; i < request->header_count; i++) {
		if (strcmp(request->headers[i].name, name) == 0)
			return request->headers[i].value;
	}
	return NULL;
}

static const struct {
	const char *step, *method, *url, *body, *type;
} rows[] = {
	{ "http: GET /a, expect: { status: 200 }", "GET", "http://127.0.0.1:8080/api/a", NULL,
	  NULL },
	{ "http: 'GET /a?b=1', query: { q: '${item}', n: '${n}' }, expect: { status: "
	  "200 }",
	  "GET", "http://127.0.0.1:8080/api/a?b=1&q=a%20b%26c%2F%22d%22&n=7", NULL, NULL },
	{ "http: POST /a, json: { text: '${item}', n: '${n}', both: 'n=${n}' }, "
	  "expect: { status: 200 }",
	  "POST", "http://127.0.0.1:8080/api/a",
	  "{\"text\":\"a b&c/\\\"d\\\"\",\"n\":7,\"both\":\"n=7\"}", "application/json" },
	{ "http: POST /a, form: { text: '${item}' }, expect: { status: 200 }", "POST",
	  "http://127.0.0.1:8080/api/a", "text=a%20b%26c%2F%22d%22",
	  "application/x-www-form-urlencoded" },
	{ "http: POST /a, body: '{\"half\": ', expect: { status: 200 }", "POST",
	  "http://127.0.0.1:8080/api/a", "{\"half\": ", "application/json" },
	{ "http: POST /a, body_repeat: { text: 'ab', times: 3 }, expect: { status: 200 }", "POST",
	  "http://127.0.0.1:8080/api/a", "ababab", "application/json" },
	{ "http: POST /a, json: {}, headers: { Content-Type: text/plain }, "
	  "expect: { status: 200 }",
	  "POST", "http://127.0.0.1:8080/api/a", "{}", "text/plain" },
};

Test(request, a_step_becomes_what_is_sent)
{
	for (size_t i = 0; i < COUNTOF(rows); i++) {
		struct filled filled;

		fill(&filled, rows[i].step);
		cr_assert(filled.ok, "row %zu: %s", i, filled.err.message);
		cr_expect_str_eq(filled.request.method, rows[i].method, "row %zu", i);
		cr_expect_str_eq(filled.request.url, rows[i].url, "row %zu: %s", i,
				 filled.request.url);
		if (rows[i].body) {
			cr_assert_not_null(filled.request.body, "row %zu", i);
			cr_expect_str_eq(filled.request.body, rows[i].body, "row %zu: %s", i,
					 filled.request.body);
			cr_expect_eq(filled.request.body_len, strlen(rows[i].body), "row %zu", i);
			cr_expect_str_eq(header(&filled.request, "Content-Type"), rows[i].type);
		} else {
			cr_expect_null(filled.request.body, "row %zu", i);
			cr_expect_null(header(&filled.request, "Content-Type"), "row %zu", i);
		}
		release(&filled);
	}
}

Test(request, the_token_is_sent_and_its_name_is_shown)
{
	struct filled filled;

	fill(&filled, "http: GET /a, expect: { status: 200 }");
	cr_expect_str_eq(header(&filled.request, "Authorization"), "Bearer abc.def.ghi");
	cr_expect_str_eq(filled.request.shown_headers,
			 "Accept: application/json\r\nAuthorization: Bearer <hod token>\r\n");
	release(&filled);
}

Test(request, a_header_of_the_step_replaces_ours_and_null_takes_it_away)
{
	struct filled filled;

	fill(&filled, "http: GET /a, headers: { authorization: Basic, Accept: null, X-N: '${n}' }, "
		      "expect: { status: 200 }");
	cr_expect_str_eq(header(&filled.request, "Authorization"), "Basic");
	cr_expect_null(header(&filled.request, "Accept"));
	cr_expect_str_eq(header(&filled.request, "X-N"), "7");
	release(&filled);
}

Test(request, a_captured_line_break_never_becomes_a_header)
{
	struct filled filled;

	fill(&filled, "http: GET /a, headers: { X-A: '${broken}' }, expect: { status: 200 }");
	cr_expect_not(filled.ok);
	cr_expect_str_eq(filled.err.message, "the header X-A would hold a line break");
	release(&filled);
}

Test(request, values_of_a_statement_are_parameters_with_their_own_text)
{
	struct filled filled;

	fill(&filled, "sql: 'select $1, $2, $3, $4', params: ['${item}', '${n}', null, [1, a]], "
		      "expect: { rows: 1 }");
	cr_assert(filled.ok, "%s", filled.err.message);
	cr_expect_str_eq(filled.request.sql, "select $1, $2, $3, $4");
	cr_assert_eq(filled.request.param_count, 4);
	cr_expect_str_eq(filled.request.params[0], "a b&c/\"d\"");
	cr_expect_str_eq(filled.request.params[1], "7");
	cr_expect_null(filled.request.params[2]);
	cr_expect_str_eq(filled.request.params[3], "[1,\"a\"]");
	cr_expect_str_eq(filled.request.params_json, "[\"a b&c/\\\"d\\\"\",7,null,[1,\"a\"]]");
	release(&filled);
}
