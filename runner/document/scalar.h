/* scalar.h - what an unquoted YAML text means.
 *
 * The 1.2 core schema, narrowed: only `true`, `false`, `null` (in these spellings), nothing at
 * all (null) and numbers are not text. So `no`, `on`, `~`, `True` and dates are text.
 * Source: YAML 1.2.2, section 10.3.2.
 */
#ifndef DOCUMENT_SCALAR_H
#define DOCUMENT_SCALAR_H

#include <jansson.h>

#include "base/base.h"

/* A new reference. NULL when it is a number that JSON cannot hold, and then *mistake says why. */
json_t *scalar_plain(const char *text, const char **mistake) MUST_USE;

#endif
