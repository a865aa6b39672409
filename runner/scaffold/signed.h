/* signed.h - the signature of a SIGNED action: without one, and with somebody else's, it is
 * refused.
 *
 * Made only of what the lens's payload says: its `signature`, a mapping with `user_id` and
 * `role_at_signing`, or a text.
 */
#ifndef SCAFFOLD_SIGNED_H
#define SCAFFOLD_SIGNED_H

#include "scaffold/draft.h"

/* Append the cases of `action`, which needs a case `accept.ACTION` in the same suite. */
void signed_add(const struct draft *draft, const struct action *action, json_t *cases);

#endif
