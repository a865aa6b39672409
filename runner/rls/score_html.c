/* One file for people: the score, what got past the tests and which kind of case would notice, then
 * every mutant beside the guard that it loosens. */
#include <string.h>

#include "report/html_text.h"
#include "report/html_walls.h"
#include "rls/score_report.h"

#define OUT_BYTES   ((size_t)64 * 1024 * 1024)
#define RULES_BYTES ((size_t)8 * 1024)

static const char style[] = {
#include "rls/page.css.inc"
};

/* How a fate looks: as a verdict, in the totals, and as a word of the page's own style. In the
 * order in which they are told. */
static const struct {
	enum fate fate;
	const char *look, *tone, *slug;
} fates[] = {
	{ FATE_SURVIVED, "FAIL", "bad", "survived" },
	{ FATE_UNJUDGED, "ERROR", "unknown", "unjudged" },
	{ FATE_UNTRIED, "ERROR", "unknown", "untried" },
	{ FATE_KILLED, "PASS", "good", "killed" },
	{ FATE_BY_MATRIX, "PASS", "good", "matrix" },
	{ FATE_EQUIVALENT, "SKIP", "quiet", "equivalent" },
	{ FATE_STILLBORN, "SKIP", "quiet", "stillborn" },
};
_Static_assert(COUNTOF(fates) == FATES, "every fate needs a look");

static size_t
row_of(enum fate fate)
{
	size_t i = 0;

	while (fates[i].fate != fate)
		i++;
	return i;
}

static const char *
tone_of(const struct score_report *report)
{
	return report->exit_status == 0 ? "good" : report->exit_status == 1 ? "bad" : "unknown";
}

static const char *
word_of(const struct score_report *report)
{
	return report->exit_status == 0   ? "PASSED"
	       : report->exit_status == 1 ? "FAILED"
					  : "INCONCLUSIVE";
}

/* ---- head ---- */

static void
totals(struct buf *out, const struct score_report *report)
{
	const struct score *score = report->score;
	size_t killed = score_killed(score), counted = score_counted(score);

	buf_printf(out,
		   "<ul class=\"totals\">\n<li class=\"%s\">mutants killed: <b>%zu/%zu</b></li>\n",
		   killed == counted ? "good" : "bad", killed, counted);
	for (size_t i = 0; i < COUNTOF(fates); i++) {
		size_t count = score_count(score, fates[i].fate);

		if (count > 0 && fates[i].fate != FATE_KILLED)
			walls_count(out, count, fate_name(fates[i].fate), fates[i].tone);
	}
	buf_printf(out, "</ul>\n");
}

static void
facts(struct buf *out, const struct score_report *report)
{
	struct buf text;

	buf_init(&text, 4096);
	buf_printf(out, "<dl class=\"facts\">\n");
	walls_fact(out, "environment", report->place);
	buf_printf(&text, "%s, %zu case%s", report->tests, report->case_count,
		   report->case_count == 1 ? "" : "s");
	walls_fact(out, "tests", text.text);
	walls_fact(out, "matrix",
		   report->matrix ? "asked, about what no case noticed" : "not asked");
	buf_clear(&text);
	buf_printf(&text, "%.1f s", (double)report->elapsed_us / 1e6);
	walls_fact(out, "took", text.text);
	buf_printf(out, "</dl>\n");
	buf_release(&text);
}

/* Those that somebody has to do something about, or nobody knows of. */
static bool
is_open(enum fate fate)
{
	return fate == FATE_SURVIVED || fate == FATE_UNJUDGED || fate == FATE_UNTRIED;
}

static void
header(struct buf *out, const struct score_report *report)
{
	buf_printf(out, "<header>\n");
	walls_verdict(out, tone_of(report), word_of(report));
	buf_printf(out, "<h1>");
	html_line(out, score_title(report));
	buf_printf(out,
		   "</h1>\n<p class=\"reason\">Every policy, grant, trigger and helper function "
		   "was loosened, one at a time; each time the tests ran until one was "
		   "red.</p>\n");
	totals(out, report);
	facts(out, report);
	buf_printf(out, "</header>\n<nav aria-label=\"Contents\"><ul>\n");
	for (size_t i = 0; i < COUNTOF(fates); i++) {
		if (is_open(fates[i].fate) && score_count(report->score, fates[i].fate))
			buf_printf(out, "<li><a href=\"#%s\">%c%s</a></li>\n", fates[i].slug,
				   fate_name(fates[i].fate)[0] - 'a' + 'A',
				   fate_name(fates[i].fate) + 1);
	}
	buf_printf(out, "<li><a href=\"#guards\">Every mutant</a></li>\n</ul></nav>\n");
}

/* ---- what got past the tests, or was not asked about ---- */

static void
open_item(struct buf *out, const struct mutant *mutant, const struct trial *trial)
{
	const size_t row = row_of(trial->fate);

	buf_printf(out, "<li><p class=\"where\">");
	walls_pill(out, fates[row].look, fate_name(trial->fate));
	buf_printf(out, " <b><code>");
	html_line(out, mutant->name);
	buf_printf(out, "</code></b></p>\n<p>");
	html_line(out, mutant->sentence);
	buf_printf(out, ".</p>\n");
	if (trial->how) {
		buf_printf(out, "<p class=\"same\">");
		html_line(out, trial->how);
		buf_printf(out, "</p>\n");
	}
	if (trial->fate == FATE_SURVIVED) {
		buf_printf(out, "<p>This kind of case would notice: <b>");
		html_line(out, mutant->missing);
		buf_printf(out, "</b>.</p>\n");
	}
	buf_printf(out, "<pre>");
	html_line(out, mutant->apply);
	buf_printf(out, "</pre></li>\n");
}

