#include "rls/cells.h"

#include <criterion/criterion.h>
#include <stdio.h>

static json_t *
json(const char *text)
{
	json_t *value = json_loads(text, 0, NULL);

	cr_assert(value, "%s", text);
	return value;
}

/* The cell that differs, "" for none, with "?" behind it when something is unclear. */
static const char *
difference(const char *before_text, const char *after_text)
{
	static char said[64];
	json_t *before = json(before_text), *after = json(after_text);
	bool unclear = false;
	const char *cell = cells_difference(before, after, &unclear);

	(void)snprintf(said, sizeof(said), "%s%s", cell ? cell : "", unclear ? "?" : "");
	json_decref(before);
	json_decref(after);
	return said;
}

Test(cells, a_cell_is_named_by_command_columns_and_rows)
{
	json_t *rows = json("[{\"command\": \"UPDATE\", \"grp\": \"approval\", \"class\": \"mine\","
			    "  \"letter\": \"D\"},"
			    " {\"command\": \"SELECT\", \"grp\": \"\", \"class\": \"own\","
			    "  \"letter\": \"A\"}]");
	json_t *cells = cells_of(rows);

	cr_expect_eq(json_object_size(cells), 2);
	cr_expect_str_eq(cells_letter(cells, "UPDATE approval mine"), "D");
	cr_expect_str_eq(cells_letter(cells, "SELECT own"), "A");
	cr_expect_str_eq(cells_letter(cells, "SELECT other"), "none");
	json_decref(cells);
	json_decref(rows);
}

Test(cells, a_cell_on_one_side_only_is_a_difference_whichever_side)
{
	cr_expect_str_eq(difference("{\"a\": \"A\"}", "{\"a\": \"A\"}"), "");
	cr_expect_str_eq(difference("{\"a\": \"A\"}", "{\"a\": \".\"}"), "a");
	cr_expect_str_eq(difference("{\"a\": \"A\"}", "{\"a\": \"A\", \"b\": \"G\"}"), "b");
	cr_expect_str_eq(difference("{\"a\": \"A\", \"b\": \"G\"}", "{\"a\": \"A\"}"), "b");
}

Test(cells, what_is_unknown_on_one_side_is_unclear_and_no_difference)
{
	cr_expect_str_eq(difference("{\"a\": \"?\"}", "{\"a\": \"A\"}"), "?");
	cr_expect_str_eq(difference("{\"a\": \"A\"}", "{\"a\": \"?\"}"), "?");
	cr_expect_str_eq(difference("{\"a\": \"?\"}", "{\"a\": \"?\"}"), "");
	cr_expect_str_eq(difference("{\"a\": \"?\", \"b\": \".\"}", "{\"a\": \"A\", \"b\": \"A\"}"),
			 "b?");
}

Test(cells, nobody_is_told_by_what_is_unknown_impossible_or_not_granted)
{
	json_t *shut = json("{\"a\": \"?\", \"b\": \"-\", \"c\": \"G\"}"), *open;

	cr_expect_not(cells_tell(shut));
	open = json("{\"a\": \"G\", \"b\": \".\"}");
	cr_expect(cells_tell(open));
	json_decref(shut);
	json_decref(open);
}
