/* How the page begins and ends: verdict, totals, contents, digest. */
#include "report/html_parts.h"
#include "report/html_text.h"
#include "report/html_walls.h"
#include "report/summary.h"

static const char style[] = {
#include "report/html_page.css.inc"
};
static const char script[] = {
#include "report/html_page.js.inc"
};

/* The colour of the whole run: green, red, or amber for what is not known. */
static const char *
tone(const struct run *run)
{
	int status = run_exit_status(run);

	return status == 0 ? "good" : status == 1 || status == 7 ? "bad" : "unknown";
}

static void
begin_walls(struct page *page)
{
	const struct run *run = page->run;
	struct buf *rules = page_scratch(page);
	struct buf title;

	page_filter_style(page, rules);
	buf_init(&title, 1000);
	buf_printf(&title, "%s: %s", summary_verdict(run),
		   summary_title(run, page->options->title));
	walls_begin(&page->out, &(struct walls){ .title = title.text,
						 .tone = tone(run),
						 .style = style,
						 .rules = rules->text,
						 .script = script });
	buf_release(&title);
}

static void
add_facts(struct page *page)
{
	const struct run *run = page->run;
	const char *commit = summary_text(run, "target", "commit");
	struct buf *text = page_scratch(page);

	buf_printf(&page->out, "<dl class=\"facts\">\n");
	walls_fact(&page->out, "environment", summary_text(run, "environment", "name"));
	walls_fact(&page->out, "target commit", *commit ? commit : "the target does not say");
	walls_fact(&page->out, "started", summary_text(run, "run", "started"));
	summary_time(summary_elapsed_us(run), text);
	walls_fact(&page->out, "took", text->text);
	walls_fact(&page->out, "gate", summary_text(run, "run", "gate"));
	if (summary_number(run, "run", "seed", 0)) {
		text = page_scratch(page);
		buf_printf(text, "%ld", summary_number(run, "run", "seed", 0));
		walls_fact(&page->out, "order shuffled by seed", text->text);
	}
	walls_fact(&page->out, "run", summary_text(run, "run", "id"));
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
	walls_count(&page->out, (size_t)count, what, tone_name);
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

	begin_walls(page);
	buf_printf(out,
		   "<header>\n<p class=\"verdict\"><span aria-hidden=\"true\">%s</span>%s</p>\n"
		   "<h1>",
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
			"</footer>\n");
	walls_end(out, &(struct walls){ .script = script });
	return true;
}
