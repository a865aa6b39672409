/* document.h - one YAML or JSON file: its value, and where each part of it stood.
 *
 * Both syntaxes give the same json_t, told apart by extension (.json, else
 * YAML). YAML is read with the 1.2 core schema: only `true false null`, nothing at all (null) and
 * numbers are not text, so `no`, `on`, `~` and dates are text. Duplicate keys, merge keys,
 * anchors with cycles, tags, several documents in one file and non-text keys are mistakes. `${...}`
 * may stand unquoted anywhere, inside a flow mapping too, where YAML itself would stumble over the
 * braces.
 *
 * Places are kept by JSON Pointer (RFC 6901), because jansson shares `true`,
 * `false` and `null` between all their uses.
 */
#ifndef DOCUMENT_DOCUMENT_H
#define DOCUMENT_DOCUMENT_H

#include <jansson.h>

#include "base/digest.h"
#include "base/error.h"

/* A position in a file a user wrote. `file` is borrowed from the document. */
struct place {
	const char *file; /* as errors and reports show it; NULL: no file */
	int line, column; /* 1-based */
};

struct document {
	char *path; /* as it was opened, and as errors show it */
	json_t *root;
	char sha256[DIGEST_HEX_BYTES]; /* of the file's bytes */
	struct places *places;         /* pointer -> where key and value stood */
};

/* Read and parse `path`. On a mistake adds errors with their places and returns
 * NULL. Limits: 4 MiB, 64 levels deep. The caller frees the document, after
 * everything borrowed from `root`. */
struct document *document_load(const char *path, struct errors *errors) MUST_USE;
void document_free(struct document *document);

/* Where the value at `pointer` starts; the nearest enclosing value that has a
 * place when the pointer itself has none. */
struct place document_place(const struct document *document, const char *pointer);

/* Where the key of the member at `pointer` stands (the value's place for an array's item). */
struct place document_key_place(const struct document *document, const char *pointer);

/* Write a place into an error; of a path too long for it, the tail. */
void place_set(const struct place *place, struct error *err);

#endif
