/* Golden files: four saved runs, and each report they must produce, byte for byte.
 *
 *     LENSGATE_GOLDEN=write .build/checked/unit --filter 'golden/is_written_again_on_demand_only'
 *
 * writes fixtures/golden again; the diff is then what to review. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/rows.h"
#include "base/tree.h"
#include "report/report.h"
#include "run/record.h"

#define FILE_BYTES ((size_t)16 * 1024 * 1024)

static const char header_json[] =
	"{\"run\": {\"id\": \"019ab0c4-7d00-7000-8000-0000000000aa\","
	"          \"started\": \"2026-11-22T21:35:45.123Z\","
	"          \"command\": [\"lensgate\", \"gate\", \"pre-deploy\"],"
	"          \"title\": \"Shopping list: MUTATE role gating\", \"flaky_budget\": 0,"
	"          \"reports\": [{\"kind\": \"junit\", \"path\": \"reports/x/junit.xml\"},"
	"                        {\"kind\": \"markdown\", \"path\": \"reports/x/evidence.md\"}]},"
	" \"program\": {\"version\": \"0.1.0\", \"libraries\": {\"libcurl\": \"7.88.1\"}},"
	" \"suites\": [{\"name\": \"shopping_list.mutate_role\", \"title\": \"Roles\","
	"              \"file\": \"suites/shopping_list/mutate_role.yaml\","
	"              \"sha256\": "
	"\"0000000000000000000000000000000000000000000000000000000000000001\"}],"
	" \"lenses\": [{\"name\": \"shopping_list\", \"file\": \"suites/shopping_list/lens.yaml\","
	"  \"sha256\": \"0000000000000000000000000000000000000000000000000000000000000002\","
	"  \"declared\": {\"actions\": {"
	"    \"create_item\": {\"variant\": \"MUTATE\", \"allow\": [\"crew\", \"captain\"], "
	"\"sql\": true},"
	"    \"approve_item\": {\"variant\": \"MUTATE\", \"allow\": [\"captain\"], \"sql\": true},"
	"    \"view_history\": {\"variant\": \"READ\", \"allow\": [\"crew\", \"captain\"], "
	"\"sql\": false}},"
	"   \"roles\": [\"crew\", \"captain\"],"
	"   \"tables\": [\"pms_shopping_list_items\", \"pms_audit_log\"],"
	"   \"transitions\": {\"status\": {\"candidate\": [\"under_review\"], \"approved\": "
	"[\"ordered\"]}},"
	"   \"errors\": [\"INSUFFICIENT_PERMISSIONS\", \"NOT_FOUND\"]}}],"
	" \"environment\": {\"name\": \"embedded\", \"base_url\": \"http://127.0.0.1:8080\","
	"  \"host\": \"127.0.0.1\", \"yacht\": \"85fe1119-b04c-41ac-80f1-829d23322598\","
	"  \"embedded\": true, \"flags\": {\"SHOPPING_LIST_LENS_V1_ENABLED\": true}},"
	" \"target\": {\"commit\": \"4f1c2d3\", \"environment\": \"test\", \"version\": \"1.0\"},"
	" \"database\": {\"version\": \"15.18\", \"user\": \"service\", \"superuser\": false,"
	"  \"bypassrls\": true},"
	" \"personas\": [{\"name\": \"crew\", \"role\": \"crew\","
	"   \"user\": \"57e82f78-0a2d-4a7c-a428-6287621d06c5\", \"token\": \"valid\"},"
	"  {\"name\": \"hod\", \"role\": \"captain\", \"user\": "
	"\"00000000-0000-4000-8000-000000000002\"}],"
	" \"suites_commit\": {\"commit\": \"a6ff2ab\", \"dirty\": false},"
	" \"machine\": {\"cores\": 2}}";

static const struct planned_case create_planned = {
	.suite = "shopping_list.mutate_role",
	.id = "crew-create",
	.title = "CREW may create an item",
	.group = "crew",
	.persona = "crew",
	.file = "suites/shopping_list/mutate_role.yaml",
	.line = 12,
	.action = "create_item",
	.role = "crew",
	.layer = "execute",
	.tags = "mutate smoke",
};

static const struct planned_case approve_planned = {
	.suite = "shopping_list.mutate_role",
	.id = "crew-approve-denied",
	.title = "CREW may not approve",
	.group = "crew",
	.persona = "crew",
	.file = "suites/shopping_list/mutate_role.yaml",
	.line = 27,
	.action = "approve_item",
	.role = "crew",
	.layer = "execute",
};

static const struct planned_case sql_planned = {
	.suite = "shopping_list.rls",
	.id = "crew-approve-in-sql",
	.title = "CREW may not approve in SQL",
	.persona = "crew",
	.file = "suites/shopping_list/rls.yaml",
	.line = 9,
	.action = "approve_item",
	.role = "crew",
	.layer = "rls",
};

#define REQUEST_HEADERS                                                                            \
	"Authorization: Bearer <crew token>\r\nContent-Type: application/json\r\n"                 \
	"Content-Length: 58\r\n"

/* A request to create, and its reply. */
static struct exchange
create_exchange(void)
{
	static const char body[] =
		"{\"action\":\"create_item\",\"payload\":{\"part_name\":\"It's oil\"}}";
	static const char reply[] = "{\"success\":true,\"data\":{\"status\":\"candidate\"}}";

	return (struct exchange){
		.kind = EXCHANGE_HTTP,
		.purpose = PURPOSE_STEP,
		.step = 1,
		.attempt = 1,
		.persona = "crew",
		.started_us = 1000,
		.http = { .method = "POST",
			  .url = "http://127.0.0.1:8080/v1/actions/execute",
			  .request_headers = REQUEST_HEADERS,
			  .request_body = body,
			  .request_body_len = sizeof(body) - 1,
			  .status = 200,
			  .response_headers =
				  "Content-Type: application/json\r\nX-Request-Id: r-1\r\n",
			  .response_body = reply,
			  .response_body_len = sizeof(reply) - 1,
			  .response_bytes = sizeof(reply) - 1,
			  .timing = { .first_byte_us = 900, .total_us = 1200 } },
	};
}

