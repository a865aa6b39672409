#include "report/junit.h"

#include <string.h>

#include "report/cases.h"
#include "report/failure.h"
#include "report/summary.h"
#include "report/transcript.h"
#include "report/xml.h"

/* Readers cut or refuse more: Jenkins 100 000 characters, GitLab 10 MB per text. */
#define TEXT_BYTES ((size_t)64 * 1024)
#define LINE_BYTES ((size_t)1000)
/* One case, escaped: no more than six times the above. */
#define CASE_BYTES ((size_t)4 * 1024 * 1024)

struct junit {
	const struct run *run;
	struct sink *sink;
	const char *suite; /* being written */
	struct buf text;   /* of one element, before escaping */
	struct buf line;   /* of its message */
	struct buf xml;
	bool too_large;
};

static void
clear(struct buf *buf)
{
	buf->len = 0;
	buf->text[0] = '\0';
	buf->truncated = false;
}

static void
flush(struct junit *junit)
{
	junit->too_large |= junit->xml.truncated;
	sink_add(junit->sink, junit->xml.text, junit->xml.len);
	clear(&junit->xml);
}

static void
add_time(struct junit *junit, int64_t us)
{
	buf_printf(&junit->xml, " time=\"%lld.%06lld\"", (long long)(us / 1000000),
		   (long long)(us % 1000000));
}

static void
add_counts(struct junit *junit, const struct totals *totals)
{
	xml_attribute_int(&junit->xml, "tests", totals->planned);
	xml_attribute_int(&junit->xml, "failures", totals->failed);
	xml_attribute_int(&junit->xml, "errors", totals->errors);
	xml_attribute_int(&junit->xml, "skipped", totals->skipped);
}

static void
add_property(struct junit *junit, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	buf_printf(&junit->xml, "<property");
	xml_attribute(&junit->xml, "name", name);
	xml_attribute(&junit->xml, "value", value);
	buf_printf(&junit->xml, "/>\n");
}

/* Readers list names one per line. */
static void
flatten(struct buf *line)
{
	for (size_t i = 0; i < line->len; i++) {
		if ((unsigned char)line->text[i] < 0x20)
			line->text[i] = ' ';
	}
}

/* suite.group; a dot in the group would be read as one more package. */
static void
add_classname(struct junit *junit, const struct planned_case *planned)
{
	clear(&junit->line);
	buf_printf(&junit->line, "%s", planned->suite);
	if (planned->group && *planned->group) {
		buf_printf(&junit->line, ".");
		for (const char *at = planned->group; *at; at++)
			buf_add(&junit->line, *at == '.' ? "_" : at, 1);
	}
	flatten(&junit->line);
	xml_attribute(&junit->xml, "classname", junit->line.text);
}

static void
add_name(struct junit *junit, const struct planned_case *planned)
{
	clear(&junit->line);
	buf_printf(&junit->line, "%s", planned->id);
	if (planned->title && *planned->title)
		buf_printf(&junit->line, ": %s", planned->title);
	flatten(&junit->line);
	xml_attribute(&junit->xml, "name", junit->line.text);
}

static void
begin_case(struct junit *junit, const struct planned_case *planned, const struct run_case *run_case)
{
	buf_printf(&junit->xml, "<testcase");
	add_name(junit, planned);
	add_classname(junit, planned);
	add_time(junit, run_case->elapsed_us);
	xml_attribute(&junit->xml, "file", planned->file);
	if (planned->line)
		xml_attribute_int(&junit->xml, "line", planned->line);
	xml_attribute_int(&junit->xml, "assertions", run_case->assertions);
	buf_printf(&junit->xml, ">\n");
	if (planned->persona) {
		buf_printf(&junit->xml, "<properties>\n");
		add_property(junit, "persona", planned->persona);
		buf_printf(&junit->xml, "</properties>\n");
	}
}

/* A <failure> or <error>: message in one line, body in full. */
static void
add_verdict(struct junit *junit, const char *element, const struct planned_case *planned,
	    const struct run_case *run_case)
{
	clear(&junit->line);
	failure_line(run_case, &junit->line);
	clear(&junit->text);
	failure_text(planned, run_case, &junit->text);
	buf_printf(&junit->text, "\n");
	failure_repeat(run_case, &junit->text);
	buf_printf(&junit->xml, "<%s", element);
	xml_attribute(&junit->xml, "type", failure_type(run_case));
	xml_attribute(&junit->xml, "message", junit->line.text);
	buf_printf(&junit->xml, ">");
	xml_text(&junit->xml, junit->text.text, junit->text.len);
	buf_printf(&junit->xml, "%s</%s>\n", junit->text.truncated ? "\n[cut here]" : "", element);
}

static void
add_skipped(struct junit *junit, const struct run_case *run_case)
{
	const char *reason = run_case->reason ? run_case->reason : "the suite gives no reason";

	buf_printf(&junit->xml, "<skipped");
	xml_attribute(&junit->xml, "message", reason);
	buf_printf(&junit->xml, "/>\n");
}

static void
add_flaky(struct junit *junit, const struct run_case *run_case)
{
	buf_printf(&junit->xml,
		   "<flakyFailure type=\"flaky\" message=\"passed only on attempt %d\">"
		   "<stackTrace>FLAKY: passed only on attempt %d\n"
		   "The attempts before it did not pass.\n</stackTrace></flakyFailure>\n",
		   run_case->attempts, run_case->attempts);
}

