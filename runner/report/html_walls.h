/* html_walls.h - what every page has: head, policy, common style; sections, facts, frames.
 *
 * A page is one file. Nothing in it names anything outside of it, and its content security policy
 * lets the browser refuse what slips in. Used by the pages of a run, of a matrix, of an audit, of a
 * proof and by the dashboard.
 */
#ifndef REPORT_HTML_WALLS_H
#define REPORT_HTML_WALLS_H

#include "base/buf.h"

/* Texts are borrowed. Styles and script are ASCII and stand in the page as they are. */
struct walls {
	const char *title;  /* as text, not as HTML */
	const char *tone;   /* "good", "bad" or "unknown" */
	const char *style;  /* of this kind of page, after the common one */
	const char *rules;  /* made for this one page; NULL: none */
	const char *script; /* NULL: none */
};

/* The page from its first byte to the skip link, which goes to #main. */
void walls_begin(struct buf *out, const struct walls *walls);
/* The script, and the end of the page. */
void walls_end(struct buf *out, const struct walls *walls);

/* The first line of a header: a word (text) behind the mark of its tone, for those who see no
 * colours. */
void walls_verdict(struct buf *out, const char *tone, const char *word);
/* One of a <ul class="totals">, in a tone when there are any; `what` is text. */
void walls_count(struct buf *out, size_t count, const char *what, const char *tone);

/* A word (text) with the mark and the colours of PASS, FAIL, ERROR, FLAKY or SKIP. */
void walls_pill(struct buf *out, const char *look, const char *word);

/* "<h2 id=...>" with a heading (HTML); opens a section that walls_section_end closes. */
void walls_section(struct buf *out, const char *id, const char *heading);
void walls_section_end(struct buf *out);

/* One pair of a <dl class="facts">; nothing when `value` (text) is NULL or empty. */
void walls_fact(struct buf *out, const char *name, const char *value);

/* A frame around a table, which may be wider than the page: it scrolls by keyboard too. Closed by
 * "</table></div>". `label` is text; `classes` are the table's. */
void walls_table(struct buf *out, const char *label, const char *classes);

/* A picture as wide as the page, drawn in percentages of the width, so that words keep their size
 * on a phone. Closed by "</svg>". `label` says what it shows, and where the same stands in words.
 */
void walls_chart(struct buf *out, long height_px, const char *label);

#endif
