/* How the page begins and ends: style, script, verdict, totals, contents, digest. */
#include <ctype.h>
#include <string.h>

#include "base/digest.h"
#include "report/html_parts.h"
#include "report/html_text.h"
#include "report/summary.h"

static const char style[] = {
#include "report/html_page.css.inc"
};
static const char script[] = {
#include "report/html_page.js.inc"
};

static unsigned
nibble(char digit)
{
	return (unsigned)(isdigit((unsigned char)digit) ? digit - '0' : digit - 'a' + 10);
}

/* The SHA-256 of a text as a content security policy names it: 32 bytes in base64. */
static void
add_source(struct buf *out, const char *text, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char hex[DIGEST_HEX_BYTES];

	digest_hex(text, len, hex);
	buf_printf(out, "'sha256-");
	/* Three digits of 4 bits are two of 6; 64 digits are 21 threes and one. */
	for (size_t i = 0; i + 2 < 64; i += 3) {
		unsigned bits = nibble(hex[i]) << 8 | nibble(hex[i + 1]) << 4 | nibble(hex[i + 2]);

		buf_printf(out, "%c%c", digits[bits >> 6], digits[bits & 63]);
	}
	buf_printf(out, "%c='", digits[nibble(hex[63]) << 2]);
}

/* No element of the page names anything outside of it; should one slip in, the browser refuses. */
static void
add_policy(struct page *page, const struct buf *filters)
{
	struct buf *out = &page->out;

	buf_printf(out, "<meta http-equiv=\"Content-Security-Policy\" content=\""
			"default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
			"style-src ");
	add_source(out, style, sizeof(style) - 1);
	buf_printf(out, " ");
	add_source(out, filters->text, filters->len);
	buf_printf(out, "; script-src ");
	add_source(out, script, sizeof(script) - 1);
	buf_printf(out, "\">\n");
}

static void
add_head(struct page *page)
{
	struct buf *out = &page->out;
	struct buf *filters = page_scratch(page);

	page_filter_style(page, filters);
	buf_printf(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
			"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
			"<meta name=\"color-scheme\" content=\"light dark\">\n"
			"<meta name=\"referrer\" content=\"no-referrer\">\n");
	add_policy(page, filters);
	buf_printf(out,
		   "<link rel=\"icon\" href=\"data:,\">\n<title>%s: ", summary_verdict(page->run));
	html_line(out, summary_title(page->run, page->options->title));
	buf_printf(out, "</title>\n<style>");
	buf_add(out, style, sizeof(style) - 1);
	buf_printf(out, "</style>\n<style>");
	buf_add(out, filters->text, filters->len);
	buf_printf(out, "</style>\n</head>\n");
}

/* The colour of the whole run: green, red, or amber for what is not known. */
static const char *
tone(const struct run *run)
{
	int status = run_exit_status(run);

	return status == 0 ? "good" : status == 1 || status == 7 ? "bad" : "unknown";
}

static void
add_fact(struct page *page, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	buf_printf(&page->out, "<div><dt>%s</dt><dd>", name);
	html_line(&page->out, value);
	buf_printf(&page->out, "</dd></div>\n");
}

static void
add_facts(struct page *page)
{
	const struct run *run = page->run;
	const char *commit = summary_text(run, "target", "commit");
	struct buf *text = page_scratch(page);

	buf_printf(&page->out, "<dl class=\"facts\">\n");
	add_fact(page, "environment", summary_text(run, "environment", "name"));
	add_fact(page, "target commit", *commit ? commit : "the target does not say");
	add_fact(page, "started", summary_text(run, "run", "started"));
	summary_time(summary_elapsed_us(run), text);
	add_fact(page, "took", text->text);
	add_fact(page, "gate", summary_text(run, "run", "gate"));
	add_fact(page, "run", summary_text(run, "run", "id"));
	buf_printf(&page->out, "</dl>\n");
}

/* How much of the plan each verdict has, as a bar. */
static void
add_bar(struct page *page)
{
	const struct totals *totals = &page->run->totals;
	const struct {
		const char *name;
		long count;
	} shares[] = { { "PASS", totals->passed },
		       { "FAIL", totals->failed },
		       { "ERROR", totals->errors },
		       { "SKIP", totals->skipped } };
	double at = 0;

	buf_printf(&page->out, "<svg class=\"bar\" viewBox=\"0 0 1000 10\" "
			       "preserveAspectRatio=\"none\" aria-hidden=\"true\">");
	for (size_t i = 0; totals->planned && i < COUNTOF(shares); i++) {
		double width = 1000.0 * (double)shares[i].count / (double)totals->planned;

		if (shares[i].count)
			buf_printf(&page->out,
				   "<rect class=\"f-%s\" x=\"%.2f\" width=\"%.2f\" height=\"10\"/>",
				   shares[i].name, at, width);
		at += width;
	}
	buf_printf(&page->out, "</svg>\n");
}

