#include "check/pattern.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/base.h"
#include "base/rows.h"

static const struct {
	const char *pattern, *actual; /* JSON; NULL: absent */
	bool holds;
} truth[] = {
	/* Plain values. */
	{ "1", "1.0", true },
	{ "1", "\"1\"", false },
	{ "null", "null", true },
	{ "null", NULL, false },
	{ "true", "1", false },
	{ "{\"a\":1}", "{\"a\":1,\"b\":2}", true },
	{ "{\"a\":1}", "{\"b\":2}", false },
	{ "{\"a\":null}", "{}", false },
	{ "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1,\"c\":2}}", true },
	{ "{\"a\":{\"b\":1}}", "{\"a\":[1]}", false },
	{ "[1,2]", "[1,2]", true },
	{ "[1,2]", "[2,1]", false },
	{ "[1,2]", "[1,2,3]", false },
	{ "[1,2]", "[1]", false },
	{ "[]", "[]", true },
	{ "[]", "[1]", false },
	{ "[{\"a\":1}]", "[{\"a\":1,\"b\":2}]", true },
	{ "{\"because\":\"x\"}", "{\"because\":\"x\"}", true },
	{ "{\"because\":\"x\"}", "{}", false },
	/* $type */
	{ "{\"$type\":\"uuid\"}", "\"57e82f78-0a2d-4a7c-a428-6287621d06c5\"", true },
	{ "{\"$type\":\"uuid\"}", "\"57e82f78\"", false },
	{ "{\"$type\":\"uuid\"}", "5", false },
	{ "{\"$type\":\"uuid\"}", NULL, false },
	{ "{\"$type\":\"string\"}", "\"\"", true },
	{ "{\"$type\":\"string\"}", "null", false },
	{ "{\"$type\":\"number\"}", "1.5", true },
	{ "{\"$type\":\"number\"}", "\"1.5\"", false },
	{ "{\"$type\":\"integer\"}", "5.0", false },
	{ "{\"$type\":\"integer\"}", "5.5", false },
	{ "{\"$type\":\"integer\"}", "\"5\"", false },
	{ "{\"$type\":\"boolean\"}", "false", true },
	{ "{\"$type\":\"boolean\"}", "0", false },
	{ "{\"$type\":\"null\"}", "null", true },
	{ "{\"$type\":\"null\"}", NULL, false },
	{ "{\"$type\":\"array\"}", "[]", true },
	{ "{\"$type\":\"array\"}", "{}", false },
	{ "{\"$type\":\"object\"}", "{}", true },
	{ "{\"$type\":\"object\"}", "[]", false },
	{ "{\"$type\":\"timestamp\"}", "\"2026-11-22T21:35:00Z\"", true },
	{ "{\"$type\":\"timestamp\"}", "\"2026-11-22 21:35:00.123+00\"", true },
	{ "{\"$type\":\"timestamp\"}", "\"2026-11-22\"", false },
	{ "{\"$type\":\"timestamp\"}", "1795383300", false },
	{ "{\"$type\":\"colour\"}", "\"red\"", false },
	/* $contains */
	{ "{\"$contains\":\"mis\"}", "\"permission\"", true },
	{ "{\"$contains\":\"mis\"}", "\"perm\"", false },
	{ "{\"$contains\":5}", "\"5\"", false },
	{ "{\"$contains\":\"a\"}", "[\"b\",\"a\"]", true },
	{ "{\"$contains\":\"a\"}", "[\"ab\"]", false },
	{ "{\"$contains\":{\"id\":1}}", "[{\"id\":2},{\"id\":1,\"x\":0}]", true },
	{ "{\"$contains\":{\"id\":1}}", "[]", false },
	{ "{\"$contains\":\"a\"}", "{\"a\":null}", true },
	{ "{\"$contains\":\"a\"}", "{\"b\":\"a\"}", false },
	{ "{\"$contains\":\"a\"}", "5", false },
	{ "{\"$contains\":\"a\"}", NULL, false },
	/* $excludes: nothing is excluded from what is empty or not there. */
	{ "{\"$excludes\":\"mis\"}", "\"perm\"", true },
	{ "{\"$excludes\":\"mis\"}", "\"permission\"", false },
	{ "{\"$excludes\":\"mis\"}", "\"\"", false },
	{ "{\"$excludes\":{\"id\":1}}", "[{\"id\":2}]", true },
	{ "{\"$excludes\":{\"id\":1}}", "[{\"id\":2},{\"id\":1}]", false },
	{ "{\"$excludes\":{\"id\":1}}", "[]", false },
	{ "{\"$excludes\":{\"id\":1},\"$len\":{\"$ge\":0}}", "[]", true },
	{ "{\"$excludes\":\"a\"}", "{\"b\":1}", true },
	{ "{\"$excludes\":\"a\"}", "{\"a\":1}", false },
	{ "{\"$excludes\":\"a\"}", "{}", false },
	{ "{\"$excludes\":5}", "{\"b\":1}", false },
	{ "{\"$excludes\":\"a\"}", "null", false },
	{ "{\"$excludes\":\"a\"}", "7", false },
	{ "{\"$excludes\":\"a\"}", NULL, false },
	/* $each, $any */
	{ "{\"$each\":{\"a\":1}}", "[{\"a\":1},{\"a\":1}]", true },
	{ "{\"$each\":{\"a\":1}}", "[{\"a\":1},{\"a\":2}]", false },
	{ "{\"$each\":{\"a\":1}}", "[]", false },
	{ "{\"$each\":{\"a\":1},\"$len\":0}", "[]", true },
	{ "{\"$len\":{\"$le\":3},\"$each\":{\"a\":1}}", "[]", true },
	{ "{\"$each\":{\"a\":1},\"$len\":1}", "[]", false },
	{ "{\"$each\":{\"$type\":\"object\"}}", "{\"a\":{}}", false },
	{ "{\"$each\":1}", NULL, false },
	{ "{\"$members\":true}", "{\"a\":true,\"b\":true}", true },
	{ "{\"$members\":true}", "{\"a\":true,\"b\":false}", false },
	{ "{\"$members\":true}", "{\"a\":\"true\"}", false },
	{ "{\"$members\":true}", "{}", false },
	{ "{\"$members\":true,\"$len\":0}", "{}", true },
	{ "{\"$members\":true}", "[true]", false },
	{ "{\"$members\":true}", NULL, false },
	{ "{\"$any\":{\"$gt\":2}}", "[1,3]", true },
	{ "{\"$any\":{\"$gt\":3}}", "[1,3]", false },
	{ "{\"$any\":{\"$present\":true}}", "[]", false },
	{ "{\"$any\":1}", "1", false },
	/* $len */
	{ "{\"$len\":2}", "[1,2]", true },
	{ "{\"$len\":2}", "[1]", false },
	{ "{\"$len\":2}", "\"\u00e9\u20ac\"", true },
	{ "{\"$len\":1}", "{\"a\":0}", true },
	{ "{\"$len\":0}", "null", false },
	{ "{\"$len\":0}", NULL, false },
	{ "{\"$len\":1}", "1", false },
	{ "{\"$len\":{\"$ge\":1,\"$lt\":3}}", "[1,2]", true },
	{ "{\"$len\":{\"$ge\":1,\"$lt\":3}}", "[1,2,3]", false },
	/* $match */
	{ "{\"$match\":\"^SL-\\\\d+$\"}", "\"SL-42\"", true },
	{ "{\"$match\":\"^SL-\\\\d+$\"}", "\"SL-42x\"", false },
	{ "{\"$match\":\"4\"}", "42", false },
	{ "{\"$match\":\"(\"}", "\"(\"", false },
	{ "{\"$match\":\"(x+x+)+[yz]\"}", "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"", false },
	/* Order. */
	{ "{\"$gt\":5}", "5.5", true },
	{ "{\"$gt\":5}", "5", false },
	{ "{\"$ge\":5}", "5.0", true },
	{ "{\"$lt\":5}", "4", true },
	{ "{\"$lt\":5}", "5", false },
	{ "{\"$le\":5}", "5", true },
	{ "{\"$le\":5}", "6", false },
	{ "{\"$lt\":5}", "\"4\"", false },
	{ "{\"$lt\":5}", "null", false },
	{ "{\"$lt\":5}", NULL, false },
	{ "{\"$gt\":\"a\"}", "\"b\"", false },
	{ "{\"$gt\":\"2026-11-22T21:35:00Z\"}", "\"2026-11-22 21:35:00.001+00\"", true },
	{ "{\"$gt\":\"2026-11-22T21:35:00Z\"}", "\"2026-11-22T22:35:00+01:00\"", false },
	/* $ne: not passed by what is absent, nor by what could never be equal. */
	{ "{\"$ne\":\"draft\"}", "\"open\"", true },
	{ "{\"$ne\":\"draft\"}", "\"draft\"", false },
	{ "{\"$ne\":\"draft\"}", "null", true },
	{ "{\"$ne\":\"draft\"}", "5", false },
	{ "{\"$ne\":5}", "5.0", false },
	{ "{\"$ne\":null}", "0", true },
	{ "{\"$ne\":null}", "null", false },
	{ "{\"$ne\":null}", NULL, false },
	{ "{\"$ne\":true}", "false", true },
	{ "{\"$ne\":[1]}", "[2]", true },
	/* $absent, $present */
	{ "{\"$absent\":true}", NULL, true },
	{ "{\"$absent\":true}", "null", false },
	{ "{\"$absent\":false}", "1", false },
	{ "{\"$absent\":false}", NULL, false },
	{ "{\"$present\":true}", "null", true },
	{ "{\"$present\":true}", NULL, false },
	{ "{\"$present\":false}", NULL, false },
	{ "{\"$present\":false}", "1", false },
	{ "{\"a\":{\"$absent\":true}}", "{\"b\":1}", true },
	{ "{\"a\":{\"$absent\":true}}", "{\"a\":null}", false },
	{ "{\"a\":{\"b\":{\"$absent\":true}}}", "{}", false },
	{ "{\"a\":{\"b\":{\"$absent\":true}}}", "{\"a\":null}", false },
	{ "{\"a\":{\"b\":{\"$absent\":true}}}", "{\"a\":{\"c\":1}}", true },
	{ "{\"$absent\":true,\"$type\":\"uuid\"}", NULL, false },
	/* $one_of */
	{ "{\"$one_of\":[403,404],\"because\":\"x\"}", "404", true },
	{ "{\"because\":\"x\",\"$one_of\":[403,404]}", "200", false },
	{ "{\"$one_of\":[{\"$absent\":true},null],\"because\":\"x\"}", NULL, true },
	{ "{\"$one_of\":[1,null],\"because\":\"x\"}", NULL, false },
	{ "{\"$one_of\":[{\"$gt\":5},{\"$type\":\"null\"}],\"because\":\"x\"}", "6", true },
	{ "{\"$one_of\":[],\"because\":\"x\"}", "6", false },
	/* $eq */
	{ "{\"$eq\":{\"a\":1}}", "{\"a\":1.0}", true },
	{ "{\"$eq\":{\"a\":1}}", "{\"a\":1,\"b\":2}", false },
	{ "{\"$eq\":{}}", "{}", true },
	{ "{\"$eq\":{}}", "{\"a\":1}", false },
	{ "{\"$eq\":{\"$len\":1}}", "{\"$len\":1}", true },
	{ "{\"$eq\":{\"$len\":1}}", "[0]", false },
	{ "{\"$eq\":null}", NULL, false },
	/* $set */
	{ "{\"$set\":[1,2,2]}", "[2,1,2]", true },
	{ "{\"$set\":[1,2,2]}", "[2,1,1]", false },
	{ "{\"$set\":[1,2]}", "[1,2,3]", false },
	{ "{\"$set\":[1,2,3]}", "[1,2]", false },
	{ "{\"$set\":[]}", "[]", true },
	{ "{\"$set\":[]}", "[1]", false },
	{ "{\"$set\":[{\"$gt\":0},1]}", "[1,2]", true },
	{ "{\"$set\":[{\"$gt\":0},{\"$gt\":1},{\"$gt\":2}]}", "[3,2,1]", true },
	{ "{\"$set\":[{\"$gt\":0},{\"$gt\":2},{\"$gt\":2}]}", "[3,2,1]", false },
	{ "{\"$set\":[1]}", "1", false },
	/* Several operators all have to hold; an unknown one never does. */
	{ "{\"$type\":\"string\",\"$len\":3}", "\"abc\"", true },
	{ "{\"$type\":\"string\",\"$len\":4}", "\"abc\"", false },
	{ "{\"$type\":\"string\",\"$tpye\":4}", "\"abc\"", false },
	{ "{\"$typ\":\"string\"}", "\"abc\"", false },
	{ "{\"a\":1,\"$len\":1}", "{\"a\":1}", false },
};

static size_t
findings_of(const char *pattern_text, const char *actual_text, struct findings *findings)
{
	json_t *pattern = json_loads(pattern_text, JSON_DECODE_ANY, NULL);
	json_t *actual = actual_text ? json_loads(actual_text, JSON_DECODE_ANY, NULL) : NULL;

	cr_assert_not_null(pattern, "%s", pattern_text);
	cr_assert(actual || !actual_text, "%s", actual_text);
	pattern_match(pattern, actual, "", FINDING_BODY, findings);
	json_decref(pattern);
	json_decref(actual);
	return findings->count;
}

ParameterizedTestParameters(pattern, truth)
{
	return rows_of(COUNTOF(truth));
}

ParameterizedTest(size_t *row, pattern, truth)
{
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena };
	size_t count = findings_of(truth[*row].pattern, truth[*row].actual, &findings);

	cr_expect_eq(count == 0, truth[*row].holds, "row %zu: %s on %s", *row, truth[*row].pattern,
		     truth[*row].actual ? truth[*row].actual : "nothing");
	arena_release(&arena);
}