static struct exchange
approve_exchange(long status, const char *reply)
{
	struct exchange made = create_exchange();

	made.http.status = status;
	made.http.request_body = "{\"action\":\"approve_item\"}";
	made.http.request_body_len = strlen(made.http.request_body);
	made.http.response_body = reply;
	made.http.response_body_len = made.http.response_bytes = strlen(reply);
	return made;
}

static struct exchange
witness_exchange(enum purpose purpose, const char *values)
{
	return (struct exchange){
		.kind = EXCHANGE_SQL,
		.purpose = purpose,
		.step = 1,
		.attempt = 1,
		.started_us = 2000,
		.sql = { .identity = "witness",
			 .text = "select * from pms_shopping_list_items where id = $1",
			 .params = "[\"0b51f8aa-0000-4000-8000-000000000001\"]",
			 .outcome = "allowed",
			 .rows = 1,
			 .values = values,
			 .elapsed_us = 300 },
	};
}

static struct exchange
persona_exchange(void)
{
	return (struct exchange){
		.kind = EXCHANGE_SQL,
		.purpose = PURPOSE_STEP,
		.step = 1,
		.attempt = 1,
		.persona = "crew",
		.sql = { .identity = "persona",
			 .role = "authenticated",
			 .claims = "{\"sub\": \"57e82f78-0a2d-4a7c-a428-6287621d06c5\", \"name\": "
				   "\"O'Neil\"}",
			 .text = "update pms_shopping_list_items set status = 'approved' where id "
				 "= $1;",
			 .params = "[\"it's\", null, 5]",
			 .outcome = "denied",
			 .sqlstate = "42501",
			 .message = "new row violates row-level security policy",
			 .elapsed_us = 450 },
	};
}

