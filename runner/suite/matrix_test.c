#include "suite/matrix.h"

#include <criterion/criterion.h>

#include "base/buf.h"
#include "base/rows.h"
#include "suite/trial.h"

static const struct {
	const char *yaml;
	const char *ids;  /* the suffixes, in order; NULL: it is wrong */
	const char *said; /* then */
} products[] = {
	{ "m: { a: [x, y] }", ".x .y", NULL },
	{ "m: { a: [x, y], b: [1, true, null] }", ".x.1 .x.true .x.null .y.1 .y.true .y.null",
	  NULL },
	{ "m: { a: [{ name: p, v: [1] }, q] }", ".p .q", NULL },
	{ "m: { a: [x, y], b: [1, 2], exclude: [{ a: x, b: 2 }] }", ".x.1 .y.1 .y.2", NULL },
	{ "m: { a: [{ name: p }, q], exclude: [{ a: p }] }", ".q", NULL },
	{ "m: {}", NULL, "1:4: has no axis" },
	{ "m: [a]", NULL, "1:4: must be a mapping, not a list" },
	{ "m: { a: [] }", NULL, "1:9: must not be empty" },
	{ "m: { a-b: [1] }", NULL, "1:6: `a-b` cannot name an axis: use letters, digits and `_`" },
	{ "m: { a: [x], exclude: [{}] }", NULL, "1:24: excludes everything" },
	{ "m: { a: [x], exclude: [{ a: y }] }", NULL, "1:29: axis `a` has no such value" },
	{ "m: { a: [x], exclude: [{ a: x }] }", NULL, "1:23: excludes every combination" },
	{ "m: { aa: [x], exclude: [{ ab: x }] }", NULL, "1:27: unknown axis `ab`" },
};

ParameterizedTestParameters(matrix, is_the_product_of_its_axes)
{
	return rows_of(COUNTOF(products));
}

ParameterizedTest(size_t *row, matrix, is_the_product_of_its_axes)
{
	struct trial trial;
	struct matrix matrix;
	struct buf ids;

	trial_begin(&trial, products[*row].yaml);
	struct node node = trial_node(&trial, "m");
	buf_init(&ids, 1024);
	bool ok = matrix_read(&node, &matrix);
	cr_expect_eq(ok, products[*row].ids != NULL, "row %zu", *row);
	while (ok && matrix_next(&matrix)) {
		buf_printf(&ids, "%s", ids.len > 0 ? " " : "");
		matrix_suffix(&matrix, &ids);
	}
	cr_expect_str_eq(ids.text, products[*row].ids ? products[*row].ids : "");
	cr_expect_str_eq(trial_said(&trial), products[*row].said ? products[*row].said : "");
	buf_release(&ids);
	trial_end(&trial);
}

Test(matrix, a_combination_gives_each_axis_its_value)
{
	struct trial trial;
	struct matrix matrix;

	trial_begin(&trial, "m: { a: [{ name: p, n: 5 }], b: [7] }");
	struct node node = trial_node(&trial, "m");
	cr_assert(matrix_read(&node, &matrix));
	cr_assert(matrix_next(&matrix));
	json_t *values = matrix_values(&matrix);
	cr_expect_eq(json_integer_value(json_object_get(json_object_get(values, "a"), "n")), 5);
	cr_expect_eq(json_integer_value(json_object_get(values, "b")), 7);
	json_decref(values);
	cr_expect_not(matrix_next(&matrix));
	trial_end(&trial);
}
