#define _XOPEN_SOURCE 700 /* nftw */
#include "base/tree.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>

#define OPEN_AT_ONCE 16

static int
remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
	(void)info;
	(void)kind;
	(void)place;
	/* One that cannot go must not keep the others. */
	(void)remove(path);
	return 0;
}

bool
tree_remove(const char *path)
{
	struct stat info;

	(void)nftw(path, remove_one, OPEN_AT_ONCE, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	return lstat(path, &info) != 0 && errno == ENOENT;
}
