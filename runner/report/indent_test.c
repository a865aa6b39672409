#include "report/indent.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct {
	const char *text, *lines;
	bool indented;
} texts[] = {
	{ "", "", false },
	{ "12", "12", false },
	{ "{}", "{}", true },
	{ " {\"a\" : [1,2]}\n", "{\n  \"a\": [1, 2]\n}", true },
	{ "{\"a\":1.0,\"a\":1e3}", "{\"a\": 1.0, \"a\": 1e3}", true },
	{ "[{\"a\":{}},\"x,{\\\"\"]", "[\n  {\n    \"a\": {}\n  },\n  \"x,{\\\"\"\n]", true },
	{ "{\"a\":\"\\u00e9\"}", "{\"a\": \"\\u00e9\"}", true },
	/* not whole: as it came */
	{ "{\"a\": [1", "{\"a\": [1", false },
	{ "{\"a\": \"b", "{\"a\": \"b", false },
	{ "{} {", "{} {", false },
	{ "{}}", "{}}", false },
	{ "[1] trailing", "[1] trailing", false },
	{ "<html>", "<html>", false },
};

Test(indent, only_blanks_between_tokens_change)
{
	for (size_t i = 0; i < COUNTOF(texts); i++) {
		struct buf out;

		buf_init(&out, 1000);
		bool indented = indent_json(&out, texts[i].text, strlen(texts[i].text));
		cr_expect_str_eq(out.text, texts[i].lines, "row %zu: %s", i, out.text);
		cr_expect_eq(indented, texts[i].indented, "row %zu", i);
		buf_release(&out);
	}
}

Test(indent, a_bottomless_nesting_is_left_alone)
{
	char deep[400];
	struct buf out;

	memset(deep, '[', 200);
	memset(deep + 200, ']', 200);
	buf_init(&out, 1000);
	cr_expect_not(indent_json(&out, deep, sizeof(deep)));
	cr_expect_eq(out.len, sizeof(deep));
	buf_release(&out);
}
