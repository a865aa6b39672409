/* yaml_text.h - a value as YAML that people would have written: what is short stands on one line,
 * `{ status: 403, error: X }`, what is long one member a line, and text is quoted only where it
 * must be. Read back by document.h it is the same value.
 */
#ifndef SCAFFOLD_YAML_TEXT_H
#define SCAFFOLD_YAML_TEXT_H

#include <jansson.h>

#include "base/buf.h"

/* Columns that a line keeps to, where it can be broken at all. */
#define YAML_TEXT_WIDTH 110

/* Write the members of `object`, each indented by `indent` blanks and ended by a line feed. The
 * steps of a case and the cases of a suite are always one member a line. */
void yaml_text_members(struct buf *out, const json_t *object, int indent);

/* Write the items of `list`, each behind a dash, with an empty line between those that are
 * `apart`. */
void yaml_text_items(struct buf *out, const json_t *list, int indent, bool apart);

/* Write a value on one line, `[a, { b: 1 }]`, without a line feed. */
void yaml_text_flow(struct buf *out, const json_t *value);

#endif
