/* indent.h - JSON made readable without changing a token of it.
 *
 * Numbers, escapes and duplicate keys stay as they came: a tree would lose them.
 */
#ifndef REPORT_INDENT_H
#define REPORT_INDENT_H

#include <stdbool.h>

#include "base/buf.h"

/* Append `len` bytes of JSON, one member or element per line, two blanks per level; empty and
 * short flat arrays and objects stay on one line. Text that does not begin as an object or array,
 * or is not closed, is appended as it is. True when it was indented. */
bool indent_json(struct buf *out, const char *text, size_t len);

#endif
