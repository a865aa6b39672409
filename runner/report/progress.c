#include "report/progress.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/must.h"
#include "report/failure.h"
#include "report/plain.h"
#include "report/summary.h"
#include "report/transcript.h"

/* A failure as it happens; the whole is in the summary. */
#define TEXT_BYTES ((size_t)16 * 1024)

/* Redrawing for every case of a fast run would cost more than the cases. */
#define REDRAW_US 50000

struct progress {
	FILE *file;
	const struct mask *mask;
	struct progress_options options;
	size_t planned, settled, failed, errors;
	char current[200]; /* what was begun last */
	bool drawn;        /* the live line is on the screen */
	int64_t drawn_us;
	struct buf text;   /* as it comes */
	struct buf out;    /* as a terminal may have it */
	struct buf masked; /* as it is written */
};

struct progress *
progress_new(FILE *out, const struct mask *mask, const struct progress_options *options)
{
	struct progress *progress = must(calloc(1, sizeof(*progress)));

	progress->file = out;
	progress->mask = mask;
	progress->options = *options;
	buf_init(&progress->text, TEXT_BYTES);
	buf_init(&progress->out, 4 * TEXT_BYTES);
	buf_init(&progress->masked, 8 * TEXT_BYTES);
	return progress;
}

void
progress_free(struct progress *progress)
{
	if (!progress)
		return;
	buf_release(&progress->masked);
	buf_release(&progress->out);
	buf_release(&progress->text);
	free(progress);
}

static struct buf *
fresh(struct buf *buf)
{
	buf->len = 0;
	buf->text[0] = '\0';
	buf->truncated = false;
	return buf;
}

/* Write `out`, through the masker; a terminal that went away is no reason to stop. */
static void
emit(struct progress *progress)
{
	const struct buf *out = &progress->out;

	if (progress->mask) {
		fresh(&progress->masked);
		if (!mask_text(progress->mask, progress->out.text, progress->out.len,
			       &progress->masked))
			buf_clear(&progress->masked);
		out = &progress->masked;
	}
	(void)fwrite(out->text, 1, out->len, progress->file);
	(void)fflush(progress->file);
	fresh(&progress->out);
}

static void
erase(struct progress *progress)
{
	if (progress->drawn)
		buf_printf(&progress->out, "\r\033[K");
	progress->drawn = false;
}

/* "12/27  1 failed  2 errors  crew-approve-denied", cut to one line of the terminal. */
static void
draw(struct progress *progress)
{
	int columns = progress->options.columns > 0 ? progress->options.columns : 80;
	struct buf *text = fresh(&progress->text);
	size_t from;

	if (!progress->options.tty || progress->settled == progress->planned)
		return;
	buf_printf(text, "%zu/%zu", progress->settled, progress->planned);
	if (progress->failed)
		buf_printf(text, "  %zu failed", progress->failed);
	if (progress->errors)
		buf_printf(text, "  %zu error%s", progress->errors,
			   progress->errors == 1 ? "" : "s");
	buf_printf(text, "  %s", progress->current);
	erase(progress);
	from = progress->out.len;
	plain_line(&progress->out, text->text);
	/* The last column stays free: some terminals wrap there. */
	progress->out.len =
		from + plain_fit(progress->out.text + from, progress->out.len - from, columns - 1);
	progress->out.text[progress->out.len] = '\0';
	progress->drawn = true;
	progress->drawn_us = clock_now_us();
}

void
progress_begin(struct progress *progress, const char *title, size_t planned_count)
{
	progress->planned = planned_count;
	if (progress->options.quiet)
		return;
	plain_line(&progress->out, title);
	buf_printf(&progress->out, ": %zu case%s\n", planned_count, planned_count == 1 ? "" : "s");
	draw(progress);
	emit(progress);
}

void
progress_started(struct progress *progress, const struct planned_case *planned)
{
	(void)snprintf(progress->current, sizeof(progress->current), "%s", planned->id);
	if (!progress->options.tty || clock_now_us() - progress->drawn_us < REDRAW_US)
		return;
	draw(progress);
	emit(progress);
}

