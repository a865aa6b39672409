/* spelling.h - how the names in suites and lenses are written. */
#ifndef SUITE_SPELLING_H
#define SUITE_SPELLING_H

#include <stdbool.h>

/* A case, suite or block: letters, digits, `.`, `_` and `-`. */
bool spelling_is_id(const char *text);

/* A capture, variable or axis: a letter or `_`, then letters, digits and `_`. */
bool spelling_is_word(const char *text);

/* A table, perhaps with its schema, or a column: words, joined by at most one `.`. What is spelled
 * so may be quoted into SQL. */
bool spelling_is_table(const char *text);

/* A tag: an id that is none of the words of a tag expression (and, or, not). */
bool spelling_is_tag(const char *text);

/* A capture or variable must not hide one of the names that are always there (persona, now...). */
bool spelling_is_reserved(const char *word);

/* A JSON Pointer: "" or tokens that each begin with `/`. Source: RFC 6901, section 3. */
bool spelling_is_pointer(const char *text);

/* A path that stays below where it starts: relative, without a `..` in it. */
bool spelling_stays_below(const char *path);

#endif
