#include "rls/audit_check.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Test(audit_check, codes_are_in_order_and_names_are_taken_once)
{
	size_t count;
	const struct audit_check *all = audit_checks(&count);

	cr_expect_geq(count, 46);
	for (size_t i = 0; i < count; i++) {
		if (i && all[i].code[0] == all[i - 1].code[0])
			cr_expect_eq(atoi(all[i].code + 1), atoi(all[i - 1].code + 1) + 1, "%s",
				     all[i].code);
		else
			cr_expect_str_eq(all[i].code + 1, "1");
		for (size_t k = 0; k < i; k++)
			cr_expect_str_neq(all[i].name, all[k].name);
	}
}

Test(audit_check, every_check_has_words_without_a_full_stop)
{
	size_t count;
	const struct audit_check *all = audit_checks(&count);

	for (size_t i = 0; i < count; i++) {
		cr_expect_gt(strlen(all[i].title), 15, "%s", all[i].code);
		cr_expect_gt(strlen(all[i].why), 30, "%s", all[i].code);
		cr_expect_neq(all[i].title[strlen(all[i].title) - 1], '.', "%s", all[i].code);
		cr_expect_neq(all[i].why[strlen(all[i].why) - 1], '.', "%s", all[i].code);
	}
}

Test(audit_check, a_check_is_found_by_code_in_any_case_and_by_name)
{
	cr_expect_str_eq(audit_check_find("b12")->code, "B12");
	cr_expect_str_eq(audit_check_find("hard-coded-id")->code, "B12");
	cr_expect_null(audit_check_find("B99"));
	cr_expect_null(audit_check_find(""));
}

Test(audit_check, severities_have_names_both_ways)
{
	enum audit_severity severity;

	for (int i = 0; i < AUDIT_SEVERITIES; i++) {
		cr_assert(audit_severity_parse(audit_severity_name((enum audit_severity)i),
					       &severity));
		cr_expect_eq((int)severity, i);
	}
	cr_expect_not(audit_severity_parse("fatal", &severity));
}

Test(audit_check, the_printed_table_has_every_check)
{
	size_t count;
	const struct audit_check *all = audit_checks(&count);
	struct buf out;

	buf_init(&out, 100000);
	audit_check_table(&out);
	for (size_t i = 0; i < count; i++)
		cr_expect(strstr(out.text, all[i].why), "%s", all[i].code);
	buf_release(&out);
}
