/* action.h - reads the actions of a lens: what each needs, sends, promises and refuses. */
#ifndef SUITE_ACTION_H
#define SUITE_ACTION_H

#include "suite/lens.h"
#include "suite/roster.h"

/* Read the member of `actions` that has the action's name. The lens's tables and the names of all
 * its actions must be there; errors go to the node's list. */
bool action_read(struct lens *lens, const struct roster *roster, const struct node *actions,
		 struct action *action);

/* With all of them read: refuse an action that needs itself, or what nobody may make. */
bool action_link(const struct lens *lens, const struct node *actions);

#endif
