#define _XOPEN_SOURCE 700 /* mkdtemp */

#include "cli/merge_command.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/rows.h"
#include "cli/exit.h"
#include "report/report.h"
#include "run/record.h"

/* A plan of five cases in three shards, and the run of the whole plan, on the same clock. */
static const struct planned_case plan[] = {
	{ .suite = "s", .id = "a", .title = "first", .file = "s.yaml", .line = 1 },
	{ .suite = "s", .id = "b", .title = "second", .file = "s.yaml", .line = 2 },
	{ .suite = "s", .id = "c", .title = "third", .file = "s.yaml", .line = 3 },
	{ .suite = "t", .id = "d", .title = "fourth", .file = "t.yaml", .line = 1 },
	{ .suite = "t", .id = "e", .title = "fifth", .file = "t.yaml", .line = 2 },
};
#define CASES COUNTOF(plan)
static const size_t shard_of[CASES] = { 1, 2, 3, 1, 2 };

struct variation {
	const char *suite_sha, *environment, *packing, *plan; /* NULL: like the others */
	size_t without_case;                                  /* 1-based; never settled */
	bool no_footer, failing, no_shard;
};

static char folder[] = "/tmp/lensgate-merge-XXXXXX";

static json_t *
shard_json(size_t number, const struct variation *v, json_t *cases)
{
	char digest[DIGEST_HEX_BYTES];
	static const char names[] = "s/a\ns/b\ns/c\nt/d\nt/e\n";

	digest_hex(names, sizeof(names) - 1, digest);
	return json_pack("{s:I, s:i, s:s, s:i, s:s, s:s, s:i, s:o}", "number", (json_int_t)number,
			 "count", 3, "title", "The gate", "planned", (int)CASES, "plan",
			 v->plan ? v->plan : digest, "packing", v->packing ? v->packing : "p",
			 "expected_count", (int)CASES, "cases", cases);
}

/* Every shard began one second after the one before; the whole run with the first. */
static json_t *
header_json(size_t number, const struct variation *v, json_t *cases)
{
	char started[80], id[80], title[80];

	(void)snprintf(started, sizeof(started), "2026-11-22T10:00:0%zu.000Z",
		       number ? number - 1 : 0);
	(void)snprintf(id, sizeof(id), "01a205fe-c1fa-7ab7-9b0e-c533c9a2ea%02zu", number);
	(void)snprintf(title, sizeof(title), "The gate (shard %zu of 3)", number);
	json_t *run = json_pack(
		"{s:s, s:s, s:[s], s:s, s:s, s:I, s:i}", "id", id, "started", started, "command",
		"test", "title", number ? title : "The gate", "gate", "pinned", "expected_count",
		number ? (json_int_t)json_array_size(cases) : (json_int_t)CASES, "flaky_budget", 0);
	if (number && !v->no_shard)
		json_object_set_new(run, "shard", shard_json(number, v, cases));
	else
		json_decref(cases);
	return json_pack("{s:o, s:{s:s}, s:[{s:s, s:s}], s:[], s:{s:s, s:b}, s:{s:s}}", "run", run,
			 "program", "version", "1", "suites", "name", "s", "sha256",
			 v->suite_sha ? v->suite_sha : "5", "lenses", "environment", "name",
			 v->environment ? v->environment : "embedded", "embedded", 1, "target",
			 "commit", "c0ffee");
}

static void
settle(struct record *record, size_t index, size_t place, int64_t shift_us, bool failing)
{
	struct exchange exchange = { .kind = EXCHANGE_HTTP,
				     .purpose = PURPOSE_STEP,
				     .step = 1,
				     .attempt = 1,
				     .started_us = 1000 * (int64_t)place + shift_us,
				     .http = { .method = "GET",
					       .url = "http://127.0.0.1/x",
					       .status = 200,
					       .response_body = "{}",
					       .response_body_len = 2,
					       .response_bytes = 2 } };
	struct run_case run_case = { .index = index,
				     .verdict = failing ? VERDICT_FAIL : VERDICT_PASS,
				     .expected = "200",
				     .actual = failing ? "500" : "200",
				     .attempts = 1,
				     .started_us = 1000 * (int64_t)place + shift_us,
				     .elapsed_us = 700,
				     .assertions = 1,
				     .exchanges = &exchange,
				     .exchange_count = 1 };

	record_case(record, &run_case);
}

static json_t *
footer_json(int64_t elapsed_us, size_t cases, int status)
{
	return json_pack("{s:{s:I, s:i}, s:{s:I, s:I, s:[]}, s:i, s:I, s:s}", "invariants",
			 "replies", (json_int_t)cases, "late", 0, "cleanup", "registered",
			 (json_int_t)cases, "removed", (json_int_t)cases, "leftovers",
			 "exit_status", status, "elapsed_us", (json_int_t)elapsed_us, "ended",
			 "2026-11-22T10:00:03.000Z");
}

