#include "suite/reading.h"

#include <criterion/criterion.h>

#include "base/rows.h"
#include "suite/spelling.h"
#include "suite/trial.h"

static bool
as_where(const struct node *root)
{
	struct template out = { NULL, false };

	return reading_where(root, "v", &out) && out.value != NULL;
}

static bool
as_scalars(const struct node *root)
{
	struct template out = { NULL, false };

	return reading_scalars(root, "v", &out);
}

static bool
as_pointer(const struct node *root)
{
	const char *out = NULL;

	return reading_pointer(root, "v", OPTIONAL, &out);
}

static bool
as_table(const struct node *root)
{
	const char *out = NULL;

	return reading_table(root, "v", &out);
}

static bool
as_id(const struct node *root)
{
	const char *out = NULL;

	return reading_text(root, "v", OPTIONAL, spelling_is_id, "an id", &out);
}

static bool
as_sql(const struct node *root)
{
	struct template params = { NULL, true };
	const char *out = NULL;

	reading_template(root, "params", &params);
	return reading_sql(root, "v", &params, &out);
}

static const struct {
	bool (*read)(const struct node *root);
	const char *yaml, *said; /* said "": it is right */
} readings[] = {
	{ as_where, "v: { a: 1, b: null, c: \"${x}\" }", "" },
	{ as_where, "v: { a: [1] }", "1:9: must be one value, not a list or a mapping" },
	{ as_where, "v: {}", "1:4: must name at least one column" },
	{ as_where, "v: { a.b: 1 }", "1:6: `a.b` is not the name of a column" },
	{ as_where, "w: {}", "1:1: missing key `v`" },
	{ as_scalars, "v: { X-A: 1, b: true }", "" },
	{ as_scalars, "w: 1", "" },
	{ as_scalars, "v: { a: {} }", "1:9: must be one value, not a list or a mapping" },
	{ as_scalars, "v: x", "1:4: must be a mapping, not text" },
	{ as_pointer, "v: /a/0", "" },
	{ as_pointer, "v: \"\"", "" },
	{ as_pointer, "w: 1", "" },
	{ as_pointer, "v: a", "1:4: must be a JSON Pointer such as `/data/id`" },
	{ as_table, "v: auth.users", "" },
	{ as_table, "v: a b", "1:4: must be the name of a table, without quotes" },
	{ as_table, "w: 1", "1:1: missing key `v`" },
	{ as_id, "v: a-1", "" },
	{ as_id, "w: 1", "" },
	{ as_id, "v: a/1", "1:4: must be an id" },
	{ as_sql, "v: select 1", "" },
	{ as_sql, "{ v: select $1, params: [1] }", "" },
	{ as_sql, "{ v: \"select ${x}\", params: [] }",
	  "1:6: `${` in SQL: nothing is spliced into it, use `params`" },
	{ as_sql, "{ v: select 1, params: [1] }",
	  "1:6: the statement uses 0 parameters, `params` has 1" },
	{ as_sql, "{ v: select $1 }", "1:6: the statement uses 1 parameter, `params` has 0" },
};

ParameterizedTestParameters(reading, says_what_is_wrong_with_a_value)
{
	return rows_of(COUNTOF(readings));
}

ParameterizedTest(size_t *row, reading, says_what_is_wrong_with_a_value)
{
	struct trial trial;

	trial_begin(&trial, readings[*row].yaml);
	bool ok = readings[*row].read(&trial.root);
	cr_expect_str_eq(trial_said(&trial), readings[*row].said, "row %zu", *row);
	cr_expect_eq(ok, readings[*row].said[0] == '\0', "row %zu", *row);
	trial_end(&trial);
}

Test(reading, one_value_stands_for_a_list_of_one)
{
	struct trial trial;
	struct node item;

	trial_begin(&trial, "{ one: 5, list: [6, 7], none: [] }");
	struct node one = trial_node(&trial, "one"), list = trial_node(&trial, "list");
	struct node none = trial_node(&trial, "none");
	cr_expect(reading_each(&one, 0, &item) && json_integer_value(item.value) == 5);
	cr_expect_not(reading_each(&one, 1, &item));
	cr_expect(reading_each(&list, 1, &item) && json_integer_value(item.value) == 7);
	cr_expect_not(reading_each(&list, 2, &item));
	cr_expect_eq(reading_count(&none), 0);
	trial_end(&trial);
}

Test(reading, an_unknown_name_comes_with_the_nearest_one)
{
	static const char *const known[] = { "approve", "reject" };
	struct trial trial;

	trial_begin(&trial, "key: aprove");
	struct node node = trial_node(&trial, "key");
	cr_expect(reading_known(&node, "action", "reject", known, COUNTOF(known)));
	cr_expect_not(reading_known(&node, "action", "aprove", known, COUNTOF(known)));
	cr_expect_not(reading_unknown_key(&node, "key", "zzz", known, COUNTOF(known)));
	cr_expect_str_eq(trial_said(&trial),
			 "1:6: unknown action `aprove`; did you mean `approve`?\n"
			 "1:1: unknown key `zzz`");
	trial_end(&trial);
}
