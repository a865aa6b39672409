/* html_text.h - text into HTML, whatever it holds.
 *
 * Source: HTML Living Standard, 13.1.4 (character references). Bytes that are not UTF-8 and
 * control characters, which HTML forbids even as references, become U+FFFD.
 */
#ifndef REPORT_HTML_TEXT_H
#define REPORT_HTML_TEXT_H

#include "base/buf.h"

/* Append `len` bytes as element content or as a quoted attribute value. */
void html_text(struct buf *out, const char *text, size_t len);

/* The same for NUL-terminated text; NULL appends nothing. */
void html_line(struct buf *out, const char *text);

/* The same, at most `max` bytes of it in whole characters; what is left out is named by its
 * size. */
void html_head(struct buf *out, const char *text, size_t len, size_t max);

#endif
