#include "rls/audit_report.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <jansson.h>
#include <string.h>

#include "base/scratch.h"

/* Three findings: one that fails, one accepted, a note; with everything in them that a format
 * could stumble over. */
static struct {
	struct audit_finding findings[3];
	struct audit audit;
	struct audit_threshold threshold;
	struct audit_report report;
	struct mask *mask;
	struct buf out;
	struct error err;
} t;

static const char *const names[] = { "public" };

static void
start(void)
{
	t.findings[0] = (struct audit_finding){ .check = audit_check_find("B12"),
						.kind = "policy",
						.object = "public.\"<b>&]]>\".x|y",
						.detail = "bad `code` \x1b[31m\nline",
						.fix = "drop policy \"x|y\";\n-- second" };
	t.findings[1] = (struct audit_finding){ .check = audit_check_find("A3"),
						.kind = "table",
						.object = "public.t",
						.detail = "no policy",
						.fix = "create policy",
						.reason = "it is <empty>",
						.until = "2027-01-01" };
	t.findings[2] = (struct audit_finding){ .check = audit_check_find("B10"),
						.kind = "policy",
						.object = "public.t.p",
						.detail = "per row",
						.fix = "alter policy" };
	t.audit = (struct audit){ .version = "15.20 (Debian)",
				  .database = "lens",
				  .schemas = { names, 1 },
				  .roles = { names, 1 },
				  .findings = t.findings,
				  .finding_count = 3 };
	cr_assert(audit_threshold_parse("error", &t.threshold, &t.err));
	t.report = (struct audit_report){ .audit = &t.audit,
					  .threshold = &t.threshold,
					  .place = "staging",
					  .artifact = "fixtures/my file.yaml",
					  .today = "2026-11-23" };
	t.mask = mask_new();
	buf_init(&t.out, (size_t)4 * 1024 * 1024);
}

static void
stop(void)
{
	buf_release(&t.out);
	mask_free(t.mask);
}

TestSuite(audit_report, .init = start, .fini = stop);

static const char *
written(void (*write)(const struct audit_report *, struct sink *))
{
	struct sink *sink = sink_memory(t.mask, &t.out);

	buf_clear(&t.out);
	write(&t.report, sink);
	cr_assert(sink_close(sink, &t.err), "%s", t.err.message);
	return t.out.text;
}

/* What the SARIF 2.1.0 schema and GitHub require of what we write. */
static void
expect_result(const json_t *result, const json_t *rules)
{
	const json_t *location = json_array_get(json_object_get(result, "locations"), 0);
	const json_t *physical = json_object_get(location, "physicalLocation");
	const json_t *artifact = json_object_get(physical, "artifactLocation");
	const char *uri = json_string_value(json_object_get(artifact, "uri"));
	const char *level = json_string_value(json_object_get(result, "level"));
	const json_t *index = json_object_get(result, "ruleIndex");
	const json_t *rule = json_array_get(rules, (size_t)json_integer_value(index));
	const json_t *message = json_object_get(json_object_get(result, "message"), "text");

	cr_assert(uri && level && rule && json_is_integer(index));
	cr_expect_str_eq(json_string_value(json_object_get(rule, "id")),
			 json_string_value(json_object_get(result, "ruleId")));
	cr_expect(strcmp(level, "none") == 0 || strcmp(level, "note") == 0 ||
		  strcmp(level, "warning") == 0 || strcmp(level, "error") == 0);
	cr_expect_gt(json_string_length(message), 0);
	for (const char *c = uri; *c; c++)
		cr_expect(isalnum((unsigned char)*c) || strchr("/-._~%", *c), "uri %s", uri);
	cr_expect_geq(json_integer_value(
			      json_object_get(json_object_get(physical, "region"), "startLine")),
		      1);
	/* The one that code scanning knows. */
	const char *line = json_string_value(json_object_get(
		json_object_get(result, "partialFingerprints"), "primaryLocationLineHash"));
	cr_assert(line);
	cr_expect_eq(strspn(line, "0123456789abcdef"), 16, "%s", line);
	cr_expect_str_eq(line + 16, ":1");
}

