/* reading.h - reads that lens and suite files have in common, beyond those of node.h.
 *
 * As there: false when the value is wrong, with one error added.
 */
#ifndef SUITE_READING_H
#define SUITE_READING_H

#include <stdbool.h>

#include "document/node.h"
#include "suite/template.h"

typedef bool reading_spelling_fn(const char *text);

/* Add "unknown WHAT `name`" with the nearest of `known`. Always false. */
bool reading_unknown(const struct node *node, const char *what, const char *name,
		     const char *const *known, size_t count);

/* As reading_unknown, at the node's key: it is the key that is unknown. */
bool reading_unknown_key(const struct node *node, const char *what, const char *name,
			 const char *const *known, size_t count);

/* `name` must be one of `known`. */
bool reading_known(const struct node *node, const char *what, const char *name,
		   const char *const *known, size_t count);

/* Is the value this text? Is there a text in it, at any depth, with this one inside? */
bool reading_is(const struct node *node, const char *text);
bool reading_holds(const struct node *node, const char *text);

/* The text member `key`, spelled as `is` says; `what` follows "must be ". */
bool reading_text(const struct node *object, const char *key, enum need need,
		  reading_spelling_fn *is, const char *what, const char **out);

/* A JSON Pointer. */
bool reading_pointer(const struct node *object, const char *key, enum need need, const char **out);

/* Whether two nodes' tables and columns may be quoted into SQL: the text at `key`. */
bool reading_table(const struct node *object, const char *key, const char **out);

/* {column: value}, not empty: columns by name, values that are scalars. */
bool reading_where(const struct node *object, const char *key, struct template *out);

/* An object of scalars: headers, query, form. */
bool reading_scalars(const struct node *object, const char *key, struct template *out);

/* The member `key` as a template; absent leaves *out. */
void reading_template(const struct node *object, const char *key, struct template *out);

/* Nodes of a list, or of one value that stands for a list of one. At index `i`; *node unchanged
 * past the end, and false. */
bool reading_each(const struct node *list, size_t i, struct node *item);
size_t reading_count(const struct node *list);

/* A word that no ${} has for itself: captures, variables, axes, needs. */
bool reading_word(const struct node *node, const char *what, const char *word);

/* SQL text at `key`: without ${}, with as many $n as there are `params`. */
bool reading_sql(const struct node *object, const char *key, const struct template *params,
		 const char **out);

#endif
