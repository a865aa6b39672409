/* roster.h - the roles of a lens, and the groups that stand for several of them. */
#ifndef SUITE_ROSTER_H
#define SUITE_ROSTER_H

#include "base/arena.h"
#include "document/node.h"

struct roster {
	struct arena *arena;
	const char *const *roles;
	size_t role_count;
	struct node groups; /* value NULL: the lens has none */
};

/* Read `roles` and `groups` of a lens. */
bool roster_read(const struct node *lens, struct arena *arena, struct roster *roster);

/* The roles that a list of roles, groups or `everyone` stands for, in the roster's order, without
 * repetition. An empty list is nobody. The array is in the roster's arena. */
bool roster_resolve(const struct roster *roster, const struct node *list, const char *const **out,
		    size_t *count);

#endif
