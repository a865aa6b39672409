#include "suite/together.h"

#include "suite/expectation.h"

#define MAX_TIMES 100

static bool
otherwise_read(const struct node *node, const struct step *step, struct together *together)
{
	struct node member;

	if (!node_member(node, "otherwise", &member))
		return together->succeed == together->times ||
		       node_fail(node, "missing key `otherwise`: what those are told that may not "
				       "succeed");
	if (together->succeed == together->times)
		return node_fail_key(&member, "all of them succeed: nobody is told anything else");
	if (!expectation_read(&member, step->kind, &together->otherwise))
		return false;
	return expectation_refuses(&together->otherwise) ||
	       node_fail(&member, "must be a refusal: `expect` says what a success is");
}

bool
together_read(struct loading *loading, const struct node *node, struct step *step)
{
	static const char *const keys[] = { "times", "succeed", "otherwise" };
	struct node member, at;
	struct together *together;

	if (!node_member(node, "together", &member))
		return true;
	if (!node_is_object(&member) || !node_keys(&member, keys, COUNTOF(keys)))
		return false;
	together = ARENA_ARRAY(&loading->suite->arena, 1, struct together);
	if (!node_integer(&member, "times", REQUIRED, 2, MAX_TIMES, &together->times) ||
	    !node_integer(&member, "succeed", REQUIRED, 1, together->times, &together->succeed))
		return false;
	if (step->refusal)
		return node_fail_key(&member, "`expect` must be a success: `otherwise` says what "
					      "the others are told");
	if (node_member(node, "eventually", &at))
		return node_fail_key(&at, "what is sent several times at once is not tried again");
	step->together = together;
	return otherwise_read(&member, step, together);
}
