/* wording.h - what the places of the stencils stand for in the files of one lens.
 *
 *	lens, domain, title ("Shopping list"), title_lower, upper ("SHOPPING_LIST")
 *	watcher, watcher_role, watcher_count   who looks at its health: a role that is offered the
 *	                                       most actions, and how many these are
 *	flag_hint                              how the lens is switched off; "" without a flag
 */
#ifndef SCAFFOLD_WORDING_H
#define SCAFFOLD_WORDING_H

#include <jansson.h>

struct lens;
struct role;

/* An object of texts, a new reference. The lens has a role. */
json_t *wording_of(const struct lens *lens);

/* A name as people say it: shopping_list, "shopping list". A new reference. */
json_t *wording_title(const char *name);

/* How many actions of the lens a role is offered, and the first role that is offered the most. */
long wording_offered(const struct lens *lens, const char *role);
const struct role *wording_most(const struct lens *lens);

#endif
