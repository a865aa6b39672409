/* tree.h - whole directories, removed. */
#ifndef BASE_TREE_H
#define BASE_TREE_H

#include <stdbool.h>

/* Remove `path` with everything in it; links are removed, not followed. What is
 * not there is removed already. Returns false when something is left. */
bool tree_remove(const char *path);

#endif
