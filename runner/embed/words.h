/* words.h - a list of words for another program: its arguments or its environment. */
#ifndef EMBED_WORDS_H
#define EMBED_WORDS_H

#include <stddef.h>

#include "base/arena.h"
#include "base/base.h"

/* { 0 } is the empty list. Words live as long as the arena they were added with. */
struct words {
	char **items; /* NULL-terminated, as exec wants it; NULL while empty */
	size_t count, room;
};

void words_add(struct words *words, struct arena *arena, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* For an environment: "NAME=VALUE" replaces the word of that name or is added,
 * "NAME" alone takes it out. */
void words_set(struct words *words, struct arena *arena, const char *assignment);

/* A list with the same words, which can grow apart from `words`. */
struct words words_copy(const struct words *words, struct arena *arena);

#endif
