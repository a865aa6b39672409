#include "suite/guard.h"

#include <criterion/criterion.h>

#include "base/rows.h"
#include "suite/trial.h"

static const struct lens_table tables[] = { { .name = "items" }, { .name = "audit.log" } };

static const struct {
	const char *yaml;
	size_t count;
	const char *said; /* NULL: nothing */
} guards[] = {
	{ "g: { table: items, id: 5 }", 1, NULL },
	{ "g: [{ table: items, where: { a: 1, b: null } }, { table: audit.log, id: \"${x}\" }]", 2,
	  NULL },
	{ "g: { table: items, id: 5, empty: true }", 1, NULL },
	{ "g: []", 0, "1:4: must not be empty" },
	{ "g: items", 1, "1:4: must be a mapping, not text" },
	{ "g: { table: itmes, id: 5 }", 1, "1:13: unknown table `itmes`; did you mean `items`?" },
	{ "g: { id: 5 }", 1, "1:4: missing key `table`" },
	{ "g: { table: items }", 1, "1:4: needs one of `id` and `where`" },
	{ "g: { table: items, id: [5] }", 1, "1:24: must be one value, not a list or a mapping" },
	{ "g: { table: items, where: {} }", 1, "1:27: must name at least one column" },
	{ "g: { table: items, where: { \"a b\": 1 } }", 1,
	  "1:29: `a b` is not the name of a column" },
};

ParameterizedTestParameters(guard, names_rows_of_a_table)
{
	return rows_of(COUNTOF(guards));
}

ParameterizedTest(size_t *row, guard, names_rows_of_a_table)
{
	const struct lens lens = { .tables = tables, .table_count = COUNTOF(tables) };
	struct suite suite = { .lens = &lens, .expanded = json_array() };
	struct step step = { .kind = STEP_HTTP };
	struct trial trial;

	trial_begin(&trial, guards[*row].yaml);
	struct node node = trial_node(&trial, "g");
	bool ok = guard_read_all(&node, &suite, &step);
	cr_expect_eq(ok, guards[*row].said == NULL, "row %zu", *row);
	cr_expect_str_eq(trial_said(&trial), guards[*row].said ? guards[*row].said : "");
	cr_expect_eq(step.unchanged_count, guards[*row].count);
	json_decref(suite.expanded);
	arena_release(&suite.arena);
	trial_end(&trial);
}

Test(guard, an_id_is_short_for_where)
{
	struct suite suite = { .expanded = json_array() };
	struct step step = { .kind = STEP_HTTP };
	struct trial trial;

	trial_begin(&trial, "g: { table: any_table, id: \"${item}\" }");
	struct node node = trial_node(&trial, "g");
	cr_assert(guard_read_all(&node, &suite, &step));
	cr_expect_str_eq(json_string_value(json_object_get(step.unchanged[0].where.value, "id")),
			 "${item}");
	cr_expect_not(step.unchanged[0].where.constant);
	cr_expect_not(step.unchanged[0].empty);
	json_decref(suite.expanded);
	arena_release(&suite.arena);
	trial_end(&trial);
}
