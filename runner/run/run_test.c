#include "run/run.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/rows.h"
#include "base/tree.h"
#include "run/record.h"

static char folder[] = "/tmp/lensgate-run-XXXXXX";
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

TestSuite(run, .init = enter, .fini = leave);

Test(run, every_word_is_read_back)
{
	for (int i = VERDICT_NONE; i <= VERDICT_SKIP; i++) {
		enum verdict verdict;
		cr_expect(verdict_parse(verdict_name((enum verdict)i), &verdict));
		cr_expect_eq(verdict, i);
	}
	for (int i = 0; i < TROUBLE_KINDS; i++) {
		enum trouble trouble;
		cr_expect(trouble_parse(trouble_name((enum trouble)i), &trouble));
		cr_expect_eq(trouble, i);
	}
	for (int i = 0; i < PURPOSES; i++) {
		enum purpose purpose;
		cr_expect(purpose_parse(purpose_name((enum purpose)i), &purpose));
		cr_expect_eq(purpose, i);
	}
	enum verdict untouched = VERDICT_SKIP;
	cr_expect_not(verdict_parse("pass", &untouched));
	cr_expect_eq(untouched, VERDICT_SKIP);
}

/* A record of `planned` cases, ready for them. */
static struct record *
begin(size_t planned, const char *run_json)
{
	struct error err = { 0 };
	struct record *record = record_create(path, NULL, RECORD_FULL, &err);
	json_t *run = json_loads(run_json, 0, NULL);
	json_t *header = json_pack("{so}", "run", run);
	char id[40];

	cr_assert_not_null(record, "%s", err.message);
	cr_assert_not_null(header);
	record_header(record, header);
	json_decref(header);
	for (size_t i = 0; i < planned; i++) {
		(void)snprintf(id, sizeof(id), "case-%zu", i);
		record_planned(record, &(struct planned_case){ .suite = "s", .id = id });
	}
	return record;
}

Test(run, what_is_known_of_a_case_before_it_runs_is_read_back)
{
	const struct planned_case planned = {
		.suite = "s", .id = "i", .layer = "rls", .flags = "X=false", .tags = "denial mutate"
	};
	struct error err = { 0 };
	struct record *record = begin(0, "{}");

	record_planned(record, &planned);
	cr_assert(record_close(record, &err), "%s", err.message);
	struct run *run = run_load(path, &err);
	cr_assert_not_null(run, "%s", err.message);
	cr_expect_str_eq(run->entries[0].planned.layer, "rls");
	cr_expect_str_eq(run->entries[0].planned.flags, "X=false");
	cr_expect_str_eq(run->entries[0].planned.tags, "denial mutate");
	cr_expect_null(run->entries[0].planned.title);
	run_free(run);
}

static void
settle(struct record *record, size_t index, enum verdict verdict, enum trouble trouble)
{
	struct exchange exchange = { .kind = EXCHANGE_HTTP,
				     .attempt = 1,
				     .http = { .method = "GET", .url = "u", .status = 200 } };
	struct run_case run_case = { .index = index,
				     .verdict = verdict,
				     .trouble = trouble,
				     .exchanges = &exchange,
				     .exchange_count = trouble ? 0 : 1,
				     .attempts = 1 };

	record_case(record, &run_case);
}

static void
end(struct record *record, const char *footer_json)
{
	struct error err = { 0 };

	if (footer_json) {
		json_t *footer = json_loads(footer_json, 0, NULL);
		cr_assert_not_null(footer);
		record_footer(record, footer);
		json_decref(footer);
	}
	cr_assert(record_close(record, &err), "%s", err.message);
}

static struct run *
load(void)
{
	struct error err = { 0 };
	struct run *run = run_load(path, &err);

	cr_assert_not_null(run, "%s:%d %s", err.file, err.line, err.message);
	return run;
}

/* The exit status of a run of two cases that ended so. */
static const struct {
	enum verdict verdict;
	enum trouble trouble;
	const char *run, *footer; /* NULL: cut short */
	int status;
} endings[] = {
	{ VERDICT_PASS, TROUBLE_NONE, "{}", "{}", 0 },
	{ VERDICT_SKIP, TROUBLE_NONE, "{}", "{}", 0 },
	{ VERDICT_FAIL, TROUBLE_NONE, "{}", "{}", 1 },
	{ VERDICT_ERROR, TROUBLE_LOGIN, "{}", "{}", 3 },
	{ VERDICT_ERROR, TROUBLE_INTERRUPTED, "{}", "{}", 4 },
	{ VERDICT_NONE, TROUBLE_NONE, "{}", "{}", 4 },
	{ VERDICT_PASS, TROUBLE_NONE, "{}", NULL, 4 },
	{ VERDICT_PASS, TROUBLE_NONE, "{}", "{\"interrupted\": true}", 4 },
	{ VERDICT_PASS, TROUBLE_NONE, "{}", "{\"exit_status\": 7}", 7 },
	{ VERDICT_FAIL, TROUBLE_NONE, "{}", "{\"exit_status\": 7}", 1 },
	{ VERDICT_FAIL, TROUBLE_NONE, "{}", "{\"exit_status\": 0}", 1 },
	{ VERDICT_PASS, TROUBLE_NONE, "{\"expected_count\": 2}", "{}", 0 },
	{ VERDICT_PASS, TROUBLE_NONE, "{\"expected_count\": 3}", "{}", 1 },
	{ VERDICT_SKIP, TROUBLE_NONE, "{\"expected_count\": 2}", "{}", 1 },
	{ VERDICT_PASS, TROUBLE_NONE, "{}", "{\"invariants\": {\"replies_5xx\": 1}}", 1 },
};

