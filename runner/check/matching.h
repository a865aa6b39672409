/* matching.h - one comparison under way: what operators share with the walk over patterns.
 *
 * Where a value stands is a chain of `struct at` on the stack; it becomes text
 * only when there is something to report, so a match costs no memory.
 */
#ifndef CHECK_MATCHING_H
#define CHECK_MATCHING_H

#include <jansson.h>

#include "check/finding.h"
#include "check/pattern.h"

struct matching {
	struct findings *findings;
	enum finding_type type;
	const char *pointer; /* to the value the comparison began with */
	bool quiet;          /* only the answer is wanted; stops at the first mismatch */
	size_t mismatches;
};

struct at {
	const struct at *up; /* NULL: where the comparison began */
	const char *key;     /* NULL: an array's item */
	size_t index;
	const json_t *value; /* NULL: absent */
};

/* One operator applied to one value. */
struct operation {
	struct matching *matching;
	const struct at *at;
	const char *name;      /* "$len" */
	const json_t *operand; /* 2 */
	const json_t *pattern; /* the mapping both stand in */
};

/* Compare the value at `at` with `pattern`, and report every mismatch. */
bool match(struct matching *matching, const struct at *at, const json_t *pattern);

/* The same, without a report. */
bool match_quietly(const struct matching *matching, const struct at *at, const json_t *pattern);

/* Report the value at `at`. `name` is NULL for a plain value; `expected` is its operand.
 * Always false. */
bool mismatch(struct matching *matching, const struct at *at, const char *name,
	      const json_t *expected, const char *fmt, ...) PRINTF_LIKE(5, 6);

/* Report that a value is not the expected one: another kind, another value, or, for long
 * text, where it differs. Always false. */
bool mismatch_value(struct matching *matching, const struct at *at, const char *name,
		    const json_t *expected);

/* True for a mapping of operators, not of keys. */
bool pattern_is_operators(const json_t *pattern);

/* The row of an operator, or NULL. */
const struct operator_help *operator_find(const char *name);

/* Values shown inside a sentence are cut to this. */
#define SHOWN_BYTES 100

#endif
