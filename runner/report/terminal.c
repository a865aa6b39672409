#include "report/terminal.h"

#include <string.h>

#include "report/cases.h"
#include "report/causes.h"
#include "report/failure.h"
#include "report/plain.h"
#include "report/rerun.h"
#include "report/summary.h"
#include "report/transcript.h"

/* One case with its transcript; what is longer is in the record. */
#define CASE_BYTES ((size_t)256 * 1024)

struct terminal {
	const struct run *run;
	const struct report_options *options;
	struct sink *sink;
	struct buf text; /* as it comes */
	struct buf out;  /* as a terminal may have it */
	size_t consequences;
};

static void
flush(struct terminal *terminal)
{
	sink_add(terminal->sink, terminal->out.text, terminal->out.len);
	if (terminal->out.truncated)
		sink_printf(terminal->sink, "\n[cut here; the whole is in %s]\n",
			    terminal->run->path);
	terminal->out.len = 0;
	terminal->out.truncated = false;
}

static struct buf *
fresh(struct terminal *terminal)
{
	terminal->text.len = 0;
	terminal->text.text[0] = '\0';
	return &terminal->text;
}

static void
add_verdict_word(struct terminal *terminal, const struct run_case *run_case)
{
	static const enum plain_color hues[] = {
		[VERDICT_NONE] = PLAIN_YELLOW, [VERDICT_PASS] = PLAIN_GREEN,
		[VERDICT_FAIL] = PLAIN_RED,    [VERDICT_ERROR] = PLAIN_YELLOW,
		[VERDICT_SKIP] = PLAIN_DIM,
	};

	plain_word(&terminal->out, verdict_name(run_case->verdict), hues[run_case->verdict],
		   terminal->options->color);
}

static void
add_heading(struct terminal *terminal, const struct planned_case *planned,
	    const struct run_case *run_case)
{
	struct buf *text = fresh(terminal);

	add_verdict_word(terminal, run_case);
	buf_printf(text, "  %s/%s", planned->suite, planned->id);
	if (planned->title)
		buf_printf(text, "  %s", planned->title);
	plain_line(&terminal->out, text->text);
	buf_printf(&terminal->out, "\n");
	if (!planned->file)
		return;
	text = fresh(terminal);
	buf_printf(text, "%s:%d", planned->file, planned->line);
	buf_printf(&terminal->out, "      ");
	plain_line(&terminal->out, text->text);
	buf_printf(&terminal->out, "\n");
}

static void
add_commands(struct terminal *terminal, const struct run_case *run_case)
{
	struct buf *text = fresh(terminal);

	failure_repeat(run_case, text);
	if (!text->len)
		return;
	buf_printf(&terminal->out, "      repeat it:\n");
	plain_add(&terminal->out, text->text, 8);
}

static void
show_bad(void *arg, const struct planned_case *planned, const struct run_case *run_case)
{
	struct terminal *terminal = arg;
	struct buf *text;

	if (failure_is_consequence(run_case))
		return;
	add_heading(terminal, planned, run_case);
	text = fresh(terminal);
	if (run_case->verdict == VERDICT_ERROR)
		buf_printf(text, "%s: ", trouble_name(run_case->trouble));
	failure_line(run_case, text);
	buf_printf(text, "\n");
	failure_details(run_case, text);
	plain_add(&terminal->out, text->text, 6);
	add_commands(terminal, run_case);
	if (terminal->options->verbose && run_case->exchange_count) {
		buf_printf(&terminal->out, "\n");
		transcript_case(run_case, fresh(terminal));
		plain_add(&terminal->out, terminal->text.text, 6);
	}
	buf_printf(&terminal->out, "\n");
	flush(terminal);
}

/* What was never asked has its cause above: a line each is enough. None was asked for want of a
 * preflight: the last line says so. */
static void
show_consequence(void *arg, const struct planned_case *planned, const struct run_case *run_case)
{
	struct terminal *terminal = arg;
	struct buf *text = fresh(terminal);

	if (!failure_is_consequence(run_case) || run_case->trouble == TROUBLE_PREFLIGHT)
		return;
	add_verdict_word(terminal, run_case);
	buf_printf(text, "  %s/%s  %s: ", planned->suite, planned->id,
		   trouble_name(run_case->trouble));
	failure_line(run_case, text);
	plain_line(&terminal->out, text->text);
	buf_printf(&terminal->out, "\n");
	flush(terminal);
	terminal->consequences++;
}

/* With -v, what passed is listed with its exchanges, one line each. */
static void
show_good(void *arg, const struct planned_case *planned, const struct run_case *run_case)
{
	struct terminal *terminal = arg;

	if (run_case->verdict != VERDICT_PASS && run_case->verdict != VERDICT_SKIP)
		return;
	add_heading(terminal, planned, run_case);
	for (size_t i = 0; i < run_case->exchange_count; i++) {
		struct buf *text = fresh(terminal);

		transcript_line(&run_case->exchanges[i], text);
		buf_printf(&terminal->out, "      ");
		plain_line(&terminal->out, text->text);
		buf_printf(&terminal->out, "\n");
	}
	flush(terminal);
}

