/* Summary, comment and annotations against the limits of GitHub, with a reader of workflow
 * commands that goes by the source of the runner. */
#include "report/github.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/tree.h"
#include "report/report.h"
#include "run/record.h"

static char folder[] = "/tmp/lensgate-github-XXXXXX";
static char path[64];

static void
enter(void)
{
	cr_assert_not_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/run.jsonl", folder);
}

static void
leave(void)
{
	cr_expect(tree_remove(folder));
}

TestSuite(github, .init = enter, .fini = leave);

/* What a case of the record is. */
typedef void fill_fn(size_t index, struct run_case *run_case, struct findings *findings);

static void
begin_record(struct record *record, size_t count)
{
	json_t *header =
		json_pack("{s:{s:s, s:s}, s:{s:s, s:s, s:s}}", "run", "title",
			  "A | hostile `title` -->", "gate", "pre-deploy", "ci", "provider",
			  "https://github.example", "repository", "o/r", "sha", "4f1c2d3");
	char id[40];

	cr_assert_not_null(header);
	record_header(record, header);
	json_decref(header);
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(id, sizeof(id), "case-%zu", i);
		record_planned(record, &(struct planned_case){ .suite = "s",
							       .id = id,
							       .title = "100%: a, b\r\n::error::no",
							       .file = "suites/a,b.yaml",
							       .line = 7 });
	}
}

static struct run *
make_run(size_t count, fill_fn *fill)
{
	struct error err = { 0 };
	struct record *record = record_create(path, NULL, RECORD_FULL, &err);
	json_t *footer = json_object();

	cr_assert_not_null(record, "%s", err.message);
	begin_record(record, count);
	for (size_t i = 0; i < count; i++) {
		struct arena arena = { 0 };
		struct findings findings = { .arena = &arena };
		struct run_case run_case = {
			.index = i, .verdict = VERDICT_PASS, .attempts = 1, .elapsed_us = 1000
		};

		fill(i, &run_case, &findings);
		run_case.findings = findings;
		record_case(record, &run_case);
		arena_release(&arena);
	}
	record_footer(record, footer);
	json_decref(footer);
	cr_assert(record_close(record, &err), "%s", err.message);
	struct run *run = run_load(path, &err);
	cr_assert_not_null(run, "%s", err.message);
	return run;
}

/* The report `kind` as text; malloc'ed. */
static char *
report_of(const struct run *run, const char *kind, size_t *len)
{
	static const struct report_options options = { 0 };
	struct mask *mask = mask_new();
	struct error err = { 0 };
	char made[80];

	(void)snprintf(made, sizeof(made), "%s/report", folder);
	cr_assert(report_write(kind, run, made, mask, &options, &err), "%s", err.message);
	mask_free(mask);
	char *text = file_read(made, 100000000, len, &err);
	cr_assert_not_null(text, "%s", err.message);
	return text;
}

