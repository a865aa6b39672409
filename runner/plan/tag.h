/* tag.h - tag expressions: `smoke`, `denial and not slow`, `(a or b) and c`. */
#ifndef PLAN_TAG_H
#define PLAN_TAG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Does a case that carries `tags` satisfy `expression`? False with err set when the expression
 * is malformed: check once with no tags before use. `,` is `or`, `!` is `not`. */
bool tag_matches(const char *expression, const char *const *tags, size_t count, struct error *err);

#endif
