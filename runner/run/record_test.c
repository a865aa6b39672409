#include "run/record.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/tree.h"

static char folder[] = "/tmp/lensgate-record-XXXXXX";
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

TestSuite(record, .init = enter, .fini = leave);

static struct record *
create(enum record_detail detail)
{
	struct error err = { 0 };
	struct record *record = record_create(path, NULL, detail, &err);

	cr_assert_not_null(record, "%s", err.message);
	return record;
}

static void
close_well(struct record *record)
{
	struct error err = { 0 };

	cr_expect(record_close(record, &err), "%s", err.message);
}

static char *
written(size_t *len)
{
	struct error err = { 0 };
	char *text = file_read(path, 1000000, len, &err);

	cr_assert_not_null(text, "%s", err.message);
	return text;
}

static void
write_header(struct record *record)
{
	json_t *header = json_pack("{s{ss}}", "run", "id", "r1");

	record_header(record, header);
	json_decref(header);
}

static const struct exchange login = {
	.kind = EXCHANGE_HTTP,
	.attempt = 1,
	.http = { .method = "POST",
		  .url = "http://127.0.0.1/x",
		  .request_headers = "Accept: */*\r\n",
		  .request_body = "{\"a\":1}",
		  .request_body_len = 7,
		  .status = 200,
		  .response_headers = "Server: t\r\n",
		  .response_body = "{}",
		  .response_body_len = 2 },
};

Test(record, each_line_carries_the_sum_of_the_one_before)
{
	struct record *record = create(RECORD_FULL);
	struct planned_case planned = { .suite = "s", .id = "i" };
	char sum[DIGEST_HEX_BYTES];
	size_t len;

	write_header(record);
	record_planned(record, &planned);
	close_well(record);
	char *text = written(&len);
	char *newline = strchr(text, '\n');
	cr_assert_not_null(newline);
	digest_hex(text, (size_t)(newline - text), sum);
	cr_expect_eq(strncmp(text, "{\"previous\":\"00000000000000000000000000000000", 45), 0);
	cr_expect_eq(strncmp(newline + 14, sum, 64), 0, "%s", newline);
	cr_expect_eq(text[len - 1], '\n');
	free(text);
}

Test(record, a_record_is_never_overwritten)
{
	struct error err = { 0 };

	close_well(create(RECORD_FULL));
	cr_expect_null(record_create(path, NULL, RECORD_FULL, &err));
	cr_expect_eq(err.code, ERROR_ENVIRONMENT);
	cr_expect_not_null(strstr(err.message, "exists"), "%s", err.message);
}

Test(record, a_case_is_on_disk_before_the_record_is_closed)
{
	struct record *record = create(RECORD_FULL);
	struct run_case run_case = { .verdict = VERDICT_PASS, .attempts = 1 };
	size_t len;

	record_case(record, &run_case);
	char *text = written(&len);
	cr_expect_not_null(strstr(text, "\"verdict\":\"PASS\"}\n"), "%s", text);
	free(text);
	close_well(record);
}

/* 3 000 planned cases are more than what is held at once. */
Test(record, planned_cases_are_on_disk_and_in_order_before_whatever_follows)
{
	static const size_t counts[] = { 1, 3000 };
	struct run_case run_case = { .verdict = VERDICT_PASS, .attempts = 1 };

	for (size_t i = 0; i < COUNTOF(counts); i++) {
		struct record *record = create(RECORD_FULL);
		size_t len, found = 0;

		for (size_t n = 0; n < counts[i]; n++)
			record_planned(record,
				       &(struct planned_case){ .suite = "s", .line = (int)n + 1 });
		record_case(record, &run_case);
		char *text = written(&len);
		for (const char *at = text; (at = strstr(at, "\"line\":")) != NULL; at++)
			cr_expect_eq(strtoul(at + 7, NULL, 10), ++found);
		cr_expect_eq(found, counts[i]);
		cr_expect_not_null(strstr(text, "\"verdict\":\"PASS\"}\n"));
		free(text);
		close_well(record);
		cr_expect_eq(remove(path), 0);
	}
}