ParameterizedTestParameters(run, its_exit_status_follows_the_table)
{
	return rows_of(COUNTOF(endings));
}

ParameterizedTest(size_t *row, run, its_exit_status_follows_the_table)
{
	struct record *record = begin(2, endings[*row].run);

	settle(record, 1, VERDICT_PASS, TROUBLE_NONE);
	if (endings[*row].verdict != VERDICT_NONE)
		settle(record, 0, endings[*row].verdict, endings[*row].trouble);
	end(record, endings[*row].footer);
	struct run *run = load();
	cr_expect_eq(run_exit_status(run), endings[*row].status, "row %zu: %d", *row,
		     run_exit_status(run));
	run_free(run);
}

Test(run, what_a_failed_case_blocked_does_not_make_it_unjudged)
{
	struct record *record = begin(2, "{}");

	settle(record, 1, VERDICT_FAIL, TROUBLE_NONE);
	settle(record, 0, VERDICT_ERROR, TROUBLE_BLOCKED);
	end(record, "{}");
	struct run *run = load();
	cr_expect_eq(run->totals.blocked, 1);
	cr_expect_eq(run_exit_status(run), 1, "%d", run_exit_status(run));
	run_free(run);
}

Test(run, a_failure_does_not_hide_an_error_of_its_own)
{
	struct record *record = begin(2, "{}");

	settle(record, 1, VERDICT_FAIL, TROUBLE_NONE);
	settle(record, 0, VERDICT_ERROR, TROUBLE_SETUP);
	end(record, "{}");
	struct run *run = load();
	cr_expect_eq(run_exit_status(run), 3, "%d", run_exit_status(run));
	run_free(run);
}

Test(run, a_case_blocked_without_a_failure_is_unjudged)
{
	struct record *record = begin(2, "{}");

	settle(record, 1, VERDICT_SKIP, TROUBLE_NONE);
	settle(record, 0, VERDICT_ERROR, TROUBLE_BLOCKED);
	end(record, "{}");
	struct run *run = load();
	cr_expect_eq(run_exit_status(run), 3, "%d", run_exit_status(run));
	run_free(run);
}

Test(run, without_a_case_nothing_passed)
{
	end(begin(0, "{}"), "{}");
	struct run *run = load();

	cr_expect_eq(run_exit_status(run), 5);
	run_free(run);
}

Test(run, a_flaky_pass_counts_against_the_budget)
{
	struct record *record = begin(1, "{\"flaky_budget\": 0}");
	struct run_case flaky = { .verdict = VERDICT_PASS, .flaky = true, .attempts = 2 };

	record_case(record, &flaky);
	end(record, "{}");
	struct run *run = load();
	cr_expect_eq(run->totals.flaky, 1);
	cr_expect_eq(run_exit_status(run), 1);
	run_free(run);
}

Test(run, totals_come_from_the_cases_whatever_the_footer_says)
{
	struct record *record = begin(5, "{}");

	settle(record, 4, VERDICT_FAIL, TROUBLE_NONE);
	settle(record, 0, VERDICT_PASS, TROUBLE_NONE);
	settle(record, 1, VERDICT_SKIP, TROUBLE_NONE);
	settle(record, 2, VERDICT_ERROR, TROUBLE_BLOCKED);
	end(record, "{\"totals\": {\"planned\": 1, \"passed\": 1}}");
	struct run *run = load();
	cr_expect_eq(run->totals.planned, 5);
	cr_expect_eq(run->totals.passed, 1);
	cr_expect_eq(run->totals.failed, 1);
	cr_expect_eq(run->totals.skipped, 1);
	cr_expect_eq(run->totals.errors, 2, "the unsettled case is an error");
	cr_expect_eq(run->totals.executed, 2, "neither the blocked nor the unsettled one");
	cr_expect_not(run->complete);
	run_free(run);
}

Test(run, the_footer_may_add_to_the_invariants_and_never_take_away)
{
	struct record *record = begin(2, "{}");

	settle(record, 0, VERDICT_PASS, TROUBLE_NONE);
	settle(record, 1, VERDICT_PASS, TROUBLE_NONE);
	end(record, "{\"invariants\": {\"replies\": 1, \"transport_errors\": 7}}");
	struct run *run = load();
	cr_expect_eq(run->invariants.replies, 2);
	cr_expect_eq(run->invariants.transport_errors, 7);
	run_free(run);
}