static void
add_verdict(struct progress *progress, const struct run_case *run_case)
{
	static const enum plain_color hues[] = {
		[VERDICT_NONE] = PLAIN_YELLOW, [VERDICT_PASS] = PLAIN_GREEN,
		[VERDICT_FAIL] = PLAIN_RED,    [VERDICT_ERROR] = PLAIN_YELLOW,
		[VERDICT_SKIP] = PLAIN_DIM,
	};
	static const int widest = 5; /* ERROR */
	const char *name = verdict_name(run_case->verdict);

	plain_word(&progress->out, name, hues[run_case->verdict], progress->options.color);
	buf_printf(&progress->out, "%*s  ", widest - (int)strlen(name), "");
}

/* "PASS   suite/id  title  12 ms" */
static void
add_line(struct progress *progress, const struct planned_case *planned,
	 const struct run_case *run_case)
{
	struct buf *text = fresh(&progress->text);

	add_verdict(progress, run_case);
	buf_printf(text, "%s/%s", planned->suite, planned->id);
	if (planned->title)
		buf_printf(text, "  %s", planned->title);
	if (run_case->attempts) {
		buf_printf(text, "  ");
		summary_time(run_case->elapsed_us, text);
	}
	if (run_case->flaky)
		buf_printf(text, "  FLAKY: passed only on attempt %d", run_case->attempts);
	plain_line(&progress->out, text->text);
	buf_printf(&progress->out, "\n");
}

/* One line below the case: why; or what was measured. */
static void
add_reason(struct progress *progress, const struct run_case *run_case)
{
	struct buf *text = fresh(&progress->text);

	if ((run_case->verdict == VERDICT_PASS && !run_case->measured) ||
	    (run_case->trouble == TROUBLE_PREFLIGHT && progress->errors > 1))
		return; /* A preflight has one reason for all. */
	if (run_case->verdict == VERDICT_ERROR)
		buf_printf(text, "%s: ", trouble_name(run_case->trouble));
	if (run_case->verdict == VERDICT_PASS)
		buf_printf(text, "%s", run_case->actual ? run_case->actual : "");
	else
		failure_line(run_case, text);
	buf_printf(&progress->out, "       ");
	plain_line(&progress->out, text->text);
	buf_printf(&progress->out, "\n");
}

static void
add_exchanges(struct progress *progress, const struct run_case *run_case)
{
	for (size_t i = 0; i < run_case->exchange_count; i++) {
		struct buf *text = fresh(&progress->text);

		transcript_line(&run_case->exchanges[i], text);
		buf_printf(&progress->out, "       ");
		plain_line(&progress->out, text->text);
		buf_printf(&progress->out, "\n");
	}
}

/* On a terminal what passed is only counted, unless somebody wants to see it. */
static bool
is_worth_a_line(const struct progress *progress, const struct run_case *run_case)
{
	if (run_case->verdict == VERDICT_FAIL || run_case->verdict == VERDICT_ERROR)
		return true;
	if (progress->options.quiet)
		return false;
	return !progress->options.tty || progress->options.verbose || run_case->flaky;
}

void
progress_settled(struct progress *progress, const struct planned_case *planned,
		 const struct run_case *run_case)
{
	bool worth = is_worth_a_line(progress, run_case);

	progress->settled++;
	progress->failed += run_case->verdict == VERDICT_FAIL;
	progress->errors += run_case->verdict == VERDICT_ERROR;
	if (worth) {
		erase(progress);
		add_line(progress, planned, run_case);
		add_reason(progress, run_case);
		if (progress->options.verbose)
			add_exchanges(progress, run_case);
	}
	if (worth || clock_now_us() - progress->drawn_us >= REDRAW_US)
		draw(progress);
	if (progress->out.len)
		emit(progress);
}

void
progress_note(struct progress *progress, const char *fmt, ...)
{
	struct buf *text = fresh(&progress->text);
	char note[1000];
	va_list args;

	if (progress->options.quiet)
		return;
	va_start(args, fmt);
	(void)vsnprintf(note, sizeof(note), fmt, args);
	va_end(args);
	buf_printf(text, "%s", note);
	erase(progress);
	plain_line(&progress->out, text->text);
	buf_printf(&progress->out, "\n");
	draw(progress);
	emit(progress);
}

void
progress_end(struct progress *progress)
{
	erase(progress);
	if (!progress->options.quiet)
		buf_printf(&progress->out, "\n");
	emit(progress);
}
