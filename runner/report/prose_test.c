#include "report/prose.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

#include "base/rows.h"

static const struct {
	const char *text, *inlined, *code;
} texts[] = {
	{ NULL, "-", "-" },
	{ "", "-", "-" },
	{ "403 INSUFFICIENT_PERMISSIONS", "403 INSUFFICIENT_PERMISSIONS",
	  "`403 INSUFFICIENT_PERMISSIONS`" },
	{ "a|b", "a\\|b", "`a\\|b`" },
	{ "one\r\ntwo\tthree", "one  two three", "`one  two three`" },
	{ "<b>&amp;</b>", "&lt;b>&amp;amp;&lt;/b>", "`<b>&amp;</b>`" },
	{ "*x* _y_ ~z~ [a](b) `c` $d$ \\",
	  "\\*x\\* \\_y\\_ \\~z\\~ \\[a\\](b) \\`c\\` \\$d\\$ \\\\",
	  "``*x* _y_ ~z~ [a](b) `c` $d$ \\``" },
	{ "# no heading #", "\\# no heading #", "`# no heading #`" },
	{ "- no list", "\\- no list", "`- no list`" },
	{ "> no quotation", "\\> no quotation", "`> no quotation`" },
	{ "`", "\\`", "`` ` ``" },
	{ "caf\xc3\xa9", "caf\xc3\xa9", "`caf\xc3\xa9`" },
};

ParameterizedTestParameters(prose, nothing_in_a_text_is_markup)
{
	return rows_of(COUNTOF(texts));
}

ParameterizedTest(size_t *row, prose, nothing_in_a_text_is_markup)
{
	struct buf out;

	buf_init(&out, 1000);
	prose_inline(&out, texts[*row].text);
	cr_expect_str_eq(out.text, texts[*row].inlined, "row %zu: %s", *row, out.text);
	out.len = 0;
	prose_code(&out, texts[*row].text);
	cr_expect_str_eq(out.text, texts[*row].code, "row %zu: %s", *row, out.text);
	buf_release(&out);
}

Test(prose, a_long_text_is_cut_between_characters)
{
	char text[700];
	struct buf out;

	/* The limit falls into the middle of a character. */
	memset(text, 'x', 299);
	(void)snprintf(text + 299, sizeof(text) - 299, "\xc3\xa9zzz");
	buf_init(&out, 1000);
	prose_inline(&out, text);
	cr_expect_eq(strncmp(out.text + 298, "x... (304 bytes)", 16), 0, "%s", out.text + 298);
	buf_release(&out);
}

static const struct {
	const char *text, *block;
} blocks[] = {
	{ "", "```http\n```\n" },
	{ "a\nb", "```http\na\nb\n```\n" },
	{ "a\n", "```http\na\n```\n" },
	{ "```\nx", "````http\n```\nx\n````\n" },
	{ "\033[2J", "```http\n?[2J\n```\n" },
};

ParameterizedTestParameters(prose, a_block_cannot_be_left)
{
	return rows_of(COUNTOF(blocks));
}

ParameterizedTest(size_t *row, prose, a_block_cannot_be_left)
{
	struct buf out;

	buf_init(&out, 1000);
	prose_block(&out, "http", blocks[*row].text, strlen(blocks[*row].text));
	cr_expect_str_eq(out.text, blocks[*row].block, "row %zu: %s", *row, out.text);
	buf_release(&out);
}

Test(prose, a_block_says_where_it_was_cut)
{
	static char text[70000];
	struct buf out;

	memset(text, 'x', sizeof(text));
	buf_init(&out, 200000);
	prose_block(&out, "text", text, sizeof(text));
	cr_expect_not_null(strstr(out.text, "\n[cut here: 65536 of 70000 bytes]\n```\n"));
	buf_release(&out);
}

Test(prose, a_nul_in_a_block_does_not_end_it)
{
	struct buf out;

	buf_init(&out, 1000);
	prose_block(&out, "text", "a\0b", 3);
	cr_expect_str_eq(out.text, "```text\na?b\n```\n");
	buf_release(&out);
}
