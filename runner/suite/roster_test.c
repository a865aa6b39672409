#include "suite/roster.h"

#include <criterion/criterion.h>

#include "base/buf.h"
#include "base/rows.h"
#include "suite/trial.h"

#define ROLES "roles: [crew, hod, captain]\ngroups: { deck: [captain, crew], top: hod }\n"

static const struct {
	const char *yaml;
	const char *roles; /* NULL: a mistake */
	const char *said;
} lists[] = {
	{ ROLES "l: [crew]", "crew", "" },
	{ ROLES "l: captain", "captain", "" },
	{ ROLES "l: [deck]", "crew captain", "" },
	{ ROLES "l: [hod, deck, crew]", "crew hod captain", "" },
	{ ROLES "l: everyone", "crew hod captain", "" },
	{ ROLES "l: []", "", "" },
	{ ROLES "l: [crw]", NULL, "3:5: unknown role or group `crw`; did you mean `crew`?" },
	{ ROLES "l: 5", NULL, "3:4: must be a list of roles and groups" },
	{ ROLES "l: [5]", NULL, "3:5: must be text, not a number" },
};

ParameterizedTestParameters(roster, a_list_stands_for_roles)
{
	return rows_of(COUNTOF(lists));
}

ParameterizedTest(size_t *row, roster, a_list_stands_for_roles)
{
	const char *const *chosen = NULL;
	struct roster roster;
	struct trial trial;
	struct buf roles;
	size_t count = 0;

	trial_begin(&trial, lists[*row].yaml);
	bool read = roster_read(&trial.root, &trial.arena, &roster);
	cr_expect_not(read, "`top` is no list");
	trial.errors.count = 0;
	struct node list = trial_node(&trial, "l");
	bool ok = roster_resolve(&roster, &list, &chosen, &count);
	buf_init(&roles, 256);
	for (size_t i = 0; ok && i < count; i++)
		buf_printf(&roles, "%s%s", i > 0 ? " " : "", chosen[i]);
	cr_expect_eq(ok, lists[*row].roles != NULL, "row %zu", *row);
	cr_expect_str_eq(roles.text, ok ? lists[*row].roles : "", "row %zu", *row);
	cr_expect_str_eq(trial_said(&trial), lists[*row].said);
	buf_release(&roles);
	trial_end(&trial);
}