/* Write shard `number`, or the whole run for 0. Cases begin where they do in the whole run. */
static void
write_run(const char *name, size_t number, const struct variation *v)
{
	struct mask *mask = mask_new();
	struct error err = { 0 };
	char path[200];
	json_t *cases = json_array();
	size_t mine[CASES], count = 0;
	int64_t shift_us = number ? -1000000 * (int64_t)(number - 1) : 0;

	for (size_t i = 0; i < CASES; i++) {
		if (number && shard_of[i] != number)
			continue;
		json_array_append_new(cases, json_integer((json_int_t)i));
		mine[count++] = i;
	}
	(void)snprintf(path, sizeof(path), "%s/%s/run.jsonl", folder, name);
	struct record *record = record_create(path, mask, RECORD_FULL, &err);
	cr_assert_not_null(record, "%s", err.message);
	json_t *header = header_json(number, v, cases);
	record_header(record, header);
	json_decref(header);
	for (size_t i = 0; i < count; i++)
		record_planned(record, &plan[mine[i]]);
	json_t *checks = json_array();
	record_preflight(record, checks, NULL, 0);
	json_decref(checks);
	for (size_t i = 0; i < count; i++) {
		if (v->without_case != mine[i] + 1)
			settle(record, i, 3000 + mine[i], shift_us, v->failing && mine[i] == 1);
	}
	json_t *footer = footer_json(3000000 + shift_us, count, v->failing && number != 1 ? 1 : 0);
	if (!v->no_footer)
		record_footer(record, footer);
	json_decref(footer);
	cr_assert(record_close(record, &err), "%s", err.message);
	mask_free(mask);
}

static void
make_folder(void)
{
	cr_assert_not_null(mkdtemp(folder));
}

static int
merge(const char *const *names, size_t count, const char *into)
{
	static const char *const argv[] = { "test", NULL };
	const char *operands[8];
	char paths[8][200], out[200];

	for (size_t i = 0; i < count; i++) {
		(void)snprintf(paths[i], sizeof(paths[i]), "%s/%s", folder, names[i]);
		operands[i] = paths[i];
	}
	(void)snprintf(out, sizeof(out), "%s/%s", folder, into);
	struct settings settings = {
		.into = out, .quiet = true, .operands = operands, .operand_count = count
	};
	return merge_command(&settings, argv);
}

static char *
text_of(const char *name, const char *file)
{
	struct error err = { 0 };
	char path[300];
	size_t len;

	(void)snprintf(path, sizeof(path), "%s/%s/%s", folder, name, file);
	char *text = file_read(path, 1024 * 1024, &len, &err);
	cr_assert_not_null(text, "%s", err.message);
	return text;
}

/* The bytes of a report without what no two runs share: id and digest. */
static void
blank_out(char *text, const char *what)
{
	size_t len = strlen(what);

	for (char *at = strstr(text, what); at; at = strstr(at + len, what))
		memset(at, '?', len);
}