Test(audit_report, sarif_has_all_that_code_scanning_asks_for)
{
	json_error_t where;
	size_t count, i;
	json_t *root = json_loads(written(audit_sarif), 0, &where), *result;

	cr_assert(root, "%s", where.text);
	cr_expect_str_eq(json_string_value(json_object_get(root, "version")), "2.1.0");
	cr_expect(strstr(json_string_value(json_object_get(root, "$schema")), "sarif-2.1.0"));
	const json_t *run = json_array_get(json_object_get(root, "runs"), 0);
	const json_t *driver = json_object_get(json_object_get(run, "tool"), "driver");
	cr_expect_str_eq(json_string_value(json_object_get(driver, "name")), "lensgate");
	const json_t *rules = json_object_get(driver, "rules");
	(void)audit_checks(&count);
	cr_expect_eq(json_array_size(rules), count);
	for (i = 0; i < count; i++) {
		const json_t *help = json_object_get(json_array_get(rules, i), "help");
		cr_expect(strstr(json_string_value(json_object_get(help, "text")), "Why it"));
		cr_expect(json_string_length(json_object_get(help, "markdown")) > 0);
	}
	json_t *results = json_object_get(run, "results");
	cr_assert_eq(json_array_size(results), 3);
	json_array_foreach(results, i, result)
	{
		expect_result(result, rules);
		cr_expect_eq(json_object_get(result, "suppressions") != NULL, i == 1);
	}
	json_decref(root);
}

Test(audit_report, a_finding_keeps_its_fingerprint_when_only_the_sentence_changes)
{
	const char *before = strstr(written(audit_sarif), "lensgateFinding/v1");
	char kept[100];

	cr_assert(before);
	(void)snprintf(kept, sizeof(kept), "%.90s", before);
	t.findings[0].detail = "another sentence";
	cr_expect(strstr(written(audit_sarif), kept));
}

Test(audit_report, no_two_findings_have_the_same_fingerprint)
{
	json_error_t where;

	t.findings[2] = t.findings[0];
	t.findings[2].detail = "for another reason";
	json_t *root = json_loads(written(audit_sarif), 0, &where);
	json_t *results =
		json_object_get(json_array_get(json_object_get(root, "runs"), 0), "results");
	const json_t *first = json_object_get(json_array_get(results, 0), "partialFingerprints");
	const json_t *third = json_object_get(json_array_get(results, 2), "partialFingerprints");
	cr_assert(first && third);
	cr_expect_not(json_equal(json_object_get(first, "primaryLocationLineHash"),
				 json_object_get(third, "primaryLocationLineHash")));
	json_decref(root);
}

Test(audit_report, json_has_what_fails_and_what_was_accepted)
{
	json_error_t where;
	json_t *root = json_loads(written(audit_json), 0, &where);

	cr_assert(root, "%s", where.text);
	const json_t *findings = json_object_get(root, "findings");
	cr_assert_eq(json_array_size(findings), 3);
	cr_expect_eq(json_integer_value(json_object_get(root, "failing")), 1);
	cr_expect(json_is_true(json_object_get(json_array_get(findings, 0), "fails")));
	cr_expect_not(json_is_true(json_object_get(json_array_get(findings, 1), "fails")));
	cr_expect_str_eq(
		json_string_value(json_object_get(
			json_object_get(json_array_get(findings, 1), "accepted"), "reason")),
		"it is <empty>");
	json_decref(root);
}

static size_t
times(const char *text, const char *part)
{
	size_t count = 0;

	for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
		count++;
	return count;
}

Test(audit_report, junit_has_one_case_per_check_and_fails_what_found_something)
{
	const char *xml = written(audit_junit);
	size_t count;

	(void)audit_checks(&count);
	cr_expect_eq(times(xml, "<testcase "), count);
	cr_expect_eq(times(xml, "<failure "), 1);
	cr_expect(strstr(xml, "public.&quot;&lt;b&gt;&amp;]]&gt;&quot;.x|y") ||
			  strstr(xml, "public.\"&lt;b&gt;&amp;]]&gt;\".x|y"),
		  "escaped");
	cr_expect_not(strchr(xml, '\x1b'));
	cr_expect(strstr(xml, "accepted until 2027-01-01: it is &lt;empty&gt;"));
}

Test(audit_report, markdown_says_verdict_why_fix_and_what_was_looked_for)
{
	const char *text = written(audit_markdown);
	size_t count;

	(void)audit_checks(&count);
	cr_expect(strstr(text, "**FAILED**: 1 finding fails the audit"));
	cr_expect(strstr(text, "Why it matters: "));
	cr_expect(strstr(text, "```sql\ndrop policy \"x|y\";\n-- second"));
	cr_expect(strstr(text, "Accepted until 2027-01-01"));
	cr_expect_not(strchr(text, '\x1b'));
	cr_expect_not(strstr(text, "it is <empty>"), "markup is escaped");
	const struct audit_check *all = audit_checks(&count);
	for (size_t i = 0; i < count; i++) {
		char row[64];
		(void)snprintf(row, sizeof(row), "\n| %s %s | ", all[i].code, all[i].name);
		cr_expect(strstr(text, row), "%s", all[i].code);
	}
}

