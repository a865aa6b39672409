#include "rls/snapshot.h"

#include <criterion/criterion.h>
#include <string.h>

static struct actor actors[] = { { .name = "hod" }, { .name = "crew" } };
static struct matrix_relation relations[] = { { .name = "public.items", .first = 0, .count = 5 } };
static struct matrix_cell cells[] = {
	{ .command = "UPDATE", .group = "approval", .class = "mine", .letter = 'T', .actor = 1 },
	{ .command = "SELECT", .class = "other", .letter = '.', .actor = 1 },
	{ .command = "SELECT", .class = "mine", .letter = 'A', .actor = 1 },
	{ .command = "MOVE", .class = "mine>other", .letter = 'D', .actor = 1 },
	{ .command = "SELECT", .class = "mine", .letter = 'A', .actor = 0 },
};
static const struct matrix matrix = { .actors = actors,
				      .actor_count = COUNTOF(actors),
				      .relations = relations,
				      .relation_count = COUNTOF(relations),
				      .cells = cells,
				      .cell_count = COUNTOF(cells) };

Test(snapshot, lines_are_sorted_whatever_the_order_of_measuring)
{
	struct buf out;

	buf_init(&out, 65536);
	snapshot_text(&matrix, &out);
	cr_expect(strstr(out.text, "\npublic.items  crew  SELECT mine=A other=.\n"
				   "public.items  crew  UPDATE+approval mine=T\n"
				   "public.items  crew  MOVE mine>other=D\n"
				   "public.items  hod  SELECT mine=A\n"),
		  "%s", out.text);
	/* Every letter is explained at the top. */
	for (const char *letter = matrix_letters; *letter; letter++)
		cr_expect(strchr(strchr(out.text, '\n'), *letter));
	buf_release(&out);
}

Test(snapshot, a_text_does_not_differ_from_itself)
{
	struct changes changes;
	struct error err = { 0 };
	struct buf out;

	buf_init(&out, 65536);
	snapshot_text(&matrix, &out);
	cr_assert(snapshot_compare("s", out.text, out.text, &changes, &err), "%s", err.message);
	cr_expect_eq(changes.count, 0);
	changes_release(&changes);
	buf_release(&out);
}

static const struct {
	char before, after;
	enum change_kind kind;
} kinds[] = {
	{ '.', 'A', CHANGE_OPENED },  { 'D', 'B', CHANGE_OPENED },  { '.', '~', CHANGE_OPENED },
	{ '~', 'A', CHANGE_OPENED },  { '?', 'A', CHANGE_OPENED },  { 'A', '.', CHANGE_LOST },
	{ 'A', '~', CHANGE_LOST },    { 'A', '?', CHANGE_UNKNOWN }, { 'D', 'E', CHANGE_UNKNOWN },
	{ '.', '?', CHANGE_UNKNOWN }, { '.', 'D', CHANGE_OTHER },   { '?', '.', CHANGE_OTHER },
	{ ' ', 'A', CHANGE_NEW },     { 'A', ' ', CHANGE_GONE },
};

Test(snapshot, what_opened_was_lost_or_became_unknown_is_told_apart)
{
	for (size_t i = 0; i < COUNTOF(kinds); i++) {
		struct changes changes;
		struct error err = { 0 };
		char before[64] = "", after[64] = "";

		if (kinds[i].before != ' ')
			(void)snprintf(before, sizeof(before), "t  crew  SELECT own=%c\n",
				       kinds[i].before);
		if (kinds[i].after != ' ')
			(void)snprintf(after, sizeof(after), "t  crew  SELECT own=%c\n",
				       kinds[i].after);
		cr_assert(snapshot_compare("s", before, after, &changes, &err), "%s", err.message);
		cr_assert_eq(changes.count, 1, "row %zu", i);
		cr_expect_eq(changes.items[0].kind, kinds[i].kind, "row %zu: %s", i,
			     change_word(changes.items[0].kind));
		cr_expect_eq(changes.counts[kinds[i].kind], 1);
		cr_expect_str_eq(changes.items[0].cell, "SELECT own");
		cr_expect_eq(changes.items[0].before, kinds[i].before);
		cr_expect_eq(changes.items[0].after, kinds[i].after);
		changes_release(&changes);
	}
}

Test(snapshot, a_text_that_was_merged_by_hand_is_compared_by_what_its_lines_say)
{
	struct changes changes;
	struct error err = { 0 };

	cr_assert(snapshot_compare(
			  "s", "b  crew  SELECT own=A\r\n# remark\n\na  \"a b\"  DELETE own=.\n",
			  "a  \"a b\"  DELETE own=.\nb  crew  SELECT own=A\n", &changes, &err),
		  "%s", err.message);
	cr_expect_eq(changes.count, 0);
	changes_release(&changes);
}

static const char *const broken[] = { "x\n", "t  crew\n", "t  crew  SELECT own=AA\n",
				      "t  crew  SELECT own=Z\n", "<<<<<<< HEAD\n" };

Test(snapshot, what_is_no_snapshot_is_a_mistake_with_its_line)
{
	for (size_t i = 0; i < COUNTOF(broken); i++) {
		struct changes changes;
		struct error err = { 0 };
		char text[128];

		(void)snprintf(text, sizeof(text), "# head\n%s", broken[i]);
		cr_expect_not(snapshot_compare("file.txt", text, "", &changes, &err), "row %zu", i);
		cr_expect_eq(err.line, 2, "row %zu", i);
		cr_expect_str_eq(err.file, "file.txt");
		changes_release(&changes);
	}
}
