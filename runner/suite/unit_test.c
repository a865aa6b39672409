#include "suite/unit.h"

#include <criterion/criterion.h>

#include "base/rows.h"
#include "suite/trial.h"

/* Each unit is a case: id: [needs, needs..., !control]. */
static const struct {
	const char *yaml, *said;
} suites[] = {
	{ "a: []\nb: [a]\nc: [a, b]", "" },
	{ "b: [a]\na: []", "" },
	{ "a: [\"!b\"]\nb: []", "" },
	{ "a: [a]", "1:4: waits for itself: a needs a" },
	{ "a: [b]\nb: [a]", "1:4: waits for itself: a needs b, b needs a" },
	{ "a: [\"!b\"]\nb: [a]", "1:4: waits for itself: a is controlled by b, b needs a" },
	{ "make: [mak]", "1:7: needs `mak` names no case; did you mean `make`?" },
	{ "a: [\"!zzzz\"]", "1:5: control `zzzz` names no case" },
	{ "failing: []\na: [\"!failing\"]", "2:5: control `failing` expects no success itself" },
	{ "fixture: []\na: [\"!fixture\"]", "2:5: control `fixture` is no case" },
};

static void
read_unit(struct units *units, const struct node *node, const char *id)
{
	struct unit *unit = unit_new(units, node, id);
	const char **needs = ARENA_ARRAY(units->arena, json_array_size(node->value), const char *);
	size_t count = 0;

	unit->is_case = strcmp(id, "fixture") != 0;
	unit->succeeds = strcmp(id, "failing") != 0;
	for (size_t i = 0; i < json_array_size(node->value); i++) {
		struct node item = node_item(node, i);
		const char *name = json_string_value(item.value);
		if (name[0] == '!')
			unit_controlled(units, unit, &item, name + 1);
		else
			needs[count++] = name;
	}
	unit_needs(unit, node, needs, count);
}

ParameterizedTestParameters(unit, waits_for_what_exists_and_never_for_itself)
{
	return rows_of(COUNTOF(suites));
}

ParameterizedTest(size_t *row, unit, waits_for_what_exists_and_never_for_itself)
{
	struct trial trial;
	struct units units;
	struct node node;

	trial_begin(&trial, suites[*row].yaml);
	units_init(&units, &trial.arena);
	for (const char *id = NULL; node_next(&trial.root, &id, &node);)
		read_unit(&units, &node, id);
	units_judge(&units, &trial.errors);
	cr_expect_str_eq(trial_said(&trial), suites[*row].said, "row %zu", *row);
	units_release(&units);
	trial_end(&trial);
}

Test(unit, an_id_belongs_to_the_first_that_takes_it)
{
	struct trial trial;
	struct units units;

	trial_begin(&trial, "a: 1\nb: 2");
	units_init(&units, &trial.arena);
	struct node first = trial_node(&trial, "a"), second = trial_node(&trial, "b");
	(void)unit_new(&units, &first, "same");
	(void)unit_new(&units, &second, "same");
	(void)unit_new(&units, &second, NULL);
	(void)unit_new(&units, &second, NULL);
	cr_expect_str_eq(trial_said(&trial), "2:4: the id `same` is taken");
	units_release(&units);
	trial_end(&trial);
}