#define CANDIDATE "[{\"status\": \"candidate\"}]"
#define REFUSAL   "{\"status\":\"error\",\"error_code\":\"INSUFFICIENT_PERMISSIONS\"}"

static void
settle(struct record *record, struct run_case run_case, const struct exchange *exchanges,
       size_t count)
{
	run_case.exchanges = exchanges;
	run_case.exchange_count = count;
	run_case.started_us = 1000 * (int64_t)run_case.index;
	if (!run_case.attempts && count)
		run_case.attempts = 1;
	record_case(record, &run_case);
}

static void
settle_create(struct record *record, size_t index)
{
	const struct exchange made[] = { create_exchange(),
					 witness_exchange(PURPOSE_WRITTEN, CANDIDATE) };

	settle(record,
	       (struct run_case){ .index = index,
				  .verdict = VERDICT_PASS,
				  .expected = "200",
				  .actual = "200",
				  .proof = "1 row written",
				  .elapsed_us = 1500,
				  .assertions = 3 },
	       made, COUNTOF(made));
}

static void
settle_denied(struct record *record, size_t index)
{
	const struct exchange made[] = { witness_exchange(PURPOSE_BEFORE, CANDIDATE),
					 approve_exchange(403, REFUSAL),
					 witness_exchange(PURPOSE_AFTER, CANDIDATE) };

	settle(record,
	       (struct run_case){ .index = index,
				  .verdict = VERDICT_PASS,
				  .expected = "403 INSUFFICIENT_PERMISSIONS",
				  .actual = "403 INSUFFICIENT_PERMISSIONS",
				  .proof = "row unchanged; control hod-approve passed",
				  .elapsed_us = 2500,
				  .assertions = 4 },
	       made, COUNTOF(made));
}

static void
settle_sql(struct record *record, size_t index)
{
	const struct exchange made[] = { persona_exchange() };

	settle(record,
	       (struct run_case){ .index = index,
				  .verdict = VERDICT_PASS,
				  .expected = "denied",
				  .actual = "denied",
				  .elapsed_us = 450,
				  .assertions = 1 },
	       made, COUNTOF(made));
}

static void
write_footer(struct record *record, const char *json)
{
	json_t *footer = json_loads(json, 0, NULL);

	cr_assert_not_null(footer);
	record_footer(record, footer);
	json_decref(footer);
}

static void
write_preflight(struct record *record, bool ok)
{
	json_t *checks = json_pack("[{ssssso}{sssbss}]", "name", "target", "sentence",
				   "4f1c2d3 answers at 127.0.0.1:8080", "ok", json_true(), "name",
				   "token crew", "ok", ok, "sentence",
				   ok ? "the crew token is accepted"
				      : "connection refused by 127.0.0.1:8080");

	cr_assert_not_null(checks);
	record_preflight(record, checks, NULL, 0);
	json_decref(checks);
}

static void
write_passing(struct record *record)
{
	record_planned(record, &create_planned);
	record_planned(record, &approve_planned);
	record_planned(record, &sql_planned);
	write_preflight(record, true);
	settle_sql(record, 2);
	settle_create(record, 0);
	settle_denied(record, 1);
	write_footer(
		record,
		"{\"totals\": {}, \"invariants\": {\"replies\": 61}, \"cleanup\": {\"registered\": "
		"1,"
		" \"removed\": 1, \"leftovers\": []}, \"verdict\": \"PASSED\", \"exit_status\": 0,"
		" \"elapsed_us\": 1250000, \"ended\": \"2026-11-22T21:35:46.373Z\","
		" \"interrupted\": false}");
}

/* Texts that break tables, XML, terminals and JSON. */
#define HOSTILE                                                                                    \
	"say \"no\", it's <b>&amp;</b> ]]> | a | `b` ``` \\ \033[31m\001\177 \xf0\x9f\x9a\xa2 "    \
	"\xc2\x9b _x_ *y* [z](u)\r\nsecond line\ttab"

