/* forms.h - every way in which a secret may be written: plain, hexadecimal, base64 at each
 * alignment; the last two also of its JSON and its percent-encoded text. What stands below such
 * escapes alone is found by undoing them (unescape.h). */
#ifndef RUN_FORMS_H
#define RUN_FORMS_H

#include "run/fragments.h"
#include "run/needles.h"

/* Add all forms of `value`; `shown` is borrowed. */
void forms_add(struct needles *needles, struct fragments *fragments, const char *value,
	       const char *shown);

#endif
