#include "report/plain.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "base/rows.h"

static const struct {
	const char *text, *added, *line;
} texts[] = {
	{ "a\nb\n", "  a\n  b\n", "a b " },
	{ "a\n\nb", "  a\n\n  b", "a  b" },
	{ "\033[31mred\a", "  ?[31mred?", "?[31mred?" },
	{ "x\xc2\x9by\x7f", "  x?y?", "x?y?" }, /* U+009B begins a control sequence, too */
	{ "tab\there", "  tab\there", "tab here" },
	{ "\xff\xf0\x9f\x9a\xa2", "  ?\xf0\x9f\x9a\xa2", "?\xf0\x9f\x9a\xa2" },
};

ParameterizedTestParameters(plain, a_text_cannot_steer_the_terminal)
{
	return rows_of(COUNTOF(texts));
}

ParameterizedTest(size_t *row, plain, a_text_cannot_steer_the_terminal)
{
	struct buf out;

	buf_init(&out, 1000);
	plain_add(&out, texts[*row].text, 2);
	cr_expect_str_eq(out.text, texts[*row].added, "row %zu: %s", *row, out.text);
	out.len = 0;
	plain_line(&out, texts[*row].text);
	cr_expect_str_eq(out.text, texts[*row].line, "row %zu: %s", *row, out.text);
	buf_release(&out);
}

Test(plain, a_word_is_there_with_and_without_colour)
{
	struct buf out;

	buf_init(&out, 1000);
	plain_word(&out, "FAIL", PLAIN_RED, true);
	plain_word(&out, "FAIL", PLAIN_RED, false);
	cr_expect_str_eq(out.text, "\033[31mFAIL\033[0mFAIL");
	buf_release(&out);
}

static const struct {
	const char *text;
	int columns;
	size_t bytes;
} fits[] = {
	{ "abc", 3, 3 },
	{ "abc", 2, 2 },
	{ "abc", 0, 0 },
	{ "\xc3\xa9\xc3\xa9", 1, 2 },
	{ "\xf0\x9f\x9a\xa2x", 2, 4 },
	{ "\xf0\x9f\x9a\xa2x", 1, 0 },
};

ParameterizedTestParameters(plain, a_line_is_cut_to_the_columns_there_are)
{
	return rows_of(COUNTOF(fits));
}

ParameterizedTest(size_t *row, plain, a_line_is_cut_to_the_columns_there_are)
{
	cr_expect_eq(plain_fit(fits[*row].text, strlen(fits[*row].text), fits[*row].columns),
		     fits[*row].bytes, "row %zu", *row);
}
