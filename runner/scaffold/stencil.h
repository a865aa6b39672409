/* stencil.h - a text with places to fill: `@NAME@`.
 *
 * The files that are the same for every lens but for a few words are texts beside this one
 * (runner/scaffold/X.yaml), so that they can be read as what they become.
 */
#ifndef SCAFFOLD_STENCIL_H
#define SCAFFOLD_STENCIL_H

#include <jansson.h>

#include "base/buf.h"

/* Write `text` with every `@NAME@` replaced by the text `values` has for it, line feeds included; a
 * NAME is of lower-case letters and `_`. A place that has no value is our own mistake. An `@` that
 * opens no place stays. */
void stencil_fill(struct buf *out, const char *text, const json_t *values);

#endif