static struct run_case
hostile_failure(struct findings *findings, size_t index)
{
	char longer[6000];

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	finding_add(findings, FINDING_STATUS, "", "403", "200", "the status is 200 and not 403: %s",
		    HOSTILE);
	finding_add(findings, FINDING_BODY, "/data/a~1b", "INSUFFICIENT_PERMISSIONS",
		    "INSUFFICIENT_CREDIT", "another error code");
	finding_add(findings, FINDING_UNCHANGED, "/status", HOSTILE, longer, "the row has changed");
	finding_add(findings, FINDING_UNCHANGED, "/0",
		    "{\"status\": \"candidate\", \"approved_by\": null}",
		    "{\"status\": \"approved\", \"approved_by\": \"<hod>\"}",
		    "a row of items had to stay as it was, but changed");
	return (struct run_case){ .index = index,
				  .verdict = VERDICT_FAIL,
				  .expected = "403 INSUFFICIENT_PERMISSIONS",
				  .actual = "200 " HOSTILE,
				  .note = "one of 403, 404 because " HOSTILE,
				  .elapsed_us = 61234567,
				  .assertions = 4,
				  .findings = *findings };
}

static void
settle_hostile(struct record *record, size_t index)
{
	static const char *const leftovers[] = { "pms_shopping_list_items 0b51f8aa: " HOSTILE };
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena };
	char body[5000];
	struct exchange made[] = { approve_exchange(200, HOSTILE), persona_exchange() };
	struct run_case failed = hostile_failure(&findings, index);

	memset(body, '`', sizeof(body));
	body[10] = '\0';
	body[11] = (char)0xff;
	made[0].http.request_body = body;
	made[0].http.request_body_len = sizeof(body);
	made[0].title = HOSTILE;
	made[0].http.truncated = true;
	made[0].http.response_bytes = 1000000;
	failed.leftovers = leftovers;
	failed.leftover_count = COUNTOF(leftovers);
	settle(record, failed, made, COUNTOF(made));
	arena_release(&arena);
}

static void
settle_timeout(struct record *record, size_t index)
{
	struct exchange made = create_exchange();

	made.http.status = 0;
	made.http.response_headers = NULL;
	made.http.response_body = NULL;
	made.http.response_body_len = made.http.response_bytes = 0;
	made.http.problem = "no whole reply within 2000 ms from 127.0.0.1:8080";
	settle(record,
	       (struct run_case){ .index = index,
				  .verdict = VERDICT_ERROR,
				  .trouble = TROUBLE_TRANSPORT,
				  .reason = "no whole reply within 2000 ms from 127.0.0.1:8080",
				  .expected = "200",
				  .elapsed_us = 2000123 },
	       &made, 1);
}

/* One case for every trouble but the first, after those that have a story. */
static void
settle_troubles(struct record *record, size_t index)
{
	for (int i = 1; i < TROUBLE_KINDS; i++) {
		char reason[80];

		if (i == TROUBLE_TRANSPORT || i == TROUBLE_INTERRUPTED)
			continue;
		(void)snprintf(reason, sizeof(reason), "reason of the trouble \"%s\"",
			       trouble_name((enum trouble)i));
		settle(record,
		       (struct run_case){ .index = index++,
					  .verdict = VERDICT_ERROR,
					  .trouble = (enum trouble)i,
					  .reason = reason },
		       NULL, 0);
	}
}

static void
plan_mixed(struct record *record)
{
	struct planned_case planned = create_planned;
	char id[40];

	record_planned(record, &create_planned);
	planned = approve_planned;
	planned.title = HOSTILE;
	planned.group = "a.b. c";
	record_planned(record, &planned);
	planned = create_planned;
	planned.id = "slow|create";
	record_planned(record, &planned);
	planned.id = "flaky-create";
	record_planned(record, &planned);
	planned.id = "skipped-create";
	planned.title = NULL;
	planned.persona = NULL;
	record_planned(record, &planned);
	planned = sql_planned;
	planned.layer = "list";
	for (int i = 1; i < TROUBLE_KINDS - 2; i++) {
		(void)snprintf(id, sizeof(id), "trouble-%d", i);
		planned.id = id;
		record_planned(record, &planned);
	}
}

