#include "scaffold/gaps.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "base/scratch.h"

static bool
filled(const char *text, struct errors *errors)
{
	char path[SCRATCH_BYTES];

	scratch_make(path, "lens.yaml", text, strlen(text));
	struct document *document = document_load(path, errors);
	scratch_remove(path);
	cr_assert_not_null(document);
	bool ok = gaps_none(document, errors);
	document_free(document);
	return ok;
}

Test(gaps, every_place_that_is_not_filled_in_is_named)
{
	struct errors errors = { 0 };

	cr_expect_not(filled("lens: parts\nroles: [crew, FILL_IN]\nactions:\n  take:\n"
			     "    payload: { part_id: \"${part}\", key: \"FILL_IN ${unique}\" }\n"
			     "    writes: FILL_IN\n",
			     &errors));
	cr_assert_eq(errors.count, 3);
	cr_expect_str_eq(errors.items[0].message, "is a place to fill in (FILL_IN)");
	cr_expect_str_eq(errors.items[0].pointer, "/roles/1");
	cr_expect_str_eq(errors.items[1].pointer, "/actions/take/payload/key");
	cr_expect_str_eq(errors.items[2].pointer, "/actions/take/writes");
	cr_expect_eq(errors.items[2].line, 6);
	errors_release(&errors);
}

Test(gaps, a_description_without_them_is_filled)
{
	struct errors errors = { 0 };

	cr_expect(filled("lens: parts\nactions: { fill_in: { payload: {}, n: 1 } }\n", &errors));
	cr_expect_eq(errors.count, 0);
}