static void
list_bad_ids(struct terminal *terminal)
{
	const struct run *run = terminal->run;
	bool any = false;

	for (size_t i = 0; i < run->entry_count; i++) {
		const struct run_entry *entry = &run->entries[i];
		struct buf *text = fresh(terminal);

		if (!case_is_bad(entry, NULL))
			continue;
		buf_printf(text, "%-5s  %s/%s",
			   entry->offset < 0 ? "ERROR" : verdict_name(entry->verdict),
			   entry->planned.suite, entry->planned.id);
		plain_line(&terminal->out, text->text);
		buf_printf(&terminal->out, "\n");
		any = true;
	}
	if (any) {
		rerun_command(run, fresh(terminal));
		buf_printf(&terminal->out, "run these again: ");
		plain_line(&terminal->out, terminal->text.text);
		buf_printf(&terminal->out, "\nall about one:   lensgate explain SUITE/CASE\n\n");
	}
	flush(terminal);
}

/* Thirteen failures are often one mistake. */
static bool
list_causes(struct terminal *terminal, struct error *err)
{
	struct causes causes;
	struct buf *out = &terminal->out;
	bool ok = causes_find(&causes, terminal->run, err);

	if (ok && causes.count)
		buf_printf(out, "what was wrong, and in how many cases:\n");
	for (size_t i = 0; ok && i < causes.count && i < CAUSES_SHOWN; i++) {
		buf_printf(out, "%5zu  ", causes.items[i].count);
		plain_line(out, causes.items[i].text);
		buf_printf(out, "\n");
	}
	if (ok && causes.count)
		buf_printf(out, "\n");
	causes_release(&causes);
	return ok;
}

static void
list_reports(struct terminal *terminal)
{
	const json_t *reports =
		json_object_get(json_object_get(terminal->run->header, "run"), "reports");
	struct buf *text;

	for (size_t i = 0; i < json_array_size(reports); i++) {
		const json_t *report = json_array_get(reports, i);
		const char *kind = json_string_value(json_object_get(report, "kind"));
		const char *path = json_string_value(json_object_get(report, "path"));

		if (!kind || !path)
			continue;
		text = fresh(terminal);
		buf_printf(text, "%-8s  %s", kind, path);
		plain_line(&terminal->out, text->text);
		buf_printf(&terminal->out, "\n");
	}
	text = fresh(terminal);
	buf_printf(text, "record    %s", terminal->run->path);
	plain_line(&terminal->out, text->text);
	buf_printf(&terminal->out, "\n");
}

static void
add_totals(struct terminal *terminal)
{
	struct buf *out = &terminal->out;

	summary_totals(&terminal->run->totals, out);
	buf_printf(out, "\n");
	if (terminal->options->quiet)
		return;
	summary_invariants(&terminal->run->invariants, "; ", out);
	buf_printf(out, "took ");
	summary_time(summary_elapsed_us(terminal->run), out);
	buf_printf(out, "\n");
	summary_target(terminal->run, fresh(terminal));
	buf_printf(out, "target    ");
	plain_line(out, terminal->text.text);
	buf_printf(out, "\n");
	list_reports(terminal);
}

static void
add_verdict(struct terminal *terminal)
{
	const struct run *run = terminal->run;
	int status = run_exit_status(run);
	enum plain_color hue = status == 0 ? PLAIN_GREEN : status == 1 ? PLAIN_RED : PLAIN_YELLOW;
	struct buf *text = fresh(terminal);

	plain_word(&terminal->out, summary_verdict(run), hue, terminal->options->color);
	summary_reason(run, text);
	buf_printf(&terminal->out, ": ");
	plain_line(&terminal->out, text->text);
	buf_printf(&terminal->out, "\n");
}

bool
terminal_write(const struct run *run, const struct report_options *options, struct sink *sink,
	       struct error *err)
{
	struct terminal terminal = { .run = run, .options = options, .sink = sink };

	buf_init(&terminal.text, CASE_BYTES);
	buf_init(&terminal.out, 2 * CASE_BYTES);
	bool ok = !options->verbose || cases_each(run, NULL, show_good, &terminal, err);
	ok = ok && cases_each(run, case_is_bad, show_bad, &terminal, err) &&
	     cases_each(run, case_is_bad, show_consequence, &terminal, err);
	if (terminal.consequences)
		buf_printf(&terminal.out, "\n");
	ok = ok && list_causes(&terminal, err);
	list_bad_ids(&terminal);
	add_totals(&terminal);
	add_verdict(&terminal);
	flush(&terminal);
	buf_release(&terminal.out);
	buf_release(&terminal.text);
	return ok;
}
