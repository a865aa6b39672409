#include "suite/action.h"

#include <criterion/criterion.h>

#include "base/rows.h"
#include "suite/trial.h"

#define WRITES "writes: [{ table: t, where: { id: 1 } }]"

/* The actions of a lens with the roles crew and hod; lines and columns are those of the text. */
static const struct {
	const char *yaml, *said;
} lenses[] = {
	{ "a: { variant: READ, allow: crew }", "" },
	{ "a: { variant: MUTATE, allow: [], " WRITES " }", "" },
	{ "a: { variant: READ, allow: crew, id: /id }\n"
	  "b: { variant: READ, allow: hod, needs: { x: { made_by: a } }, payload: { x: \"${x}\" } "
	  "}",
	  "" },
	{ "a: { variant: READ, allow: crew, id: /id, sql: select $1, params: [\"${s}\"], "
	  "sql_needs: { s: { made_by: a } } }",
	  "" },
	{ "a: { variant: READ, allow: crew, id: /id }\n"
	  "b: { variant: READ, allow: hod, needs: { x: { made_by: a }, y: { from: x, at: /y } }, "
	  "payload: { y: \"${y}\" } }",
	  "" },
	{ "a: { variant: SIGNED, allow: crew, " WRITES
	  ", signature: { type: totp, over: \"a ${payload.id}\" } }",
	  "" },
	{ "a: { variant: MUTATE, allow: crew, " WRITES ", signature: { type: pin, over: a } }",
	  "1:78: only a SIGNED action has a `signature`" },
	{ "a: { variant: SIGNED, allow: crew, " WRITES ", signature: { type: ink, over: a } }",
	  "1:97: unknown type of a signature `ink`" },
	{ "a: { variant: SIGNED, allow: crew, " WRITES
	  ", signature: { type: pin, over: \"${x}\" } }",
	  "1:108: `${x}`: what is signed holds only ${payload.*}" },
	{ "a: { variant: READ, allow: crew, needs: { x: { from: y, at: /id } } }",
	  "1:54: nothing that is `made_by` an action is called `y` here" },
	{ "a: { variant: READ, allow: crew, needs: { x: { from: y } } }",
	  "1:46: missing key `at`" },
	{ "a: { variant: MUTATE, allow: crew }",
	  "1:4: a MUTATE action needs `writes`: its success is proved by rows" },
	{ "a: { variant: WRITE, allow: crew }", "1:15: unknown variant `WRITE`" },
	{ "a: { allow: crew }", "1:4: missing key `variant`" },
	{ "a: []", "1:4: must be a mapping, not a list" },
	{ "a: { variant: READ, allow: crew, needs: { x: { made_by: b } } }",
	  "1:57: unknown action `b`" },
	{ "a: { variant: READ, allow: crew, needs: { x: { made_by: a, at: /id } } }",
	  "1:41: needs go round in a circle: a, made by a" },
	{ "a: { variant: READ, allow: crew, refusal: { status: 302 } }",
	  "1:53: must be a whole number from 400 to 599" },
	{ "a: { variant: READ, allow: crew, payload: [1] }",
	  "1:43: must be a mapping, not a list" },
	{ "a: { variant: READ, allow: crew, sql: select 1, refused: [] }",
	  "1:58: must not be empty" },
	{ "a: { variant: READ, allow: crew, sql: \"\" }", "1:39: must not be empty" },
};

ParameterizedTestParameters(action, says_what_it_needs_and_promises)
{
	return rows_of(COUNTOF(lenses));
}

ParameterizedTest(size_t *row, action, says_what_it_needs_and_promises)
{
	static const char *const roles[] = { "crew", "hod" };
	struct lens lens = { .expanded = json_array() };
	struct roster roster = { .arena = &lens.arena, .roles = roles, .role_count = 2 };
	struct trial trial;
	struct node node;

	trial_begin(&trial, lenses[*row].yaml);
	struct action *actions = ARENA_ARRAY(&lens.arena, 4, struct action);
	lens.actions = actions;
	for (const char *name = NULL; node_next(&trial.root, &name, &node);)
		actions[lens.action_count++].name = name;
	for (size_t i = 0; i < lens.action_count; i++)
		cr_expect(action_read(&lens, &roster, &trial.root, &actions[i]) ||
			  trial.errors.count > 0);
	cr_expect(action_link(&lens, &trial.root));
	cr_expect_str_eq(trial_said(&trial), lenses[*row].said, "row %zu", *row);
	json_decref(lens.expanded);
	arena_release(&lens.arena);
	trial_end(&trial);
}