static void
open_sections(struct buf *out, const struct score_report *report)
{
	static const char *const headings[] = {
		[FATE_SURVIVED] = "Survivors",
		[FATE_UNJUDGED] = "Not judged",
		[FATE_UNTRIED] = "Not tried: no time was left",
	};
	const struct score *score = report->score;

	for (size_t i = 0; i < COUNTOF(fates) && is_open(fates[i].fate); i++) {
		enum fate fate = fates[i].fate;

		if (score_count(score, fate) == 0)
			continue;
		walls_section(out, fates[i].slug, headings[fate]);
		buf_printf(out, "<ol class=\"found card %s\">\n", fates[i].look);
		for (size_t k = 0; k < score->mutants->count; k++) {
			if (score->trials[k].fate == fate)
				open_item(out, &score->mutants->items[k], &score->trials[k]);
		}
		buf_printf(out, "</ol>\n");
		walls_section_end(out);
	}
}

/* ---- every mutant, guard by guard ---- */

/* What hides those of another fate, and guards without any of it. */
static void
filter_rules(struct buf *out, const struct score *score)
{
	for (size_t i = 0; i < COUNTOF(fates); i++) {
		if (score_count(score, fates[i].fate))
			buf_printf(out,
				   "%sbody:has(#s-%s:checked) .mutant:not(.%s),"
				   "body:has(#s-%s:checked) .guard:not(:has(.%s))",
				   out->len ? "," : "", fates[i].slug, fates[i].slug, fates[i].slug,
				   fates[i].slug);
	}
	buf_printf(out, "%s", out->len ? "{display:none}" : "");
}

static void
filter(struct buf *out, const struct score *score)
{
	buf_printf(out, "<form class=\"filter\"><fieldset><legend>show</legend>\n<label><input "
			"type=\"radio\" name=\"show\" id=\"s-all\" checked>all</label>\n");
	for (size_t i = 0; i < COUNTOF(fates); i++) {
		if (score_count(score, fates[i].fate))
			buf_printf(out,
				   "<label><input type=\"radio\" name=\"show\" "
				   "id=\"s-%s\">%s</label>\n",
				   fates[i].slug, fate_name(fates[i].fate));
	}
	buf_printf(out, "</fieldset></form>\n");
}

static void
mutant_row(struct buf *out, const struct mutant *mutant, const struct trial *trial)
{
	const size_t row = row_of(trial->fate);

	buf_printf(out, "<tr class=\"mutant %s\"><th scope=\"row\"><code>", fates[row].slug);
	html_line(out, mutant->kind);
	buf_printf(out, "</code></th><td>");
	html_line(out, mutant->sentence);
	buf_printf(out, "<details><summary>SQL</summary><pre>");
	html_line(out, mutant->apply);
	buf_printf(out, "</pre></details></td><td>");
	walls_pill(out, fates[row].look, fate_name(trial->fate));
	if (trial->killer && trial->fate == FATE_KILLED) {
		buf_printf(out, " <code>");
		html_line(out, trial->killer);
		buf_printf(out, "</code>");
	}
	if (trial->how) {
		buf_printf(out, " <small>");
		html_line(out, trial->how);
		buf_printf(out, "</small>");
	}
	buf_printf(out, "</td></tr>\n");
}

/* The mutants of one object are made one after the other; returns where the next one's begin. */
static size_t
guard(struct buf *out, const struct score *score, size_t from)
{
	const struct mutant *items = score->mutants->items;
	size_t end = from;

	buf_printf(out, "<article class=\"guard\"><h3>");
	html_line(out, items[from].object);
	buf_printf(out, "</h3>\n");
	walls_table(out, items[from].object, "mutants");
	buf_printf(out,
		   "<thead><tr><th scope=\"col\">mutant</th><th scope=\"col\">what was wrong</th>"
		   "<th scope=\"col\">what came of it</th></tr></thead>\n<tbody>\n");
	for (; end < score->mutants->count && strcmp(items[end].object, items[from].object) == 0;
	     end++)
		mutant_row(out, &items[end], &score->trials[end]);
	buf_printf(out, "</tbody></table></div></article>\n");
	return end;
}

static void
guards(struct buf *out, const struct score_report *report)
{
	const struct score *score = report->score;

	walls_section(out, "guards", "Every mutant");
	if (score_count(score, FATE_EQUIVALENT))
		buf_printf(
			out,
			"<p><i>Equivalent</i>: every case stayed green and no cell of the matrix "
			"changed, so none of the personas can do anything else. It can still "
			"matter to somebody who is no persona: look at each of them once.</p>\n");
	filter(out, score);
	for (size_t i = 0; i < score->mutants->count;)
		i = guard(out, score, i);
	walls_section_end(out);
}

void
score_html(const struct score_report *report, struct sink *sink)
{
	struct buf out, rules;

	buf_init(&out, OUT_BYTES);
	buf_init(&rules, RULES_BYTES);
	filter_rules(&rules, report->score);
	const struct walls walls = { .title = score_title(report),
				     .tone = tone_of(report),
				     .style = style,
				     .rules = rules.text };
	walls_begin(&out, &walls);
	header(&out, report);
	buf_printf(&out, "<main id=\"main\">\n");
	open_sections(&out, report);
	guards(&out, report);
	buf_printf(&out,
		   "</main>\n<footer><p>Made by lensgate %s. For scripts: <code>--report "
		   "json=FILE</code>.</p></footer>\n",
		   LENSGATE_VERSION);
	walls_end(&out, &walls);
	sink_add(sink, out.text, out.len);
	buf_release(&rules);
	buf_release(&out);
}