static void
write_mixed(struct record *record)
{
	const struct exchange retried[] = { create_exchange() };

	plan_mixed(record);
	settle_create(record, 0);
	settle_hostile(record, 1);
	settle_timeout(record, 2);
	settle(record,
	       (struct run_case){ .index = 3,
				  .verdict = VERDICT_PASS,
				  .expected = "200",
				  .actual = "200",
				  .flaky = true,
				  .attempts = 2,
				  .elapsed_us = 999 },
	       retried, 1);
	settle(record,
	       (struct run_case){ .index = 4, .verdict = VERDICT_SKIP, .reason = "waits for v2" },
	       NULL, 0);
	settle_troubles(record, 5);
	write_footer(
		record,
		"{\"invariants\": {\"replies\": 2, \"late\": 1, \"retried\": 1},"
		" \"cleanup\": {\"registered\": 2, \"removed\": 1, \"leftovers\": [\"one row\"]},"
		" \"elapsed_us\": 63000000, \"ended\": \"2026-11-22T21:36:48.123Z\"}");
}

static void
write_killed(struct record *record)
{
	record_planned(record, &create_planned);
	record_planned(record, &approve_planned);
	record_planned(record, &sql_planned);
	write_preflight(record, true);
	settle_create(record, 0);
	settle_denied(record, 1);
}

static void
write_refused(struct record *record)
{
	struct planned_case planned = create_planned;
	char id[40];

	for (int i = 1; i <= 27; i++) {
		(void)snprintf(id, sizeof(id), "case-%d", i);
		planned.id = id;
		record_planned(record, &planned);
	}
	write_preflight(record, false);
	for (size_t i = 0; i < 27; i++)
		settle(record,
		       (struct run_case){
			       .index = i,
			       .verdict = VERDICT_ERROR,
			       .trouble = TROUBLE_PREFLIGHT,
			       .reason = "token crew: connection refused by 127.0.0.1:8080" },
		       NULL, 0);
	write_footer(record, "{\"cleanup\": {\"registered\": 0, \"removed\": 0, \"leftovers\": []},"
			     " \"elapsed_us\": 12000, \"ended\": \"2026-11-22T21:35:45.135Z\"}");
}

static const struct {
	const char *name;
	void (*write)(struct record *record);
	size_t lost; /* bytes of the last line that never reached the disk */
} runs[] = {
	{ "passing", write_passing, 0 },
	{ "mixed", write_mixed, 0 },
	{ "killed", write_killed, 100 },
	{ "refused", write_refused, 0 },
};

static const struct {
	const char *kind, *extension;
} reports[] = {
	{ "junit", "xml" },      { "markdown", "md" },      { "json", "json" },
	{ "terminal", "txt" },   { "html", "html" },        { "annotations", "commands" },
	{ "ctrf", "ctrf.json" }, { "github", "github.md" }, { "pr-comment", "comment.md" },
	{ "tap", "tap" },
};

static char folder[] = "/tmp/lensgate-golden-XXXXXX";

static void
enter(void)
{
	cr_assert_not_null(mkdtemp(folder));
}

static void
leave(void)
{
	cr_expect(tree_remove(folder));
}

TestSuite(golden, .init = enter, .fini = leave);

static char *
read_file(const char *path, size_t *len)
{
	struct error err = { 0 };
	char *text = file_read(path, FILE_BYTES, len, &err);

	cr_assert_not_null(text, "%s", err.message);
	return text;
}

static void
path_of(char path[200], const char *where, size_t run, const char *extension)
{
	(void)snprintf(path, 200, "%s/%s.%s", where, runs[run].name, extension);
}

