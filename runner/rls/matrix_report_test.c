#include "rls/matrix_report.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct actor actors[] = { { .name = "crew", .database_role = "authenticated" },
				 { .name = "x<y>|z", .database_role = "authenticated" } };
static struct matrix_relation relations[] = {
	{ .name = "public.items", .kind = 'r', .tenant = "yacht_id", .count = 4 }
};
static struct matrix_cell cells[] = {
	{ .command = "SELECT", .class = "own", .letter = 'A', .seen = 2, .of_seen = 2 },
	{ .command = "SELECT", .class = "other", .letter = 'A', .seen = 1, .of_seen = 1 },
	{ .command = "SELECT", .class = "own", .letter = 'A', .actor = 1 },
	{ .command = "SELECT", .class = "other", .letter = '?', .actor = 1, .reason = "it hung" },
};
static struct matrix matrix = { .actors = actors,
				.actor_count = COUNTOF(actors),
				.relations = relations,
				.relation_count = 1,
				.cells = cells,
				.cell_count = COUNTOF(cells),
				.tries = 9,
				.elapsed_ms = 1234 };
static struct judgements judgements;
static struct changes changes;
static struct matrix_report report;

static void
start(void)
{
	struct error err = { 0 };

	judgements_make(&judgements, &matrix, NULL, 0);
	cr_assert(snapshot_compare("s", "public.items  crew  SELECT other=.\n",
				   "public.items  crew  SELECT other=A\n", &changes, &err));
	report = (struct matrix_report){ .matrix = &matrix,
					 .judgements = &judgements,
					 .changes = &changes,
					 .place = "embedded",
					 .subject = "shopping_list",
					 .started = "2026-11-23T02:00:00.000Z" };
}

static void
stop(void)
{
	judgements_release(&judgements);
	changes_release(&changes);
}

TestSuite(matrix_report, .init = start, .fini = stop);

static char *
written(void (*write)(const struct matrix_report *, struct sink *))
{
	struct mask *mask = mask_new();
	struct error err = { 0 };
	struct buf out;

	buf_init(&out, (size_t)1024 * 1024);
	struct sink *sink = sink_memory(mask, &out);
	write(&report, sink);
	cr_assert(sink_close(sink, &err), "%s", err.message);
	mask_free(mask);
	return out.text; /* the buffer's storage moves on */
}

Test(matrix_report, the_result_is_that_of_the_worst)
{
	cr_expect_eq(matrix_result(&report), MATRIX_FAILED);
	/* Something changed, and nothing else is wrong. */
	judgements.count = judgements.counts[JUDGED_UNKNOWN] = 0;
	cr_expect_eq(matrix_result(&report), MATRIX_FAILED);
	report.changes = NULL;
	cr_expect_eq(matrix_result(&report), MATRIX_PASSED);
	judgements.count = judgements.counts[JUDGED_UNKNOWN] = 1;
	cr_expect_eq(matrix_result(&report), MATRIX_INCONCLUSIVE);
}

Test(matrix_report, the_terminal_names_finding_unknown_and_change)
{
	static const char *const parts[] = {
		"OPEN     crew x other tenant's row x SELECT  in public.items",
		"UNKNOWN  x<y>|z x other tenant's row x SELECT  in public.items",
		"unknown: it hung",
		"opened (gets through and did not): 1",
		". -> A  crew x SELECT other  in public.items",
		"FAILED  4 cells of 2 actors on 1 relations: 1 finding, 1 unknown, 1 changed since "
		"the snapshot; 9 tries in 1234 ms",
	};
	char *text = written(matrix_terminal);

	for (size_t i = 0; i < COUNTOF(parts); i++)
		cr_expect(strstr(text, parts[i]), "row %zu in:\n%s", i, text);
	free(text);
	report.quiet = true;
	text = written(matrix_terminal);
	cr_expect(strstr(text, "OPEN     crew"));
	cr_expect_null(strstr(text, "refused by WITH CHECK"));
	free(text);
}

