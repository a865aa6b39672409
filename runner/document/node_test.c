#include "document/node.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/rows.h"

/* A document without a file: its places are all the root's. */
struct sample {
	struct document document;
	struct errors errors;
	struct arena arena;
	struct node root;
};

static void
sample_init(struct sample *sample, const char *json)
{
	static char path[] = "a.yaml";

	*sample = (struct sample){ .document = { .path = path } };
	sample->document.root = json_loads(json, JSON_DECODE_ANY, NULL);
	sample->document.places = places_new();
	places_add(sample->document.places, "", (struct spot){ 1, 1 }, (struct spot){ 1, 1 });
	sample->root = node_root(&sample->document, &sample->errors);
}

static void
sample_release(struct sample *sample)
{
	json_decref(sample->document.root);
	places_free(sample->document.places);
	errors_release(&sample->errors);
	arena_release(&sample->arena);
}

/* The only error, as it is printed; "" when there is none. */
static const char *
only_error(const struct sample *sample, struct buf *line)
{
	cr_assert_leq(sample->errors.count, 1);
	if (sample->errors.count == 1)
		error_print(&sample->errors.items[0], line);
	return line->text;
}

enum reader { TEXT, INTEGER, BOOLEAN, DURATION, TEXTS };

static bool
read_with(enum reader reader, struct sample *sample, enum need need)
{
	const char *text;
	const char *const *texts;
	int64_t number;
	size_t count;
	bool flag;

	switch (reader) {
	case TEXT:
		return node_text(&sample->root, "k", need, &text);
	case INTEGER:
		return node_integer(&sample->root, "k", need, 100, 599, &number);
	case BOOLEAN:
		return node_boolean(&sample->root, "k", need, &flag);
	case DURATION:
		return node_duration(&sample->root, "k", need, &number);
	case TEXTS:
		return node_texts(&sample->root, "k", need, &sample->arena, &texts, &count);
	}
	return false;
}

static const struct {
	enum reader reader;
	enum need need;
	const char *json, *error;
} reads[] = {
	{ TEXT, REQUIRED, "{\"k\":\"v\"}", "" },
	{ TEXT, OPTIONAL, "{}", "" },
	{ TEXT, REQUIRED, "{}", "a.yaml:1:1: missing key `k`\n" },
	{ TEXT, REQUIRED, "{\"k\":\"\"}", "a.yaml:1:1: must not be empty (at /k)\n" },
	{ TEXT, OPTIONAL, "{\"k\":1}", "a.yaml:1:1: must be text, not a number (at /k)\n" },
	{ TEXT, OPTIONAL, "{\"k\":true}", "a.yaml:1:1: must be text, not `true` (at /k)\n" },
	{ TEXT, OPTIONAL, "{\"k\":null}", "a.yaml:1:1: must be text, not null (at /k)\n" },
	{ TEXT, OPTIONAL, "{\"k\":[]}", "a.yaml:1:1: must be text, not a list (at /k)\n" },
	{ INTEGER, REQUIRED, "{\"k\":100}", "" },
	{ INTEGER, REQUIRED, "{\"k\":599}", "" },
	{ INTEGER, REQUIRED, "{\"k\":99}",
	  "a.yaml:1:1: must be a whole number from 100 to 599 (at /k)\n" },
	{ INTEGER, REQUIRED, "{\"k\":600}",
	  "a.yaml:1:1: must be a whole number from 100 to 599 (at /k)\n" },
	{ INTEGER, REQUIRED, "{\"k\":200.5}",
	  "a.yaml:1:1: must be a whole number from 100 to 599 (at /k)\n" },
	{ INTEGER, REQUIRED, "{\"k\":\"200\"}",
	  "a.yaml:1:1: must be a whole number from 100 to 599, not text (at /k)\n" },
	{ BOOLEAN, REQUIRED, "{\"k\":false}", "" },
	{ BOOLEAN, REQUIRED, "{\"k\":\"no\"}",
	  "a.yaml:1:1: must be `true` or `false`, not text (at /k)\n" },
	{ DURATION, REQUIRED, "{\"k\":\"2s\"}", "" },
	{ DURATION, REQUIRED, "{\"k\":2}",
	  "a.yaml:1:1: must be a duration such as `250ms`, `3s`, `2m` or `1h`, at most a day "
	  "(at /k)\n" },
	{ TEXTS, REQUIRED, "{\"k\":[\"a\",\"b\"]}", "" },
	{ TEXTS, REQUIRED, "{\"k\":[]}", "" },
	{ TEXTS, REQUIRED, "{\"k\":\"a\"}", "" },
	{ TEXTS, REQUIRED, "{\"k\":[\"a\",1]}",
	  "a.yaml:1:1: must be text, not a number (at /k/1)\n" },
	{ TEXTS, REQUIRED, "{\"k\":{}}",
	  "a.yaml:1:1: must be a list of texts, not a mapping (at /k)\n" },
};

