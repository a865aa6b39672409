#include "rls/score_report.h"

#include <stdlib.h>
#include <string.h>

#include "report/plain.h"
#include "report/xml.h"

#define TITLE         "Would the tests notice?"
#define ELEMENT_BYTES ((size_t)256 * 1024)

typedef void write_fn(const struct score_report *report, struct sink *sink);

/* The same order in both tables: the first is what others see. */
static const struct report_kind kinds[] = {
	{ "html", "for people: one page, survivors first, then every mutant beside its guard" },
	{ "json", "counts, and one object for each mutant with its SQL" },
	{ "junit", "JUnit XML: one testcase per mutant; a survivor is a failure" },
	{ "markdown", "survivors and what would have caught them, then all that was tried" },
	{ "terminal", "survivors and the score, as at the end of a proof" },
};

static write_fn *const writers[] = { score_html, score_json, score_junit, score_markdown,
				     score_terminal };
_Static_assert(COUNTOF(writers) == COUNTOF(kinds), "every report needs a writer");

const struct report_kind *
score_report_kinds(size_t *count)
{
	*count = COUNTOF(kinds);
	return kinds;
}

bool
score_report_write(const char *kind, const struct score_report *report, const char *path,
		   const struct mask *mask, struct error *err)
{
	size_t at;

	if (!report_kind_find(kinds, COUNTOF(kinds), kind, strlen(kind), &at))
		return error_set(err, ERROR_USAGE, "no report of a proof is called %s", kind);
	struct sink *sink = sink_open(path, mask, err);
	if (!sink)
		return false;
	writers[at](report, sink);
	return sink_close(sink, err);
}

const char *
score_title(const struct score_report *report)
{
	return report->title ? report->title : TITLE;
}

/* ---- json ---- */

static json_t *
json_of(const struct mutant *mutant, const struct trial *trial)
{
	json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I}", "name",
				   mutant->name, "kind", mutant->kind, "object", mutant->object,
				   "sentence", mutant->sentence, "fate", fate_name(trial->fate),
				   "missing", mutant->missing, "apply", mutant->apply, "undo",
				   mutant->undo, "elapsed_us", (json_int_t)trial->elapsed_us);

	if (trial->killer)
		json_object_set_new(object, "killer", json_string(trial->killer));
	if (trial->how)
		json_object_set_new(object, "how", json_string(trial->how));
	return object;
}

void
score_json(const struct score_report *report, struct sink *sink)
{
	const struct score *score = report->score;
	json_t *mutants = json_array(), *fates = json_object();

	for (size_t i = 0; i < score->mutants->count; i++)
		json_array_append_new(mutants,
				      json_of(&score->mutants->items[i], &score->trials[i]));
	for (int i = 0; i < FATES; i++)
		json_object_set_new(fates, fate_name((enum fate)i),
				    json_integer((json_int_t)score_count(score, (enum fate)i)));
	json_t *root =
		json_pack("{s:s, s:s, s:s, s:s, s:I, s:b, s:I, s:I, s:o, s:i, s:I, s:o}", "format",
			  "lensgate-prove-1", "title", score_title(report), "tests", report->tests,
			  "environment", report->place, "cases", (json_int_t)report->case_count,
			  "matrix", report->matrix, "killed", (json_int_t)score_killed(score),
			  "counted", (json_int_t)score_counted(score), "fates", fates,
			  "exit_status", report->exit_status, "elapsed_us",
			  (json_int_t)report->elapsed_us, "mutants", mutants);
	char *text = json_dumps(root, JSON_INDENT(2));

	if (text)
		sink_printf(sink, "%s\n", text);
	free(text);
	json_decref(root);
}

/* ---- junit ---- */

static const char *
why_unjudged(const struct trial *trial)
{
	return trial->how                    ? trial->how
	       : trial->fate == FATE_UNTRIED ? "the proof ended before it was its turn"
					     : "no reason is known";
}

static void
junit_verdict(const struct mutant *mutant, const struct trial *trial, struct buf *out)
{
	switch (trial->fate) {
	case FATE_KILLED:
	case FATE_BY_MATRIX:
		break;
	case FATE_SURVIVED:
		buf_printf(out, "<failure type=\"survived\"");
		xml_attribute(out, "message", mutant->sentence);
		buf_printf(out, ">");
		xml_text(out, "No case noticed. This kind of case would: ", 42);
		xml_text(out, mutant->missing, strlen(mutant->missing));
		xml_text(out, "\n", 1);
		xml_text(out, mutant->apply, strlen(mutant->apply));
		buf_printf(out, "</failure>\n");
		break;
	case FATE_UNTRIED:
	case FATE_UNJUDGED:
		buf_printf(out, "<error type=\"%s\"",
			   trial->fate == FATE_UNTRIED ? "interrupted" : "unjudged");
		xml_attribute(out, "message", why_unjudged(trial));
		buf_printf(out, "/>\n");
		break;
	case FATE_EQUIVALENT:
	case FATE_STILLBORN:
		buf_printf(out, "<skipped");
		xml_attribute(out, "message",
			      trial->fate == FATE_EQUIVALENT
				      ? "equivalent: no cell of the matrix changed"
				      : "stillborn: the server did not take it");
		buf_printf(out, "/>\n");
		break;
	case FATES:
		break;
	}
}

