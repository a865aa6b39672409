/* reach.h - whether the cases come near a table at all. */
#ifndef CLI_REACH_H
#define CLI_REACH_H

#include <jansson.h>

#include "cli/workspace.h"

/* False when no case can see a change in the rows of `table`: it is among `untouched` (quoted
 * names of those that a run neither read nor wrote), no file of the suites names `relation`, its
 * bare name, as one does whose statement is refused before it gets there, and none asks the
 * catalog.
 */
bool suites_reach(const struct workspace *workspace, const json_t *untouched, const char *table,
		  const char *relation);

#endif
