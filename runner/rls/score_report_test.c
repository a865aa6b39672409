#include "rls/score_report.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <string.h>

#define PIPE "a | b"

static struct mutant items[] = {
	{ .name = "t/p/dropped",
	  .kind = "dropped",
	  .object = "policy p on t",
	  .sentence = "policy p on t is gone",
	  .missing = "somebody reads t, and it works",
	  .apply = "drop policy p on t",
	  .undo = "create policy p on t" },
	{ .name = "t/p/using-true",
	  .kind = "using-true",
	  .object = "policy p on t",
	  .sentence = "USING of p is <true> " PIPE,
	  .missing = "somebody of another tenant reads t and gets nothing",
	  .apply = "x",
	  .undo = "y" },
	{ .name = "t/force-off",
	  .kind = "force-off",
	  .object = "table t",
	  .sentence = "no owner is held",
	  .missing = "the catalog is asked",
	  .apply = "x",
	  .undo = "y" },
	{ .name = "t/odd",
	  .kind = "odd",
	  .object = "table t",
	  .sentence = "not taken",
	  .missing = "nobody",
	  .apply = "x",
	  .undo = "y" },
	{ .name = "t/late",
	  .kind = "late",
	  .object = "table t",
	  .sentence = "came too late",
	  .missing = "nobody",
	  .apply = "x",
	  .undo = "y" },
};
static const struct mutants mutants = { .items = items, .count = 5 };

static struct {
	struct score score;
	struct mask *mask;
	struct buf out;
} t;

static void
start(void)
{
	t.mask = mask_new();
	buf_init(&t.out, (size_t)64 * 1024);
	score_init(&t.score, &mutants);
	score_settle(&t.score, 0, FATE_KILLED, "s/one", "got 0 rows & more");
	score_settle(&t.score, 1, FATE_SURVIVED, NULL, NULL);
	score_settle(&t.score, 2, FATE_EQUIVALENT, NULL, NULL);
	score_settle(&t.score, 3, FATE_STILLBORN, NULL, "syntax error");
	t.score.trials[0].elapsed_us = 1500000;
}

static void
stop(void)
{
	score_release(&t.score);
	buf_release(&t.out);
	mask_free(t.mask);
}

TestSuite(score_report, .init = start, .fini = stop);

static const char *
written(void (*write)(const struct score_report *, struct sink *), bool verbose)
{
	struct score_report report = { .score = &t.score,
				       .tests = "gate x",
				       .case_count = 27,
				       .place = "embedded",
				       .exit_status = 4,
				       .elapsed_us = 2000000,
				       .verbose = verbose };
	struct error err = { 0 };
	struct sink *sink = sink_memory(t.mask, &t.out);

	write(&report, sink);
	cr_assert(sink_close(sink, &err), "%s", err.message);
	return t.out.text;
}

Test(score_report, the_terminal_names_the_survivor_and_what_would_have_noticed)
{
	const char *text = written(score_terminal, false);

	cr_expect(strstr(text, "survived  t/p/using-true\n    USING of p is <true> " PIPE "\n"
			       "    no case noticed; one like this would: somebody of another "
			       "tenant reads t and gets nothing\n"),
		  "%s", text);
	cr_expect(strstr(text, "MUTANTS KILLED: 1/3, 1 not tried, 1 survived, 1 equivalent, "
			       "1 stillborn; 27 cases of gate x; took 2.0 s\n"),
		  "%s", text);
	cr_expect_not(strstr(text, "t/p/dropped"), "killed ones are for --verbose");
}

Test(score_report, verbose_shows_who_killed)
{
	cr_expect(strstr(written(score_terminal, true), "    s/one: got 0 rows & more\n"), "%s",
		  t.out.text);
}