static void
junit_case(const struct mutant *mutant, const struct trial *trial, struct buf *out)
{
	buf_clear(out);
	buf_printf(out, "<testcase");
	xml_attribute(out, "name", mutant->name);
	xml_attribute(out, "classname", "prove");
	buf_printf(out, " time=\"%lld.%06lld\">\n", (long long)(trial->elapsed_us / 1000000),
		   (long long)(trial->elapsed_us % 1000000));
	junit_verdict(mutant, trial, out);
	if (trial->killer) {
		buf_printf(out, "<system-out>");
		xml_text(out, trial->killer, strlen(trial->killer));
		if (trial->how) {
			xml_text(out, ": ", 2);
			xml_text(out, trial->how, strlen(trial->how));
		}
		buf_printf(out, "</system-out>\n");
	}
	buf_printf(out, "</testcase>\n");
}

void
score_junit(const struct score_report *report, struct sink *sink)
{
	const struct score *score = report->score;
	size_t errors = score_count(score, FATE_UNTRIED) + score_count(score, FATE_UNJUDGED);
	size_t skipped = score_count(score, FATE_EQUIVALENT) + score_count(score, FATE_STILLBORN);
	struct buf out;

	buf_init(&out, ELEMENT_BYTES);
	buf_printf(&out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite");
	xml_attribute(&out, "name", score_title(report));
	buf_printf(
		&out,
		" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\""
		" time=\"%lld.%06lld\">\n"
		"<properties><property name=\"mutants killed\" value=\"%zu/%zu\"/></properties>\n",
		score->mutants->count, score_count(score, FATE_SURVIVED), errors, skipped,
		(long long)(report->elapsed_us / 1000000),
		(long long)(report->elapsed_us % 1000000), score_killed(score),
		score_counted(score));
	sink_add(sink, out.text, out.len);
	for (size_t i = 0; i < score->mutants->count; i++) {
		junit_case(&score->mutants->items[i], &score->trials[i], &out);
		sink_add(sink, out.text, out.len);
	}
	sink_printf(sink, "</testsuite>\n</testsuites>\n");
	buf_release(&out);
}

/* ---- markdown ---- */

/* A text in a table's cell. */
static void
cell(struct sink *sink, const char *text)
{
	for (; *text; text++) {
		if (*text == '|')
			sink_add(sink, "\\|", 2);
		else if (*text == '<')
			sink_add(sink, "&lt;", 4);
		else
			sink_add(sink, (unsigned char)*text < 0x20 ? " " : text, 1);
	}
}

static void
row(struct sink *sink, const char *const *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		sink_printf(sink, "| ");
		cell(sink, cells[i] ? cells[i] : "");
		sink_printf(sink, " ");
	}
	sink_printf(sink, "|\n");
}

static void
markdown_group(const struct score_report *report, enum fate fate, const char *heading,
	       const char *last, struct sink *sink)
{
	const struct score *score = report->score;

	if (score_count(score, fate) == 0)
		return;
	sink_printf(sink, "\n## %s (%zu)\n\n| mutant | what was wrong | %s |\n|---|---|---|\n",
		    heading, score_count(score, fate), last);
	for (size_t i = 0; i < score->mutants->count; i++) {
		const struct mutant *mutant = &score->mutants->items[i];
		const struct trial *trial = &score->trials[i];
		if (trial->fate != fate)
			continue;
		const char *cells[] = { mutant->name, mutant->sentence,
					fate == FATE_SURVIVED || fate == FATE_BY_MATRIX
						? mutant->missing
					: fate == FATE_KILLED ? trial->killer
							      : trial->how };
		row(sink, cells, COUNTOF(cells));
	}
}

