#include "report/tap.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

/* The report of a golden run; malloc'ed. */
static char *
golden(const char *name)
{
	struct error err = { 0 };
	char path[100];
	size_t len;

	(void)snprintf(path, sizeof(path), "fixtures/golden/%s.tap", name);
	char *text = file_read(path, 1000000, &len, &err);
	cr_assert_not_null(text, "%s", err.message);
	return text;
}

static int
count_lines(const char *text, const char *begin)
{
	int count = strncmp(text, begin, strlen(begin)) == 0;

	for (const char *at = text; (at = strchr(at, '\n')); at++)
		count += strncmp(at + 1, begin, strlen(begin)) == 0;
	return count;
}

static const struct {
	const char *name;
	int good, bad;
} runs[] = { { "passing", 3, 0 }, { "mixed", 3, 11 }, { "killed", 1, 2 }, { "refused", 0, 27 } };

Test(tap, every_planned_case_is_a_test_point)
{
	for (size_t i = 0; i < COUNTOF(runs); i++) {
		char *text = golden(runs[i].name);
		char plan[40];

		(void)snprintf(plan, sizeof(plan), "\n1..%d\n", runs[i].good + runs[i].bad);
		cr_expect_eq(strncmp(text, "TAP version 14\n", 15), 0, "%s", runs[i].name);
		cr_expect_not_null(strstr(text, plan), "%s: %s", runs[i].name, text);
		cr_expect_eq(count_lines(text, "ok "), runs[i].good, "%s", runs[i].name);
		cr_expect_eq(count_lines(text, "not ok "), runs[i].bad, "%s", runs[i].name);
		cr_expect_eq(count_lines(text, "  ---"), runs[i].bad, "%s", runs[i].name);
		free(text);
	}
}

Test(tap, a_skip_is_a_directive_and_a_hash_in_a_title_is_not)
{
	char *text = golden("mixed");

	cr_expect_not_null(strstr(text, "/skipped-create # SKIP waits for v2\n"), "%s", text);
	cr_expect_not_null(strstr(text, "FLAKY: passed only on attempt 2"));
	/* the backslash of the hostile title */
	cr_expect_not_null(strstr(text, "``` \\\\ "), "%s", text);
	free(text);
}
