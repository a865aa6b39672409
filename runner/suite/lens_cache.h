/* lens_cache.h - lenses loaded once, shared by the suites of a run, freed together. */
#ifndef SUITE_LENS_CACHE_H
#define SUITE_LENS_CACHE_H

#include "base/error.h"

struct lens;
struct lens_cache;

struct lens_cache *lens_cache_new(void);
void lens_cache_free(struct lens_cache *cache);

/* The lens of the file `path`, borrowed. NULL when it has mistakes: all of them are added the first
 * time, one that says so every other time. */
const struct lens *lens_cache_get(struct lens_cache *cache, const char *path,
				  struct errors *errors);

#endif
