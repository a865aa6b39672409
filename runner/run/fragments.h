/* fragments.h - parts of secrets, for texts that were cut before anybody could mask them.
 *
 * A finding shows an excerpt of a value around the place where it differs, and a line of a table is
 * cut at its width: what is left of a secret there is no secret the masker knows, but most of one.
 * Any FRAGMENT_MIN bytes in a row of a registered value are found. Too slow and too eager for whole
 * bodies; right for the words about them.
 */
#ifndef RUN_FRAGMENTS_H
#define RUN_FRAGMENTS_H

#include <stddef.h>

#include "run/ranges.h"

#define FRAGMENT_MIN 10

struct fragments;

struct fragments *fragments_new(void);
void fragments_free(struct fragments *fragments);

/* Add a value, copied; `shown` is borrowed. The header of a JSON Web Token is the same for all of
 * them, and no part of the secret. */
void fragments_add(struct fragments *fragments, const char *value, size_t len, const char *shown);

/* Add a range for every part of a value in the text, each as long as it gets; of several values
 * the one with the longest part. */
void fragments_find(const struct fragments *fragments, const char *text, size_t len,
		    struct ranges *ranges);

#endif
