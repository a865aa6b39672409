/* tree.h - whole directories: copied, removed. Links are never followed. */
#ifndef BASE_TREE_H
#define BASE_TREE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/* Copy the directory `from`, with everything in it, to `to`, which must not
 * exist. Modes are kept; everything made belongs to `owner` and `group` (-1:
 * whoever we are). Files and directories only: anything else is an error.
 * Where the file system can, blocks are shared. Nothing is flushed to disk. On
 * failure a part of the copy may be left at `to`. */
bool tree_copy(const char *from, const char *to, uid_t owner, gid_t group,
	       struct error *err) MUST_USE;

/* Remove `path` with everything in it. What is not there is removed already.
 * Returns false when something is left. */
bool tree_remove(const char *path);

#endif
