#include "suite/promise.h"

#include <criterion/criterion.h>

#include "base/rows.h"
#include "suite/trial.h"

static const struct {
	const char *yaml;
	size_t writes, creates, absent;
	const char *said;
} promises[] = {
	{ "x: 1", 0, 0, 0, "" },
	{ "writes: [{ table: t, where: { id: \"${payload.id}\" }, row: { a: \"${reply.b}\" } }]", 1,
	  0, 0, "" },
	{ "creates: [{ table: t, where: { id: \"${reply.id}\" } }]", 0, 1, 0, "" },
	{ "absent: { table: t, where: { name: \"${payload.name}\" } }", 0, 0, 1, "" },
	{ "absent: [{ table: t, where: { a: 1 } }, { table: t, where: { b: 1 } }]", 0, 0, 2, "" },
	{ "writes: { table: t }", 0, 0, 0, "1:9: must be a list, not a mapping" },
	{ "writes: [{ where: { id: 1 } }]", 1, 0, 0, "1:10: missing key `table`" },
	{ "writes: [{ table: x, where: { id: 1 } }]", 1, 0, 0, "1:19: unknown table `x`" },
	{ "writes: [{ table: t, where: { id: 1 }, row: { a: { $no: 1 } } }]", 1, 0, 0,
	  "1:52: unknown operator `$no`; did you mean `$ne`?" },
	{ "writes: [{ table: t, where: { id: \"${item}\" } }]", 1, 0, 0,
	  "1:35: nothing is called `item` here: use payload.*, reply.* or persona.*" },
	{ "absent: { table: t, where: { id: \"${reply.id}\" } }", 0, 0, 1,
	  "1:34: `reply.id` is known only in a lens, once a reply is there" },
};

ParameterizedTestParameters(promise, names_rows_by_payload_and_reply)
{
	return rows_of(COUNTOF(promises));
}

ParameterizedTest(size_t *row, promise, names_rows_by_payload_and_reply)
{
	static const struct lens_table tables[] = { { .name = "t" } };
	struct lens lens = { .tables = tables, .table_count = 1 };
	struct action action = { .name = "a" };
	struct trial trial;

	trial_begin(&trial, promises[*row].yaml);
	(void)promise_read_all(&lens, &trial.root, &action);
	cr_expect_str_eq(trial_said(&trial), promises[*row].said, "row %zu", *row);
	cr_expect_eq(action.write_count, promises[*row].writes, "row %zu", *row);
	cr_expect_eq(action.create_count, promises[*row].creates, "row %zu", *row);
	cr_expect_eq(action.absent_count, promises[*row].absent, "row %zu", *row);
	arena_release(&lens.arena);
	trial_end(&trial);
}
