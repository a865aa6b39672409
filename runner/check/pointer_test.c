#include <criterion/criterion.h>

#include "base/base.h"
#include "base/rows.h"
#include "check/pattern.h"

/* The document of RFC 6901, section 5, and a little more. */
static const char document[] = "{\"foo\": [\"bar\", \"baz\"], \"\": 0, \"a/b\": 1, \"c%d\": 2, "
			       "\"m~n\": 8, \"~1\": 9, \"deep\": {\"er\": {}, \"n\": null}, "
			       "\"all\": [1, {\"id\": 5}, {\"id\": \"a\", \"n\": 1}, "
			       "{\"id\": \"b/=\", \"n\": 2}, {\"id\": \"a\", \"n\": 3}]}";

static const struct {
	const char *pointer, *value; /* JSON; NULL: absent */
} reads[] = {
	{ "/foo", "[\"bar\", \"baz\"]" },
	{ "/foo/0", "\"bar\"" },
	{ "/foo/1", "\"baz\"" },
	{ "/", "0" },
	{ "/a~1b", "1" },
	{ "/c%d", "2" },
	{ "/m~0n", "8" },
	{ "/~01", "9" },
	{ "/deep/er", "{}" },
	{ "/deep/n", "null" },
	{ "/foo/2", NULL },
	{ "/foo/-", NULL },
	{ "/foo/00", NULL },
	{ "/foo/01", NULL },
	{ "/foo/", NULL },
	{ "/foo/99999999999999999999", NULL },
	{ "/foo/0/x", NULL },
	{ "/m~n", NULL },
	{ "/m~", NULL },
	{ "/fo", NULL },
	{ "/fooo", NULL },
	{ "foo", NULL },
	{ "/deep/n/x", NULL },
	{ "/all/id=a/n", "1" },
	{ "/all/id=b~1=/n", "2" },
	{ "/all/id=b", NULL },
	{ "/all/id=", NULL },
	{ "/all/id=5", NULL },
	{ "/all/=a", NULL },
	{ "/all/n=1", NULL },
	{ "/foo/id=a", NULL },
	{ "/deep/er=a", NULL },
};

ParameterizedTestParameters(pointer, get)
{
	return rows_of(COUNTOF(reads));
}

ParameterizedTest(size_t *row, pointer, get)
{
	struct arena arena = { 0 };
	json_t *root = json_loads(document, 0, NULL);
	const json_t *value = pointer_get(root, reads[*row].pointer);

	if (reads[*row].value)
		cr_expect_str_eq(pattern_text(value, 100, &arena), reads[*row].value);
	else
		cr_expect_null(value, "row %zu", *row);
	json_decref(root);
	arena_release(&arena);
}

Test(pointer, the_empty_pointer_is_the_whole_and_nothing_has_no_parts)
{
	json_t *root = json_loads(document, 0, NULL);

	cr_expect_eq(pointer_get(root, ""), root);
	cr_expect_null(pointer_get(NULL, ""));
	json_decref(root);
}

static const struct {
	const char *pointer, *sentence;
} nearest[] = {
	{ "/deep/x", "/deep exists, with keys: er, n" },
	{ "/deep/er/x/y", "/deep/er exists, and is an empty object" },
	{ "/deep/n/x", "/deep/n exists, and is null" },
	{ "/foo/7", "/foo exists, with 2 items" },
	{ "/nope", "the root exists, with keys: foo, , a/b, c%d, m~n, ~1, deep, all" },
	{ "/all/id=x/n", "/all exists, with 5 items" },
	{ "/a~1b/x", "/a~1b exists, and is a number" },
};

ParameterizedTestParameters(pointer, nearest)
{
	return rows_of(COUNTOF(nearest));
}

ParameterizedTest(size_t *row, pointer, nearest)
{
	struct arena arena = { 0 };
	json_t *root = json_loads(document, 0, NULL);

	cr_expect_str_eq(pointer_nearest(root, nearest[*row].pointer, &arena),
			 nearest[*row].sentence);
	json_decref(root);
	arena_release(&arena);
}

Test(pointer, many_keys_are_counted_not_listed)
{
	struct arena arena = { 0 };
	json_t *root = json_object();
	char key[16];

	for (int i = 0; i < 30; i++) {
		(void)snprintf(key, sizeof(key), "k%d", i);
		json_object_set_new(root, key, json_null());
	}
	const char *text = pointer_nearest(root, "/x", &arena);
	cr_expect_neq(strstr(text, "k23 and 6 more"), NULL, "%s", text);
	cr_expect_str_eq(pointer_nearest(NULL, "/x", &arena), "there is no value at all");
	json_decref(root);
	arena_release(&arena);
}
