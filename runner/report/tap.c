#include "report/tap.h"

#include <string.h>

#include "report/cases.h"
#include "report/failure.h"
#include "report/plain.h"
#include "report/summary.h"
#include "run/line.h"

#define CASE_BYTES ((size_t)1024 * 1024)
/* Of a description, and of a text in a diagnostic: six bytes each when all is escaped. */
#define LINE_BYTES ((size_t)1000)
#define TEXT_BYTES ((size_t)32 * 1024)

struct tap {
	struct sink *sink;
	long number;
	struct buf text;
	struct buf out;
};

static void
flush(struct tap *tap)
{
	sink_add(tap->sink, tap->out.text, tap->out.len);
	buf_clear(&tap->out);
}

static struct buf *
fresh(struct tap *tap)
{
	buf_clear(&tap->text);
	return &tap->text;
}

/* One line; "#" would begin a directive and "\" an escape. */
static void
add_description(struct tap *tap, const char *text)
{
	size_t from = tap->out.len;
	struct buf line;

	buf_init(&line, CASE_BYTES);
	plain_line(&line, text);
	line.len = plain_fit(line.text, line.len, (int)LINE_BYTES);
	for (size_t i = 0; i < line.len; i++) {
		if (line.text[i] == '#' || line.text[i] == '\\')
			buf_add(&tap->out, "\\", 1);
		buf_add(&tap->out, line.text + i, 1);
	}
	buf_release(&line);
	/* Blanks at the end would be lost to readers, and to people who compare files. */
	while (tap->out.len > from && tap->out.text[tap->out.len - 1] == ' ')
		tap->out.text[--tap->out.len] = '\0';
}

/* True for what YAML does not take as it is: DEL, C1 but NEL, noncharacters at the end of the BMP.
 * Source: YAML 1.2.2, 5.1, c-printable. */
static bool
is_unprintable(const char *text, size_t size)
{
	const unsigned char *byte = (const unsigned char *)text;

	if (size == 2)
		return byte[0] == 0xc2 && byte[1] < 0xa0;
	return *byte == 0x7f || (size == 3 && byte[0] == 0xef && byte[1] == 0xbf && byte[2] > 0xbd);
}

/* As a JSON string, cut to what a reader of diagnostics has patience for. */
static void
add_string(struct buf *out, const char *text)
{
	size_t len = strlen(text);
	size_t at = 0;

	buf_add(out, "\"", 1);
	while (at < len) {
		size_t size = line_utf8(text + at, len - at);

		if (at > TEXT_BYTES) {
			buf_printf(out, "...");
			break;
		}
		if (size && is_unprintable(text + at, size))
			buf_printf(out, "\xef\xbf\xbd");
		else
			line_escape(out, text + at, size ? size : 1);
		at += size ? size : 1;
	}
	buf_add(out, "\"", 1);
}

static void
add_member(struct tap *tap, const char *key, const char *text)
{
	if (!text || !*text)
		return;
	buf_printf(&tap->out, "  %s: ", key);
	add_string(&tap->out, text);
	buf_printf(&tap->out, "\n");
}

static void
add_place(struct tap *tap, const struct planned_case *planned)
{
	if (!planned->file)
		return;
	buf_printf(&tap->out, "  at:\n    file: ");
	add_string(&tap->out, planned->file);
	buf_printf(&tap->out, "\n    line: %d\n", planned->line);
}

static void
add_diagnostic(struct tap *tap, const struct planned_case *planned, const struct run_case *run_case)
{
	buf_printf(&tap->out, "  ---\n");
	failure_line(run_case, fresh(tap));
	add_member(tap, "message", tap->text.text);
	add_member(tap, "severity", run_case->verdict == VERDICT_FAIL ? "fail" : "error");
	add_member(tap, "type", failure_type(run_case));
	add_place(tap, planned);
	add_member(tap, "persona", planned->persona);
	add_member(tap, "expected", run_case->expected);
	add_member(tap, "actual", run_case->actual);
	failure_details(run_case, fresh(tap));
	add_member(tap, "details", tap->text.text);
	failure_repeat(run_case, fresh(tap));
	add_member(tap, "repeat", tap->text.text);
	buf_printf(&tap->out, "  ...\n");
}

static void
add_case(void *arg, const struct planned_case *planned, const struct run_case *run_case)
{
	struct tap *tap = arg;
	bool good = run_case->verdict == VERDICT_PASS || run_case->verdict == VERDICT_SKIP;
	struct buf *text = fresh(tap);

	buf_printf(text, "%s/%s%s%s", planned->suite, planned->id, planned->title ? ": " : "",
		   planned->title ? planned->title : "");
	buf_printf(&tap->out, "%s %ld - ", good ? "ok" : "not ok", ++tap->number);
	add_description(tap, text->text);
	if (run_case->verdict == VERDICT_SKIP) {
		buf_printf(&tap->out, " # SKIP ");
		add_description(tap, run_case->reason ? run_case->reason : "");
	}
	buf_printf(&tap->out, "\n");
	if (!good)
		add_diagnostic(tap, planned, run_case);
	else if (run_case->flaky)
		buf_printf(&tap->out, "# FLAKY: passed only on attempt %d\n", run_case->attempts);
	flush(tap);
}

static void
add_comment(struct tap *tap)
{
	buf_printf(&tap->out, "# ");
	plain_line(&tap->out, tap->text.text);
	buf_printf(&tap->out, "\n");
}

bool
tap_write(const struct run *run, const struct report_options *options, struct sink *sink,
	  struct error *err)
{
	struct tap tap = { .sink = sink };

	buf_init(&tap.text, CASE_BYTES);
	buf_init(&tap.out, 8 * CASE_BYTES);
	buf_printf(&tap.out, "TAP version 14\n");
	buf_printf(fresh(&tap), "%s", summary_title(run, options->title));
	add_comment(&tap);
	buf_printf(&tap.out, "1..%zu%s\n", run->entry_count,
		   run->entry_count ? "" : " # SKIP no case was planned");
	bool ok = cases_each_brief(run, NULL, add_case, &tap, err);
	summary_totals(&run->totals, fresh(&tap));
	add_comment(&tap);
	buf_printf(fresh(&tap), "%s: ", summary_verdict(run));
	summary_reason(run, &tap.text);
	add_comment(&tap);
	flush(&tap);
	buf_release(&tap.out);
	buf_release(&tap.text);
	return ok;
}
