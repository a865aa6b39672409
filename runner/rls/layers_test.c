#include "rls/layers.h"

#include <criterion/criterion.h>
#include <string.h>

/* Two actions, two roles; cells in the order of coverage_cell(). */
static struct layers
make(struct cell *cells)
{
	static const char *actions[] = { "approve", "create" }, *roles[] = { "crew", "hod" };
	static struct lens_coverage lens;

	lens = (struct lens_coverage){ .name = "l",
				       .action_count = 2,
				       .role_count = 2,
				       .actions = actions,
				       .roles = roles,
				       .cells = cells };
	for (size_t i = 0; i < 12; i++)
		cells[i] = (struct cell){ .applies = true, .cases = 1, .worst = VERDICT_PASS };
	return (struct layers){ .lens = &lens };
}

/* `answer` is that of whoever failed. */
static const struct {
	bool allowed;
	enum verdict list, execute, rls;
	enum answer answer;
	const char *text;
} rows[] = {
	{ true, VERDICT_PASS, VERDICT_PASS, VERDICT_PASS, ANSWER_UNKNOWN, "+++" },
	{ false, VERDICT_PASS, VERDICT_PASS, VERDICT_PASS, ANSWER_UNKNOWN, "---" },
	{ false, VERDICT_PASS, VERDICT_FAIL, VERDICT_PASS, ANSWER_ALLOWED, "-+-!" },
	{ false, VERDICT_PASS, VERDICT_FAIL, VERDICT_PASS, ANSWER_REFUSED, "---*" },
	{ true, VERDICT_FAIL, VERDICT_PASS, VERDICT_ERROR, ANSWER_REFUSED, "-+?!" },
	{ true, VERDICT_FAIL, VERDICT_FAIL, VERDICT_PASS, ANSWER_ALLOWED, "+++*" },
	{ true, VERDICT_PASS, VERDICT_PASS, VERDICT_FAIL, ANSWER_UNKNOWN, "++?*" },
	{ true, VERDICT_PASS, VERDICT_PASS, VERDICT_SKIP, ANSWER_UNKNOWN, "++?" },
};

Test(layers, a_cell_says_what_each_layer_did_and_whether_one_is_wrong)
{
	for (size_t i = 0; i < COUNTOF(rows); i++) {
		struct cell cells[12];
		struct layers layers = make(cells);
		char text[8];

		for (int layer = 0; layer < LAYERS; layer++) {
			struct cell *cell = coverage_cell(layers.lens, 0, 1, (enum layer)layer);

			cell->allowed = rows[i].allowed;
			cell->answer = rows[i].answer;
		}
		coverage_cell(layers.lens, 0, 1, LAYER_LIST)->worst = rows[i].list;
		coverage_cell(layers.lens, 0, 1, LAYER_EXECUTE)->worst = rows[i].execute;
		coverage_cell(layers.lens, 0, 1, LAYER_RLS)->worst = rows[i].rls;
		layers_cell(&layers, 0, 1, text);
		cr_expect_str_eq(text, rows[i].text, "row %zu: %s", i, text);
	}
}

Test(layers, where_there_is_nothing_to_try_nothing_is_missing)
{
	struct cell cells[12];
	struct layers layers = make(cells);
	struct cell *none = coverage_cell(layers.lens, 1, 0, LAYER_RLS);
	char text[8];

	*none = (struct cell){ .worst = VERDICT_NONE };
	layers_cell(&layers, 1, 0, text);
	cr_expect_str_eq(text, "--.");
}

Test(layers, a_run_without_the_role_matrix_is_refused)
{
	struct error err = { 0 };
	struct layers layers;

	cr_expect_not(layers_load(&layers, "fixtures/golden/passing.jsonl", "no_such_lens", &err));
	cr_expect(strstr(err.message, "nothing of the lens no_such_lens"), "%s", err.message);
	layers_release(&layers);
	err = (struct error){ 0 };
	cr_expect_not(layers_load(&layers, "no/such/run.jsonl", "l", &err));
	cr_expect_neq(err.message[0], '\0');
	layers_release(&layers);
}
