#include "plan/tag.h"

#include <criterion/criterion.h>

#include "base/rows.h"

static const struct {
	const char *expression;
	bool holds;
	const char *error;
} rows[] = {
	{ "smoke", true, "" },
	{ "slow", false, "" },
	{ "not slow", true, "" },
	{ "!slow", true, "" },
	{ "smoke and denial", true, "" },
	{ "smoke and slow", false, "" },
	{ "slow or denial", true, "" },
	{ "slow,denial", true, "" },
	{ "smoke and not (slow or denial)", false, "" },
	{ "slow and smoke or denial", true, "" },
	{ "not smoke or denial", true, "" },
	{ "smok", false, "" },
	{ "post-deploy", true, "" },
	{ "", false, "the tag expression wants a tag at \"\"" },
	{ "smoke and", false, "the tag expression wants a tag at \"\"" },
	{ "(smoke", false, "the tag expression lacks a `)`" },
	{ "smoke denial", false, "the tag expression goes on at \"denial\"" },
};

ParameterizedTestParameters(tag, rows)
{
	return rows_of(COUNTOF(rows));
}

ParameterizedTest(size_t *row, tag, rows)
{
	static const char *const tags[] = { "smoke", "denial", "post-deploy" };
	struct error err = { 0 };

	cr_expect_eq(tag_matches(rows[*row].expression, tags, 3, &err), rows[*row].holds, "row %zu",
		     *row);
	cr_expect_str_eq(err.message, rows[*row].error);
}
