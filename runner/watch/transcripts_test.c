#include "watch/transcripts.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/scratch.h"
#include "run/record.h"

#define RUN "01a206f4-6259-7061-b171-2d3908a4fdf5"

static char folder[] = "/tmp/transcripts-XXXXXX";

/* A record with a case that passed and one that failed, each with a request. */
static void
record(void)
{
	char path[200];
	struct error err = { 0 };
	struct mask *mask = mask_new();
	const struct exchange exchange = {
		.kind = EXCHANGE_HTTP,
		.step = 1,
		.attempt = 1,
		.http = { .method = "GET", .url = "http://127.0.0.1:1/list", .status = 500 }
	};
	struct run_case run_case = { .verdict = VERDICT_PASS,
				     .exchanges = &exchange,
				     .exchange_count = 1 };
	json_t *header = json_pack("{s:i, s:{s:s}}", "format", 1, "run", "id", RUN);
	json_t *footer = json_object();

	cr_assert_not_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/" RUN "/run.jsonl", folder);
	struct record *file = record_create(path, mask, RECORD_FULL, &err);
	cr_assert_not_null(file, "%s", err.message);
	record_header(file, header);
	record_planned(file, &(struct planned_case){ .suite = "s", .id = "good" });
	record_planned(file, &(struct planned_case){ .suite = "s", .id = "bad" });
	record_case(file, &run_case);
	run_case.index = 1;
	run_case.verdict = VERDICT_FAIL;
	record_case(file, &run_case);
	record_footer(file, footer);
	cr_assert(record_close(file, &err), "%s", err.message);
	json_decref(header);
	json_decref(footer);
	mask_free(mask);
}

static void
erase(void)
{
	char path[200];

	(void)snprintf(path, sizeof(path), "%s/" RUN "/run.jsonl", folder);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/" RUN, folder);
	(void)rmdir(path);
	(void)rmdir(folder);
}

TestSuite(transcripts, .init = record, .fini = erase);

/* A round whose record is `run`. */
static json_t *
rounds_of(const char *run)
{
	return json_pack("[{s:s, s:{s:s}}]", "observed_at", "2026-11-23T10:00:00.000Z", "notes",
			 "run", run);
}

static json_t *
find(const char *run, size_t most)
{
	const char *const folders[] = { "/nonexistent", folder, NULL };
	json_t *rows = rounds_of(run);
	json_t *found = transcripts_find(rows, folders, most);

	json_decref(rows);
	return found;
}

Test(transcripts, cases_that_did_not_pass_are_shown_with_what_was_asked)
{
	json_t *found = find(RUN, 5);

	cr_assert_eq(json_array_size(found), 1);
	const json_t *cases = json_object_get(json_array_get(found, 0), "cases");
	cr_assert_eq(json_array_size(cases), 1);
	const json_t *bad = json_array_get(cases, 0);
	cr_expect_str_eq(json_string_value(json_object_get(bad, "id")), "bad");
	cr_expect_str_eq(json_string_value(json_object_get(bad, "verdict")), "FAIL");
	cr_expect_not_null(strstr(json_string_value(json_object_get(bad, "text")), "GET /list"));
	json_decref(found);
}

Test(transcripts, what_is_not_here_is_left_out)
{
	static const char *const runs[] = { "01a206f4-0000-7061-b171-2d3908a4fdf5", "../../etc",
					    "" };

	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		json_t *found = find(runs[i], 5);
		cr_expect_eq(json_array_size(found), 0, "row %zu", i);
		json_decref(found);
	}
}

Test(transcripts, there_are_no_more_than_were_asked_for)
{
	json_t *found = find(RUN, 0);

	cr_expect_eq(json_array_size(found), 0);
	json_decref(found);
}
