#include "suite/lens_table.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/scratch.h"
#include "suite/lens.h"

static const char text[] =
	"lens: boats\n"
	"roles: [crew, hod, captain]\n"
	"groups: { heads: [captain, hod] }\n"
	"tables:\n"
	"  boats:\n"
	"    tenant: fleet_id\n"
	"    owner: skipper\n"
	"    state: status\n"
	"    allow: { select: [everyone], insert: [crew, heads], update: [crew], delete: [] }\n"
	"    others: { update: [heads] }\n"
	"    roleless: [select]\n"
	"    guarded_columns:\n"
	"      approval: { columns: [approved_by, approved_at], insert: [], update: [heads] }\n"
	"      colour: { columns: colour, update: [captain] }\n"
	"  plain: { allow: { select: [hod] } }\n";

static struct lens *
load(void)
{
	struct errors errors = { 0 };
	char path[SCRATCH_BYTES];

	scratch_make(path, "lens.yaml", text, strlen(text));
	struct lens *lens = lens_load(path, &errors);
	cr_assert_not_null(lens, "%s", errors.count ? errors.items[0].message : "");
	scratch_remove(path);
	return lens;
}

static const struct {
	const char *command, *group;
	bool others;
	const char *role;
	int allows; /* -1: the lens does not say */
} rules[] = {
	{ "select", NULL, false, "crew", 1 },
	{ "select", NULL, true, "crew", 1 }, /* `others` says nothing of it: as `allow` */
	{ "update", NULL, false, "crew", 1 },
	{ "update", NULL, false, "hod", 0 },
	{ "update", NULL, true, "crew", 0 },
	{ "update", NULL, true, "hod", 1 },
	{ "delete", NULL, false, "captain", 0 },
	{ "update", "approval", false, "crew", 0 },
	{ "update", "approval", false, "captain", 1 },
	{ "update", "approval", true, "captain", 1 },
	{ "insert", "approval", false, "captain", 0 },
	{ "insert", "colour", false, "captain", -1 },
	{ "update", "colour", false, "captain", 1 },
	{ "update", "nothing", false, "captain", -1 },
	{ "select", NULL, false, NULL, 0 }, /* no role is in no rule */
};

Test(lens_table, a_rule_is_of_a_command_a_group_of_columns_and_somebody_elses_rows)
{
	struct lens *lens = load();

	for (size_t i = 0; i < COUNTOF(rules); i++) {
		const struct lens_rule *rule = lens_table_rule(&lens->tables[0], rules[i].command,
							       rules[i].group, rules[i].others);

		cr_expect_eq(rule == NULL, rules[i].allows < 0, "row %zu", i);
		if (rule)
			cr_expect_eq(lens_rule_allows(rule, rules[i].role), rules[i].allows == 1,
				     "row %zu", i);
	}
	lens_free(lens);
}

Test(lens_table, what_a_table_says_of_itself_is_read)
{
	struct lens *lens = load();
	const struct lens_table *boats = &lens->tables[0], *plain = &lens->tables[1];

	cr_expect_str_eq(boats->tenant, "fleet_id");
	cr_expect_str_eq(boats->owner, "skipper");
	cr_expect_str_eq(boats->state, "status");
	cr_assert_eq(boats->group_count, 2);
	cr_expect_str_eq(boats->groups[0].name, "approval");
	cr_expect_eq(boats->groups[0].column_count, 2);
	cr_expect_str_eq(boats->groups[1].columns[0], "colour");
	cr_expect(lens_table_roleless(boats, "select"));
	cr_expect_not(lens_table_roleless(boats, "update"));
	cr_expect_null(plain->owner);
	cr_expect_null(lens_table_rule(plain, "update", NULL, false));
	lens_free(lens);
}
