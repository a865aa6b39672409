#include "report/explain.h"

#include <criterion/criterion.h>
#include <string.h>

static struct run *
load(void)
{
	struct error err = { 0 };
	struct run *run = run_load("fixtures/golden/mixed.jsonl", &err);

	cr_assert_not_null(run, "%s", err.message);
	return run;
}

static void
expect_explanation(const char *name, const char *const *wanted)
{
	static const struct report_options options = { 0 };
	struct run *run = load();
	struct mask *mask = mask_new();
	struct error err = { 0 };
	struct buf out;
	size_t index;

	buf_init(&out, 1000000);
	struct sink *sink = sink_memory(mask, &out);
	cr_assert(explain_find(run, name, &index, &err), "%s", err.message);
	cr_assert(explain_write(run, index, &options, sink, &err), "%s", err.message);
	cr_assert(sink_close(sink, &err), "%s", err.message);
	for (size_t i = 0; wanted[i]; i++)
		cr_expect_not_null(strstr(out.text, wanted[i]), "%s is not in: %s", wanted[i],
				   out.text);
	cr_expect_null(strchr(out.text, '\033'));
	buf_release(&out);
	mask_free(mask);
	run_free(run);
}

Test(explain, a_failure_is_told_with_commands_and_transcript)
{
	static const char *const wanted[] = { "FAIL  shopping_list.mutate_role/crew-approve-denied",
					      "\nwhy\n",
					      "3. unchanged at /status",
					      "\nagain\n",
					      "  curl -i -X POST",
					      "lensgate run shopping_list.mutate_role/"
					      "crew-approve-denied",
					      "\nwhat was asked and answered\n",
					      "commit 4f1c2d3 at http://127.0.0.1:8080, "
					      "SHOPPING_LIST_LENS_V1_ENABLED=true",
					      NULL };

	expect_explanation("crew-approve-denied", wanted);
}

Test(explain, a_case_that_passed_is_told_with_its_proof)
{
	static const char *const wanted[] = { "PASS  ",
					      "tags      mutate smoke",
					      "what proves it",
					      "3 expectations held",
					      "proof: 1 row written",
					      NULL };

	expect_explanation("shopping_list.mutate_role/crew-create", wanted);
}

static const struct {
	const char *name;
	const char *sentence; /* NULL: found */
} names[] = {
	{ "crew-create", NULL },
	{ "shopping_list.mutate_role/crew-create", NULL },
	{ "shopping_list.rls/crew-create", "no case of this run is called" },
	{ "crew-c", NULL },
	{ "trouble-", "trouble- is more than one case: shopping_list.rls/trouble-1, " },
	{ "nothing", "no case of this run is called nothing" },
	{ "", "no case of this run is called" },
};

Test(explain, a_case_is_found_by_id_or_by_suite_and_id)
{
	struct run *run = load();

	for (size_t i = 0; i < COUNTOF(names); i++) {
		struct error err = { 0 };
		size_t index = 99;
		bool found = explain_find(run, names[i].name, &index, &err);

		cr_expect_eq(found, names[i].sentence == NULL, "row %zu", i);
		if (names[i].sentence)
			cr_expect_not_null(strstr(err.message, names[i].sentence), "row %zu: %s", i,
					   err.message);
		else
			cr_expect_eq(index, 0, "row %zu", i);
	}
	run_free(run);
}

Test(explain, an_id_of_two_suites_is_not_guessed_at)
{
	struct run_entry entries[] = { { .planned = { .suite = "a", .id = "x" } },
				       { .planned = { .suite = "b", .id = "x" } } };
	struct run run = { .entries = entries, .entry_count = COUNTOF(entries) };
	struct error err = { 0 };
	size_t index;

	cr_expect_not(explain_find(&run, "x", &index, &err));
	cr_expect_str_eq(err.message, "x is more than one case: a/x, b/x");
	cr_expect(explain_find(&run, "b/x", &index, &err));
	cr_expect_eq(index, 1);
}