ParameterizedTestParameters(node, a_reader_takes_what_it_says)
{
	return rows_of(COUNTOF(reads));
}

ParameterizedTest(size_t *row, node, a_reader_takes_what_it_says)
{
	struct sample sample;
	struct buf line;

	sample_init(&sample, reads[*row].json);
	buf_init(&line, 1024);
	bool ok = read_with(reads[*row].reader, &sample, reads[*row].need);
	cr_expect_str_eq(only_error(&sample, &line), reads[*row].error);
	cr_expect_eq(ok, reads[*row].error[0] == '\0', "row %zu", *row);
	buf_release(&line);
	sample_release(&sample);
}

Test(node, values_arrive)
{
	struct sample sample;
	const char *text = NULL, *const *texts = NULL, *const *one = NULL, *kept = "kept";
	int64_t number = 0, ms = 0;
	size_t count = 0;
	bool flag = false;

	sample_init(&sample, "{\"t\":\"v\",\"n\":7,\"b\":true,\"d\":\"2m\",\"l\":[\"x\",\"y\"]}");
	cr_expect(node_text(&sample.root, "t", REQUIRED, &text));
	cr_expect_str_eq(text, "v");
	cr_expect(node_text(&sample.root, "absent", OPTIONAL, &kept));
	cr_expect_str_eq(kept, "kept");
	cr_expect(node_integer(&sample.root, "n", REQUIRED, 0, 9, &number));
	cr_expect_eq(number, 7);
	cr_expect(node_boolean(&sample.root, "b", REQUIRED, &flag));
	cr_expect(flag);
	cr_expect(node_duration(&sample.root, "d", REQUIRED, &ms));
	cr_expect_eq(ms, 120000);
	cr_expect(node_texts(&sample.root, "t", REQUIRED, &sample.arena, &one, &count));
	cr_expect_eq(count, 1);
	cr_expect_str_eq(one[0], "v");
	cr_expect(node_texts(&sample.root, "l", REQUIRED, &sample.arena, &texts, &count));
	cr_expect_eq(count, 2);
	cr_expect_str_eq(texts[1], "y");
	sample_release(&sample);
}

Test(node, members_come_in_file_order)
{
	struct sample sample;
	struct node member;
	char keys[16] = "";

	sample_init(&sample, "{\"z\":1,\"a\":2,\"m\":3}");
	for (const char *key = NULL; node_next(&sample.root, &key, &member);)
		strcat(keys, member.pointer);
	cr_expect_str_eq(keys, "/z/a/m");
	sample_release(&sample);
}

