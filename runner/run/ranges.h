/* ranges.h - stretches of a text that must not be seen, and what is shown instead. */
#ifndef RUN_RANGES_H
#define RUN_RANGES_H

#include <stddef.h>

struct range {
	size_t from, to;
	const char *shown; /* borrowed */
};

/* Freed with ranges_release; { 0 } is empty. */
struct ranges {
	struct range *items;
	size_t count, room;
};

void ranges_add(struct ranges *ranges, size_t from, size_t to, const char *shown);
void ranges_release(struct ranges *ranges);

/* Sort by place and join what overlaps; the longest names the whole. */
void ranges_join(struct ranges *ranges);

/* Add to `out` the parts of `ranges` that `without` does not cover. Both are joined. */
void ranges_subtract(const struct ranges *ranges, const struct ranges *without, struct ranges *out);

#endif
