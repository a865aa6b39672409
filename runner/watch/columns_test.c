#include "watch/columns.h"

#include <criterion/criterion.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"

struct item {
	int64_t at;
	long count;
	double number;
	const char *text;
};

static const struct column columns[] = {
	{ "at", COLUMN_MOMENT, offsetof(struct item, at) },
	{ "count", COLUMN_COUNT, offsetof(struct item, count) },
	{ "number", COLUMN_NUMBER, offsetof(struct item, number) },
	{ "text", COLUMN_TEXT, offsetof(struct item, text) },
};

Test(columns, what_is_null_missing_or_of_another_type_is_told_from_what_is_there)
{
	struct arena arena = { 0 };
	size_t count;
	json_t *rows = json_pack("[{s:I, s:i, s:f, s:s}, {s:n, s:s, s:i}]", "at",
				 (json_int_t)1700000000000000, "count", 3, "number", 2.5, "text",
				 "list", "at", "count", "many", "number", 7);
	const struct item *items =
		columns_take(&arena, rows, columns, COUNTOF(columns), sizeof(*items), &count);

	json_decref(rows);
	cr_assert_eq(count, 2);
	cr_expect_eq(items[0].at, 1700000000000000);
	cr_expect_eq(items[0].count, 3);
	cr_expect_eq(items[0].number, 2.5);
	cr_expect_str_eq(items[0].text, "list");
	cr_expect_eq(items[1].at, 0);
	cr_expect_eq(items[1].count, 0);
	cr_expect_eq(items[1].number, 7.0);
	cr_expect_str_eq(items[1].text, "");
	arena_release(&arena);
}

Test(columns, no_row_is_no_item)
{
	struct arena arena = { 0 };
	size_t count = 9;

	cr_expect(
		columns_take(&arena, NULL, columns, COUNTOF(columns), sizeof(struct item), &count));
	cr_expect_eq(count, 0);
	arena_release(&arena);
}
