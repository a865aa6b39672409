#include "run/ranges.h"

#include <stdlib.h>

#include "base/must.h"

void
ranges_add(struct ranges *ranges, size_t from, size_t to, const char *shown)
{
	if (from >= to)
		return;
	if (ranges->count == ranges->room) {
		ranges->room = ranges->room ? ranges->room * 2 : 16;
		ranges->items = must(realloc(ranges->items, ranges->room * sizeof(*ranges->items)));
	}
	ranges->items[ranges->count++] = (struct range){ from, to, shown };
}

void
ranges_release(struct ranges *ranges)
{
	free(ranges->items);
	*ranges = (struct ranges){ 0 };
}

static int
by_place(const void *left, const void *right)
{
	const struct range *a = left, *b = right;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return a->to > b->to ? -1 : a->to < b->to;
}

void
ranges_join(struct ranges *ranges)
{
	size_t kept = 0, named = 0; /* `named` is the length of the range that names the last one */

	if (ranges->count < 2)
		return;
	qsort(ranges->items, ranges->count, sizeof(*ranges->items), by_place);
	for (size_t i = 0; i < ranges->count; i++) {
		struct range next = ranges->items[i];
		struct range *last = kept ? &ranges->items[kept - 1] : NULL;

		if (!last || next.from >= last->to) {
			ranges->items[kept++] = next;
			named = next.to - next.from;
			continue;
		}
		if (next.to - next.from > named) {
			last->shown = next.shown;
			named = next.to - next.from;
		}
		if (next.to > last->to)
			last->to = next.to;
	}
	ranges->count = kept;
}

void
ranges_subtract(const struct ranges *ranges, const struct ranges *without, struct ranges *out)
{
	size_t w = 0;

	for (size_t i = 0; i < ranges->count; i++) {
		struct range rest = ranges->items[i];

		while (w < without->count && without->items[w].to <= rest.from)
			w++;
		for (size_t k = w; k < without->count && without->items[k].from < rest.to; k++) {
			ranges_add(out, rest.from, without->items[k].from, rest.shown);
			rest.from = without->items[k].to;
		}
		ranges_add(out, rest.from, rest.to, rest.shown);
	}
}
