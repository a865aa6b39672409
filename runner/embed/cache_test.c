#include "embed/cache.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/tree.h"

static char top[] = "/tmp/lensgate-cache-XXXXXX";
static struct site site;
static const struct child_user as_we_are;

static const char *
below(const char *name)
{
	return arena_printf(&site.arena, "%s/%s", top, name);
}

static void
put(const char *name)
{
	struct error err = { 0 };

	cr_assert(file_replace(below(name), "bytes", 5, &err), "%s", err.message);
}

/* As if it was last used that long ago. */
static void
age(const char *name, time_t seconds)
{
	struct timespec then[2] = { { .tv_sec = time(NULL) - seconds },
				    { .tv_sec = time(NULL) - seconds } };

	cr_assert_eq(utimensat(AT_FDCWD, below(name), then, 0), 0);
}

static bool
exists(const char *name)
{
	return access(below(name), F_OK) == 0;
}

static void
enter(void)
{
	cr_assert_not_null(mkdtemp(top));
	cr_assert_eq(setenv("XDG_CACHE_HOME", top, 1), 0);
	put("data/file");
}

static void
leave(void)
{
	cr_expect(tree_remove(top));
	arena_release(&site.arena);
}

TestSuite(cache, .init = enter, .fini = leave);

Test(cache, what_is_kept_can_be_taken)
{
	struct cache cache = cache_find("pg-15-a", &site);

	cr_expect_not(cache_take(&cache, below("copy"), &as_we_are));
	cache_keep(&cache, below("data"));
	cr_expect(cache_take(&cache, below("copy"), &as_we_are));
	cr_expect(exists("copy/file"));
}

Test(cache, what_is_damaged_is_not_taken_and_leaves_nothing)
{
	struct cache cache = cache_find("pg-15-a", &site);

	cache_keep(&cache, below("data"));
	cr_assert_eq(truncate(cache.path, 30), 0);
	cr_expect_not(cache_take(&cache, below("copy"), &as_we_are));
	cr_expect_not(exists("copy"));
}

Test(cache, what_is_discarded_is_gone)
{
	struct cache cache = cache_find("pg-15-a", &site);

	cache_keep(&cache, below("data"));
	cache_discard(&cache);
	cr_expect_not(cache_take(&cache, below("copy"), &as_we_are));
}

Test(cache, only_those_used_last_are_kept)
{
	static const char *const names[] = { "lensgate/pg-1", "lensgate/pg-2", "lensgate/pg-3",
					     "lensgate/pg-4", "lensgate/pg-5" };
	struct cache cache = cache_find("pg-new", &site);

	for (size_t i = 0; i < COUNTOF(names); i++) {
		put(names[i]);
		age(names[i], (time_t)(100 - i));
	}
	cache_keep(&cache, below("data"));
	cr_expect(exists("lensgate/pg-new"));
	cr_expect(exists("lensgate/pg-5"));
	cr_expect(exists("lensgate/pg-3"));
	cr_expect_not(exists("lensgate/pg-2"));
	cr_expect_not(exists("lensgate/pg-1"));
}

Test(cache, taking_one_counts_as_using_it)
{
	struct cache cache = cache_find("pg-old", &site);
	struct stat info;

	cache_keep(&cache, below("data"));
	age("lensgate/pg-old", 100000);
	cr_assert(cache_take(&cache, below("copy"), &as_we_are));
	cr_assert_eq(stat(cache.path, &info), 0);
	cr_expect_lt(time(NULL) - info.st_mtime, 100);
}

Test(cache, an_abandoned_attempt_is_removed_and_a_fresh_one_left_alone)
{
	struct cache cache = cache_find("pg-15-a", &site);

	put("lensgate/.passing-1");
	put("lensgate/.passing-2");
	put("lensgate/other");
	age("lensgate/.passing-1", 100000);
	age("lensgate/other", 100000);
	cache_keep(&cache, below("data"));
	cr_expect_not(exists("lensgate/.passing-1"));
	cr_expect(exists("lensgate/.passing-2"));
	cr_expect(exists("lensgate/other"));
}

Test(cache, without_a_home_nothing_is_kept)
{
	cr_assert_eq(unsetenv("XDG_CACHE_HOME"), 0);
	cr_assert_eq(setenv("HOME", "not/absolute", 1), 0);
	struct cache cache = cache_find("pg-15-a", &site);

	cache_keep(&cache, below("data"));
	cr_expect_not(cache_take(&cache, below("copy"), &as_we_are));
	cr_expect_null(cache.folder);
}
