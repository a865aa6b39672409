#include "suite/spelling.h"

#include <criterion/criterion.h>

#include "base/base.h"
#include "base/rows.h"

static const struct {
	bool (*is)(const char *text);
	const char *text;
	bool holds;
} spellings[] = {
	{ spelling_is_id, "a-b.c_9", true },
	{ spelling_is_id, "9", true },
	{ spelling_is_id, "", false },
	{ spelling_is_id, "a b", false },
	{ spelling_is_id, "a/b", false },
	{ spelling_is_id, "\xc3\xa9", false },
	{ spelling_is_word, "a_9", true },
	{ spelling_is_word, "_", true },
	{ spelling_is_word, "9a", false },
	{ spelling_is_word, "a-b", false },
	{ spelling_is_word, "", false },
	{ spelling_is_table, "items", true },
	{ spelling_is_table, "auth.users", true },
	{ spelling_is_table, "a.b.c", false },
	{ spelling_is_table, ".b", false },
	{ spelling_is_table, "a.", false },
	{ spelling_is_table, "a\"b", false },
	{ spelling_is_table, "a; drop", false },
	{ spelling_is_tag, "pre-deploy", true },
	{ spelling_is_tag, "not", false },
	{ spelling_is_tag, "a,b", false },
	{ spelling_is_reserved, "persona", true },
	{ spelling_is_reserved, "now", true },
	{ spelling_is_reserved, "item", false },
	{ spelling_is_pointer, "", true },
	{ spelling_is_pointer, "/", true },
	{ spelling_is_pointer, "/a~0b/~1", true },
	{ spelling_is_pointer, "/a~2", false },
	{ spelling_is_pointer, "/a~", false },
	{ spelling_is_pointer, "a", false },
	{ spelling_stays_below, "a/b.md", true },
	{ spelling_stays_below, "a..b/c", true },
	{ spelling_stays_below, "..", false },
	{ spelling_stays_below, "a/../b", false },
	{ spelling_stays_below, "a/..", false },
	{ spelling_stays_below, "/a", false },
	{ spelling_stays_below, "", false },
};

ParameterizedTestParameters(spelling, names_are_written_so)
{
	return rows_of(COUNTOF(spellings));
}

ParameterizedTest(size_t *row, spelling, names_are_written_so)
{
	cr_expect_eq(spellings[*row].is(spellings[*row].text), spellings[*row].holds,
		     "row %zu: `%s`", *row, spellings[*row].text);
}
