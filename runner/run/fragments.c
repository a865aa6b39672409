#include "run/fragments.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"

#define CHAIN_BITS 14

struct value {
	struct value *next;
	const char *shown;
	size_t len;
	char bytes[];
};

/* FRAGMENT_MIN bytes of a value. */
struct window {
	struct window *next;
	const struct value *value;
	size_t at;
};

struct fragments {
	struct value *values;
	struct window *chains[1 << CHAIN_BITS];
};

struct fragments *
fragments_new(void)
{
	return must(calloc(1, sizeof(struct fragments)));
}

void
fragments_free(struct fragments *fragments)
{
	if (!fragments)
		return;
	for (size_t i = 0; i < 1 << CHAIN_BITS; i++) {
		while (fragments->chains[i]) {
			struct window *next = fragments->chains[i]->next;

			free(fragments->chains[i]);
			fragments->chains[i] = next;
		}
	}
	while (fragments->values) {
		struct value *next = fragments->values->next;

		free(fragments->values);
		fragments->values = next;
	}
	free(fragments);
}

/* Of the first eight bytes, at once; the rest is compared. The upper bits of a product mix all of
 * them (Fibonacci hashing). */
static size_t
chain_of(const char *bytes)
{
	uint64_t head;

	_Static_assert(sizeof(head) <= FRAGMENT_MIN, "a window could be shorter");
	memcpy(&head, bytes, sizeof(head));
	return (size_t)(head * 0x9e3779b97f4a7c15ULL >> (64 - CHAIN_BITS));
}

void
fragments_add(struct fragments *fragments, const char *value, size_t len, const char *shown)
{
	const char *dot = memchr(value, '.', len);
	size_t header = len > 3 && memcmp(value, "eyJ", 3) == 0 && dot ? (size_t)(dot - value) : 0;
	struct value *copy = must(calloc(1, sizeof(*copy) + len));

	*copy = (struct value){ .next = fragments->values, .shown = shown, .len = len };
	memcpy(copy->bytes, value, len);
	fragments->values = copy;
	for (size_t at = header; at + FRAGMENT_MIN <= len; at++) {
		struct window **chain = &fragments->chains[chain_of(copy->bytes + at)];
		struct window *window = must(calloc(1, sizeof(*window)));

		*window = (struct window){ *chain, copy, at };
		*chain = window;
	}
}

/* How far text and value are the same. */
static size_t
same(const struct window *window, const char *text, size_t len)
{
	const struct value *value = window->value;
	size_t n = 0;

	while (n < len && window->at + n < value->len && value->bytes[window->at + n] == text[n])
		n++;
	return n;
}

void
fragments_find(const struct fragments *fragments, const char *text, size_t len,
	       struct ranges *ranges)
{
	for (size_t at = 0; at + FRAGMENT_MIN <= len;) {
		const struct window *best = NULL;
		size_t longest = FRAGMENT_MIN - 1;

		for (const struct window *window = fragments->chains[chain_of(text + at)]; window;
		     window = window->next) {
			size_t n = same(window, text + at, len - at);
			if (n > longest) {
				longest = n;
				best = window;
			}
		}
		if (best)
			ranges_add(ranges, at, at + longest, best->value->shown);
		at += best ? longest : 1;
	}
}
