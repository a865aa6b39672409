/* operand.h - is the operand of an operator of the right kind? Asked when a suite is loaded.
 *
 * Each adds errors with their places and is then false. A text that holds `${` is taken to be
 * right: its value is not known yet.
 */
#ifndef CHECK_OPERAND_H
#define CHECK_OPERAND_H

#include "document/node.h"

bool operand_alternatives(const struct node *operand); /* two or more patterns */
bool operand_any(const struct node *operand);          /* any value, literally */
bool operand_length(const struct node *operand);       /* a count, or a pattern for one */
bool operand_ordered(const struct node *operand);      /* a number or a timestamp */
bool operand_pattern(const struct node *operand);      /* a pattern */
bool operand_patterns(const struct node *operand);     /* an array of patterns */
bool operand_regex(const struct node *operand);        /* PCRE2 */
bool operand_sought(const struct node *operand);       /* a pattern, but no empty text */
bool operand_true(const struct node *operand);         /* true */
bool operand_type(const struct node *operand);         /* the name of a type */

#endif
