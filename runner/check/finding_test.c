#include "check/finding.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

Test(finding, every_type_is_read_back_from_its_name)
{
	for (int i = 0; i < FINDING_TYPES; i++) {
		enum finding_type type = FINDING_TYPES;

		cr_expect(finding_type_parse(finding_type_name((enum finding_type)i), &type));
		cr_expect_eq(type, i);
	}
}

Test(finding, a_name_that_is_no_type_is_refused)
{
	enum finding_type type = FINDING_ROWS;

	cr_expect_not(finding_type_parse("row", &type));
	cr_expect_eq(type, FINDING_ROWS);
}

Test(finding, texts_are_copied_and_the_order_is_kept)
{
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena };
	char pointer[16];

	for (int i = 0; i < 20; i++) {
		(void)snprintf(pointer, sizeof(pointer), "/%d", i);
		finding_add(&findings, FINDING_BODY, pointer, "a", "b", "item %d", i);
	}
	memset(pointer, 'x', sizeof(pointer));
	cr_assert_eq(findings.count, 20);
	cr_expect_str_eq(findings.items[17].pointer, "/17");
	cr_expect_str_eq(findings.items[17].message, "item 17");
	cr_expect_str_eq(findings.items[0].expected, "a");
	arena_release(&arena);
}
