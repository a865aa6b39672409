#include "exec/sql_roles.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* A result as sql_role_facts gives it. NULL cells are SQL null. */
static PGresult *
facts(const char *const cells[][4], int rows)
{
	PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	char name[] = "column"; /* libpq takes it without const, and copies it */
	PGresAttDesc columns[4] = {
		{ .name = name }, { .name = name }, { .name = name }, { .name = name }
	};

	cr_assert(PQsetResultAttrs(result, 4, columns));
	for (int row = 0; row < rows; row++)
		for (int column = 0; column < 4; column++) {
			char text[64] = "";
			const char *cell = cells[row][column];

			if (cell)
				(void)snprintf(text, sizeof(text), "%s", cell);
			cr_assert(PQsetvalue(result, row, column, cell ? text : NULL,
					     cell ? (int)strlen(text) : -1));
		}
	return result;
}

Test(sql_roles, facts_are_kept_by_name_and_replaced_as_a_whole)
{
	static const char *const cells[][4] = {
		{ "anon", "t", NULL, NULL },
		{ "authenticated", "f", "{search_path}", "{public}" },
	};
	struct sql_roles roles = { 0 };
	PGresult *result = facts(cells, 2);

	cr_expect_null(sql_roles_find(&roles, "anon"));
	sql_roles_read(&roles, result);
	PQclear(result);
	cr_assert_eq(roles.count, 2);
	cr_expect(sql_roles_find(&roles, "anon")->by_authenticator);
	cr_expect_null(sql_roles_find(&roles, "anon")->setting_names);
	cr_expect_not(sql_roles_find(&roles, "authenticated")->by_authenticator);
	cr_expect_str_eq(sql_roles_find(&roles, "authenticated")->setting_values, "{public}");
	cr_expect_null(sql_roles_find(&roles, "authenticate"));

	result = facts(cells, 1);
	sql_roles_read(&roles, result);
	PQclear(result);
	cr_expect_eq(roles.count, 1);
	sql_roles_release(&roles);
	sql_roles_release(&roles);
}
