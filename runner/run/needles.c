#include "run/needles.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"

#define GROUP       4 /* bytes looked up at once */
#define STRIDE      4 /* GROUP + STRIDE - 1 must not exceed NEEDLE_MIN */
#define FILTER_BITS 17
#define CHAIN_BITS  13

_Static_assert(GROUP + STRIDE - 1 <= NEEDLE_MIN, "a needle could fall between two look-ups");

struct link {
	struct link *next;
	struct needle *needle;
	uint32_t group;
	size_t offset; /* of the group in the needle */
};

struct needles {
	uint8_t filter[(1 << FILTER_BITS) / 8];
	struct link *chains[1 << CHAIN_BITS];
	struct needle **all;
	size_t count, room;
};

struct needles *
needles_new(void)
{
	return must(calloc(1, sizeof(struct needles)));
}

void
needles_free(struct needles *needles)
{
	if (!needles)
		return;
	for (size_t i = 0; i < 1 << CHAIN_BITS; i++) {
		while (needles->chains[i]) {
			struct link *next = needles->chains[i]->next;

			free(needles->chains[i]);
			needles->chains[i] = next;
		}
	}
	for (size_t i = 0; i < needles->count; i++)
		free(needles->all[i]);
	free(needles->all);
	free(needles);
}

static uint32_t
group_at(const char *text)
{
	uint32_t group;

	memcpy(&group, text, sizeof(group));
	return group;
}

/* The upper bits of a product mix all bits of the group (Knuth's multiplicative hash). */
static uint32_t
hash(uint32_t group)
{
	return group * 2654435761U;
}

static bool
known(const struct needles *needles, const char *bytes, size_t len)
{
	uint32_t group = group_at(bytes);

	for (struct link *link = needles->chains[hash(group) >> (32 - CHAIN_BITS)]; link;
	     link = link->next) {
		if (link->group == group && link->offset == 0 && link->needle->len == len &&
		    memcmp(link->needle->bytes, bytes, len) == 0)
			return true;
	}
	return false;
}

void
needles_add(struct needles *needles, const char *bytes, size_t len, const char *shown,
	    size_t before, size_t after)
{
	if (len < NEEDLE_MIN || known(needles, bytes, len))
		return;

	struct needle *needle = must(calloc(1, sizeof(*needle) + len));
	*needle = (struct needle){ .shown = shown, .len = len, .before = before, .after = after };
	memcpy(needle->bytes, bytes, len);
	if (needles->count == needles->room) {
		needles->room = needles->room ? needles->room * 2 : 64;
		needles->all = must(realloc(needles->all, needles->room * sizeof(struct needle *)));
	}
	needles->all[needles->count++] = needle;
	for (size_t offset = 0; offset < STRIDE; offset++) {
		struct link *link = must(calloc(1, sizeof(*link)));
		uint32_t group = group_at(bytes + offset), bit = hash(group) >> (32 - FILTER_BITS);
		struct link **chain = &needles->chains[hash(group) >> (32 - CHAIN_BITS)];

		*link = (struct link){ *chain, needle, group, offset };
		*chain = link;
		needles->filter[bit / 8] |= (uint8_t)(1U << (bit % 8));
	}
}

static bool
is_base64(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '+' || c == '/' || c == '-' || c == '_';
}

static void
found(const struct needle *needle, const char *text, size_t len, size_t from, struct ranges *ranges)
{
	size_t to = from + needle->len < len ? from + needle->len : len;

	for (size_t i = 0; i < needle->before && from > 0 && is_base64(text[from - 1]); i++)
		from--;
	for (size_t i = 0; i < needle->after && to < len && is_base64(text[to]); i++)
		to++;
	ranges_add(ranges, from, to, needle->shown);
}

static void
look_closer(const struct needles *needles, const char *text, size_t len, size_t at,
	    struct ranges *ranges)
{
	uint32_t group = group_at(text + at);

	for (struct link *link = needles->chains[hash(group) >> (32 - CHAIN_BITS)]; link;
	     link = link->next) {
		if (link->group != group || link->offset > at)
			continue;
		size_t from = at - link->offset, there = len - from;
		size_t compared = link->needle->len;

		if (compared > there) {
			if (there < NEEDLE_CUT)
				continue;
			compared = there;
		}
		if (memcmp(text + from, link->needle->bytes, compared) == 0)
			found(link->needle, text, len, from, ranges);
	}
}

void
needles_find(const struct needles *needles, const char *text, size_t len, struct ranges *ranges)
{
	const uint8_t *filter = needles->filter;

	for (size_t at = 0; at + GROUP <= len; at += STRIDE) {
		uint32_t bit = hash(group_at(text + at)) >> (32 - FILTER_BITS);

		if ((filter[bit / 8] >> (bit % 8)) & 1)
			look_closer(needles, text, len, at, ranges);
	}
}
