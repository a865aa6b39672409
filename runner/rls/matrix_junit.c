#include <string.h>

#include "base/buf.h"
#include "report/xml.h"
#include "rls/matrix_report.h"

#define OUT_BYTES ((size_t)64 * 1024 * 1024)

/* Findings about one relation and actor. */
static size_t
findings_of(const struct matrix_report *report, size_t relation, size_t actor, bool unknown)
{
	size_t count = 0;

	for (size_t i = 0; i < report->judgements->count; i++) {
		const struct judgement *item = &report->judgements->items[i];

		count += item->cell->relation == relation && item->cell->actor == actor &&
			 (item->kind == JUDGED_UNKNOWN) == unknown;
	}
	return count;
}

static void
trouble(struct buf *out, const struct matrix_report *report, size_t relation, size_t actor,
	bool unknown)
{
	const char *element = unknown ? "error" : "failure";
	bool first = true;

	for (size_t i = 0; i < report->judgements->count; i++) {
		const struct judgement *item = &report->judgements->items[i];
		struct buf text;

		if (item->cell->relation != relation || item->cell->actor != actor ||
		    (item->kind == JUDGED_UNKNOWN) != unknown)
			continue;
		buf_init(&text, 4096);
		buf_printf(&text, "%s %s: %s", judgement_word(item->kind), item->cell_name,
			   item->sentence);
		if (first) {
			buf_printf(out, "\n      <%s", element);
			xml_attribute(out, "type", judgement_word(item->kind));
			xml_attribute(out, "message", text.text);
			buf_printf(out, ">");
		}
		xml_text(out, text.text, text.len);
		buf_printf(out, "\n");
		buf_release(&text);
		first = false;
	}
	buf_printf(out, "</%s>", element);
}

static size_t
cells_of(const struct matrix *matrix, size_t relation, size_t actor)
{
	size_t count = 0, first = matrix->relations[relation].first;

	for (size_t i = first; i < first + matrix->relations[relation].count; i++)
		count += matrix->cells[i].actor == actor;
	return count;
}

static void
test_case(struct buf *out, const struct matrix_report *report, size_t relation, size_t actor)
{
	bool failed = findings_of(report, relation, actor, false) > 0;
	bool unknown = findings_of(report, relation, actor, true) > 0;

	buf_printf(out, "    <testcase");
	xml_attribute(out, "name", report->matrix->actors[actor].name);
	xml_attribute(out, "classname", report->matrix->relations[relation].name);
	buf_printf(out, " time=\"0\" assertions=\"%zu\"",
		   cells_of(report->matrix, relation, actor));
	if (!failed && !unknown) {
		buf_printf(out, "/>\n");
		return;
	}
	buf_printf(out, ">");
	/* At most one of the two; what is wrong comes before what is not known. */
	trouble(out, report, relation, actor, !failed);
	buf_printf(out, "\n    </testcase>\n");
}

static void
count_cases(const struct matrix_report *report, size_t *failed, size_t *unknown)
{
	*failed = *unknown = 0;
	for (size_t r = 0; r < report->matrix->relation_count; r++)
		for (size_t a = 0; a < report->matrix->actor_count; a++) {
			bool wrong = findings_of(report, r, a, false) > 0;

			*failed += wrong;
			*unknown += !wrong && findings_of(report, r, a, true) > 0;
		}
}

/* What differs from the snapshot is a case of its own. */
static void
snapshot_case(struct buf *out, const struct changes *changes)
{
	buf_printf(out, "    <testcase name=\"nothing changed\" classname=\"snapshot\" time=\"0\" "
			"assertions=\"1\"");
	if (!changes->count) {
		buf_printf(out, "/>\n");
		return;
	}
	buf_printf(out, "><failure type=\"changed\"");
	xml_attribute(out, "message", "the matrix is not what the snapshot says");
	buf_printf(out, ">");
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->items[i];
		struct buf text;

		buf_init(&text, 4096);
		buf_printf(&text, "%s: %s x %s in %s: %c -> %c\n", change_word(change->kind),
			   change->actor, change->cell, change->relation, change->before,
			   change->after);
		xml_text(out, text.text, text.len);
		buf_release(&text);
	}
	buf_printf(out, "</failure></testcase>\n");
}

void
matrix_junit(const struct matrix_report *report, struct sink *sink)
{
	const struct matrix *matrix = report->matrix;
	size_t failed, unknown, cases = matrix->relation_count * matrix->actor_count;
	struct buf out;

	count_cases(report, &failed, &unknown);
	if (report->changes) {
		cases++;
		failed += report->changes->count > 0;
	}
	buf_init(&out, OUT_BYTES);
	buf_printf(&out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
	xml_attribute(&out, "name", "lensgate matrix");
	buf_printf(&out,
		   " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"0\" time=\"%.3f\">\n",
		   cases, failed, unknown, (double)matrix->elapsed_ms / 1000);
	buf_printf(&out, "  <testsuite");
	xml_attribute(&out, "name", report->subject);
	buf_printf(&out,
		   " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"0\" time=\"%.3f\"",
		   cases, failed, unknown, (double)matrix->elapsed_ms / 1000);
	buf_printf(&out, " timestamp=\"%.19s\"", report->started); /* without a zone */
	xml_attribute(&out, "hostname", report->place);
	buf_printf(&out,
		   ">\n    <properties>\n      <property name=\"tries\" value=\"%ld\"/>\n"
		   "    </properties>\n",
		   matrix->tries);
	for (size_t r = 0; r < matrix->relation_count; r++)
		for (size_t a = 0; a < matrix->actor_count; a++)
			test_case(&out, report, r, a);
	if (report->changes)
		snapshot_case(&out, report->changes);
	buf_printf(&out, "  </testsuite>\n</testsuites>\n");
	sink_add(sink, out.text, out.len);
	buf_release(&out);
}
