#include "embed/words.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Make room for one more word and the NULL after it. */
static void
reserve(struct words *words, struct arena *arena)
{
	if (words->count + 2 <= words->room)
		return;
	size_t room = words->room ? words->room * 2 : 16;
	char **items = ARENA_ARRAY(arena, room, char *);

	if (words->count)
		memcpy(items, words->items, words->count * sizeof(*items));
	words->items = items;
	words->room = room;
}

void
words_add(struct words *words, struct arena *arena, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	char *word = arena_vprintf(arena, fmt, args);
	va_end(args);
	reserve(words, arena);
	words->items[words->count++] = word;
	words->items[words->count] = NULL;
}

void
words_set(struct words *words, struct arena *arena, const char *assignment)
{
	size_t len = strcspn(assignment, "=");
	size_t i = 0;

	while (i < words->count &&
	       (strncmp(words->items[i], assignment, len) != 0 || words->items[i][len] != '='))
		i++;
	if (assignment[len] == '\0') {
		if (i < words->count) {
			words->items[i] = words->items[--words->count];
			words->items[words->count] = NULL;
		}
	} else if (i < words->count) {
		words->items[i] = arena_text(arena, assignment, strlen(assignment));
	} else {
		words_add(words, arena, "%s", assignment);
	}
}

struct words
words_copy(const struct words *words, struct arena *arena)
{
	struct words copy = { 0 };

	for (size_t i = 0; i < words->count; i++)
		words_add(&copy, arena, "%s", words->items[i]);
	return copy;
}
