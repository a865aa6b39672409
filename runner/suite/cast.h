/* cast.h - who acts in a suite: the environment's personas, and those derived from them. */
#ifndef SUITE_CAST_H
#define SUITE_CAST_H

#include "suite/loading.h"

/* Read the `derived` personas of the lens and of the suite at `root`. */
void cast_read(struct loading *loading, const struct node *root);

/* Add "unknown persona" with the nearest name. Always false. `suite` may be NULL. */
bool cast_unknown(const struct node *node, const struct suite *suite,
		  const struct environment *environment, const char *name);

/* The text member `as` of `object`: a persona, `witness` or `none`. Absent leaves *as; after a
 * mistake it is LOADING_NOBODY. */
void cast_as(const struct loading *loading, const struct node *object, const char **as);

#endif
