#include "rls/grid.h"

#include <criterion/criterion.h>
#include <string.h>

static struct actor actors[] = { { .name = "crew" }, { .name = "hod" }, { .name = "crew_two" } };

/* {command, group, class, letters of the three actors} */
static const struct {
	const char *command, *group, *class, *letters;
} rows[] = {
	{ "SELECT", NULL, "mine", "AAA" },          { "SELECT", NULL, "colleague", "AAA" },
	{ "SELECT", NULL, "other", "..." },         { "UPDATE", NULL, "mine", "~A~" },
	{ "UPDATE", "approval", "mine", "TAT" },    { "MOVE", NULL, "mine>other", "DDD" },
	{ "MOVE", NULL, "colleague>other", "DDD" }, { "TRUNCATE", NULL, "all", "GGG" },
	{ "REFERENCES", NULL, "all", "GGG" },
};
static struct matrix_cell cells[COUNTOF(rows) * COUNTOF(actors)];
static struct matrix_relation relations[] = { { .name = "public.items",
						.kind = 'p',
						.tenant = "yacht_id",
						.owner = "author",
						.count = COUNTOF(cells) } };

static struct matrix
make(void)
{
	for (size_t actor = 0; actor < COUNTOF(actors); actor++)
		for (size_t i = 0; i < COUNTOF(rows); i++)
			cells[actor * COUNTOF(rows) + i] =
				(struct matrix_cell){ .command = rows[i].command,
						      .group = rows[i].group,
						      .class = rows[i].class,
						      .letter = rows[i].letters[actor],
						      .actor = actor };
	return (struct matrix){ .actors = actors,
				.actor_count = COUNTOF(actors),
				.relations = relations,
				.relation_count = 1,
				.cells = cells,
				.cell_count = COUNTOF(cells) };
}

Test(grid, those_of_whom_every_cell_is_the_same_share_a_column)
{
	struct matrix matrix = make();
	struct grid grid;

	grid_make(&grid, &matrix);
	cr_assert_eq(grid.column_count, 2);
	cr_expect_str_eq(grid.columns[0].name, "crew +1");
	cr_expect_eq(grid.columns[0].actors[1], 2);
	cr_expect_str_eq(grid.columns[1].name, "hod");
	grid_release(&grid);
}

static const struct {
	const char *command, *rows, *letters;
} lines[] = {
	{ "SELECT", "mine, colleague's", "AA" },
	{ NULL, "foreign", ".." },
	{ "UPDATE", "mine", "~A" },
	{ "UPDATE approval", "mine", "TA" },
	{ "MOVE", "mine > foreign", "DD" },
	{ NULL, "colleague's > foreign", "DD" }, /* too long for one line with the other */
	{ "TRUNCATE, REFERENCES", "", "GG" },
};

Test(grid, lines_that_say_the_same_are_one)
{
	struct matrix matrix = make();
	struct grid grid;

	grid_make(&grid, &matrix);
	cr_assert_eq(grid.block_count, 1);
	cr_expect_str_eq(grid.blocks[0].heading,
			 "partitioned, tenant by yacht_id, owner by author");
	cr_assert_eq(grid.blocks[0].line_count, COUNTOF(lines));
	for (size_t i = 0; i < COUNTOF(lines); i++) {
		const struct grid_line *line = &grid.blocks[0].lines[i];

		cr_expect_eq(line->command == NULL, lines[i].command == NULL, "row %zu", i);
		if (line->command && lines[i].command)
			cr_expect_str_eq(line->command, lines[i].command, "row %zu", i);
		cr_expect_str_eq(line->rows, lines[i].rows, "row %zu", i);
		cr_expect_str_eq(line->letters, lines[i].letters, "row %zu", i);
	}
	grid_release(&grid);
}
