#include "rls/judgement.h"

#include <criterion/criterion.h>
#include <string.h>

/* One relation, and people of every kind; each test looks at one cell or two. */
static const char *const everyone[] = { "crew", "hod" };
static const char *const heads[] = { "hod" };
static const struct lens_rule rules[] = {
	{ .command = "select", .roles = everyone, .role_count = 2 },
	{ .command = "update", .roles = everyone, .role_count = 2 },
	{ .command = "delete" },
	{ .command = "update", .others = true, .roles = heads, .role_count = 1 },
	{ .command = "update", .group = "approval", .roles = heads, .role_count = 1 },
};
static const char *const roleless[] = { "select" };
static const json_t *stated(void);
static struct lens_table table = { .name = "items",
				   .owner = "author",
				   .rules = rules,
				   .rule_count = COUNTOF(rules),
				   .roleless = roleless,
				   .roleless_count = 1 };

static struct actor actors[] = {
	{ .name = "crew", .role = "crew" },
	{ .name = "hod", .role = "hod" },
	{ .name = "nobody" },
	{ .name = "crew+forged", .role = "crew", .kind = ACTOR_FORGED, .twin_of = "crew" },
	{ .name = "no-claims", .kind = ACTOR_NO_CLAIMS },
	{ .name = "anonymous", .kind = ACTOR_ANONYMOUS },
};
enum { CREW, HOD, NOBODY, FORGED, NO_CLAIMS, ANONYMOUS };

static const json_t *
stated(void)
{
	static json_t *allow;

	if (!allow)
		allow = json_object();
	return allow;
}

static struct matrix_cell
cell(size_t actor, const char *command, const char *group, const char *class, char letter)
{
	return (struct matrix_cell){
		.command = command, .group = group, .class = class, .letter = letter, .actor = actor
	};
}

static void
judge(struct judgements *out, struct matrix_cell *cells, size_t count, bool lens)
{
	static struct matrix_relation relation;
	static struct matrix matrix;

	relation = (struct matrix_relation){ .name = "public.items", .count = count };
	relation.table = lens ? &table : NULL;
	table.allow = stated();
	matrix = (struct matrix){ .actors = actors,
				  .actor_count = COUNTOF(actors),
				  .relations = &relation,
				  .relation_count = 1,
				  .cells = cells,
				  .cell_count = count };
	judgements_make(out, &matrix, NULL, 0);
}

static const struct {
	size_t actor;
	const char *command, *group, *class;
	char letter;
	bool lens;
	int kind; /* -1: nothing is wrong */
} cells[] = {
	/* The rule that needs no telling. */
	{ CREW, "SELECT", NULL, "other", 'A', false, JUDGED_OPEN },
	{ CREW, "SELECT", NULL, "other", '~', false, JUDGED_OPEN },
	{ CREW, "UPDATE", NULL, "other", 'B', false, JUDGED_OPEN },
	{ CREW, "SELECT", NULL, "other", '.', false, -1 },
	{ CREW, "INSERT", NULL, "other", 'R', false, -1 },
	{ CREW, "UPDATE", NULL, "other", 'T', false, -1 },
	{ CREW, "MOVE", NULL, "own>other", 'A', false, JUDGED_OPEN },
	{ CREW, "MOVE", NULL, "other>own", 'B', false, JUDGED_OPEN },
	{ CREW, "SELECT", NULL, "null", 'A', false, -1 },
	{ CREW, "UPDATE", NULL, "null", 'A', false, JUDGED_OPEN },
	{ CREW, "MOVE", NULL, "own>null", 'A', false, JUDGED_OPEN },
	{ CREW, "SELECT", NULL, "own", 'A', false, -1 },
	{ CREW, "TRUNCATE", NULL, "all", 'A', false, JUDGED_OPEN },
	{ CREW, "REFERENCES", NULL, "all", 'A', false, -1 },
	{ CREW, "SELECT", NULL, "own", 'E', false, JUDGED_BROKEN },
	{ NO_CLAIMS, "SELECT", NULL, "own", 'E', false, -1 },
	{ CREW, "SELECT", NULL, "own", '?', false, JUDGED_UNKNOWN },
	{ ANONYMOUS, "SELECT", NULL, "other", '?', false, JUDGED_UNKNOWN },
	{ CREW, "SELECT", NULL, "any", 'A', false, JUDGED_UNKNOWN },
	{ CREW, "SELECT", NULL, "any", '.', false, -1 },
	{ NO_CLAIMS, "SELECT", NULL, "own", 'A', false, JUDGED_OPEN },
	{ ANONYMOUS, "SELECT", NULL, "null", 'A', false, JUDGED_OPEN },
	{ ANONYMOUS, "SELECT", NULL, "any", 'A', false, JUDGED_OPEN },
	{ ANONYMOUS, "SELECT", NULL, "own", 'G', false, -1 },
	/* The lens. */
	{ CREW, "UPDATE", NULL, "mine", 'A', true, -1 },
	{ CREW, "UPDATE", NULL, "mine", '~', true, -1 },
	{ CREW, "UPDATE", NULL, "mine", '.', true, JUDGED_LOST },
	{ CREW, "UPDATE", NULL, "colleague", 'A', true, JUDGED_OPEN },
	{ CREW, "UPDATE", NULL, "colleague", '.', true, -1 },
	{ HOD, "UPDATE", NULL, "colleague", 'A', true, -1 },
	{ CREW, "UPDATE", "approval", "mine", 'A', true, JUDGED_OPEN },
	{ CREW, "UPDATE", "approval", "mine", 'T', true, -1 },
	{ HOD, "UPDATE", "approval", "mine", 'T', true, JUDGED_LOST },
	{ HOD, "UPDATE", "approval", "colleague", 'A', true, -1 },
	{ HOD, "DELETE", NULL, "mine", 'A', true, JUDGED_OPEN },
	{ HOD, "DELETE", NULL, "mine", '.', true, -1 },
	{ CREW, "INSERT", NULL, "mine", 'A', true, -1 }, /* the lens does not say */
	{ NOBODY, "SELECT", NULL, "mine", 'A', true, -1 },
	{ NOBODY, "SELECT", NULL, "colleague", 'A', true, JUDGED_OPEN },
	{ NOBODY, "UPDATE", NULL, "mine", 'A', true, JUDGED_OPEN },
	{ CREW, "MOVE", NULL, "mine>colleague", 'A', true, JUDGED_OPEN },
	{ CREW, "MOVE", NULL, "mine>colleague", 'T', true, -1 },
	{ FORGED, "UPDATE", NULL, "colleague", '~', true, JUDGED_OPEN },
	{ ANONYMOUS, "SELECT", NULL, "mine", '-', true, -1 },
};

