/* matrix_html_grid.h - the grid of a matrix in its page: letters, and filters that need no script.
 *
 * A column stands for actors who are alike, a line for rows that are. A letter that is a finding is
 * a link to it (matrix_html.c numbers findings: "f0", "f1", ...), with a mark beside the colour.
 */
#ifndef RLS_MATRIX_HTML_GRID_H
#define RLS_MATRIX_HTML_GRID_H

#include "base/buf.h"
#include "rls/grid.h"
#include "rls/matrix_report.h"

/* The style that hides what a chosen relation, actor or letter is not about. */
void matrix_html_rules(struct buf *out, const struct matrix *matrix, const struct grid *grid);

/* The filters, then a table per relation. */
void matrix_html_grid(struct buf *out, const struct matrix_report *report, const struct grid *grid);

#endif
