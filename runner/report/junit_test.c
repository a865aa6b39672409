#include "report/junit.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/rows.h"
#include "base/tree.h"
#include "run/record.h"

static const char *const golden[] = {
	"fixtures/golden/passing.xml",
	"fixtures/golden/mixed.xml",
	"fixtures/golden/killed.xml",
	"fixtures/golden/refused.xml",
};

extern char **environ;

/* The exit status of a program; -1 when it is not installed. What it says goes to `log`. */
static int
run_program(const char *const *argv, const char *log)
{
	posix_spawn_file_actions_t actions;
	char *words[8] = { NULL };
	int status = -1;
	pid_t pid;

	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log, O_WRONLY, 0);
	for (size_t i = 0; argv[i]; i++)
		words[i] = strdup(argv[i]);
	if (posix_spawnp(&pid, words[0], &actions, NULL, words, environ) == 0 &&
	    waitpid(pid, &status, 0) == pid)
		status = WIFEXITED(status) ? WEXITSTATUS(status) : -2;
	for (size_t i = 0; words[i]; i++)
		free(words[i]);
	(void)posix_spawn_file_actions_destroy(&actions);
	return status == 127 ? -1 : status;
}

ParameterizedTestParameters(junit, every_report_is_valid_by_the_schema)
{
	return rows_of(COUNTOF(golden));
}

ParameterizedTest(size_t *row, junit, every_report_is_valid_by_the_schema)
{
	int status = run_program((const char *const[]){ "xmllint", "--noout", "--nonet", "--schema",
							"fixtures/golden/junit.xsd", golden[*row],
							NULL },
				 "/dev/null");

	if (status == -1)
		cr_skip_test("xmllint is not installed");
	cr_expect_eq(status, 0, "%s", golden[*row]);
}

/* A reader that is not ours: what dorny/test-reporter, mikepenz/action-junit-report, GitLab and
 * Jenkins rely on. */
static const char reader[] =
	"import sys, xml.etree.ElementTree as tree\n"
	"root = tree.parse(sys.argv[1]).getroot()\n"
	"assert root.tag == 'testsuites'\n"
	"seen, sums = set(), dict(tests=0, failures=0, errors=0, skipped=0)\n"
	"for suite in root:\n"
	"    assert suite.tag == 'testsuite' and suite.get('name').strip(), 'suite'\n"
	"    assert not suite.findall('testsuite'), 'nested'\n"
	"    cases = suite.findall('testcase')\n"
	"    for key, tag in ('failures', 'failure'), ('errors', 'error'), ('skipped', "
	"'skipped'):\n"
	"        count = sum(len(case.findall(tag)) for case in cases)\n"
	"        assert count == int(suite.get(key)), key\n"
	"        sums[key] += count\n"
	"    assert len(cases) == int(suite.get('tests')), 'tests'\n"
	"    sums['tests'] += len(cases)\n"
	"    for case in cases:\n"
	"        key = case.get('classname'), case.get('name')\n"
	"        assert all(key) and key not in seen, 'unique'\n"
	"        seen.add(key)\n"
	"        float(case.get('time'))\n"
	"        bad = case.findall('failure') + case.findall('error')\n"
	"        assert len(bad) <= 1, 'one verdict'\n"
	"        for verdict in bad:\n"
	"            lines = verdict.text.split('\\n')\n"
	"            assert lines[0].split()[0] in ('FAIL', 'ERROR') and lines[1].strip(), "
	"'lines'\n"
	"            assert '\\n' not in verdict.get('message') and verdict.get('type'), "
	"'message'\n"
	"        for out in case.findall('system-out'):\n"
	"            assert bad and len(out.text.encode()) < 70000, 'system-out'\n"
	"for key in sums:\n"
	"    assert sums[key] == int(root.get(key)), key\n";

ParameterizedTestParameters(junit, another_reader_finds_what_it_relies_on)
{
	return rows_of(COUNTOF(golden));
}

ParameterizedTest(size_t *row, junit, another_reader_finds_what_it_relies_on)
{
	int status =
		run_program((const char *const[]){ "python3", "-c", reader, golden[*row], NULL },
			    "/dev/stderr");

	if (status == -1)
		cr_skip_test("python3 is not installed");
	cr_expect_eq(status, 0, "%s", golden[*row]);
}

/* A reply of a megabyte, every byte of which needs escaping, and a suite in two parts. */
static void
write_large(const char *path)
{
	static char body[1024 * 1024];
	struct error err = { 0 };
	struct exchange exchange = {
		.kind = EXCHANGE_HTTP,
		.http = { .status = 200, .response_body = body, .response_body_len = sizeof(body) }
	};
	struct run_case run_case = { .verdict = VERDICT_FAIL,
				     .actual = "200",
				     .exchanges = &exchange,
				     .exchange_count = 1 };
	json_t *header = json_pack("{s{ss}}", "run", "started", "2026-11-22T21:35:45.123Z");
	struct record *record = record_create(path, NULL, RECORD_FULL, &err);

	cr_assert_not_null(record, "%s", err.message);
	memset(body, '<', sizeof(body));
	record_header(record, header);
	json_decref(header);
	record_planned(record, &(struct planned_case){ .suite = "a", .id = "1", .line = 3 });
	record_planned(record, &(struct planned_case){ .suite = "b", .id = "1" });
	record_planned(record, &(struct planned_case){ .suite = "a", .id = "2" });
	record_case(record, &run_case);
	cr_assert(record_close(record, &err), "%s", err.message);
}

Test(junit, a_huge_reply_is_cut_and_the_suites_stay_flat)
{
	char folder[] = "/tmp/lensgate-junit-XXXXXX";
	char record[60];
	char report[60];
	static const struct report_options options = { .title = "Another title" };
	struct error err = { 0 };
	size_t len;

	cr_assert_not_null(mkdtemp(folder));
	(void)snprintf(record, sizeof(record), "%s/run.jsonl", folder);
	(void)snprintf(report, sizeof(report), "%s/junit.xml", folder);
	write_large(record);
	struct run *run = run_load(folder, &err);
	cr_assert_not_null(run, "%s", err.message);
	struct mask *mask = mask_new();
	cr_assert(report_write("junit", run, report, mask, &options, &err), "%s", err.message);
	mask_free(mask);
	run_free(run);
	char *text = file_read(report, 10000000, &len, &err);
	cr_assert_not_null(text);
	cr_expect_lt(len, 600000, "%zu", len);
	cr_expect_not_null(strstr(text, "[cut here; the rest is in the run record with digest "));
	cr_expect_not_null(strstr(text, "<testsuites name=\"Another title\" tests=\"3\""));
	cr_expect_not_null(
		strstr(text, "<testsuite name=\"a\" tests=\"2\" failures=\"1\" errors=\"1\""));
	cr_expect_not_null(strstr(text, "<error type=\"interrupted\""));
	free(text);
	cr_expect(tree_remove(folder));
}
