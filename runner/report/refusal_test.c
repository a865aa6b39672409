#include "report/refusal.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct {
	const char *text, *sqlstate, *message, *line;
} refusals[] = {
	{ "insert into pms_parts (id) values ($1)", "42501",
	  "new row violates row-level security policy for table \"pms_parts\"",
	  "refused by row-level security of pms_parts: no policy of this role lets the new row "
	  "pass\n" },
	{ "update \"pms_parts\" set x = 1", "42501",
	  "new row violates row-level security policy \"only_own\" for table \"pms_parts\"",
	  "refused by the policy only_own of pms_parts\n" },
	{ "delete from pms_parts", "42501", "permission denied for table pms_parts",
	  "refused by a missing grant on table pms_parts\n" },
	{ "select 1", "42501", "permission denied for function f",
	  "refused by a missing grant on function f\n" },
	{ "select * from pms_parts", "23514", "violates check constraint", "" },
	{ "select * from pms_parts", NULL, NULL, "" },
	{ "select 1", "42501", NULL, "" },
};

Test(refusal, a_denial_says_whether_a_policy_or_a_grant_was_in_the_way)
{
	for (size_t i = 0; i < COUNTOF(refusals); i++) {
		const struct sql_exchange sql = { .text = refusals[i].text,
						  .sqlstate = refusals[i].sqlstate,
						  .message = refusals[i].message };
		struct buf out;

		buf_init(&out, 1000);
		refusal_line(&sql, &out);
		cr_expect_str_eq(out.text, refusals[i].line, "row %zu: %s", i, out.text);
		buf_release(&out);
	}
}

static const struct {
	const char *text, *table; /* NULL: none is named */
} tables[] = {
	{ "update pms_parts set a = 1 where id = $1", "'pms_parts'" },
	{ "INSERT INTO public.pms_parts (a) values (1)", "'pms_parts'" },
	{ "select * from \"pms_parts\" t", "'pms_parts'" },
	{ "insert into a select * from b", "'a'" },
	{ "select updated_at from b", "'b'" },
	{ "select 1", NULL },
	{ "select 'x' from 'a'", NULL },
	{ NULL, NULL },
};

Test(refusal, the_policies_of_the_table_of_a_statement_can_be_looked_up)
{
	for (size_t i = 0; i < COUNTOF(tables); i++) {
		const struct sql_exchange sql = { .text = tables[i].text };
		struct buf out;

		buf_init(&out, 1000);
		refusal_query(&sql, &out);
		if (tables[i].table)
			cr_expect_not_null(strstr(out.text, tables[i].table), "row %zu: %s", i,
					   out.text);
		else
			cr_expect_str_eq(out.text, "", "row %zu", i);
		buf_release(&out);
	}
}
