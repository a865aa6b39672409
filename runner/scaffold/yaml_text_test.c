#include "scaffold/yaml_text.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/rows.h"
#include "base/scratch.h"
#include "document/document.h"

static json_t *
parsed(const char *json)
{
	json_t *value = json_loads(json, 0, NULL);

	cr_assert_not_null(value, "%s", json);
	return value;
}

/* What is written is read back as the same value. */
static void
expect_same(const json_t *value, const char *text)
{
	struct errors errors = { 0 };
	char path[SCRATCH_BYTES];

	scratch_make(path, "text.yaml", text, strlen(text));
	struct document *document = document_load(path, &errors);
	scratch_remove(path);
	cr_assert_not_null(document, "%s\n%s", errors.count ? errors.items[0].message : "", text);
	cr_expect(json_equal(document->root, value), "%s", text);
	document_free(document);
	errors_release(&errors);
}

static const struct {
	const char *json, *yaml;
} rows[] = {
	{ "{\"a\": 1, \"b\": [], \"c\": {}, \"d\": null}", "a: 1\nb: []\nc: {}\nd: null\n" },
	{ "{\"a\": {\"status\": 403, \"error\": \"X\"}}", "a: { status: 403, error: X }\n" },
	{ "{\"a\": \"true\", \"b\": \"12\", \"c\": \"\", \"d\": \"x: y\", \"e\": \"a, b\"}",
	  "a: \"true\"\nb: \"12\"\nc: \"\"\nd: \"x: y\"\ne: a, b\n" },
	{ "{\"a\": [\"a, b\", \"- x\", \"#\"]}", "a: [\"a, b\", \"- x\", \"#\"]\n" },
	{ "{\"a\": \"${item}\", \"b\": \"3s\", \"c\": \"1e5\", \"d\": \"GET /v1/x\"}",
	  "a: \"${item}\"\nb: 3s\nc: \"1e5\"\nd: GET /v1/x\n" },
	{ "{\"a\": {\"$len\": {\"$ge\": 1}, \"$odd key\": 1}}",
	  "a: { $len: { $ge: 1 }, $odd key: 1 }\n" },
	{ "{\"a\": \"two\\nlines\", \"b\": \" x\", \"c\": \"x \", \"d\": \"it's\"}",
	  "a: \"two\\nlines\"\nb: \" x\"\nc: \"x \"\nd: it's\n" },
	/* A step: who, what, and what comes of it, in this order. */
	{ "{\"steps\": [{\"expect\": {\"status\": 200}, \"action\": \"x\", \"as\": \"crew\"}]}",
	  "steps:\n  - as: crew\n    action: x\n    expect: { status: 200 }\n" },
	{ "{\"steps\": [{\"wait\": \"1s\"}]}", "steps:\n  - { wait: 1s }\n" },
	{ "{\"cases\": [{\"id\": \"a\", \"steps\": [{\"wait\": \"1s\"}]}, {\"generate\": \"x\"}]}",
	  "cases:\n  - id: a\n    steps:\n      - { wait: 1s }\n\n  - { generate: x }\n" },
};

ParameterizedTestParameters(yaml_text, members)
{
	return rows_of(COUNTOF(rows));
}

ParameterizedTest(size_t *row, yaml_text, members)
{
	json_t *value = parsed(rows[*row].json);
	struct buf out;

	buf_init(&out, 4096);
	yaml_text_members(&out, value, 0);
	cr_expect_str_eq(out.text, rows[*row].yaml, "%s", out.text);
	expect_same(value, out.text);
	buf_release(&out);
	json_decref(value);
}

Test(yaml_text, what_is_too_long_for_a_line_is_broken_and_stays_the_same)
{
	json_t *value = parsed(
		"{\"sql\": \"insert into a_table_of_some_length (first, second, third) values"
		" (gen_random_uuid(), 'A text with blanks', now(), now(), now(), now())\","
		" \"list\": [\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", "
		"\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\","
		" \"cccccccccccccccccccccccccccccccccc\", {\"d\": 1}],"
		" \"map\": {\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\": 1, "
		"\"bbbbbbbbbbbbbbbbbbbbbbbbbbbb\": 2,"
		" \"cccccccccccccccccccccccccccccccccc\": {\"d\": [1, 2]}}}");
	struct buf out;

	buf_init(&out, 4096);
	yaml_text_members(&out, value, 0);
	cr_expect(strstr(out.text, "sql: >-\n"), "%s", out.text);
	for (const char *line = out.text; *line; line += strcspn(line, "\n") + 1)
		cr_expect_leq(strcspn(line, "\n"), YAML_TEXT_WIDTH, "%s", out.text);
	expect_same(value, out.text);
	buf_release(&out);
	json_decref(value);
}
