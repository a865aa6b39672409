#include "suite/request.h"

#include <criterion/criterion.h>

#include "base/rows.h"
#include "suite/world.h"

static const struct {
	const char *step, *said;
} requests[] = {
	{ "http: GET /", "" },
	{ "http: \"PATCH /a/${yacht}?b=c%20d\"", "" },
	{ "http: POST /a, json: [1, { b: null }]", "" },
	{ "http: POST /a, form: { a: 1, b: \"${unique}\" }", "" },
	{ "http: POST /a, multipart: { a: text, b: { file: x, name: a.txt, type: text/plain } "
	  "}",
	  "" },
	{ "http: POST /a, body: \"\"", "" },
	{ "http: POST /a, body_repeat: { text: abc, times: 1000 }", "" },
	{ "http: GET /a, headers: { X-A: 1 }, query: { b: true, c: null }", "" },
	{ "action: view_item, payload: [], context: text", "" },
	{ "http: get /", "unknown method `get`; did you mean `GET`?" },
	{ "http: /health", "must be a method and a path, such as `GET /health`" },
	{ "http: GET health", "must be a method and a path, such as `GET /health`" },
	{ "http: GET /a b", "must be a method and a path, such as `GET /health`" },
	{ "http: \"GET /a\\r\\nX: y\"", "must be a method and a path, such as `GET /health`" },
	{ "http: \"GET /a#b\"", "must be a method and a path, such as `GET /health`" },
	{ "http: POST /a, json: 1, body: x", "a request has one body" },
	{ "http: POST /a, form: [1]", "must be a mapping, not a list" },
	{ "http: POST /a, form: { a: [1] }", "must be one value, not a list or a mapping" },
	{ "http: POST /a, multipart: { a: { name: x } }", "missing key `file`" },
	{ "http: POST /a, multipart: { a: [1] }",
	  "must be one value, or a file: { file, name, type }" },
	{ "http: POST /a, body: 5", "must be text" },
	{ "http: POST /a, body_repeat: { text: abc, times: 0 }",
	  "must be a whole number from 1 to 22369621" },
	{ "http: GET /a, headers: { a: {} }", "must be one value, not a list or a mapping" },
	{ "action: view_itm", "unknown action `view_itm`; did you mean `view_item`?" },
};

ParameterizedTestParameters(request, is_checked_before_it_is_sent)
{
	return rows_of(COUNTOF(requests));
}

ParameterizedTest(size_t *row, request, is_checked_before_it_is_sent)
{
	struct world world;
	char body[512];

	(void)snprintf(body, sizeof(body),
		       "cases: [{ id: a, as: hod, steps: [{ %s, expect: { status: 200 } }] }]\n",
		       requests[*row].step);
	world_load(&world, body);
	cr_expect_eq(world.suite != NULL, requests[*row].said[0] == '\0', "row %zu", *row);
	cr_expect_str_eq(world.errors.count ? world.errors.items[0].message : "",
			 requests[*row].said, "row %zu", *row);
	world_end(&world);
}
