#include "document/places.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/must.h"

struct entry {
	const char *pointer; /* NULL: free */
	struct spot key, value;
};

/* Open addressing, at most half full. */
struct places {
	struct arena arena; /* the pointers' texts */
	struct entry *entries;
	size_t count, room; /* room is a power of two */
};

/* FNV-1a, 64 bits. */
static uint64_t
hash(const char *text, size_t len)
{
	uint64_t sum = 0xcbf29ce484222325U;

	for (size_t i = 0; i < len; i++)
		sum = (sum ^ (unsigned char)text[i]) * 0x100000001b3U;
	return sum;
}

/* The entry of a pointer, or the free one where it belongs. */
static struct entry *
slot(const struct places *places, const char *pointer, size_t len)
{
	size_t i = (size_t)hash(pointer, len) & (places->room - 1);

	for (;; i = (i + 1) & (places->room - 1)) {
		struct entry *entry = &places->entries[i];
		if (!entry->pointer ||
		    (strncmp(entry->pointer, pointer, len) == 0 && entry->pointer[len] == '\0'))
			return entry;
	}
}

static struct entry *
entries_new(size_t room)
{
	struct entry *entries = must(calloc(room, sizeof(*entries)));

	return entries;
}

struct places *
places_new(void)
{
	struct places *places = must(calloc(1, sizeof(*places)));

	places->room = 64;
	places->entries = entries_new(places->room);
	return places;
}

void
places_free(struct places *places)
{
	if (!places)
		return;
	arena_release(&places->arena);
	free(places->entries);
	free(places);
}

static void
grow(struct places *places)
{
	struct entry *old = places->entries;
	size_t old_room = places->room;

	places->room *= 2;
	places->entries = entries_new(places->room);
	for (size_t i = 0; i < old_room; i++) {
		if (old[i].pointer)
			*slot(places, old[i].pointer, strlen(old[i].pointer)) = old[i];
	}
	free(old);
}

void
places_add(struct places *places, const char *pointer, struct spot key, struct spot value)
{
	size_t len = strlen(pointer);

	if (len >= POINTER_BYTES - 1)
		return;
	if (places->count * 2 >= places->room)
		grow(places);
	struct entry *entry = slot(places, pointer, len);
	if (entry->pointer)
		return;
	*entry = (struct entry){ arena_text(&places->arena, pointer, len), key, value };
	places->count++;
}

bool
places_find(const struct places *places, const char *pointer, struct spot *key, struct spot *value)
{
	size_t len = strlen(pointer);

	for (;;) {
		const struct entry *entry = slot(places, pointer, len);
		if (entry->pointer) {
			*key = entry->key;
			*value = entry->value;
			return true;
		}
		if (len == 0)
			return false;
		while (len > 0 && pointer[--len] != '/')
			;
	}
}

/* The bytes of the character that starts at `text`; the text is known to be UTF-8. */
static size_t
character_bytes(const char *text)
{
	size_t len = 1;

	while (((unsigned char)text[len] & 0xc0) == 0x80)
		len++;
	return len;
}

/* A character of one byte that needs no escape. */
static bool
is_plain(char byte)
{
	return (unsigned char)byte < 0x80 && byte != '~' && byte != '/';
}

void
pointer_append(char pointer[POINTER_BYTES], const char *token)
{
	size_t len = strlen(pointer);
	const size_t most = POINTER_BYTES - 1;

	if (len < most)
		pointer[len++] = '/';
	while (*token && len < most) {
		if (is_plain(*token)) {
			pointer[len++] = *token++;
			continue;
		}
		bool escape = *token == '~' || *token == '/';
		size_t bytes = escape ? 2 : character_bytes(token);
		if (bytes > most - len)
			break;
		if (escape)
			memcpy(pointer + len, *token == '~' ? "~0" : "~1", 2);
		else
			memcpy(pointer + len, token, bytes);
		len += bytes;
		token += escape ? 1 : bytes;
	}
	if (*token) {
		memset(pointer + len, '.', most - len);
		len = most;
	}
	pointer[len] = '\0';
}

void
pointer_append_index(char pointer[POINTER_BYTES], size_t index)
{
	char token[24];
	size_t at = sizeof(token) - 1;

	token[at] = '\0';
	do {
		token[--at] = (char)('0' + index % 10);
		index /= 10;
	} while (index);
	pointer_append(pointer, token + at);
}
