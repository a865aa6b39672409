#include "exec/sql_script.h"

#include <criterion/criterion.h>

#include "base/base.h"
#include "base/rows.h"

static const struct {
	enum sql_identity identity;
	const char *role;
	bool settings, constraints, commit;
} rows[] = {
	{ SQL_PERSONA, "plain", false, true, false },
	{ SQL_PERSONA, "unheard_of", false, true, false },
	{ SQL_PERSONA, "with_settings", true, true, false },
	{ SQL_WITNESS, NULL, false, false, false },
	{ SQL_JANITOR, NULL, false, false, true },
};

ParameterizedTestParameters(sql_script, rows)
{
	return rows_of(COUNTOF(rows));
}

/* Where `step` stands; -1: nowhere. */
static int
place(const unsigned char *steps, enum sql_step step)
{
	for (int i = 0;; i++) {
		if (SQL_STEP_KIND(steps[i]) == step)
			return i;
		if (SQL_STEP_KIND(steps[i]) == SQL_STEP_END)
			return -1;
	}
}

ParameterizedTest(size_t *row, sql_script, rows)
{
	char plain[] = "plain", with[] = "with_settings", names[] = "{a.b}", values[] = "{c}";
	struct sql_role items[] = {
		{ .name = plain },
		{ .name = with, .setting_names = names, .setting_values = values }
	};
	const struct sql_roles roles = { items, COUNTOF(items) };
	const struct sql_request request = { .identity = rows[*row].identity,
					     .role = rows[*row].role };
	struct sql_prepared prepared = { .count = 0 };
	unsigned char steps[SQL_STEPS];

	sql_script_of(&roles, &prepared, &request, steps);
	cr_expect_eq(place(steps, SQL_STEP_BEGIN), 0);
	cr_expect_lt(place(steps, SQL_STEP_FRAME), place(steps, SQL_STEP_STATEMENT));
	cr_expect_lt(place(steps, SQL_STEP_STATEMENT), place(steps, SQL_STEP_SYNC));
	/* In a segment of its own, so that no error can skip it. */
	cr_expect_eq(place(steps, SQL_STEP_ROLLBACK), place(steps, SQL_STEP_SYNC) + 1);
	cr_expect_eq(place(steps, SQL_STEP_END), place(steps, SQL_STEP_ROLLBACK) + 1);
	cr_expect_eq(place(steps, SQL_STEP_SETTINGS) > 0, rows[*row].settings);
	cr_expect_eq(place(steps, SQL_STEP_CONSTRAINTS) > 0, rows[*row].constraints);
	cr_expect_eq(place(steps, SQL_STEP_COMMIT) > 0, rows[*row].commit);
}

Test(sql_script, a_row_is_picked_before_the_role_is_taken_and_looked_at_around_it)
{
	const struct sql_roles roles = { 0 };
	const struct sql_look looks[] = {
		{ .statement = { .text = "select 1" }, .before = true, .after = true },
		{ .statement = { .text = "select 2" }, .after = true },
	};
	struct sql_request request = { .identity = SQL_PERSONA,
				       .role = "plain",
				       .row = { .text = "select from t" },
				       .looks = looks,
				       .look_count = COUNTOF(looks),
				       .without_triggers = true };
	struct sql_prepared prepared = { .count = 0 };
	unsigned char steps[SQL_STEPS];

	sql_script_of(&roles, &prepared, &request, steps);
	cr_expect_lt(place(steps, SQL_STEP_NO_TRIGGERS), place(steps, SQL_STEP_FRAME));
	cr_expect_lt(place(steps, SQL_STEP_CURSOR_ROW), place(steps, SQL_STEP_FRAME));
	cr_expect_lt(place(steps, SQL_STEP_PREPARE), place(steps, SQL_STEP_BEFORE));
	cr_expect_lt(place(steps, SQL_STEP_BEFORE), place(steps, SQL_STEP_FRAME));
	cr_expect_lt(place(steps, SQL_STEP_CONSTRAINTS), place(steps, SQL_STEP_NO_ROLE));
	cr_expect_lt(place(steps, SQL_STEP_NO_SESSION), place(steps, SQL_STEP_AFTER));
	cr_expect_lt(place(steps, SQL_STEP_AFTER), place(steps, SQL_STEP_SYNC));
	cr_expect_eq(SQL_STEP_ITEM(steps[place(steps, SQL_STEP_AFTER)]), 0);
	cr_expect_eq(SQL_STEP_ITEM(steps[place(steps, SQL_STEP_AFTER) + 1]), 1);
	/* The texts are known from now on. */
	sql_script_of(&roles, &prepared, &request, steps);
	cr_expect_eq(place(steps, SQL_STEP_PREPARE), -1);
	/* Whoever is no persona has nothing of it. */
	request.identity = SQL_WITNESS;
	sql_script_of(&roles, &prepared, &request, steps);
	cr_expect_eq(place(steps, SQL_STEP_CURSOR), -1);
	cr_expect_eq(place(steps, SQL_STEP_AFTER), -1);
	sql_prepared_release(&prepared);
}
