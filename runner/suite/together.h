/* together.h - reads `together`: one request sent several times at once, of which only so many may
 * succeed. What two people do at the same moment is otherwise never tried.
 */
#ifndef SUITE_TOGETHER_H
#define SUITE_TOGETHER_H

#include "suite/loading.h"

/* Read `together: { times, succeed, otherwise }` of the step at `node`, if it is there: the first
 * `succeed` replies have to be as `expect` says, the others as `otherwise` says. */
bool together_read(struct loading *loading, const struct node *node, struct step *step);

#endif
