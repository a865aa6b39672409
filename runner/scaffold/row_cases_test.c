#include "scaffold/row_cases.h"

#include "scaffold/sketch.h"

static const struct lens_table *
table_of(const struct sketch *sketch, const char *name)
{
	for (size_t i = 0; i < sketch->lens->table_count; i++) {
		if (strcmp(sketch->lens->tables[i].name, name) == 0)
			return &sketch->lens->tables[i];
	}
	cr_assert_fail("%s", name);
	return NULL;
}

static void
expect_people(const json_t *cases, const char *id, const char *people)
{
	const json_t *test = sketch_case(cases, id);

	cr_assert_not_null(test, "%s", id);
	sketch_expect(json_object_get(json_object_get(test, "matrix"), "who"), people);
}

/* The row is an engineer's: the lens lets engineers and managers change parts, and everybody of the
 * yacht see them. */
Test(row_cases, everybody_is_let_through_or_refused_as_the_lens_says)
{
	struct sketch sketch;
	json_t *once = json_object(), *cases = json_array();

	sketch_begin(&sketch, "fixtures/scaffold/parts.yaml");
	row_cases_add(&sketch.draft, table_of(&sketch, "pms_parts"), once, cases);
	cr_expect_not_null(json_object_get(once, "row_of_pms_parts"));
	expect_people(cases, "pms_parts.select.allowed",
		      "[\"crew\", \"engineer\", \"hod\", \"captain\", \"manager\", \"purser\"]");
	expect_people(cases, "pms_parts.select.refused",
		      "[\"inactive\", \"role_expired\", \"foreign_hod\", \"anonymous\"]");
	expect_people(cases, "pms_parts.update.allowed", "[\"engineer\", \"manager\"]");
	expect_people(cases, "pms_parts.update.blind",
		      "[\"crew\", \"hod\", \"captain\", \"purser\", \"inactive\", \"role_expired\","
		      " \"foreign_hod\", \"anonymous\"]");
	expect_people(cases, "pms_parts.move.blind", "[\"engineer\", \"manager\"]");
	cr_expect_null(sketch_case(cases, "pms_parts.delete.allowed"), "nobody may");
	json_decref(once);
	json_decref(cases);
	sketch_end(&sketch);
}

/* crew makes the row: HOD may change a colleague's, so the table's `others` decide for all but
 * crew. */
Test(row_cases, rows_of_others_have_rules_of_their_own)
{
	struct sketch sketch;
	json_t *once = json_object(), *cases = json_array();

	sketch_text(
		&sketch,
		"lens: l\nroles: [crew, captain, purser]\nrefusal: { e: \"${error}\" }\nactions:\n"
		"  make:\n    variant: MUTATE\n    allow: [crew]\n"
		"    writes: [{ table: t, where: { id: \"${reply.data.id}\" } }]\n"
		"    creates: [{ table: t, where: { id: \"${reply.data.id}\" } }]\n"
		"tables:\n  t:\n    tenant: yacht_id\n    owner: made_by\n"
		"    allow: { select: [crew], update: [everyone] }\n"
		"    others: { select: [purser], update: [captain] }\n");
	row_cases_add(&sketch.draft, &sketch.lens->tables[0], once, cases);
	expect_people(cases, "t.select.allowed", "[\"crew\", \"purser\"]");
	expect_people(cases, "t.update.allowed", "[\"crew\", \"captain\"]");
	json_decref(once);
	json_decref(cases);
	sketch_end(&sketch);
}

Test(row_cases, a_table_in_which_no_action_makes_a_row_by_its_id_has_none)
{
	struct sketch sketch;
	json_t *once = json_object(), *cases = json_array();

	sketch_begin(&sketch, "fixtures/scaffold/parts.yaml");
	row_cases_add(&sketch.draft, table_of(&sketch, "pms_audit_log"), once, cases);
	cr_expect_eq(json_object_size(once) + json_array_size(cases), 0);
	json_decref(once);
	json_decref(cases);
	sketch_end(&sketch);
}
