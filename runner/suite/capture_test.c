#include "suite/capture.h"

#include <criterion/criterion.h>

#include "base/rows.h"
#include "suite/trial.h"

static const struct {
	enum step_kind kind;
	const char *yaml;
	enum capture_source source;
	const char *at, *type;
	const char *said; /* NULL: nothing */
	bool secret;
} captures[] = {
	{ STEP_HTTP, "c: { a: /data/id }", CAPTURE_BODY, "/data/id", NULL, NULL, false },
	{ STEP_HTTP, "c: { a: \"\" }", CAPTURE_BODY, "", NULL, NULL, false },
	{ STEP_ACTION, "c: { a: { at: /id, type: uuid } }", CAPTURE_BODY, "/id", "uuid", NULL,
	  false },
	{ STEP_HTTP, "c: { a: { header: Location } }", CAPTURE_HEADER, "Location", NULL, NULL,
	  false },
	{ STEP_SQL, "c: { a: /0/id }", CAPTURE_ROWS, "/0/id", NULL, NULL, false },
	{ STEP_SQL, "c: { a: { rows: /0/id } }", CAPTURE_ROWS, "/0/id", NULL, NULL, false },
	{ STEP_SQL, "c: { a: { header: X } }", 0, NULL, NULL,
	  "1:19: a statement has no headers: use `at`", false },
	{ STEP_HTTP, "c: { a: { rows: /0 } }", 0, NULL, NULL,
	  "1:17: only a statement has rows: use `at`", false },
	{ STEP_HTTP, "c: { a: { at: /0, header: X } }", 0, NULL, NULL,
	  "1:9: needs one of `at`, `header` and `rows`", false },
	{ STEP_HTTP, "c: { a: id }", 0, NULL, NULL,
	  "1:9: must be a JSON Pointer such as `/data/id`", false },
	{ STEP_HTTP, "c: { a: 5 }", 0, NULL, NULL, "1:9: must be a JSON Pointer such as `/data/id`",
	  false },
	{ STEP_HTTP, "c: { a: { at: /id, type: uid } }", 0, NULL, NULL,
	  "1:26: unknown type `uid`; did you mean `uuid`?", false },
	{ STEP_HTTP, "c: { yacht: /id }", 0, NULL, NULL,
	  "1:6: `yacht` cannot name a capture: ${yacht} means something else", false },
	{ STEP_HTTP, "c: { a: { at: /id, secret: true } }", CAPTURE_BODY, "/id", NULL, NULL, true },
	{ STEP_HTTP, "c: { a: { at: /id, secret: maybe } }", 0, NULL, NULL,
	  "1:28: must be `true` or `false`, not text", false },
};

ParameterizedTestParameters(capture, says_where_its_value_is)
{
	return rows_of(COUNTOF(captures));
}

ParameterizedTest(size_t *row, capture, says_where_its_value_is)
{
	struct step step = { .kind = captures[*row].kind };
	struct trial trial;

	trial_begin(&trial, captures[*row].yaml);
	struct node node = trial_node(&trial, "c");
	bool ok = capture_read_all(&node, &trial.arena, &step);
	cr_expect_str_eq(trial_said(&trial), captures[*row].said ? captures[*row].said : "");
	cr_expect_eq(ok, captures[*row].said == NULL, "row %zu", *row);
	cr_assert_eq(step.capture_count, 1);
	if (ok) {
		cr_expect_eq(step.captures[0].source, captures[*row].source);
		cr_expect_str_eq(step.captures[0].at, captures[*row].at);
		cr_expect_eq(step.captures[0].type == NULL, captures[*row].type == NULL);
		cr_expect_eq(step.captures[0].place.line, 1);
		cr_expect_eq(step.captures[0].secret, captures[*row].secret);
	}
	trial_end(&trial);
}
