#include "report/consolidated.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* The summary of some golden records. */
static char *
summarize(const char *const *names, size_t count)
{
	struct run *runs[4];
	struct mask *mask = mask_new();
	struct error err = { 0 };
	struct report_options options = { .title = "All | of it" };
	struct buf out;

	buf_init(&out, 1024 * 1024);
	for (size_t i = 0; i < count; i++) {
		runs[i] = run_load(names[i], &err);
		cr_assert_not_null(runs[i], "%s", err.message);
	}
	struct sink *sink = sink_memory(mask, &out);
	cr_assert(consolidated_write((const struct run *const *)runs, count, &options, sink, &err));
	cr_assert(sink_close(sink, &err));
	for (size_t i = 0; i < count; i++)
		run_free(runs[i]);
	mask_free(mask);
	return out.text;
}

static void
expect_words(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		cr_expect(strstr(text, words[i]), "\"%s\" is not in:\n%s", words[i], text);
}

Test(consolidated, the_worst_run_is_the_verdict_and_failures_are_named_per_run)
{
	static const char *const names[] = { "fixtures/golden/passing.jsonl",
					     "fixtures/golden/mixed.jsonl" };
	static const char *const words[] = { "# All \\| of it",   "1 of 2 runs passed",
					     "## Runs",           "## Failures\n\n### ",
					     "- **FAIL** ",       "## What was not tested",
					     "## Evidence",       "correct it and run again",
					     "## Roles, by layer" };
	char *text = summarize(names, 2);

	expect_words(text, words, COUNTOF(words));
	cr_expect_null(strstr(text, "**PASSED**: 2 of 2"));
	free(text);
}

Test(consolidated, one_green_run_leaves_nothing_to_do)
{
	static const char *const names[] = { "fixtures/golden/passing.jsonl" };
	static const char *const words[] = { "**PASSED**: 1 of 1 run passed",
					     "## Failures\n\nNone.",
					     "nothing is left to do for these runs" };
	char *text = summarize(names, 1);

	expect_words(text, words, COUNTOF(words));
	cr_expect_null(strstr(text, "These runs saw different"));
	free(text);
}

Test(consolidated, a_killed_run_is_never_counted_as_passed)
{
	static const char *const names[] = { "fixtures/golden/passing.jsonl",
					     "fixtures/golden/killed.jsonl" };
	char *text = summarize(names, 2);

	cr_expect(strstr(text, "**INCOMPLETE**: 1 of 2 runs passed"), "%s", text);
	free(text);
}