/* The same answers must come when nobody reports: as an alternative of $one_of. */
ParameterizedTestParameters(pattern, truth_without_a_report)
{
	return rows_of(COUNTOF(truth));
}

ParameterizedTest(size_t *row, pattern, truth_without_a_report)
{
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena };
	char pattern[512];

	(void)snprintf(pattern, sizeof(pattern), "{\"$one_of\":[%s,\"no such text\"]}",
		       truth[*row].pattern);
	size_t count = findings_of(pattern, truth[*row].actual, &findings);
	cr_expect_eq(count == 0, truth[*row].holds, "row %zu", *row);
	cr_expect_leq(count, 1, "row %zu", *row);
	arena_release(&arena);
}

static const struct {
	const char *pattern, *actual, *pointer, *expected, *found, *message;
} sentences[] = {
	{ "{\"status\":403}", "{\"status\":200}", "/status", "403", "200", "must be 403, is 200" },
	{ "{\"status\":403}", "{\"status\":\"403\"}", "/status", "403", "\"403\"",
	  "must be a number: 403, is a string: \"403\"" },
	{ "{\"data\":{\"status\":1}}", "{\"data\":{\"state\":1,\"statu\":2}}", "/data/status", "1",
	  "absent", "is absent; the nearest key is `statu`" },
	{ "{\"data\":1}", "{\"error\":1,\"message\":2}", "/data", "1", "absent",
	  "is absent; the keys are error, message" },
	{ "{\"data\":1}", "{}", "/data", "1", "absent", "is absent; the object has no keys" },
	{ "{\"a/b~c\":1}", "{\"a/b~c\":2}", "/a~1b~0c", "1", "2", "must be 1, is 2" },
	{ "[1,2]", "[1,3]", "/1", "2", "3", "must be 2, is 3" },
	{ "{\"id\":{\"$type\":\"uuid\"}}", "{\"id\":5}", "/id", "$type: \"uuid\"", "5",
	  "must be a uuid, is a number: 5" },
	{ "{\"$len\":3}", "[1]", "", "$len: 3", "[1]", "has 1 items, must have 3" },
	{ "{\"$each\":{\"n\":1}}", "[{\"n\":1},{\"n\":2}]", "/1/n", "1", "2", "must be 1, is 2" },
	{ "{\"$members\":{\"n\":1}}", "{\"a/b\":{\"n\":2}}", "/a~1b/n", "1", "2",
	  "must be 1, is 2" },
	{ "{\"$each\":1}", "[]", "", "$each: 1", "[]",
	  "is empty: nothing to check; put `$len` beside it if it may be" },
	{ "{\"$excludes\":1}", "[3,1]", "/1", "$excludes: 1", "1", "must not be in the array" },
	{ "{\"$match\":\"(x+x+)+[yz]\"}", "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"", "",
	  "$match: \"(x+x+)+[yz]\"", "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"",
	  "the search was given up: the pattern needs too much work for this text; make it "
	  "simpler" },
	{ "\"The quick brown fox jumps over the lazy dog, and then once more over the dog.\"",
	  "\"The quick brown fox jumps over the lazy cat, and then once more over the dog.\"", "",
	  "\"The quick brown fox jumps over the lazy dog, and then once more over the dog.\"",
	  "\"The quick brown fox jumps over the lazy cat, and then once more over the dog.\"",
	  "differs from character 41 on: must go on as \"fox jumps over the lazy dog, and then "
	  "once more \", is \"fox jumps over the lazy cat, and then once more \"" },
};