Test(record, planned_cases_without_anything_behind_them_are_kept)
{
	struct record *record = create(RECORD_FULL);
	size_t len;

	record_planned(record, &(struct planned_case){ .suite = "s", .id = "i" });
	close_well(record);
	char *text = written(&len);
	cr_expect_not_null(strstr(text, "\"record\":\"planned\""), "%s", text);
	free(text);
}

static bool
body_is_kept(enum record_detail detail, enum verdict verdict, bool flaky)
{
	struct record *record = create(detail);
	struct run_case run_case = {
		.verdict = verdict, .flaky = flaky, .exchanges = &login, .exchange_count = 1
	};
	size_t len;

	record_case(record, &run_case);
	close_well(record);
	char *text = written(&len);
	cr_expect_not_null(strstr(text, "http://127.0.0.1/x"), "%s", text);
	bool kept = strstr(text, "{\\\"a\\\":1}") != NULL;
	cr_expect_eq(strstr(text, "Server") != NULL, kept);
	free(text);
	cr_expect_eq(remove(path), 0);
	return kept;
}

Test(record, a_summary_drops_the_bodies_of_passing_cases_only)
{
	cr_expect(body_is_kept(RECORD_FULL, VERDICT_PASS, false));
	cr_expect_not(body_is_kept(RECORD_SUMMARY, VERDICT_PASS, false));
	cr_expect(body_is_kept(RECORD_SUMMARY, VERDICT_PASS, true));
	cr_expect(body_is_kept(RECORD_SUMMARY, VERDICT_FAIL, false));
	cr_expect(body_is_kept(RECORD_SUMMARY, VERDICT_ERROR, false));
}

/* The limit is this process's own: Criterion runs each test in one. */
Test(record, a_full_disk_is_remembered_and_nothing_follows)
{
	struct rlimit limit = { 200, 200 };
	struct record *record = create(RECORD_FULL);
	struct run_case run_case = { .verdict = VERDICT_PASS };
	struct error err = { 0 };
	size_t len;

	(void)signal(SIGXFSZ, SIG_IGN);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	record_case(record, &run_case);
	cr_expect_null(record_failed(record));
	run_case.reason = "a line that no longer fits into what is left of the two hundred bytes";
	record_case(record, &run_case);
	cr_expect_not_null(record_failed(record));
	run_case.reason = NULL;
	record_case(record, &run_case);
	cr_expect_not(record_close(record, &err));
	cr_expect_not_null(strstr(err.message, "cannot write"), "%s", err.message);
	char *text = written(&len);
	cr_expect_leq(len, 200);
	free(text);
}

Test(record, a_secret_is_masked_wherever_it_stands)
{
	struct error err = { 0 };
	struct mask *mask = mask_new();
	json_t *header = json_pack("{s{s[s]}}", "run", "command", "--var=swordfish-99");
	size_t len;

	cr_assert(mask_add(mask, "swordfish-99", "<the password>", &err));
	struct record *record = record_create(path, mask, RECORD_FULL, &err);
	cr_assert_not_null(record, "%s", err.message);
	record_header(record, header);
	json_decref(header);
	struct exchange exchange = login;
	exchange.http.response_body = "{\"p\":\"swordfish-99\"}";
	exchange.http.response_body_len = 20;
	struct run_case run_case = { .verdict = VERDICT_FAIL,
				     .actual = "swordfish-99",
				     .exchanges = &exchange,
				     .exchange_count = 1 };
	record_case(record, &run_case);
	close_well(record);
	char *text = written(&len);
	cr_expect_null(strstr(text, "swordfish"), "%s", text);
	cr_expect_not_null(strstr(text, "{\\\"p\\\":\\\"<the password>\\\"}"), "%s", text);
	free(text);
	mask_free(mask);
}

Test(record, closing_nothing_is_fine)
{
	struct error err = { 0 };

	cr_expect(record_close(NULL, &err));
}
