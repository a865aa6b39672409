/* include.h - puts the steps of named blocks where they are included.
 *
 * A block may be in another file, and include others. Nothing outside of the suites' root is read,
 * whatever `..` or symbolic links say.
 */
#ifndef SUITE_INCLUDE_H
#define SUITE_INCLUDE_H

#include "suite/loading.h"

struct includes;

struct includes *includes_new(void);
void includes_free(struct includes *includes);

/* Steps to read, each with its own document and pointer. */
struct node_list {
	struct node *items;
	size_t count, room;
};

void node_list_add(struct node_list *list, const struct node *node);
void node_list_release(struct node_list *list);

/* The steps of the list at `node`, includes resolved. False when an include is wrong; the others
 * are there all the same. */
bool include_expand(struct loading *loading, const struct node *node, struct node_list *steps);

/* Nothing is spliced into SQL: in a step's `sql`, a ${matrix.*} or ${with.*} must be all there is.
 * To be asked before they are filled in. `node` is a list of steps, or anything. */
bool include_sql_whole(const struct node *node);

#endif
