/* cells.h - the letters of one actor on one relation, and where two such sets differ.
 *
 *   {"SELECT own": "A", "UPDATE approval mine": "."}
 */
#ifndef RLS_CELLS_H
#define RLS_CELLS_H

#include <jansson.h>
#include <stdbool.h>

/* Of what a prober found; the caller's. */
json_t *cells_of(const json_t *rows);

/* The letter of a cell; "none" when there is no such cell. Borrowed from `cells`. */
const char *cells_letter(const json_t *cells, const char *name);

/* Could any of them show a difference? Nobody is told by a cell that is unknown, impossible, or
 * shut by a missing grant. */
bool cells_tell(const json_t *cells);

/* The first cell that is not on both sides as it is on one, borrowed from either; NULL when all
 * are. One that is unknown on one side only is no difference, for a machine under load does that,
 * too: then *unclear is set, and otherwise left as it is. */
const char *cells_difference(const json_t *before, const json_t *after, bool *unclear);

#endif
