#include "suite/substitution.h"

#include <criterion/criterion.h>

#include "base/rows.h"
#include "suite/trial.h"

static const struct {
	const char *yaml; /* v: the value */
	const char *json; /* filled with {who: crew, n: 5, o: {a: [1]}}; NULL: a mistake */
} values[] = {
	{ "v: plain", "\"plain\"" },
	{ "v: \"${with.who}\"", "\"crew\"" },
	{ "v: \"${with.n}\"", "5" },
	{ "v: \"a ${with.n} ${with.who}\"", "\"a 5 crew\"" },
	{ "v: \"${with.o.a}\"", "[1]" },
	{ "v: \"${with.o.a.0}!\"", "\"1!\"" },
	{ "v: [\"${with.n}\", { k: \"${with.who}\", l: 1 }]", "[5,{\"k\":\"crew\",\"l\":1}]" },
	{ "v: \"${item} ${matrix.who}\"", "\"${item} ${matrix.who}\"" },
	{ "v: \"$${with.n}\"", "\"$${with.n}\"" },
	{ "v: \"${with.none}\"", "\"${with.none}\"" },
	{ "v: \"x ${with.o}\"", NULL },
};

static struct substitution
with(json_t *used, json_t *missing, json_t **own)
{
	*own = json_pack("{s:s, s:i, s:{s:[i]}}", "who", "crew", "n", 5, "o", "a", 1);
	return (struct substitution){ "with", *own, used, missing };
}

ParameterizedTestParameters(substitution, fills_one_space_and_leaves_the_rest)
{
	return rows_of(COUNTOF(values));
}

ParameterizedTest(size_t *row, substitution, fills_one_space_and_leaves_the_rest)
{
	json_t *owner = json_array(), *own;
	struct substitution fill = with(NULL, NULL, &own);
	struct trial trial;

	trial_begin(&trial, values[*row].yaml);
	struct node node = trial_node(&trial, "v");
	bool ok = substitution_apply(&fill, owner, &node);
	cr_expect_eq(ok, values[*row].json != NULL, "row %zu", *row);
	char *json = json_dumps(node.value, JSON_ENCODE_ANY | JSON_COMPACT);
	if (ok)
		cr_expect_str_eq(json, values[*row].json, "row %zu", *row);
	cr_expect_eq(trial.errors.count, ok ? 0 : 1);
	free(json);
	json_decref(own);
	json_decref(owner);
	trial_end(&trial);
}

Test(substitution, what_it_does_not_touch_is_shared)
{
	json_t *owner = json_array(), *own;
	struct substitution fill = with(NULL, NULL, &own);
	struct trial trial;

	trial_begin(&trial, "v: { a: { big: [1, 2, \"${item}\"] }, b: \"${with.n}\" }");
	struct node node = trial_node(&trial, "v");
	const json_t *before = json_object_get(node.value, "a");
	cr_assert(substitution_apply(&fill, owner, &node));
	cr_expect_eq(json_object_get(node.value, "a"), before);
	json_decref(own);
	json_decref(owner);
	trial_end(&trial);
}

Test(substitution, notes_what_is_used_and_what_is_missing)
{
	json_t *owner = json_array(), *used = json_object(), *missing = json_object(), *own;
	struct substitution fill = with(used, missing, &own);
	struct trial trial;

	trial_begin(&trial, "v: [\"${with.o.a}\", \"${with.none}\", \"${other.x}\"]");
	struct node node = trial_node(&trial, "v");
	cr_assert(substitution_apply(&fill, owner, &node));
	cr_expect_eq(json_object_size(used), 1);
	cr_expect_not_null(json_object_get(used, "o"));
	cr_expect_eq(json_object_size(missing), 1);
	cr_expect_not_null(json_object_get(missing, "none"));
	json_decref(own);
	json_decref(used);
	json_decref(missing);
	json_decref(owner);
	trial_end(&trial);
}

Test(substitution, a_mistake_is_told_where_the_text_is)
{
	json_t *owner = json_array(), *own;
	struct substitution fill = with(NULL, NULL, &own);
	struct trial trial;

	trial_begin(&trial, "v:\n  - ok\n  - { k: \"x ${with.o}\" }");
	struct node node = trial_node(&trial, "v");
	cr_expect_not(substitution_apply(&fill, owner, &node));
	cr_expect_str_eq(trial_said(&trial),
			 "3:10: `${with.o}` is a mapping, which cannot stand inside a text");
	cr_expect_str_eq(trial.errors.items[0].pointer, "/v/1/k");
	json_decref(own);
	json_decref(owner);
	trial_end(&trial);
}