Test(score_report, junit_has_a_failure_for_each_survivor_and_an_error_for_what_was_not_tried)
{
	const char *text = written(score_junit, false);

	cr_expect(strstr(text, "tests=\"5\" failures=\"1\" errors=\"1\" skipped=\"2\""), "%s",
		  text);
	cr_expect(strstr(text, "<property name=\"mutants killed\" value=\"1/3\"/>"), "%s", text);
	cr_expect(strstr(text, "<failure type=\"survived\" "
			       "message=\"USING of p is &lt;true&gt; " PIPE "\">"),
		  "%s", text);
	cr_expect(strstr(text, "<error type=\"interrupted\""));
	cr_expect(strstr(text, "<system-out>s/one: got 0 rows &amp; more</system-out>"));
	cr_expect(strstr(text, "time=\"1.500000\""));
}

Test(score_report, markdown_escapes_what_would_break_its_tables)
{
	const char *text = written(score_markdown, false);

	cr_expect(strstr(text, "**mutants killed: 1/3**"));
	cr_expect(strstr(text, "| t/p/using-true | USING of p is &lt;true> a \\| b | somebody"),
		  "%s", text);
	cr_expect(strstr(text, "## Killed by a case (1)"));
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

Test(score_report, the_page_has_the_survivor_first_and_every_mutant_beside_its_guard)
{
	static const char *const parts[] = {
		"<body class=\"unknown\">",
		"</span>INCONCLUSIVE</p>",
		"<li class=\"bad\">mutants killed: <b>1/3</b></li>",
		"<h2 id=\"survived\">Survivors</h2>",
		"<p>USING of p is &lt;true&gt; " PIPE ".</p>",
		"<p>This kind of case would notice: <b>somebody of another tenant reads t and gets "
		"nothing</b>.</p>",
		"<h2 id=\"untried\">Not tried: no time was left</h2>",
		"<h2 id=\"guards\">Every mutant</h2>",
		"<h3>policy p on t</h3>",
		"killed</span> <code>s/one</code> <small>got 0 rows &amp; more</small></td>",
		"stillborn</span> <small>syntax error</small></td>",
		"body:has(#s-killed:checked) .mutant:not(.killed),",
		"script-src 'none'",
	};
	const char *text = written(score_html, false), *at = text;

	for (size_t i = 0; i < COUNTOF(parts); i++)
		cr_expect(strstr(text, parts[i]), "row %zu in:\n%s", i, strstr(text, "<body"));
	cr_expect_lt(strstr(at, "id=\"survived\""), strstr(at, "id=\"guards\""));
	cr_expect_eq(times(text, "<tr class=\"mutant "), mutants.count);
	cr_expect_eq(times(text, "<article class=\"guard\">"), 2);
	cr_expect_null(strstr(text, "<true>"));
	cr_expect_null(strstr(text, "http://"));
	cr_expect_null(strstr(text, "https://"));
}

Test(score_report, a_page_without_survivors_has_no_such_section)
{
	score_settle(&t.score, 1, FATE_BY_MATRIX, "matrix", "ann x t x SELECT other: A, was .");
	score_settle(&t.score, 4, FATE_KILLED, "preflight", "no");
	const char *text = written(score_html, false);

	cr_expect(strstr(text, "<li class=\"good\">mutants killed: <b>3/3</b></li>"));
	cr_expect(strstr(text, "killed by the matrix</span> <small>ann x t x SELECT other: A"));
	cr_expect_null(strstr(text, "id=\"survived\""));
	cr_expect_null(strstr(text, "id=\"s-survived\""));
}

Test(score_report, json_holds_every_mutant_with_its_sql)
{
	json_t *root = json_loads(written(score_json, false), 0, NULL);

	cr_assert(root);
	cr_expect_eq(json_integer_value(json_object_get(root, "killed")), 1);
	cr_expect_eq(json_integer_value(json_object_get(root, "counted")), 3);
	cr_expect_eq(json_integer_value(json_object_get(root, "exit_status")), 4);
	const json_t *first = json_array_get(json_object_get(root, "mutants"), 0);
	cr_expect_str_eq(json_string_value(json_object_get(first, "fate")), "killed");
	cr_expect_str_eq(json_string_value(json_object_get(first, "apply")), "drop policy p on t");
	cr_expect_eq(json_array_size(json_object_get(root, "mutants")), 5);
	json_decref(root);
}
