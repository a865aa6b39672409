#include "suite/knowledge.h"

#include <criterion/criterion.h>

#include "base/rows.h"
#include "suite/trial.h"
#include "suite/unit.h"

/* Each unit is id: {needs: [...], uses: [...], captures: [...]}; `setup` is the setup. What is used
 * comes before what is captured. */
static const struct {
	const char *yaml, *said;
} suites[] = {
	{ "a: { captures: [x] }\nb: { needs: [a], uses: [x] }", "" },
	{ "c: { needs: [b], uses: [x] }\nb: { needs: [a] }\na: { captures: [x] }", "" },
	{ "setup: { captures: [x] }\na: { uses: [x] }", "" },
	{ "a: { captures: [x] }\nb: { captures: [x] }\nc: { needs: [b], uses: [x] }", "" },
	{ "a: { uses: [variable] }", "" },
	{ "a: { captures: [x] }\nb: { uses: [x] }",
	  "2:13: `x` is captured by `a`, which is not among the `needs`" },
	{ "a: { uses: [x], captures: [x] }", "1:13: `x` is used before it is captured" },
	{ "a: { captures: [item] }\nb: { needs: [a], uses: [itme] }",
	  "2:25: nothing is called `itme`; did you mean `item`?" },
	{ "a: { uses: [zz, y] }", "1:13: nothing is called `zz`: no capture and no variable\n"
				  "1:17: nothing is called `y`: no capture and no variable" },
	{ "a: { needs: [b], captures: [x] }\nb: { uses: [x] }",
	  "2:13: `x` is captured by `a`, which is not among the `needs`" },
};

static void
read_names(struct units *units, struct unit *unit, const struct node *node)
{
	struct node list;

	if (node_member(node, "uses", &list)) {
		for (size_t i = 0; i < json_array_size(list.value); i++) {
			struct node item = node_item(&list, i);
			unit_uses(units, unit, &item, json_string_value(item.value));
		}
	}
	if (node_member(node, "captures", &list)) {
		for (size_t i = 0; i < json_array_size(list.value); i++)
			unit_captures(units, unit,
				      json_string_value(json_array_get(list.value, i)));
	}
}

ParameterizedTestParameters(knowledge, a_name_is_known_to_those_who_need_who_captures_it)
{
	return rows_of(COUNTOF(suites));
}

ParameterizedTest(size_t *row, knowledge, a_name_is_known_to_those_who_need_who_captures_it)
{
	json_t *vars = json_pack("{s:i}", "variable", 1);
	struct trial trial;
	struct units units;
	struct node node;

	trial_begin(&trial, suites[*row].yaml);
	units_init(&units, &trial.arena);
	units.vars = vars;
	for (const char *id = NULL; node_next(&trial.root, &id, &node);) {
		struct unit *unit = unit_new(&units, &node, id);
		const char *const *needs = NULL;
		size_t count = 0;

		cr_expect(node_texts(&node, "needs", OPTIONAL, &trial.arena, &needs, &count));
		unit_needs(unit, &node, needs, count);
		read_names(&units, unit, &node);
		if (strcmp(id, "setup") == 0)
			units.setup = unit;
	}
	units_judge(&units, &trial.errors);
	cr_expect_str_eq(trial_said(&trial), suites[*row].said, "row %zu", *row);
	units_release(&units);
	json_decref(vars);
	trial_end(&trial);
}
