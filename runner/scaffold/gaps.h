/* gaps.h - the places of a lens's description that nobody has filled in: FILL_IN. */
#ifndef SCAFFOLD_GAPS_H
#define SCAFFOLD_GAPS_H

#include <stdbool.h>

#include "document/document.h"

/* True when the description has none; each one is a mistake in `errors`, with its place. */
bool gaps_none(const struct document *document, struct errors *errors) MUST_USE;

#endif
