/* line.h - JSON written straight into a buffer, value after value.
 *
 * No tree is built: a run record is written once per case, and building one with jansson costs
 * more than the request it records. Texts are passed through the masker *before* they are
 * escaped, so a masked line is still JSON. Texts may hold anything: bytes that are not UTF-8
 * (RFC 3629) become U+FFFD, control characters are escaped.
 *
 * `key` names a member of the open object; NULL stands for an element of the open array.
 */
#ifndef RUN_LINE_H
#define RUN_LINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "run/mask.h"

struct line {
	struct buf *out;
	const struct mask *mask; /* NULL: nothing is masked */
	struct buf *masked;      /* scratch, needed with a mask */
	bool follows;            /* the next value needs a comma before it */
	bool breaks;             /* and begins on a new line */
	bool leaks;              /* a text could not be masked: must not be written */
};

void line_object(struct line *line, const char *key);
void line_object_end(struct line *line);
void line_array(struct line *line, const char *key);
void line_array_end(struct line *line);

/* The next value or end begins on a new line: for files that people compare. */
void line_break(struct line *line);

/* `text` of `len` bytes, through the masker. */
void line_bytes(struct line *line, const char *key, const char *text, size_t len);
/* NUL-terminated; NULL writes nothing at all: what is not there has no member. */
void line_text(struct line *line, const char *key, const char *text);
/* One of our own words: not masked. */
void line_word(struct line *line, const char *key, const char *word);
void line_int(struct line *line, const char *key, int64_t number);
/* The same, but 0 writes nothing at all. */
void line_count(struct line *line, const char *key, int64_t number);
void line_bool(struct line *line, const char *key, bool truth);
/* Any JSON value, its texts through the masker. */
void line_json(struct line *line, const char *key, json_t *value);

/* Append `text` as it stands between the quotes of a JSON string, unmasked. */
void line_escape(struct buf *out, const char *text, size_t len);

/* How many bytes from `text` on stand in a JSON string as they are: ASCII but for quotes,
 * backslashes and control characters. */
size_t line_plain(const char *text, size_t len);

/* How many of the bytes at `text` make one well-formed UTF-8 character; 0 when they do not
 * begin one. Source: RFC 3629, section 4. */
size_t line_utf8(const char *text, size_t len);

#endif