static void
expect_same_report(const char *file)
{
	struct error err = { 0 };
	char *texts[2];
	static const char *const names[] = { "whole", "merged" };

	for (int i = 0; i < 2; i++) {
		char path[300];
		(void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		struct run *run = run_load(path, &err);
		cr_assert_not_null(run, "%s", err.message);
		texts[i] = text_of(names[i], file);
		blank_out(texts[i], run->digest);
		blank_out(texts[i], json_string_value(json_object_get(
					    json_object_get(run->header, "run"), "id")));
		run_free(run);
	}
	cr_expect_str_eq(texts[0], texts[1], "%s:\n%s\nand\n%s", file, texts[0], texts[1]);
	free(texts[0]);
	free(texts[1]);
}

/* The reports of the run that was made in one piece. */
static void
report_whole(void)
{
	static const char *const kinds[][2] = { { "junit", "junit.xml" },
						{ "markdown", "evidence.md" },
						{ "json", "result.json" } };
	struct mask *mask = mask_new();
	struct error err = { 0 };
	char path[200];

	(void)snprintf(path, sizeof(path), "%s/whole", folder);
	struct run *run = run_load(path, &err);
	cr_assert_not_null(run, "%s", err.message);
	for (size_t i = 0; i < COUNTOF(kinds); i++) {
		struct report_options options = { 0 };
		(void)snprintf(path, sizeof(path), "%s/whole/%s", folder, kinds[i][1]);
		cr_assert(report_write(kinds[i][0], run, path, mask, &options, &err));
	}
	run_free(run);
	mask_free(mask);
}

Test(merge, the_reports_are_those_of_a_run_made_in_one_piece, .init = make_folder)
{
	const struct variation plain = { 0 };

	write_run("whole", 0, &plain);
	for (size_t i = 1; i <= 3; i++)
		write_run((const char *[]){ "1", "2", "3" }[i - 1], i, &plain);
	cr_redirect_stdout();
	report_whole();
	cr_expect_eq(merge((const char *const[]){ "3", "1", "2" }, 3, "merged"), EXIT_PASSED);
	expect_same_report("junit.xml");
	expect_same_report("evidence.md");
	expect_same_report("result.json");
}

Test(merge, the_order_of_the_shards_does_not_matter, .init = make_folder)
{
	const struct variation plain = { 0 };

	for (size_t i = 1; i <= 3; i++)
		write_run((const char *[]){ "1", "2", "3" }[i - 1], i, &plain);
	cr_redirect_stdout();
	cr_expect_eq(merge((const char *const[]){ "1", "2", "3" }, 3, "one"), EXIT_PASSED);
	cr_expect_eq(merge((const char *const[]){ "2", "3", "1" }, 3, "two"), EXIT_PASSED);
	char *one = text_of("one", "run.jsonl"), *two = text_of("two", "run.jsonl");
	cr_expect_str_eq(one, two);
	free(one);
	free(two);
}

/* Each row changes shard 2, or what is merged; the sentence has to name what is wrong. */
static const struct {
	const char *names[5];
	struct variation second;
	int status;
	const char *says;
} rows[] = {
	{ { "1", "2", "3" }, { .failing = true }, EXIT_FAILED, "" },
	{ { "1", "2", "3" }, { .without_case = 5 }, EXIT_INCOMPLETE, "" },
	{ { "1", "2", "3" }, { .no_footer = true }, EXIT_INCOMPLETE, "" },
	{ { "1", "3" }, { 0 }, EXIT_UNWRITTEN, "shard 2 of 3 is missing" },
	{ { "3" }, { 0 }, EXIT_UNWRITTEN, "shards 1, 2 of 3 are missing" },
	{ { "1", "2", "3", "2" }, { 0 }, EXIT_UNWRITTEN, "shard 2 of 3 is there twice" },
	{ { "1", "2", "3" }, { .suite_sha = "6" }, EXIT_UNWRITTEN, "suite s differs" },
	{ { "1", "2", "3" },
	  { .environment = "x" },
	  EXIT_UNWRITTEN,
	  "differ in their environment" },
	{ { "1", "2", "3" }, { .packing = "q" }, EXIT_UNWRITTEN, "other timings" },
	{ { "1", "2", "3" }, { .plan = "q" }, EXIT_UNWRITTEN, "is a foreign shard: its plan" },
	{ { "1", "2", "3" }, { .no_shard = true }, EXIT_UNWRITTEN, "is no shard" },
	{ { "1", "2", "gone" }, { 0 }, EXIT_UNWRITTEN, "cannot open" },
};

static void
silence(void)
{
	cr_redirect_stdout();
	cr_redirect_stderr();
	make_folder();
}

ParameterizedTestParameters(merge, anything_but_all_shards_of_one_run_is_refused)
{
	return rows_of(COUNTOF(rows));
}

ParameterizedTest(size_t *row, merge, anything_but_all_shards_of_one_run_is_refused,
		  .init = silence)
{
	const struct variation plain = { 0 };
	char said[600] = "";
	size_t count = 0;

	write_run("1", 1, &plain);
	write_run("2", 2, &rows[*row].second);
	write_run("3", 3, &plain);
	while (rows[*row].names[count])
		count++;
	int status = merge(rows[*row].names, count, "merged");
	(void)fflush(stderr);
	FILE *errors = cr_get_redirected_stderr();
	size_t len = rows[*row].says[0] ? fread(said, 1, sizeof(said) - 1, errors) : 0;
	said[len] = '\0';
	cr_expect_eq(status, rows[*row].status, "row %zu: %d", *row, status);
	cr_expect(strstr(said, rows[*row].says), "row %zu says: %s", *row, said);
}

Test(merge, a_changed_shard_is_refused, .init = silence)
{
	const struct variation plain = { 0 };
	struct error err = { 0 };
	char path[200];

	for (size_t i = 1; i <= 3; i++)
		write_run((const char *[]){ "1", "2", "3" }[i - 1], i, &plain);
	char *text = text_of("2", "run.jsonl");
	memcpy(strstr(text, "second"), "SECOND", 6);
	(void)snprintf(path, sizeof(path), "%s/2/run.jsonl", folder);
	cr_assert(file_replace(path, text, strlen(text), &err));
	cr_expect_eq(merge((const char *const[]){ "1", "2", "3" }, 3, "merged"), EXIT_UNWRITTEN);
	free(text);
}