void
score_markdown(const struct score_report *report, struct sink *sink)
{
	const struct score *score = report->score;
	static const struct {
		enum fate fate;
		const char *heading, *last;
	} groups[] = {
		{ FATE_SURVIVED, "Survivors", "this kind of case would notice" },
		{ FATE_UNJUDGED, "Not judged", "why" },
		{ FATE_UNTRIED, "Not tried", "why" },
		{ FATE_BY_MATRIX, "Killed by the matrix alone",
		  "this kind of case would notice, too" },
		{ FATE_KILLED, "Killed by a case", "the first red" },
		{ FATE_EQUIVALENT, "Equivalent: no cell of the matrix changed", "" },
		{ FATE_STILLBORN, "Stillborn: the server did not take them", "its answer" },
	};

	sink_printf(sink, "# %s\n\n**mutants killed: %zu/%zu**\n\n", score_title(report),
		    score_killed(score), score_counted(score));
	sink_printf(sink,
		    "Every policy, grant, trigger and helper function of `%s` was loosened, one at "
		    "a time; each\ntime the %zu cases of %s ran%s until one of them was red.\n",
		    report->place, report->case_count, report->tests,
		    report->matrix ? ", then the matrix of who may do what," : "");
	for (size_t i = 0; i < COUNTOF(groups); i++)
		markdown_group(report, groups[i].fate, groups[i].heading, groups[i].last, sink);
}

/* ---- terminal ---- */

static void
terminal_line(const struct score_report *report, size_t i, struct buf *out)
{
	const struct mutant *mutant = &report->score->mutants->items[i];
	const struct trial *trial = &report->score->trials[i];

	plain_word(out, fate_name(trial->fate),
		   trial->fate == FATE_SURVIVED ? PLAIN_RED
		   : trial->fate == FATE_KILLED ? PLAIN_GREEN
						: PLAIN_YELLOW,
		   report->color);
	buf_printf(out, "  ");
	plain_line(out, mutant->name);
	buf_printf(out, "\n");
	plain_add(out, mutant->sentence, 4);
	buf_printf(out, "\n");
	if (trial->fate == FATE_SURVIVED) {
		plain_add(out, trial->how ? trial->how : "no case noticed", 4);
		buf_printf(out, "; one like this would: ");
		plain_line(out, mutant->missing);
		buf_printf(out, "\n");
	} else if (trial->killer || trial->how) {
		plain_add(out, trial->killer ? trial->killer : trial->how, 4);
		if (trial->killer && trial->how) {
			buf_printf(out, ": ");
			plain_line(out, trial->how);
		}
		buf_printf(out, "\n");
	}
}

static bool
is_shown(const struct score_report *report, enum fate fate)
{
	switch (fate) {
	case FATE_SURVIVED:
	case FATE_UNJUDGED:
		return true;
	case FATE_EQUIVALENT:
	case FATE_STILLBORN:
		return !report->quiet;
	case FATE_KILLED:
	case FATE_BY_MATRIX:
		return report->verbose;
	case FATE_UNTRIED:
	case FATES:
		break;
	}
	return false;
}

static void
terminal_total(const struct score_report *report, struct buf *out)
{
	const struct score *score = report->score;
	size_t counted = score_counted(score);

	buf_printf(out, "\n");
	plain_word(out, score_killed(score) == counted ? "mutants killed" : "MUTANTS KILLED",
		   score_killed(score) == counted ? PLAIN_GREEN : PLAIN_RED, report->color);
	buf_printf(out, ": %zu/%zu", score_killed(score), counted);
	for (int i = 0; i < FATES; i++) {
		size_t count = score_count(score, (enum fate)i);
		if (count > 0 && i != FATE_KILLED)
			buf_printf(out, ", %zu %s", count, fate_name((enum fate)i));
	}
	buf_printf(out, "; %zu cases of ", report->case_count);
	plain_line(out, report->tests);
	buf_printf(out, "; took %.1f s\n", (double)report->elapsed_us / 1e6);
}

void
score_terminal(const struct score_report *report, struct sink *sink)
{
	const struct score *score = report->score;
	static const enum fate order[] = { FATE_KILLED,     FATE_BY_MATRIX, FATE_STILLBORN,
					   FATE_EQUIVALENT, FATE_UNJUDGED,  FATE_SURVIVED };
	struct buf out;

	buf_init(&out, ELEMENT_BYTES);
	for (size_t k = 0; k < COUNTOF(order); k++) {
		for (size_t i = 0; i < score->mutants->count && is_shown(report, order[k]); i++) {
			if (score->trials[i].fate != order[k])
				continue;
			buf_clear(&out);
			terminal_line(report, i, &out);
			sink_add(sink, out.text, out.len);
		}
	}
	buf_clear(&out);
	terminal_total(report, &out);
	sink_add(sink, out.text, out.len);
	buf_release(&out);
}