static void
add_long_finding(struct findings *findings, enum finding_type type)
{
	char longer[4000];

	memset(longer, '%', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	finding_add(findings, type, "/a", "1", longer, "is not what it has to be");
}

static void
fail_at_length(size_t index, struct run_case *run_case, struct findings *findings)
{
	run_case->verdict = VERDICT_FAIL;
	add_long_finding(findings, index == 900 ? FINDING_RLS_LEAK : FINDING_LATENCY);
}

static void
pass(size_t index, struct run_case *run_case, struct findings *findings)
{
	(void)index;
	(void)run_case;
	(void)findings;
}

static void
never_judge(size_t index, struct run_case *run_case, struct findings *findings)
{
	(void)findings;
	run_case->verdict = VERDICT_ERROR;
	run_case->trouble = index ? TROUBLE_BLOCKED : TROUBLE_LOGIN;
	run_case->reason = "case-0, which it needs, did not pass (ERROR)";
}

static void
pass_in_the_end(size_t index, struct run_case *run_case, struct findings *findings)
{
	(void)index;
	(void)findings;
	run_case->flaky = true;
	run_case->attempts = 2;
}

static void
fail_after_an_error(size_t index, struct run_case *run_case, struct findings *findings)
{
	if (index == 0) {
		run_case->verdict = VERDICT_ERROR;
		run_case->trouble = TROUBLE_TRANSPORT;
		run_case->reason = "refused";
	} else {
		run_case->verdict = VERDICT_FAIL;
		add_long_finding(findings, index == 1 ? FINDING_LATENCY : FINDING_UNCHANGED);
	}
}

/* ---- the summary and the comment ---- */

Test(github, a_summary_of_many_failures_stays_below_the_limit_and_says_what_is_gone)
{
	struct run *run = make_run(3000, fail_at_length);
	size_t len;
	char *text = report_of(run, "github", &len);

	cr_expect_lt(len, GITHUB_SUMMARY_BYTES);
	cr_expect_gt(len, GITHUB_SUMMARY_BYTES / 2);
	cr_expect_not_null(strstr(text, "| 3000 | 0 | 3000 |"));
	cr_expect_not_null(strstr(text, "case-0"));
	cr_expect_not_null(strstr(text, "Left out, because GitHub shows at most 1048576 bytes: "));
	cr_expect_not_null(strstr(text, "failures in full, "));
	free(text);
	run_free(run);
}

Test(github, a_comment_of_many_failures_can_be_posted)
{
	struct run *run = make_run(3000, fail_at_length);
	size_t len;
	char *text = report_of(run, "pr-comment", &len);

	cr_expect_lt(len, GITHUB_COMMENT_BYTES);
	cr_expect_eq(strncmp(text, "<!-- lensgate pre-deploy -->\n", 29), 0);
	cr_expect_not_null(strstr(text, "Left out"));
	free(text);
	run_free(run);
}

Test(github, a_summary_that_fits_leaves_nothing_out)
{
	struct run *run = make_run(20, fail_at_length);
	size_t len;
	char *text = report_of(run, "github", &len);

	cr_expect_null(strstr(text, "Left out"));
	cr_expect_not_null(strstr(text, "All 20 cases"));
	cr_expect_not_null(
		strstr(text, "](https://github.example/o/r/blob/4f1c2d3/suites/a,b.yaml#L7)"));
	free(text);
	run_free(run);
}

Test(github, the_list_of_cases_goes_before_anything_else_does)
{
	struct run *run = make_run(20000, pass);
	size_t len;
	char *text = report_of(run, "github", &len);

	cr_expect_lt(len, GITHUB_SUMMARY_BYTES);
	cr_expect_null(strstr(text, "All 20000 cases"));
	cr_expect_not_null(strstr(text, "bytes: the list of all cases."));
	cr_expect_not_null(strstr(text, "### Invariants"));
	free(text);
	run_free(run);
}

/* ---- annotations, read as the runner reads them ---- */

struct seen {
	int errors, warnings, notices, strangers;
	size_t longest_message, longest_title;
	char first_error[300], last_error[300], last_notice[300];
};

/* Source: actions/runner, src/Runner.Common/ActionCommand.cs, Unescape*. */
static size_t
unescape(const char *text, size_t len, bool property, char *out, size_t size)
{
	static const struct {
		const char *code;
		char byte;
		bool property;
	} codes[] = { { "%0D", '\r', false },
		      { "%0A", '\n', false },
		      { "%3A", ':', true },
		      { "%2C", ',', true },
		      { "%25", '%', false } };
	size_t made = 0;

	for (size_t i = 0; i < len;) {
		char byte = text[i];
		size_t step = 1;

		for (size_t c = 0; c < COUNTOF(codes); c++) {
			if ((property || !codes[c].property) && len - i >= 3 &&
			    strncmp(text + i, codes[c].code, 3) == 0) {
				byte = codes[c].byte;
				step = 3;
			}
		}
		if (made + 1 < size)
			out[made] = byte;
		made++;
		i += step;
	}
	out[made < size ? made : size - 1] = '\0';
	return made;
}

static void
read_properties(const char *text, size_t len, struct seen *seen)
{
	char value[300];

	for (size_t at = 0; at < len;) {
		size_t end = at;

		while (end < len && text[end] != ',')
			end++;
		const char *equals = memchr(text + at, '=', end - at);
		cr_assert_not_null(equals, "a property without a value: %.*s", (int)(end - at),
				   text + at);
		size_t skip = (size_t)(equals - text) + 1;
		size_t made = unescape(text + skip, end - skip, true, value, sizeof(value));
		if (strncmp(text + at, "title=", 6) == 0 && made > seen->longest_title)
			seen->longest_title = made;
		if (strncmp(text + at, "file=", 5) == 0)
			cr_expect_str_eq(value, "suites/a,b.yaml");
		if (strncmp(text + at, "line=", 5) == 0)
			cr_expect_str_eq(value, "7");
		at = end + 1;
	}
}

/* One line of the output of a step. */
static void
read_command(const char *line, size_t len, struct seen *seen)
{
	char message[300];
	const char *data;

	cr_assert(len > 4 && strncmp(line, "::", 2) == 0, "no command: %.*s", (int)len, line);
	data = strstr(line + 2, "::");
	cr_assert(data && data < line + len);
	size_t made = unescape(data + 2, (size_t)(line + len - data) - 2, false, message,
			       sizeof(message));
	size_t name = strcspn(line + 2, " :");
	if (made > seen->longest_message)
		seen->longest_message = made;
	if (line[2 + name] == ' ')
		read_properties(line + 3 + name, (size_t)(data - line) - 3 - name, seen);
	if (strncmp(line + 2, "error", name) == 0) {
		memcpy(seen->errors++ ? seen->last_error : seen->first_error, message,
		       sizeof(message));
	} else if (strncmp(line + 2, "notice", name) == 0) {
		seen->notices++;
		memcpy(seen->last_notice, message, sizeof(message));
	} else if (strncmp(line + 2, "warning", name) == 0) {
		seen->warnings++;
	} else {
		seen->strangers++;
	}
}

static struct seen
read_annotations(const struct run *run)
{
	struct seen seen = { 0 };
	size_t len;
	char *text = report_of(run, "annotations", &len);

	for (const char *line = text; *line;) {
		size_t size = strcspn(line, "\n");

		read_command(line, size, &seen);
		line += size + (line[size] == '\n');
	}
	free(text);
	cr_expect_leq(seen.errors, 10);
	cr_expect_leq(seen.warnings, 10);
	cr_expect_leq(seen.notices, 10);
	cr_expect_eq(seen.strangers, 0);
	cr_expect_leq(seen.longest_message, 4096);
	cr_expect_leq(seen.longest_title, 255);
	return seen;
}

Test(github, of_many_failures_nine_are_annotated_and_the_tenth_names_the_rest)
{
	struct run *run = make_run(1000, fail_at_length);
	struct seen seen = read_annotations(run);

	cr_expect_eq(seen.errors, 10);
	cr_expect_not_null(strstr(seen.first_error, "rls.leak"), "%s", seen.first_error);
	cr_expect_not_null(strstr(seen.last_error, "The others:\n"), "%s", seen.last_error);
	run_free(run);
}

Test(github, ten_failures_are_ten_annotations)
{
	struct run *run = make_run(10, fail_at_length);
	struct seen seen = read_annotations(run);

	cr_expect_eq(seen.errors, 10);
	cr_expect_null(strstr(seen.last_error, "The others:"), "%s", seen.last_error);
	run_free(run);
}

Test(github, what_failed_comes_before_what_could_not_be_judged)
{
	struct run *run = make_run(3, fail_after_an_error);
	struct seen seen = read_annotations(run);

	cr_expect_eq(seen.errors, 3);
	cr_expect_not_null(strstr(seen.first_error, "unchanged"), "%s", seen.first_error);
	cr_expect_not_null(strstr(seen.last_error, "refused"), "%s", seen.last_error);
	run_free(run);
}

Test(github, what_was_never_judged_is_counted_and_not_annotated)
{
	struct run *run = make_run(50, never_judge);
	struct seen seen = read_annotations(run);

	cr_expect_eq(seen.errors, 1);
	cr_expect_not_null(strstr(seen.last_notice, "49 of them were never judged"), "%s",
			   seen.last_notice);
	run_free(run);
}

Test(github, a_flaky_case_is_a_warning)
{
	struct run *run = make_run(12, pass_in_the_end);
	struct seen seen = read_annotations(run);

	cr_expect_eq(seen.warnings, 10);
	run_free(run);
}

Test(github, a_green_run_is_one_notice)
{
	struct run *run = make_run(3, pass);
	struct seen seen = read_annotations(run);

	cr_expect_eq(seen.errors + seen.warnings, 0);
	cr_expect_eq(seen.notices, 1);
	cr_expect_not_null(strstr(seen.last_notice, "all 3 planned cases passed"));
	run_free(run);
}

Test(github, a_red_run_without_a_red_case_is_an_error)
{
	struct run *run = make_run(0, pass);
	struct seen seen = read_annotations(run);

	cr_expect_eq(seen.errors, 1);
	cr_expect_not_null(strstr(seen.first_error, "no case was planned"), "%s", seen.first_error);
	run_free(run);
}
