/* plain.h - text for a terminal: what comes from a target must not steer it. */
#ifndef REPORT_PLAIN_H
#define REPORT_PLAIN_H

#include <stdbool.h>

#include "base/buf.h"

/* Append `text`: line feeds and tabs stay, other control characters (C0, DEL, C1) become "?".
 * Every line begins with `indent` blanks. */
void plain_add(struct buf *out, const char *text, int indent);

/* The same on one line: line feeds and tabs become blanks. */
void plain_line(struct buf *out, const char *text);

/* Colours carry no meaning that a word beside them does not. */
enum plain_color { PLAIN_GREEN, PLAIN_RED, PLAIN_YELLOW, PLAIN_DIM };

/* Append `word`, coloured when `color`. */
void plain_word(struct buf *out, const char *word, enum plain_color hue, bool color);

/* Cut `text` to what fits into `columns` of a terminal; wide characters take two. Returns bytes. */
size_t plain_fit(const char *text, size_t len, int columns);

#endif
