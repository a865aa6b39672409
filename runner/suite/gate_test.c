#include "suite/gate.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/scratch.h"

static struct gate *
load(const char *text, struct errors *errors)
{
	char path[SCRATCH_BYTES];

	scratch_make(path, "gate.yaml", text, strlen(text));
	struct gate *gate = gate_load(path, errors);
	scratch_remove(path);
	return gate;
}

Test(gate, a_whole_file_arrives)
{
	struct errors errors = { 0 };
	struct gate *gate = load("gate: pre-deploy\ntitle: Before\n"
				 "suites: [a/rls.yaml, a/b.json, c.yml]\n"
				 "planned: 27\nflaky_budget: 1\ndeadline: 5m\n",
				 &errors);

	cr_assert_not_null(gate, "%s", errors.count ? errors.items[0].message : "");
	cr_expect_str_eq(gate->name, "pre-deploy");
	cr_expect_str_eq(gate->title, "Before");
	cr_expect_eq(gate->suite_count, 3);
	cr_expect_str_eq(gate->suites[1], "a/b.json");
	cr_expect_eq(gate->planned, 27);
	cr_expect_eq(gate->flaky_budget, 1);
	cr_expect_eq(gate->deadline_ms, 300000);
	gate_free(gate);
}

Test(gate, what_is_not_said_is_strict)
{
	struct errors errors = { 0 };
	struct gate *gate = load("gate: g\nsuites: a.yaml\nplanned: 1\n", &errors);

	cr_assert_not_null(gate);
	cr_expect_str_eq(gate->title, "g");
	cr_expect_eq(gate->suite_count, 1);
	cr_expect_eq(gate->flaky_budget, 0);
	cr_expect_eq(gate->deadline_ms, 0);
	gate_free(gate);
}

Test(gate, every_mistake_of_a_file_is_named)
{
	struct errors errors = { 0 };

	cr_expect_null(load("gate: g\nplaned: 3\nsuites: [../a.yaml, /b.yaml, c.txt, d.yaml, "
			    "d.yaml, ./e.yaml, f//g.yaml, '']\nflaky_budget: -1\n",
			    &errors));
	cr_expect_eq(errors.count, 4, "%zu", errors.count);
	errors_release(&errors);
	cr_expect_null(load("gate: g\nplanned: 0\nsuites: [../a.yaml, /b.yaml, c.txt, d.yaml, "
			    "d.yaml, ./e.yaml, f//g.yaml, h/.., i/]\n",
			    &errors));
	cr_expect_eq(errors.count, 9, "%zu", errors.count);
	errors_release(&errors);
}
