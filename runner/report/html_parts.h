/* html_parts.h - the sections of the page, each in a function of its own. */
#ifndef REPORT_HTML_PARTS_H
#define REPORT_HTML_PARTS_H

#include "report/coverage.h"
#include "report/report.h"
#include "run/sink.h"

/* Distinct words in order of appearance, for a filter: personas, tags. */
struct words {
	const char **items;
	size_t count, room;
};

struct page {
	const struct run *run;
	const struct report_options *options;
	struct sink *sink;
	struct coverage coverage;
	struct arena arena; /* of the words */
	struct words personas, tags;
	struct buf out;          /* of the part being written */
	struct buf text;         /* scratch: a text before it is made HTML */
	size_t transcript_bytes; /* written so far */
	size_t left_out;         /* transcripts that did not fit */
	struct error *err;
};

/* Hand `out` to the sink. */
void page_flush(struct page *page);
/* `text`, emptied. */
struct buf *page_scratch(struct page *page);
/* Append what is in `text` to `out`, as HTML. */
void page_add_scratch(struct page *page);
/* "<h2 id=...>" with a heading; opens a section that page_section_end closes. */
void page_section(struct page *page, const char *id, const char *heading);
void page_section_end(struct page *page);
/* "PASS" with a mark before it that tells verdicts apart without colour. */
void page_verdict(struct page *page, enum verdict verdict, bool flaky);
/* The class names a filter goes by: verdict, persona, tags. */
void page_classes(struct page *page, const struct planned_case *planned, enum verdict verdict,
		  bool flaky);
/* A duration, for people. */
void page_time(struct page *page, int64_t us);
/* The place of an entry in the plan, from its planned case. */
size_t page_index(const struct page *page, const struct planned_case *planned);

/* ---- the sections, in this order ---- */
bool page_begin(struct page *page); /* head, style, verdict, totals, contents */
bool page_failures(struct page *page);
bool page_invariants(struct page *page);
bool page_matrix(struct page *page);
bool page_charts(struct page *page);
bool page_cases(struct page *page);
bool page_what_was_run(struct page *page);
bool page_not_tested(struct page *page);
bool page_end(struct page *page); /* digest, script */

/* ---- parts of more than one section ---- */

/* Style that hides what a chosen persona or tag does not have. */
void page_filter_style(struct page *page, struct buf *out);
/* Every exchange of a case, each folded. Past the limit only a sentence. */
void page_transcript(struct page *page, const struct run_case *run_case);
/* The mismatches, each with expected and actual. */
void page_findings(struct page *page, const struct run_case *run_case);

#endif