/* Write the record of run `index` to `path`. */
static void
make_record(size_t index, const char *path)
{
	json_t *header = json_loads(header_json, 0, NULL);
	struct error err = { 0 };
	size_t len;

	cr_assert_not_null(header);
	(void)unlink(path);
	struct record *record = record_create(path, NULL, RECORD_FULL, &err);
	cr_assert_not_null(record, "%s", err.message);
	record_header(record, header);
	json_decref(header);
	runs[index].write(record);
	cr_assert(record_close(record, &err), "%s", err.message);
	if (runs[index].lost == 0)
		return;
	char *text = read_file(path, &len);
	cr_assert(file_replace(path, text, len - runs[index].lost, &err), "%s", err.message);
	free(text);
}

static void
make_report(size_t index, size_t report, const char *path)
{
	static const struct report_options options = { 0 };
	char record[200];
	struct error err = { 0 };

	path_of(record, "fixtures/golden", index, "jsonl");
	struct run *run = run_load(record, &err);
	cr_assert_not_null(run, "%s:%d: %s", err.file, err.line, err.message);
	struct mask *mask = mask_new();
	cr_expect(report_write(reports[report].kind, run, path, mask, &options, &err), "%s",
		  err.message);
	mask_free(mask);
	run_free(run);
}

static bool
writing(void)
{
	const char *wish = getenv("LENSGATE_GOLDEN");

	return wish && strcmp(wish, "write") == 0;
}

static void
expect_same(const char *made, const char *golden)
{
	size_t made_len;
	size_t golden_len;
	char *made_text = read_file(made, &made_len);
	char *golden_text = read_file(golden, &golden_len);
	int line = 1;
	size_t at = 0;

	while (at < made_len && at < golden_len && made_text[at] == golden_text[at])
		line += made_text[at++] == '\n';
	cr_expect(made_len == golden_len && at == made_len, "%s differs in line %d: ...%.60s",
		  golden, line, made_text + at);
	free(golden_text);
	free(made_text);
}

Test(golden, is_written_again_on_demand_only)
{
	char path[200];

	for (size_t run = 0; writing() && run < COUNTOF(runs); run++) {
		path_of(path, "fixtures/golden", run, "jsonl");
		make_record(run, path);
		for (size_t i = 0; i < COUNTOF(reports); i++) {
			path_of(path, "fixtures/golden", run, reports[i].extension);
			make_report(run, i, path);
		}
	}
}

ParameterizedTestParameters(golden, the_record_is_as_ever)
{
	return rows_of(COUNTOF(runs));
}

ParameterizedTest(size_t *row, golden, the_record_is_as_ever)
{
	char made[200];
	char golden[200];

	if (writing())
		return;
	path_of(made, folder, *row, "jsonl");
	path_of(golden, "fixtures/golden", *row, "jsonl");
	make_record(*row, made);
	expect_same(made, golden);
}

ParameterizedTestParameters(golden, a_report_of_the_same_run_has_the_same_bytes)
{
	return rows_of(COUNTOF(runs) * COUNTOF(reports));
}

ParameterizedTest(size_t *row, golden, a_report_of_the_same_run_has_the_same_bytes)
{
	size_t run = *row / COUNTOF(reports);
	size_t report = *row % COUNTOF(reports);
	char made[200];
	char golden[200];

	if (writing())
		return;
	path_of(made, folder, run, reports[report].extension);
	path_of(golden, "fixtures/golden", run, reports[report].extension);
	make_report(run, report, made);
	expect_same(made, golden);
}

/* What each run is worth, whatever its reports look like. */
Test(golden, the_runs_end_as_they_should)
{
	static const int statuses[] = { 0, 3, 4, 3 };
	char path[200];

	for (size_t i = 0; i < COUNTOF(runs); i++) {
		struct error err = { 0 };

		path_of(path, "fixtures/golden", i, "jsonl");
		struct run *run = run_load(path, &err);
		cr_assert_not_null(run, "%s", err.message);
		cr_expect_eq(run_exit_status(run), statuses[i], "%s: %d", path,
			     run_exit_status(run));
		run_free(run);
	}
}