Test(audit_report, the_page_says_verdict_why_fix_and_what_was_looked_for)
{
	static const char *const parts[] = {
		"<body class=\"bad\">",
		"</span>FAILED</p>",
		"1 finding fails the audit.",
		"<li class=\"quiet\"><b>1</b> accepted</li>",
		"<article class=\"card check error\" id=\"B12\">",
		"<li class=\"finding fails\"><p "
		"class=\"where\"><b><code>public.&quot;&lt;b&gt;&amp;]]"
		"&gt;&quot;.x|y</code></b>",
		"<pre>drop policy &quot;x|y&quot;;\n-- second</pre>",
		"<p class=\"same\">accepted until 2027-01-01: it is &lt;empty&gt;</p>",
		"<td><a href=\"#B12\">1</a></td>",
		"not known: checks about tenants find nothing",
		"script-src 'none'",
		"body:has(#s-fails:checked) .finding:not(.fails),",
	};
	const char *text = written(audit_html);
	size_t count;

	(void)audit_checks(&count);
	for (size_t i = 0; i < COUNTOF(parts); i++)
		cr_expect(strstr(text, parts[i]), "row %zu in:\n%s", i, strstr(text, "<body"));
	cr_expect_eq(times(text, "<tr><th scope=\"row\">"), count);
	cr_expect_eq(times(text, "<article "), 3, "one for each check that found something");
	cr_expect_eq(times(text, "<pre>"), 2, "what is accepted needs no fix");
	cr_expect_not(strchr(text, '\x1b'));
	cr_expect_null(strstr(text, "http://"));
	cr_expect_null(strstr(text, "https://"));
}

Test(audit_report, a_page_that_fails_nothing_says_passed)
{
	cr_assert(audit_threshold_parse("none", &t.threshold, &t.err));
	const char *text = written(audit_html);

	cr_expect(strstr(text, "<body class=\"good\">"));
	cr_expect(strstr(text, "</span>PASSED</p>"));
	cr_expect_null(strstr(text, "finding fails\""));
	t.audit.finding_count = 0;
	cr_expect_null(strstr(written(audit_html), "id=\"findings\""));
}

Test(audit_report, the_terminal_cannot_be_steered_and_quiet_shows_only_what_fails)
{
	const char *text = written(audit_terminal);

	cr_expect_not(strchr(text, '\x1b'));
	cr_expect(strstr(text, "ERROR   B12 hard-coded-id: "));
	cr_expect(strstr(text,
			 "             fix  drop policy \"x|y\";\n                  -- second\n"));
	cr_expect(strstr(text, "accepted A3 public.t until 2027-01-01: it is <empty>"));
	cr_expect(strstr(text, "FAILED  "));
	cr_expect(strstr(text, "no column is known"));
	t.report.quiet = true;
	text = written(audit_terminal);
	cr_expect(strstr(text, "B12"));
	cr_expect_not(strstr(text, "B10"));
	cr_expect_not(strstr(text, "accepted A3"));
}

Test(audit_report, an_acceptance_that_ended_or_accepts_nothing_is_said)
{
	static const char yaml[] =
		"accepted:\n"
		"  - { code: B12, object: gone, reason: x, until: 2027-01-01 }\n"
		"  - { code: B10, object: public.t.p, reason: x, until: 2026-01-01 }\n";
	char path[SCRATCH_BYTES];
	struct errors errors = { 0 };

	scratch_make(path, "baseline.yaml", yaml, strlen(yaml));
	struct audit_baseline *baseline = audit_baseline_load(path, &errors);
	cr_assert(baseline);
	audit_baseline_apply(baseline, &t.audit, t.report.today);
	t.report.baseline = baseline;
	const char *text = written(audit_terminal);
	cr_expect(strstr(text, ":2: the acceptance of B12 for gone accepts nothing"));
	cr_expect(strstr(text, ":3: the acceptance of B10 for public.t.p ended on 2026-01-01"));
	text = written(audit_markdown);
	cr_expect(strstr(text, "## Acceptances to look at"));
	text = written(audit_html);
	cr_expect(strstr(text, "<h2 id=\"acceptances\">"));
	cr_expect(strstr(text, "<p>It ended on 2026-01-01: the finding counts again.</p>"));
	cr_expect(strstr(text, "<p>Until 2027-01-01 it accepts nothing: no such finding.</p>"));
	scratch_remove(path);
	audit_baseline_free(baseline);
}

Test(audit_report, a_kind_that_is_none_is_refused)
{
	cr_expect_not(audit_report_write("pdf", &t.report, "-", t.mask, &t.err));
	cr_expect_eq(t.err.code, ERROR_USAGE);
}