Test(judgement, each_cell_is_judged_by_the_rule_that_holds_for_it)
{
	for (size_t i = 0; i < COUNTOF(cells); i++) {
		struct matrix_cell one = cell(cells[i].actor, cells[i].command, cells[i].group,
					      cells[i].class, cells[i].letter);
		struct judgements out;

		judge(&out, &one, 1, cells[i].lens);
		cr_assert_eq(out.count, cells[i].kind >= 0, "row %zu: %s", i,
			     out.count ? out.items[0].sentence : "nothing wrong");
		if (out.count) {
			cr_expect_eq((int)out.items[0].kind, cells[i].kind, "row %zu: %s", i,
				     out.items[0].sentence);
			cr_expect_eq(out.counts[out.items[0].kind], 1);
		}
		judgements_release(&out);
	}
}

Test(judgement, metadata_that_a_user_writes_must_change_nothing)
{
	struct matrix_cell both[] = { cell(CREW, "SELECT", NULL, "own", '.'),
				      cell(FORGED, "SELECT", NULL, "own", 'A') };
	struct judgements out;

	judge(&out, both, 2, false);
	cr_assert_eq(out.count, 1);
	cr_expect_eq(out.items[0].kind, JUDGED_OPEN);
	cr_expect(strstr(out.items[0].sentence, "user_metadata"));
	judgements_release(&out);
	both[0].letter = 'A';
	judge(&out, both, 2, false);
	cr_expect_eq(out.count, 0);
	judgements_release(&out);
}

Test(judgement, a_public_table_may_be_read_by_anybody_and_written_by_nobody)
{
	struct matrix_cell read = cell(ANONYMOUS, "SELECT", NULL, "any", 'A');
	struct matrix_cell write = cell(ANONYMOUS, "INSERT", NULL, "any", 'A');
	struct matrix_relation relation = { .name = "public.countries", .count = 1 };
	struct matrix matrix = { .actors = actors,
				 .actor_count = COUNTOF(actors),
				 .relations = &relation,
				 .relation_count = 1,
				 .cells = &read,
				 .cell_count = 1 };
	const char *const names[] = { "countries" };
	struct judgements out;

	judgements_make(&out, &matrix, names, 1);
	cr_expect_eq(out.count, 0);
	judgements_release(&out);
	matrix.cells = &write;
	judgements_make(&out, &matrix, names, 1);
	cr_expect_eq(out.count, 1);
	judgements_release(&out);
}

Test(judgement, a_cell_is_named_as_people_say_it)
{
	struct matrix_cell approve = cell(CREW, "UPDATE", "approval", "mine", 'A');
	struct matrix_cell move = cell(CREW, "MOVE", NULL, "other>own", 'A');
	struct matrix matrix = { .actors = actors, .actor_count = COUNTOF(actors) };
	struct arena arena = { 0 };

	approve.label = "candidate";
	cr_expect_str_eq(judgement_cell_name(&arena, &matrix, &approve),
			 "crew x own candidate x UPDATE approval columns");
	cr_expect_str_eq(judgement_cell_name(&arena, &matrix, &move),
			 "crew x other tenant's row x MOVE to the own tenant");
	arena_release(&arena);
}
