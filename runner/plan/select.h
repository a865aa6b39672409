/* select.h - which cases the user asked for.
 *
 * Every kind of selection narrows: a case runs when all that are given accept it. Operands are case
 * ids
 * (`suite/case` or `case`) or `FILE:LINE`; what a selected case needs is added by the plan.
 */
#ifndef PLAN_SELECT_H
#define PLAN_SELECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "suite/suite.h"

struct selection;

struct selection_options {
	const char *const *tags; /* -t expressions, e.g. "denial and not slow"; all must hold */
	size_t tag_count;
	const char *grep;       /* PCRE2 over "suite/id title"; NULL: none */
	const char *const *ids; /* operands that are no files; any may match */
	size_t id_count;
	const char *const *failed; /* "suite/id" of the last run's red cases; NULL: not asked */
	size_t failed_count;
	bool last_failed;
};

/* NULL with ERROR_USAGE when an expression or pattern is wrong. Options are borrowed. */
struct selection *selection_new(const struct selection_options *options, struct error *err);
void selection_free(struct selection *selection);

bool selection_accepts(struct selection *selection, const struct suite *suite,
		       const struct suite_case *test);

/* The first id operand that accepted no case, or NULL. */
const char *selection_unmatched(const struct selection *selection);

#endif
