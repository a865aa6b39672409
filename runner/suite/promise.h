/* promise.h - reads the rows an action of a lens promises, creates, or must not leave behind. */
#ifndef SUITE_PROMISE_H
#define SUITE_PROMISE_H

#include "document/node.h"
#include "suite/lens.h"

/* Read `writes`, `creates` and `absent` of the action at `node`. The lens's tables must be there.
 */
bool promise_read_all(struct lens *lens, const struct node *node, struct action *action);

#endif
