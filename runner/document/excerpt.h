/* excerpt.h - a few lines of a file a user wrote, as they stand there. */
#ifndef DOCUMENT_EXCERPT_H
#define DOCUMENT_EXCERPT_H

#include "base/arena.h"

/* The block that begins in `line` (1-based) of `path`: the line, and those after it that are
 * indented deeper, at most 12; without the indentation they share, each ended by a line feed. What
 * is longer ends in "...". NULL when the file cannot be read or has no such line. The text lives
 * in `arena`. */
const char *excerpt_block(const char *path, int line, struct arena *arena);

#endif
