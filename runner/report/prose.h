/* prose.h - text into Markdown (GitHub's), whatever it holds. */
#ifndef REPORT_PROSE_H
#define REPORT_PROSE_H

#include "base/buf.h"

/* Append `text` as running text or a table cell: one line, nothing in it is markup. NULL: "-".
 * A text longer than 300 bytes is cut, and says so. */
void prose_inline(struct buf *out, const char *text);

/* Append `text` as code on one line, between backticks; also fit for a table cell. */
void prose_code(struct buf *out, const char *text);

/* Append a fenced block in `language`; control characters become "?". A text longer than
 * 64 KiB is cut, and says so. */
void prose_block(struct buf *out, const char *language, const char *text, size_t len);

#endif
