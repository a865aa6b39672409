/* draft.h - what the suites of one lens are made of: its description, the people of an environment
 * who stand for its roles, for another yacht and for nobody, and the steps that keep coming back.
 *
 * JSON that is passed in is taken over, JSON that is returned is a new reference.
 */
#ifndef SCAFFOLD_DRAFT_H
#define SCAFFOLD_DRAFT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/base.h"
#include "suite/environment.h"
#include "suite/lens.h"
#include "suite/recipe.h"

struct draft {
	const struct lens *lens;
	const struct environment *environment;
	const struct persona *foreign; /* somebody with a role on another yacht; NULL: nobody */
	const struct role *forger;     /* who claims in the token to have another role; NULL */
	json_t *strangers;             /* names of personas whose tokens are refused with 401 */
};

/* Find the people. Mistakes in `errors`, and then this is false: a role of the lens that no persona
 * of the environment has, and a lens that does not say where an error's code is. Lens and
 * environment are borrowed. */
bool draft_init(struct draft *draft, const struct lens *lens, const struct environment *environment,
		struct errors *errors) MUST_USE;
void draft_release(struct draft *draft);

/* The role called `name`, which the lens must have. */
const struct role *draft_role(const struct draft *draft, const char *name);

/* The first role that may run the action; NULL: nobody may. */
const struct role *draft_permitted(const struct draft *draft, const struct action *action);

/* What generated cases of `action` in the name of `role` are made with. */
struct recipe draft_recipe(const struct draft *draft, const struct action *action,
			   const struct role *role);

/* A persona that suites derive: somebody with the fewest actions, in whose token the role with the
 * most is claimed. What a token says of roles is no authority. */
#define DRAFT_FORGER "forger"

/* The mapping `derived` of a suite that uses it; NULL when there is none. */
json_t *draft_derived(const struct draft *draft);

/* {derived?, once?, cases}; NULL when there are no cases. `derived` may be NULL. */
json_t *draft_suite(json_t *derived, json_t *once, json_t *cases);

/* A case, of which `as` may be NULL: the suite's own. */
json_t *draft_case(json_t *id, json_t *title, const char *as, json_t *steps);

/* The recipe's action with its payload and what is expected of it, sent by `as`, NULL being the
 * recipe's own role. A SIGNED one is signed by who sends it, or, who cannot sign, by the first
 * role that may. */
json_t *draft_request(const struct draft *draft, const struct recipe *recipe, const char *as,
		      json_t *expect);

/* Has the persona called `who` what the action is signed with? */
bool draft_signs(const struct draft *draft, const char *who, const struct action *action);

/* What is expected: {status: 200}, with a body, or {status, error}. */
json_t *draft_ok(void);
json_t *draft_body(json_t *body);
json_t *draft_refusal(int status, const char *error);

/* A request for the list of the lens's domain. */
json_t *draft_list(const struct draft *draft, json_t *expect);

/* Add to a step that must be refused what proves it: the rows that stay as they were, if there are
 * any, and the case in which somebody may. */
void draft_prove(json_t *step, json_t *unchanged, json_t *control);

#endif
