/* row_cases.h - direct SQL on the rows of one table: who sees, changes and deletes a row that
 * somebody made, as the lens's `tables` say.
 *
 * Only tables in which an action creates rows by the id of its reply; `lensgate matrix` measures
 * all of them, and every kind of row.
 */
#ifndef SCAFFOLD_ROW_CASES_H
#define SCAFFOLD_ROW_CASES_H

#include "scaffold/draft.h"

/* Append the cases of `table` to `cases`, and what makes its row to `once`; nothing where no action
 * makes one. */
void row_cases_add(const struct draft *draft, const struct lens_table *table, json_t *once,
		   json_t *cases);

#endif
