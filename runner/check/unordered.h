/* unordered.h - `$set`: do the items of an array match these patterns, in any order?
 *
 * Each item stands for one pattern and each pattern for one item, so [a, a, b] is
 * not [a, b, b], and a wide pattern does not take the only item of a narrow one.
 */
#ifndef CHECK_UNORDERED_H
#define CHECK_UNORDERED_H

#include "check/matching.h"

/* More items on either side than this are a mismatch that says so. */
#define UNORDERED_MAX 2000

/* Reports every pattern without an item, and every item without a pattern. */
bool unordered_match(struct matching *matching, const struct at *at, const json_t *patterns);

#endif
