/* recipe.h - how one case of a role matrix is made: its prerequisites, its step, its proof. */
#ifndef SUITE_RECIPE_H
#define SUITE_RECIPE_H

#include <jansson.h>

#include "suite/lens.h"

struct recipe {
	const struct lens *lens;
	const struct action *action;
	const struct role *role;
	const char *layer; /* as in the case's id */
	const char
		*permitted; /* role whose case controls the refusals; NULL: none in this matrix */
};

/* The case as somebody could have written it: a new reference. NULL when the action has nothing to
 * try at the layer.
 *
 * list     the action list offers the action to those who may run it, and to nobody else
 * execute  everything the action needs is made afresh; then it succeeds, or is refused with the
 *          lens's status and code, the rows it names by `id` unchanged, `absent` ones still absent
 * rls      the same in direct SQL, for actions that say how */
json_t *recipe_list(const struct recipe *recipe);
json_t *recipe_execute(const struct recipe *recipe);
json_t *recipe_rls(const struct recipe *recipe);

/* Parts of the above, for cases that are made of an action otherwise. Each is a new reference.
 *
 * steps      makes afresh what the action needs, by the role itself where it may; may be empty
 * unchanged  the rows that a refusal leaves as they were, for `unchanged`; may be empty */
json_t *recipe_steps(const struct recipe *recipe);
json_t *recipe_unchanged(const struct recipe *recipe);

#endif
