#include "check/operand.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/file.h"
#include "base/rows.h"
#include "check/pattern.h"

static char folder[] = "/tmp/lensgate-operand-XXXXXX";

/* A pattern as a suite's author writes it, and the mistakes that are found in it. */
static const struct {
	const char *yaml;
	const char *pointer, *message; /* of the first mistake; NULL: none */
} patterns[] = {
	{ "id: { $type: uuid }", NULL, NULL },
	{ "id: { $type: \"${kind}\" }", NULL, NULL },
	{ "id: { $type: uiud }", "/id/$type", "unknown type `uiud`; did you mean `uuid`?" },
	{ "id: { $type: 5 }", "/id/$type", "must be the name of a type, not a number" },
	{ "id: { $tpye: uuid }", "/id/$tpye", "unknown operator `$tpye`; did you mean `$type`?" },
	{ "id: { $frobnicate: 1 }", "/id/$frobnicate",
	  "unknown operator `$frobnicate`; `lensgate help operators` lists them" },
	{ "id: { $type: uuid, name: x }", "/id/name",
	  "`name` is a key among operators: a mapping holds one or the other" },
	{ "a: { $one_of: [1, 2], because: \"either may come first\" }", NULL, NULL },
	{ "a: { $one_of: [1, 2] }", "/a", "`$one_of` needs `because`: why are these all right?" },
	{ "a: { $one_of: [1, 2], because: \"\" }", "/a/because",
	  "must say in words why either is right" },
	{ "a: { $one_of: [1], because: x }", "/a/$one_of",
	  "must be an array of two or more alternatives" },
	{ "a: { $type: uuid, because: x }", "/a/because",
	  "`because` may stand only beside `$one_of`" },
	{ "a: { because: x }", NULL, NULL },
	{ "a: { $one_of: [1, { $typ: x }], because: x }", "/a/$one_of/1/$typ",
	  "unknown operator `$typ`; did you mean `$type`?" },
	{ "a: { $match: \"^a(b$\" }", "/a/$match",
	  "the pattern does not compile: missing closing parenthesis, at character 6" },
	{ "a: { $match: \"^a(${b}\" }", NULL, NULL },
	{ "a: { $match: 5 }", "/a/$match", "must be a PCRE2 pattern, not a number" },
	{ "a: { $match: \"\" }", "/a/$match", "must be a PCRE2 pattern, not an empty text" },
	{ "a: { $gt: 5 }", NULL, NULL },
	{ "a: { $gt: \"2026-11-22T21:35:00Z\" }", NULL, NULL },
	{ "a: { $gt: \"${now-2h}\" }", NULL, NULL },
	{ "a: { $gt: yesterday }", "/a/$gt",
	  "must be a number or a timestamp with its offset (2026-11-22T21:35:00Z)" },
	{ "a: { $gt: [1] }", "/a/$gt", "must be a number or a timestamp, not an array" },
	{ "a: { $len: 0 }", NULL, NULL },
	{ "a: { $len: { $ge: 1 } }", NULL, NULL },
	{ "a: { $len: -1 }", "/a/$len",
	  "must be a whole number from 0 on, or operators such as { $ge: 1 }" },
	{ "a: { $len: { ge: 1 } }", "/a/$len",
	  "must be a whole number from 0 on, or operators such as { $ge: 1 }" },
	{ "a: { $len: { $ge: x } }", "/a/$len/$ge",
	  "must be a number or a timestamp with its offset (2026-11-22T21:35:00Z)" },
	{ "a: { $absent: true }", NULL, NULL },
	{ "a: { $absent: false }", "/a/$absent", "takes `true` and nothing else" },
	{ "a: { $present: 1 }", "/a/$present", "takes `true` and nothing else" },
	{ "a: { $absent: true, $len: 1 }", "/a",
	  "`$absent` stands alone: what is absent has no other property" },
	{ "a: { $contains: \"\" }", "/a/$contains",
	  "every text holds the empty text; name what is sought" },
	{ "a: { $excludes: { $len: x } }", "/a/$excludes/$len",
	  "must be a whole number from 0 on, or operators such as { $ge: 1 }" },
	{ "a: { $set: [1, { $type: uuid }] }", NULL, NULL },
	{ "a: { $set: 1 }", "/a/$set", "must be an array of patterns, not a number" },
	{ "a: { $eq: { $anything: [] } }", NULL, NULL },
	{ "a: {}", "/a",
	  "`{}` matches every object; write `$type: object`, or `$eq: {}` for the empty one" },
	{ "a: [1, { b: { $lenn: 1 } }]", "/a/1/b/$lenn",
	  "unknown operator `$lenn`; did you mean `$len`?" },
};

ParameterizedTestParameters(operand, patterns)
{
	return rows_of(COUNTOF(patterns));
}

ParameterizedTest(size_t *row, operand, patterns)
{
	struct errors errors = { 0 };
	struct error err = { 0 };
	char path[128];

	cr_assert_not_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/pattern.yaml", folder);
	cr_assert(file_replace(path, patterns[*row].yaml, strlen(patterns[*row].yaml), &err));
	struct document *document = document_load(path, &errors);
	cr_assert_not_null(document, "row %zu: %s", *row,
			   errors.count ? errors.items[0].message : "");
	struct node root = node_root(document, &errors);

	cr_expect_eq(pattern_valid(&root), patterns[*row].message == NULL, "row %zu", *row);
	cr_assert_eq(errors.count, patterns[*row].message ? 1 : 0, "row %zu", *row);
	if (errors.count) {
		cr_expect_str_eq(errors.items[0].message, patterns[*row].message);
		cr_expect_str_eq(errors.items[0].pointer, patterns[*row].pointer);
		cr_expect_eq(errors.items[0].line, 1);
	}
	document_free(document);
	errors_release(&errors);
	(void)remove(path);
	(void)remove(folder);
}

/* Examples are printed as help: each must be a pattern that loads. */
ParameterizedTestParameters(operand, examples)
{
	size_t count;

	(void)pattern_operators(&count);
	return rows_of(count);
}

ParameterizedTest(size_t *row, operand, examples)
{
	struct errors errors = { 0 };
	struct error err = { 0 };
	char path[128];
	size_t count;
	const char *example = pattern_operators(&count)[*row].example;

	cr_assert_not_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/pattern.yaml", folder);
	cr_assert(file_replace(path, example, strlen(example), &err));
	struct document *document = document_load(path, &errors);
	cr_assert_not_null(document, "%s", example);
	struct node root = node_root(document, &errors);

	cr_expect(pattern_valid(&root), "%s: %s", example,
		  errors.count ? errors.items[0].message : "");
	document_free(document);
	errors_release(&errors);
	(void)remove(path);
	(void)remove(folder);
}