static void
add_count(struct page *page, const char *what, const char *tone_name, long count)
{
	buf_printf(&page->out, "<li class=\"%s\"><b>%ld</b> %s</li>\n", count ? tone_name : "none",
		   count, what);
}

static void
add_totals(struct page *page)
{
	const struct totals *totals = &page->run->totals;

	buf_printf(&page->out, "<ul class=\"totals\">\n");
	buf_printf(&page->out, "<li><b>%ld</b> planned</li>\n", totals->planned);
	add_count(page, "passed", "good", totals->passed);
	add_count(page, "failed", "bad", totals->failed);
	add_count(page, totals->errors == 1 ? "error" : "errors", "unknown", totals->errors);
	add_count(page, "skipped", "quiet", totals->skipped);
	if (totals->flaky)
		add_count(page, "flaky", "unknown", totals->flaky);
	buf_printf(&page->out, "</ul>\n");
	add_bar(page);
}

static void
add_contents(struct page *page)
{
	const struct totals *totals = &page->run->totals;
	bool bad = totals->failed + totals->errors > 0;

	buf_printf(&page->out,
		   "<nav aria-label=\"Contents\"><ul>\n%s"
		   "<li><a href=\"#invariants\">Invariants</a></li>\n"
		   "<li><a href=\"#roles\">Roles</a></li>\n"
		   "<li><a href=\"#times\">Times</a></li>\n"
		   "<li><a href=\"#cases\">All cases</a></li>\n"
		   "<li><a href=\"#run\">What was run</a></li>\n"
		   "<li><a href=\"#gaps\">Not tested</a></li>\n</ul></nav>\n",
		   bad ? "<li><a href=\"#failures\">Failures</a></li>\n" : "");
}

bool
page_begin(struct page *page)
{
	const struct run *run = page->run;
	struct buf *out = &page->out;

	add_head(page);
	buf_printf(out,
		   "<body class=\"%s\">\n<a class=\"skip\" href=\"#main\">Skip to content</a>\n"
		   "<header>\n<p class=\"verdict\"><span aria-hidden=\"true\">%s</span>%s</p>\n"
		   "<h1>",
		   tone(run),
		   run_exit_status(run) == 0   ? "\xe2\x9c\x93"
		   : run_exit_status(run) == 1 ? "\xe2\x9c\x97"
					       : "!",
		   summary_verdict(run));
	html_line(out, summary_title(run, page->options->title));
	buf_printf(out, "</h1>\n<p class=\"reason\">");
	struct buf *text = page_scratch(page);
	summary_reason(run, text);
	page_add_scratch(page);
	buf_printf(out, ".</p>\n");
	if (run->broken[0]) {
		buf_printf(out, "<p class=\"broken\"><b>This record was changed after it was "
				"written</b>: ");
		html_line(out, run->broken);
		buf_printf(out, ".</p>\n");
	}
	add_totals(page);
	add_facts(page);
	buf_printf(out, "</header>\n");
	add_contents(page);
	buf_printf(out, "<main id=\"main\">\n");
	return true;
}

bool
page_end(struct page *page)
{
	struct buf *out = &page->out;

	buf_printf(out, "</main>\n<footer>\n");
	if (page->left_out)
		buf_printf(out,
			   "<p>The transcripts of %zu cases are left out, or this page would be "
			   "too large to open; they are in the run record.</p>\n",
			   page->left_out);
	buf_printf(out, "<p>Made by lensgate ");
	html_line(out, summary_text(page->run, "program", "version"));
	buf_printf(out,
		   " from the run record whose last line has the SHA-256 "
		   "<code class=\"sum\">%s</code>. %s",
		   page->run->digest,
		   page->run->broken[0] ? "The chain of its lines is broken: "
					: "The chain of its lines is whole");
	html_line(out, page->run->broken);
	buf_printf(out, ".</p>\n<p>Secrets are masked; a token is named by its persona.</p>\n"
			"</footer>\n<script>");
	buf_add(out, script, sizeof(script) - 1);
	buf_printf(out, "</script>\n</body>\n</html>\n");
	return true;
}