ParameterizedTestParameters(pattern, sentence)
{
	return rows_of(COUNTOF(sentences));
}

ParameterizedTest(size_t *row, pattern, sentence)
{
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena };

	cr_assert_eq(findings_of(sentences[*row].pattern, sentences[*row].actual, &findings), 1);
	cr_expect_str_eq(findings.items[0].pointer, sentences[*row].pointer);
	cr_expect_str_eq(findings.items[0].expected, sentences[*row].expected);
	cr_expect_str_eq(findings.items[0].actual, sentences[*row].found);
	cr_expect_str_eq(findings.items[0].message, sentences[*row].message);
	arena_release(&arena);
}

Test(pattern, every_mismatch_is_reported_with_its_pointer)
{
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena };
	json_t *pattern = json_loads("{\"a\":1,\"b\":{\"c\":2,\"d\":[1,2]},\"e\":3}", 0, NULL);
	json_t *actual = json_loads("{\"a\":0,\"b\":{\"d\":[1,5,6]},\"e\":3}", 0, NULL);

	pattern_match(pattern, actual, "/0", FINDING_ROWS, &findings);
	cr_assert_eq(findings.count, 5);
	cr_expect_str_eq(findings.items[0].pointer, "/0/a");
	cr_expect_str_eq(findings.items[1].pointer, "/0/b/c");
	cr_expect_str_eq(findings.items[2].message, "must have 2 items, has 3");
	cr_expect_str_eq(findings.items[3].pointer, "/0/b/d/1");
	cr_expect_str_eq(findings.items[4].pointer, "/0/b/d/2");
	cr_expect_eq(findings.items[4].type, FINDING_ROWS);
	json_decref(pattern);
	json_decref(actual);
	arena_release(&arena);
}

