#include "watch/replies.h"

#include <criterion/criterion.h>

#include "base/base.h"

#define LAST "\"checks\": {\"a\": {\"status_code\": 200}, \"b\": {\"status_code\": 503}, \"c\": {}}"

static const struct {
	const char *row;
	long replies, replies_5xx;
} rows[] = {
	{ "{\"notes\": {" LAST "}}", 2, 1 },
	{ "{\"notes\": {\"replies\": 9, \"replies_5xx\": 3, " LAST "}}", 9, 3 },
	{ "{\"notes\": {\"replies\": 9, \"replies_5xx\": 0, \"checks\": {}}}", 9, 0 },
	{ "{\"notes\": {\"replies\": \"x\", \"replies_5xx\": null, " LAST "}}", 2, 1 },
	{ "{\"notes\": null}", 0, 0 },
	{ "{}", 0, 0 },
};

Test(replies, what_a_row_counts_goes_before_what_its_checks_saw_last)
{
	for (size_t i = 0; i < COUNTOF(rows); i++) {
		json_t *row = json_loads(rows[i].row, 0, NULL);

		cr_assert_not_null(row, "row %zu", i);
		cr_expect_eq(replies_count(row), rows[i].replies, "row %zu", i);
		cr_expect_eq(replies_count_5xx(row), rows[i].replies_5xx, "row %zu", i);
		json_decref(row);
	}
}

Test(replies, a_5xx_has_three_digits_of_which_the_first_is_a_5)
{
	cr_expect(replies_is_5xx(500) && replies_is_5xx(599));
	cr_expect_not(replies_is_5xx(499) || replies_is_5xx(600) || replies_is_5xx(0));
}
