#include "exec/sql_prepared.h"

#include <criterion/criterion.h>
#include <stdio.h>

Test(sql_prepared, a_text_has_one_name_and_is_prepared_once)
{
	struct sql_prepared prepared = { .count = 0 };
	char first[SQL_PREPARED_NAME], again[SQL_PREPARED_NAME], other[SQL_PREPARED_NAME];
	bool fresh;

	cr_assert(sql_prepared_name(&prepared, "select 1", first, &fresh));
	cr_expect(fresh);
	cr_assert(sql_prepared_name(&prepared, "select 1", again, &fresh));
	cr_expect_not(fresh);
	cr_expect_str_eq(first, again);
	cr_assert(sql_prepared_name(&prepared, "select 2", other, &fresh));
	cr_expect(fresh);
	cr_expect_str_neq(first, other);
	sql_prepared_release(&prepared);
	cr_expect_eq(prepared.count, 0);
}

Test(sql_prepared, what_failed_is_prepared_again)
{
	struct sql_prepared prepared = { .count = 0 };
	char first[SQL_PREPARED_NAME], again[SQL_PREPARED_NAME];
	bool fresh;

	cr_assert(sql_prepared_name(&prepared, "select 1", first, &fresh));
	sql_prepared_forget(&prepared, "select 1");
	sql_prepared_forget(&prepared, "select unknown");
	cr_assert(sql_prepared_name(&prepared, "select 1", again, &fresh));
	cr_expect(fresh);
	cr_expect_str_eq(first, again);
	sql_prepared_release(&prepared);
}

Test(sql_prepared, beyond_the_limit_a_text_has_no_name)
{
	struct sql_prepared prepared = { .count = 0 };
	char name[SQL_PREPARED_NAME], text[32];
	bool fresh;

	for (int i = 0; i < SQL_PREPARED_MAX; i++) {
		(void)snprintf(text, sizeof(text), "select %d", i);
		cr_expect(sql_prepared_name(&prepared, text, name, &fresh));
	}
	cr_expect_not(sql_prepared_name(&prepared, "select 'more'", name, &fresh));
	cr_expect(sql_prepared_name(&prepared, "select 0", name, &fresh));
	cr_expect_not(fresh);
	sql_prepared_release(&prepared);
}
