/* source.h - the text of one file while it is read: what may be in it, and its mistakes.
 *
 * The two readers turn it into values and places. A syntax error ends the reading; other mistakes
 * (a duplicate key, a tag) are noted and reading goes on, up to SOURCE_MISTAKES of them.
 */
#ifndef DOCUMENT_SOURCE_H
#define DOCUMENT_SOURCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "document/places.h"

#define SOURCE_DEPTH    64 /* levels of lists and mappings */
#define SOURCE_MISTAKES 50

struct source {
	const char *path; /* as errors show it */
	const char *text; /* UTF-8, NUL-terminated */
	size_t len;
	struct places *places;
	struct errors *errors;
	int mistakes;
};

/* Note a mistake; `pointer` may be "". Always false. */
bool source_fail(struct source *source, struct spot spot, const char *pointer, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* The text must be UTF-8 without control characters; a leading byte order mark is skipped. */
bool source_is_text(struct source *source) MUST_USE;

/* Where the byte at `offset` of a UTF-8 text stands, and back. */
struct spot source_spot(const char *text, size_t offset);
const char *source_at(const char *text, struct spot spot);

/* The tail of a path that fits in an error, after "..." when the head is cut off. */
void source_path_tail(const char *path, char *tail, size_t size);

/* The value of the whole text, a new reference; NULL after a syntax error. Check `mistakes` too. */
json_t *source_read_yaml(struct source *source) MUST_USE;
json_t *source_read_json(struct source *source) MUST_USE;

#endif
