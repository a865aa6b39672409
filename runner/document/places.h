/* places.h - where each value of a document, and the key that led to it, stood in the text.
 *
 * A table from JSON Pointer to positions. Pointers are built in buffers of a fixed size; one that
 * does not fit is cut, is never stored, and so resolves to the nearest enclosing value.
 */
#ifndef DOCUMENT_PLACES_H
#define DOCUMENT_PLACES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/base.h"

/* Bytes of a JSON Pointer with its NUL; equal to the field of struct error. */
#define POINTER_BYTES 256

struct spot {
	int line, column; /* 1-based; columns count characters */
};

struct places;

struct places *places_new(void) MUST_USE;
void places_free(struct places *places);

/* Remember the value at `pointer` and its key. The first one of a pointer stays. */
void places_add(struct places *places, const char *pointer, struct spot key, struct spot value);

/* The positions of the longest prefix of `pointer` that has some; false when not even the root
 * has. Cut at a prefix, *key is where that value's own key stands. */
bool places_find(const struct places *places, const char *pointer, struct spot *key,
		 struct spot *value);

/* Append one reference token, escaped as RFC 6901 section 3 says. A token that does not fit fills
 * the buffer up, so that nothing more fits either. */
void pointer_append(char pointer[POINTER_BYTES], const char *token);
void pointer_append_index(char pointer[POINTER_BYTES], size_t index);

#endif
