#include "suite/lens_cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/must.h"
#include "suite/lens.h"

struct entry {
	const char *path;
	struct lens *lens; /* NULL: it has mistakes */
	struct entry *next;
};

struct lens_cache {
	struct arena arena;
	struct entry *entries;
};

struct lens_cache *
lens_cache_new(void)
{
	struct lens_cache *cache = must(calloc(1, sizeof(*cache)));

	return cache;
}

void
lens_cache_free(struct lens_cache *cache)
{
	if (!cache)
		return;
	for (struct entry *entry = cache->entries; entry; entry = entry->next)
		lens_free(entry->lens);
	arena_release(&cache->arena);
	free(cache);
}

static const struct lens *
known(const struct entry *entry, struct errors *errors)
{
	if (!entry->lens)
		error_set(errors_new(errors), ERROR_SUITE, "the lens %s has mistakes", entry->path);
	return entry->lens;
}

const struct lens *
lens_cache_get(struct lens_cache *cache, const char *path, struct errors *errors)
{
	for (const struct entry *entry = cache->entries; entry; entry = entry->next) {
		if (strcmp(entry->path, path) == 0)
			return known(entry, errors);
	}

	struct entry *entry = ARENA_NEW(&cache->arena, struct entry);

	entry->path = arena_text(&cache->arena, path, strlen(path));
	entry->lens = lens_load(path, errors);
	entry->next = cache->entries;
	cache->entries = entry;
	return entry->lens;
}