Test(run, an_unsettled_case_is_read_as_interrupted)
{
	struct error err = { 0 };
	struct arena arena = { 0 };
	struct run_case read;

	end(begin(1, "{}"), NULL);
	struct run *run = load();
	cr_assert(run_case_read(run, 0, &arena, &read, &err));
	cr_expect_eq(read.verdict, VERDICT_ERROR);
	cr_expect_eq(read.trouble, TROUBLE_INTERRUPTED);
	cr_expect_str_eq(read.reason, "did not run: the run was cut short");
	arena_release(&arena);
	run_free(run);
}

static char *
record_text(size_t *len)
{
	struct error err = { 0 };
	char *text = file_read(path, 10000000, len, &err);

	cr_assert_not_null(text, "%s", err.message);
	return text;
}

static void
replace(const char *text, size_t len)
{
	struct error err = { 0 };

	cr_assert(file_replace(path, text, len, &err), "%s", err.message);
}

Test(run, wherever_the_record_is_cut_what_is_whole_is_read)
{
	struct record *record = begin(2, "{}");
	struct error err = { 0 };
	size_t len;

	settle(record, 1, VERDICT_PASS, TROUBLE_NONE);
	settle(record, 0, VERDICT_FAIL, TROUBLE_NONE);
	end(record, "{}");
	char *text = record_text(&len);
	size_t header = (size_t)(strchr(text, '\n') - text);
	for (size_t keep = 0; keep + 1 < len; keep++) {
		replace(text, keep);
		err = (struct error){ 0 };
		struct run *run = run_load(path, &err);
		cr_expect_eq(run != NULL, keep >= header, "%zu bytes: %s", keep, err.message);
		if (run)
			cr_expect_eq(run_exit_status(run), 4);
		run_free(run);
	}
	free(text);
}

Test(run, an_edited_line_breaks_the_chain)
{
	struct record *record = begin(2, "{}");
	size_t len;

	settle(record, 0, VERDICT_FAIL, TROUBLE_NONE);
	settle(record, 1, VERDICT_PASS, TROUBLE_NONE);
	end(record, "{}");
	char *text = record_text(&len);
	memcpy(strstr(text, "FAIL"), "PASS", 4);
	replace(text, len);
	struct run *run = load();
	cr_expect_str_eq(run->broken, "line 5 does not carry the SHA-256 of the line before it");
	cr_expect_not(run->complete);
	cr_expect_eq(run_exit_status(run), 6);
	run_free(run);
	free(text);
}

/* What stands in place of the fourth line of a record, and what is said of it. */
static const struct {
	const char *line, *message;
} garbage[] = {
	{ "garbage", "not a JSON object" },
	{ "", "not a JSON object" },
	{ "[]", "not a JSON object" },
	{ "{}", "a line of an unknown kind" },
	{ "{\"record\":\"csae\"}", "a line of an unknown kind" },
	{ "{\"record\":\"header\"}", "a second header" },
	{ "{\"record\":\"case\",\"index\":2,\"verdict\":\"PASS\"}", "a case that was not planned" },
	{ "{\"record\":\"case\",\"index\":-1,\"verdict\":\"PASS\"}",
	  "a case that was not planned" },
	{ "{\"record\":\"case\",\"index\":0,\"verdict\":\"pass\"}", "a case without a verdict" },
	{ "{\"record\":\"case\",\"index\":0,\"verdict\":\"NONE\"}", "a case without a verdict" },
	{ "{\"record\":\"planned\",\"suite\":1}",
	  "a planned case without a readable suite and id" },
};

ParameterizedTestParameters(run, garbage_is_an_error_that_names_the_line)
{
	return rows_of(COUNTOF(garbage));
}

ParameterizedTest(size_t *row, run, garbage_is_an_error_that_names_the_line)
{
	struct error err = { 0 };
	struct buf buf;
	size_t len;

	end(begin(2, "{}"), NULL);
	char *text = record_text(&len);
	buf_init(&buf, 10000);
	buf_printf(&buf, "%s%s\n{\"record\":\"footer\"}\n", text, garbage[*row].line);
	replace(buf.text, buf.len);
	cr_expect_null(run_load(path, &err));
	cr_expect_eq(err.line, 4, "row %zu: line %d", *row, err.line);
	cr_expect_str_eq(err.message, garbage[*row].message, "row %zu: %s", *row, err.message);
	buf_release(&buf);
	free(text);
}

Test(run, a_case_settles_once)
{
	struct record *record = begin(1, "{}");
	struct error err = { 0 };

	settle(record, 0, VERDICT_FAIL, TROUBLE_NONE);
	settle(record, 0, VERDICT_PASS, TROUBLE_NONE);
	end(record, "{}");
	cr_expect_null(run_load(path, &err));
	cr_expect_str_eq(err.message, "a case that had settled before");
}

Test(run, a_directory_stands_for_the_record_in_it)
{
	struct error err = { 0 };

	end(begin(0, "{}"), "{}");
	struct run *run = run_load(folder, &err);
	cr_assert_not_null(run, "%s", err.message);
	cr_expect_str_eq(run->path, path);
	run_free(run);
	cr_expect_null(run_load("/nowhere", &err));
}
