#include "scaffold/stencil.h"

#include <criterion/criterion.h>

#include "base/rows.h"

static const struct {
	const char *text, *filled;
} rows[] = {
	{ "lens: @lens@\n", "lens: parts\n" },
	{ "@lens@@lens@", "partsparts" },
	{ "@lens@: @two_words@", "parts: two words" },
	{ "uses: actions/checkout@v4.2.2\n", "uses: actions/checkout@v4.2.2\n" },
	{ "a@b.c @ @lens @lens@", "a@b.c @ @lens parts" },
	{ "", "" },
};

ParameterizedTestParameters(stencil, places)
{
	return rows_of(COUNTOF(rows));
}

ParameterizedTest(size_t *row, stencil, places)
{
	json_t *values = json_pack("{s:s, s:s}", "lens", "parts", "two_words", "two words");
	struct buf out;

	buf_init(&out, 1000);
	stencil_fill(&out, rows[*row].text, values);
	cr_expect_str_eq(out.text, rows[*row].filled);
	buf_release(&out);
	json_decref(values);
}
