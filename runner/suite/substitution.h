/* substitution.h - fills the names of one space into a value before it is parsed.
 *
 * ${matrix.who} and ${with.item} stand for values of the file itself; every other ${} stays. A text
 * that is one such name as a whole takes the value with its type. Parts without one are
 * shared with the original, so a matrix of thousands costs only what differs.
 */
#ifndef SUITE_SUBSTITUTION_H
#define SUITE_SUBSTITUTION_H

#include <jansson.h>
#include <stdbool.h>

#include "document/node.h"

struct substitution {
	const char *space;    /* "matrix", "with"; NULL: plain NAMEs */
	const json_t *values; /* {name: value} */
	json_t *used;         /* object that gets a member for each name used; NULL */
	json_t *missing;      /* object that gets a member for each name without a value; NULL */
};

/* A new reference; NULL with err when a list, a mapping or null is named inside longer text. What
 * has no value is left as it was. */
json_t *substitution_value(const struct substitution *substitution, const json_t *value,
			   struct error *err);

/* Put the filled value into the node and, to own it, at the end of the array `owner`. False, with
 * an error added where the mistake is, and the node as it was. */
bool substitution_apply(const struct substitution *substitution, json_t *owner, struct node *node);

#endif
