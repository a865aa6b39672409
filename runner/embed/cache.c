#include "embed/cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/tree.h"
#include "embed/pack.h"

/* A name that begins so is being made; after this long its maker is dead. */
#define PASSING     ".passing-"
#define STALE_HOURS 1

static const char *
cache_folder(struct arena *arena)
{
	const char *cache = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");

	/* A relative path is to be ignored. Source: XDG Base Directory Specification. */
	if (cache && cache[0] == '/')
		return arena_printf(arena, "%s/lensgate", cache);
	if (home && home[0] == '/')
		return arena_printf(arena, "%s/.cache/lensgate", home);
	return NULL;
}

struct cache
cache_find(const char *key, struct site *site)
{
	struct cache cache = { .folder = cache_folder(&site->arena) };

	if (cache.folder)
		cache.path = arena_printf(&site->arena, "%s/%s", cache.folder, key);
	return cache;
}

bool
cache_take(const struct cache *cache, const char *data, const struct child_user *user)
{
	static const struct timespec now[2] = { { .tv_nsec = UTIME_NOW },
						{ .tv_nsec = UTIME_NOW } };
	uid_t owner = user->drop ? user->uid : (uid_t)-1;
	gid_t group = user->drop ? user->gid : (gid_t)-1;
	struct error ignored = { 0 };

	if (!cache->folder || access(cache->path, R_OK) != 0)
		return false;
	if (!pack_read(cache->path, data, owner, group, &ignored)) {
		(void)tree_remove(data);
		return false;
	}
	(void)utimensat(AT_FDCWD, cache->path, now, 0);
	return true;
}

struct kept {
	const char *path;
	time_t used;
};

static int
newest_first(const void *left, const void *right)
{
	time_t a = ((const struct kept *)left)->used, b = ((const struct kept *)right)->used;

	return (a < b) - (a > b);
}

static void
prune(const struct cache *cache, struct arena *arena)
{
	DIR *folder = opendir(cache->folder);
	time_t stale = time(NULL) - (time_t)STALE_HOURS * 3600;
	struct kept all[64] = { 0 };
	const struct dirent *entry;
	struct stat info;
	size_t count = 0;

	while (folder && count < COUNTOF(all) && (entry = readdir(folder)) != NULL) {
		const char *name = arena_text(arena, entry->d_name, strlen(entry->d_name));
		const char *path = arena_printf(arena, "%s/%s", cache->folder, name);

		if (lstat(path, &info) != 0 || !S_ISREG(info.st_mode))
			continue;
		if (strncmp(name, "pg-", 3) == 0)
			all[count++] = (struct kept){ path, info.st_mtime };
		else if (strncmp(name, PASSING, strlen(PASSING)) == 0 && info.st_mtime < stale)
			(void)unlink(path);
	}
	if (folder)
		(void)closedir(folder);
	qsort(all, count, sizeof(*all), newest_first);
	for (size_t i = CACHE_KEPT; i < count; i++)
		(void)unlink(all[i].path);
}

void
cache_keep(const struct cache *cache, const char *data)
{
	struct arena arena = { 0 };
	struct error ignored = { 0 };

	if (!cache->folder || !file_make_dirs(cache->folder, &ignored))
		return;
	const char *passing =
		arena_printf(&arena, "%s/" PASSING "%ld", cache->folder, (long)getpid());
	bool ok = pack_write(data, passing, &ignored) && rename(passing, cache->path) == 0;
	if (ok)
		prune(cache, &arena);
	else
		(void)unlink(passing);
	arena_release(&arena);
}

void
cache_discard(const struct cache *cache)
{
	if (cache->folder)
		(void)unlink(cache->path);
}
