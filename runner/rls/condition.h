/* condition.h - the operands of AND, OR and NOT in an expression as PostgreSQL prints it.
 *
 * Made for the text of pg_get_expr(expr, relid), where each connective stands in parentheses of
 * its own: `((a = 1) AND (b OR c))`, with literals, quoted names and sub-queries inside. The
 * condition of a sub-query's WHERE counts as well: there is where many policies look at the tenant.
 * Source: ruleutils.c, get_rule_expr, BoolExpr without PRETTYFLAG_PAREN.
 */
#ifndef RLS_CONDITION_H
#define RLS_CONDITION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

enum connective {
	CONNECTIVE_AND,
	CONNECTIVE_OR,
	CONNECTIVE_NOT,  /* the operand is what NOT turns round */
	CONNECTIVE_WHERE /* the whole condition of a sub-query */
};

struct operand {
	enum connective connective;
	size_t start, len;         /* of the operand */
	size_t cut_start, cut_len; /* what goes when it is dropped, its connective included */
	const char *text;          /* the operand alone, without parentheses around it */
};

struct condition {
	const char *text; /* borrowed */
	struct operand *operands;
	size_t count;
};

/* Find every operand of `text`, outer ones before what they hold, from left to right. An
 * expression without a connective has none. Fails with ERROR_ENVIRONMENT when parentheses or
 * quotes do not close. Everything lives in `arena`. */
bool condition_parse(const char *text, struct arena *arena, struct condition *condition,
		     struct error *err) MUST_USE;

/* The expression without operand `index`: its connective goes with it, a sub-query without its
 * condition gets `true`, and without NOT what was turned round stands as it is. */
char *condition_without(const struct condition *condition, size_t index, struct arena *arena);

/* True when the SQL text `text` names `name`, quoted or not, in any place but inside a literal. */
bool condition_names(const char *text, const char *name);

/* An expression on one line, without the aliases and parentheses that say nothing, for people. */
char *condition_shown(const char *text, struct arena *arena);

#endif