Test(pattern, a_set_names_what_is_missing_and_what_is_too_much)
{
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena };

	cr_assert_eq(findings_of("{\"$set\":[1,2]}", "[2,3]", &findings), 2);
	cr_expect_str_eq(findings.items[0].message, "no item is left that matches 1");
	cr_expect_str_eq(findings.items[1].pointer, "/1");
	arena_release(&arena);
}

Test(pattern, a_thousand_wrong_rows_are_counted_not_listed)
{
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena };
	json_t *pattern = json_loads("{\"$each\":1}", 0, NULL), *actual = json_array();

	for (int i = 0; i < 1000; i++)
		json_array_append_new(actual, json_integer(2));
	pattern_match(pattern, actual, "", FINDING_BODY, &findings);
	cr_assert_eq(findings.count, 101);
	cr_expect_str_eq(findings.items[100].message, "and 900 more mismatches");
	json_decref(pattern);
	json_decref(actual);
	arena_release(&arena);
}

Test(pattern, text_is_cut_between_characters)
{
	struct arena arena = { 0 };
	json_t *value = json_string("a\xc3\xa9\xc3\xa9\xc3\xa9\n");

	cr_expect_str_eq(pattern_text(value, 100, &arena), "\"a\xc3\xa9\xc3\xa9\xc3\xa9\\n\"");
	cr_expect_str_eq(pattern_text(value, 8, &arena), "\"a\xc3\xa9...");
	cr_expect_str_eq(pattern_text(NULL, 8, &arena), "absent");
	json_decref(value);
	arena_release(&arena);
}

Test(pattern, the_operator_table_is_sorted_and_complete)
{
	size_t count;
	const struct operator_help *rows = pattern_operators(&count);

	cr_expect_eq(count, 18);
	for (size_t i = 1; i < count; i++)
		cr_expect_lt(strcmp(rows[i - 1].name, rows[i].name), 0, "%s", rows[i].name);
}