static void
add_transcript(struct junit *junit, const struct run_case *run_case)
{
	if (run_case->exchange_count == 0)
		return;
	clear(&junit->text);
	transcript_case(run_case, &junit->text);
	buf_printf(&junit->xml, "<system-out>");
	xml_text(&junit->xml, junit->text.text, junit->text.len);
	buf_printf(&junit->xml, "\n[%s the run record with digest %s]</system-out>\n",
		   junit->text.truncated ? "cut here; the rest is in" : "also in",
		   junit->run->digest);
}

static void
add_case(void *arg, const struct planned_case *planned, const struct run_case *run_case)
{
	struct junit *junit = arg;

	begin_case(junit, planned, run_case);
	switch (run_case->verdict) {
	case VERDICT_PASS:
		if (run_case->flaky)
			add_flaky(junit, run_case);
		break;
	case VERDICT_FAIL:
		add_verdict(junit, "failure", planned, run_case);
		add_transcript(junit, run_case);
		break;
	case VERDICT_NONE:
	case VERDICT_ERROR:
		add_verdict(junit, "error", planned, run_case);
		add_transcript(junit, run_case);
		break;
	case VERDICT_SKIP:
		add_skipped(junit, run_case);
		break;
	}
	buf_printf(&junit->xml, "</testcase>\n");
	flush(junit);
}

static bool
in_suite(const struct run_entry *entry, const void *arg)
{
	const struct junit *junit = arg;

	return strcmp(entry->planned.suite, junit->suite) == 0;
}

/* "2026-11-22T21:35:45.123Z" without its fraction and zone. */
static void
add_timestamp(struct junit *junit)
{
	const char *started = summary_text(junit->run, "run", "started");

	clear(&junit->line);
	buf_add(&junit->line, started, strcspn(started, ".Z"));
	if (junit->line.len)
		xml_attribute(&junit->xml, "timestamp", junit->line.text);
}

static void
add_properties(struct junit *junit)
{
	buf_printf(&junit->xml, "<properties>\n");
	add_property(junit, "run.id", summary_text(junit->run, "run", "id"));
	add_property(junit, "run.digest", junit->run->digest);
	add_property(junit, "environment", summary_text(junit->run, "environment", "name"));
	add_property(junit, "target.commit", summary_text(junit->run, "target", "commit"));
	buf_printf(&junit->xml, "</properties>\n");
}

/* What the entries of the current suite add up to. */
static struct totals
suite_totals(const struct junit *junit, int64_t *elapsed_us, const char **file)
{
	struct totals totals = { 0 };

	for (size_t i = 0; i < junit->run->entry_count; i++) {
		const struct run_entry *entry = &junit->run->entries[i];

		if (!in_suite(entry, junit))
			continue;
		totals.planned++;
		totals.failed += entry->verdict == VERDICT_FAIL;
		totals.skipped += entry->verdict == VERDICT_SKIP;
		totals.errors += entry->verdict == VERDICT_ERROR || entry->verdict == VERDICT_NONE;
		*elapsed_us += entry->elapsed_us;
		if (!*file)
			*file = entry->planned.file;
	}
	return totals;
}

static bool
add_suite(struct junit *junit, struct error *err)
{
	const char *host = summary_text(junit->run, "environment", "host");
	const char *file = NULL;
	int64_t elapsed_us = 0;
	struct totals totals = suite_totals(junit, &elapsed_us, &file);

	buf_printf(&junit->xml, "<testsuite");
	xml_attribute(&junit->xml, "name", junit->suite);
	add_counts(junit, &totals);
	add_time(junit, elapsed_us);
	add_timestamp(junit);
	xml_attribute(&junit->xml, "hostname", *host ? host : "localhost");
	xml_attribute(&junit->xml, "file", file);
	buf_printf(&junit->xml, ">\n");
	add_properties(junit);
	flush(junit);
	bool ok = cases_each_brief(junit->run, in_suite, add_case, junit, err);
	buf_printf(&junit->xml, "</testsuite>\n");
	flush(junit);
	return ok;
}

/* True when no entry before `index` belongs to the same suite. */
static bool
is_first(const struct run *run, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (strcmp(run->entries[i].planned.suite, run->entries[index].planned.suite) == 0)
			return false;
	}
	return true;
}

static bool
add_suites(struct junit *junit, struct error *err)
{
	const struct run *run = junit->run;
	bool ok = true;

	for (size_t i = 0; ok && i < run->entry_count; i++) {
		const char *suite = run->entries[i].planned.suite;

		/* Most cases follow one of their own suite. */
		if ((i && strcmp(run->entries[i - 1].planned.suite, suite) == 0) ||
		    !is_first(run, i))
			continue;
		junit->suite = suite;
		ok = add_suite(junit, err);
	}
	return ok;
}

bool
junit_write(const struct run *run, const struct report_options *options, struct sink *sink,
	    struct error *err)
{
	struct junit junit = { .run = run, .sink = sink };

	buf_init(&junit.text, TEXT_BYTES);
	buf_init(&junit.line, LINE_BYTES);
	buf_init(&junit.xml, CASE_BYTES);
	buf_printf(&junit.xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
	xml_attribute(&junit.xml, "name", summary_title(run, options->title));
	add_counts(&junit, &run->totals);
	add_time(&junit, summary_elapsed_us(run));
	buf_printf(&junit.xml, ">\n");
	bool ok = add_suites(&junit, err);
	buf_printf(&junit.xml, "</testsuites>\n");
	flush(&junit);
	if (ok && junit.too_large)
		ok = error_set(err, ERROR_ENVIRONMENT, "a case is too large for JUnit XML");
	buf_release(&junit.xml);
	buf_release(&junit.line);
	buf_release(&junit.text);
	return ok;
}
