/* janitor.h - rows a run created, and their removal at the end.
 *
 * What a 2xx reply to an action creates is registered, whether the reply was expected or not. At
 * the end rows are deleted in reverse order; those that others still refer to are tried again after
 * the rest. What stays is listed.
 */
#ifndef EXEC_JANITOR_H
#define EXEC_JANITOR_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "exec/sql.h"

struct janitor;

typedef void janitor_done_fn(void *arg);

struct janitor *janitor_new(void);
void janitor_free(struct janitor *janitor);

/* Remember rows of `table` where the columns have these values; `where` is taken over. */
void janitor_register(struct janitor *janitor, const char *table, json_t *where);

/* Whether it was registered, with the same columns. */
bool janitor_has(const struct janitor *janitor, const char *table, const json_t *where);

/* Delete what is registered through `sql` (NULL: nothing can be removed), then call `fn`. */
void janitor_run(struct janitor *janitor, struct sql *sql, janitor_done_fn *fn, void *arg);

size_t janitor_registered(const struct janitor *janitor);
size_t janitor_removed(const struct janitor *janitor);
/* Sentences about what stayed, an array of texts; borrowed. */
const json_t *janitor_leftovers(const struct janitor *janitor);

#endif