Test(node, every_unknown_key_is_named_with_the_nearest_known_one)
{
	static const char *const known[] = { "expect", "payload" };
	struct sample sample;

	sample_init(&sample, "{\"expct\":1,\"payload\":2,\"zzz\":3,\"paylaod\":4}");
	cr_expect_not(node_keys(&sample.root, known, COUNTOF(known)));
	cr_assert_eq(sample.errors.count, 3);
	cr_expect_str_eq(sample.errors.items[0].message,
			 "unknown key `expct`; did you mean `expect`?");
	cr_expect_str_eq(sample.errors.items[1].message, "unknown key `zzz`");
	cr_expect_str_eq(sample.errors.items[2].message,
			 "unknown key `paylaod`; did you mean `payload`?");
	cr_expect_str_eq(sample.errors.items[2].pointer, "/paylaod");
	sample_release(&sample);
}

Test(node, a_kind_is_named_when_it_is_another)
{
	struct sample sample;

	sample_init(&sample, "[]");
	cr_expect_not(node_is_object(&sample.root));
	cr_expect_not(node_is_array(&sample.root));
	cr_expect_not(node_is_text(&sample.root));
	cr_assert_eq(sample.errors.count, 3);
	cr_expect_str_eq(sample.errors.items[0].message, "must be a mapping, not a list");
	cr_expect_str_eq(sample.errors.items[1].message, "must not be empty");
	cr_expect_str_eq(sample.errors.items[2].message, "must be text, not a list");
	sample_release(&sample);
}

static const struct {
	const char *text;
	int64_t ms; /* -1: not a duration */
} durations[] = {
	{ "0s", 0 },      { "250ms", 250 },    { "3s", 3000 },
	{ "2m", 120000 }, { "24h", 86400000 }, { "86400000ms", 86400000 },
	{ "25h", -1 },    { "86401s", -1 },    { "", -1 },
	{ "s", -1 },      { "5", -1 },         { "-5s", -1 },
	{ "1.5s", -1 },   { "5 s", -1 },       { "5S", -1 },
	{ "5d", -1 },     { "5sx", -1 },       { "99999999999999999999s", -1 },
};

ParameterizedTestParameters(node, a_duration_is_a_number_and_a_unit)
{
	return rows_of(COUNTOF(durations));
}

ParameterizedTest(size_t *row, node, a_duration_is_a_number_and_a_unit)
{
	int64_t ms = -1;

	cr_expect_eq(duration_parse(durations[*row].text, &ms), durations[*row].ms >= 0);
	cr_expect_eq(ms, durations[*row].ms, "%s", durations[*row].text);
}

static const struct {
	const char *name, *nearest;
} names[] = {
	{ "expct", "expect" },
	{ "capture", "capture" },
	{ "captrue", "capture" },
	{ "HOD", "hod" },
	{ "hdo", "hod" },
	{ "x", NULL },
	{ "", NULL },
	{ "ab", NULL },
	{ "expectations", NULL },
	{ "expectation", NULL },
};

ParameterizedTestParameters(node, the_nearest_name_is_a_typing_error_away)
{
	return rows_of(COUNTOF(names));
}

ParameterizedTest(size_t *row, node, the_nearest_name_is_a_typing_error_away)
{
	static const char *const known[] = { "expect", NULL, "capture", "hod" };
	const char *nearest = nearest_name(names[*row].name, known, COUNTOF(known));

	if (names[*row].nearest)
		cr_expect_str_eq(nearest ? nearest : "none", names[*row].nearest);
	else
		cr_expect_null(nearest, "%s", nearest);
}

Test(node, a_pointer_that_does_not_fit_points_at_what_encloses_it)
{
	struct sample sample;
	char long_key[300];
	struct node member, deeper;

	memset(long_key, 'k', sizeof(long_key) - 1);
	long_key[sizeof(long_key) - 1] = '\0';
	sample_init(&sample, "{}");
	json_object_set_new(sample.document.root, long_key, json_pack("{s:i}", "x", 1));
	cr_assert(node_member(&sample.root, long_key, &member));
	cr_expect_eq(strlen(member.pointer), POINTER_BYTES - 1);
	cr_assert(node_member(&member, "x", &deeper));
	cr_expect_str_eq(deeper.pointer, member.pointer);
	cr_expect_eq(node_place(&deeper).line, 1);
	sample_release(&sample);
}