Test(matrix_report, the_json_holds_every_cell)
{
	char *text = written(matrix_json);
	json_t *root = json_loads(text, 0, NULL);

	cr_assert_not_null(root);
	cr_expect_eq(json_array_size(json_object_get(root, "cells")), COUNTOF(cells));
	cr_expect_eq(json_array_size(json_object_get(root, "findings")), 2);
	cr_expect_eq(json_array_size(json_object_get(root, "changes")), 1);
	cr_expect_str_eq(json_string_value(json_object_get(root, "result")), "FAILED");
	cr_expect_eq(json_integer_value(json_object_get(json_object_get(root, "letters"), "A")), 3);
	json_decref(root);
	free(text);
}

Test(matrix_report, in_junit_no_case_is_left_out_and_each_has_one_verdict)
{
	char *text = written(matrix_junit);

	/* Two actors on one relation, and the snapshot. */
	cr_expect(strstr(text, "tests=\"3\" failures=\"2\" errors=\"1\""), "%s", text);
	cr_expect(strstr(text, "name=\"x&lt;y>|z\"") || strstr(text, "name=\"x&lt;y&gt;|z\""), "%s",
		  text);
	cr_expect(strstr(text, "<failure type=\"OPEN\""));
	cr_expect(strstr(text, "<error type=\"UNKNOWN\""));
	cr_expect(strstr(text, "<failure type=\"changed\""));
	free(text);
}

Test(matrix_report, nothing_in_the_markdown_is_markup_by_accident)
{
	char *text = written(matrix_markdown);

	cr_expect(strstr(text, "# Who can do what in shopping"));
	cr_expect_null(strstr(text, "x<y>|z"), "%s", text);
	cr_expect(strstr(text, "| OPEN | crew x other tenant"));
	free(text);
}

/* The number of times `part` stands in `text`. */
static size_t
times(const char *text, const char *part)
{
	size_t count = 0;

	while ((text = strstr(text, part)) != NULL) {
		count++;
		text += strlen(part);
	}
	return count;
}

Test(matrix_report, the_page_has_a_letter_for_every_cell_and_a_link_to_every_finding)
{
	static const char *const parts[] = {
		"<body class=\"bad\">",
		"</span>FAILED</p>",
		"<li id=\"f0\">",
		"<li id=\"f1\">",
		"<b>crew x other tenant&#39;s row x SELECT</b> in <a href=\"#r0\">",
		"<td class=\"c c0 l0 open wrong\"><a href=\"#f0\" title=\"OPEN: ",
		"\">A!</a></td>",
		"unsure asks\"><a href=\"#f1\" title=\"UNKNOWN: unknown: it hung\">?</a></td>",
		"x&lt;y&gt;|z",
		"script-src 'none'",
		"body:has(#relation>[value=\"0\"]:checked) .relation:not(#r0){display:none}",
		"<td><code>. \xe2\x86\x92 A</code></td>",
	};
	char *text = written(matrix_html);

	for (size_t i = 0; i < COUNTOF(parts); i++)
		cr_expect(strstr(text, parts[i]), "row %zu in:\n%s", i, strstr(text, "<body"));
	cr_expect_eq(times(text, "<td class=\"c "), COUNTOF(cells));
	cr_expect_null(strstr(text, "x<y>"));
	cr_expect_null(strstr(text, "http://"));
	cr_expect_null(strstr(text, "https://"));
	free(text);
}

Test(matrix_report, a_page_without_findings_says_passed_and_has_no_such_section)
{
	judgements.count = judgements.counts[JUDGED_OPEN] = judgements.counts[JUDGED_UNKNOWN] = 0;
	report.changes = NULL;
	char *text = written(matrix_html);
	cr_expect(strstr(text, "</span>PASSED</p>"));
	cr_expect_null(strstr(text, "id=\"findings\""));
	cr_expect_null(strstr(text, "id=\"changed\""));
	cr_expect_null(strstr(text, "A!"));
	free(text);
}

Test(matrix_report, an_unknown_kind_is_a_usage_error)
{
	struct error err = { 0 };

	cr_expect_not(matrix_report_write("pdf", &report, "-", NULL, &err));
	cr_expect_eq(err.code, ERROR_USAGE);
}
