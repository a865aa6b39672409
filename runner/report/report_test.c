#include "report/report.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/tree.h"

static char folder[] = "/tmp/lensgate-report-XXXXXX";
static char path[64];
static const struct report_options options = { 0 };

static void
enter(void)
{
	cr_assert_not_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/report", folder);
}

static void
leave(void)
{
	cr_expect(tree_remove(folder));
}

TestSuite(report, .init = enter, .fini = leave);

static struct run *
load(const char *name)
{
	struct error err = { 0 };
	struct run *run = run_load(name, &err);

	cr_assert_not_null(run, "%s", err.message);
	return run;
}

Test(report, kinds_are_in_alphabetical_order)
{
	size_t count;
	const struct report_kind *kinds = report_kinds(&count);

	for (size_t i = 1; i < count; i++)
		cr_expect_lt(strcmp(kinds[i - 1].name, kinds[i].name), 0);
}

Test(report, an_unknown_kind_is_an_error_of_usage)
{
	struct run *run = load("fixtures/golden/passing.jsonl");
	struct mask *mask = mask_new();
	struct error err = { 0 };

	cr_expect_not(report_write("pdf", run, path, mask, &options, &err));
	cr_expect_eq(err.code, ERROR_USAGE);
	cr_expect_neq(access(path, F_OK), 0);
	mask_free(mask);
	run_free(run);
}

Test(report, what_the_masker_knows_leaves_in_no_report)
{
	size_t count;
	const struct report_kind *kinds = report_kinds(&count);
	struct run *run = load("fixtures/golden/mixed.jsonl");
	struct mask *mask = mask_new();

	for (size_t i = 0; i < count; i++) {
		struct error err = { 0 };
		size_t len;

		cr_assert(mask_add(mask, "skipped-create", "[secret X]", &err));
		cr_assert(report_write(kinds[i].name, run, path, mask, &options, &err), "%s: %s",
			  kinds[i].name, err.message);
		char *text = file_read(path, 10000000, &len, &err);
		cr_assert_not_null(text);
		cr_expect_null(strstr(text, "skipped-create"), "%s", kinds[i].name);
		free(text);
	}
	mask_free(mask);
	run_free(run);
}

/* The record loses a line between reading its index and reading its cases. */
Test(report, a_record_that_vanishes_leaves_the_old_report)
{
	char record[64];
	struct error err = { 0 };
	size_t len;
	char *text = file_read("fixtures/golden/passing.jsonl", 1000000, &len, &err);

	(void)snprintf(record, sizeof(record), "%s/run.jsonl", folder);
	cr_assert(file_replace(record, text, len, &err));
	cr_assert(file_replace(path, "old", 3, &err));
	free(text);
	struct run *run = load(record);
	struct mask *mask = mask_new();
	cr_assert_eq(truncate(record, 100), 0);
	cr_expect_not(report_write("junit", run, path, mask, &options, &err));
	cr_expect_not_null(strstr(err.message, "was changed while it was read"), "%s", err.message);
	text = file_read(path, 1000000, &len, &(struct error){ 0 });
	cr_expect_str_eq(text, "old");
	free(text);
	mask_free(mask);
	run_free(run);
}
