/* cache.h - loaded database directories, kept for the next start.
 *
 * They are in $XDG_CACHE_HOME/lensgate, else ~/.cache/lensgate, one packed file per
 * key. It appears there whole, by rename, and is never written to again;
 * the few that were used last are kept. Without a place to write, nothing is
 * kept and nothing fails. Runs side by side, and of several working copies, share them.
 */
#ifndef EMBED_CACHE_H
#define EMBED_CACHE_H

#include <stdbool.h>

#include "embed/site.h"

/* As many as differ in one working day: branches, two versions of PostgreSQL. */
#define CACHE_KEPT 4

struct cache {
	const char *folder; /* NULL: there is no place to keep any */
	const char *path;   /* of the one that is meant; it may not exist */
};

/* The place of `key`, which has letters, digits, '.' and '-' only. */
struct cache cache_find(const char *key, struct site *site);

/* Unpack it to `data` for `user`, and remember that it was used. False: there is
 * none, or it vanished meanwhile; then there is nothing at `data`. */
bool cache_take(const struct cache *cache, const char *data,
		const struct child_user *user) MUST_USE;

/* Keep a copy of the cleanly stopped `data`, and remove what was not used for longest. */
void cache_keep(const struct cache *cache, const char *data);

/* Remove one that turned out to be no good. */
void cache_discard(const struct cache *cache);

#endif
