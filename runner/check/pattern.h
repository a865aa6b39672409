/* pattern.h - what a JSON value has to look like.
 *
 * Objects match as subsets, arrays as a whole, everything else by value and
 * type (1 and 1.0 are the same number; "1" is not). An object whose keys begin with `$` is a
 * set of operators that must all hold; `$` keys and plain keys never mix, except that
 * `because` may stand beside `$one_of`.
 *
 *   $type $contains $excludes $each $any $len $match $gt $ge $lt $le $ne $absent
 *   $present $one_of $eq $set
 *
 * What proves nothing does not hold. An absent value matches `$absent` (also as an alternative
 * of `$one_of`) and nothing else, and only where its parent is there. `$each` and `$excludes` do
 * not hold for an empty array, object or text, unless `$len` stands beside them and says that it
 * may be empty. `$ne` needs a value of the same kind, or null. `{}` is refused when loading: write
 * `$type: object` or `$eq: {}`.
 *
 * `lensgate help operators` prints the table these are rows of.
 */
#ifndef CHECK_PATTERN_H
#define CHECK_PATTERN_H

#include <jansson.h>

#include "check/finding.h"
#include "document/node.h"

struct operation;

/* A row of the operator table: what a user reads, and what this folder calls. */
struct operator_help {
	const char *name, *operand, *sentence, *example;
	/* Does it hold? Reports when it does not. */
	bool (*holds)(const struct operation *operation);
	/* Is the operand of the right kind? Adds an error when it is not. */
	bool (*operand_valid)(const struct node *operand);
	bool sees_absent; /* may hold for a value that is not there */
};

/* Check a pattern at load time: unknown operators (with a hint), operands of the wrong
 * kind, PCRE2 that does not compile, `$one_of` without `because`, mixed keys. A text that holds
 * `${` is taken to be right: its value is not known yet. Adds errors, false if any. */
bool pattern_valid(const struct node *pattern);

/* Compare `actual` (NULL: absent) with `pattern`, from which all ${} are gone. Adds
 * one finding of `type` per mismatch, all of them (the first 100, then how many more), each with
 * the pointer to the value below `pointer`; an absent key names the nearest key that is there.
 * Allocates nothing while everything matches, but for `$match`, `$set` and a pattern for `$len`.
 * A `$match` that needs too much work is a mismatch and says so. */
void pattern_match(const json_t *pattern, const json_t *actual, const char *pointer,
		   enum finding_type type, struct findings *findings);

/* One line of JSON for a finding, at most `max` bytes, cut with "..." (UTF-8 stays whole). In
 * `arena`. */
const char *pattern_text(const json_t *value, size_t max, struct arena *arena);

/* The rows of the operator table, for help. */
const struct operator_help *pattern_operators(size_t *count);

/* The value at a JSON Pointer (RFC 6901), borrowed; NULL when absent. In an array `key=text` stands
 * for the first item that has this text at this key. */
const json_t *pointer_get(const json_t *value, const char *pointer);
/* The longest prefix of `pointer` that exists in `value`, and the keys to be found there:
 * "/data exists, with keys: a, b, c". In `arena`. */
const char *pointer_nearest(const json_t *value, const char *pointer, struct arena *arena);

#endif
