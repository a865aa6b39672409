#include "rls/measurer.h"

#include <criterion/criterion.h>
#include <string.h>

/* Who may measure is asked of a real server in prober_test.c. */
Test(measurer, servers_before_15_are_not_judged)
{
	cr_expect(strstr(measurer_version_problem(140012), "older than PostgreSQL 15"));
	cr_expect_not_null(measurer_version_problem(90624));
	cr_expect_null(measurer_version_problem(150000));
	cr_expect_null(measurer_version_problem(170001));
}
