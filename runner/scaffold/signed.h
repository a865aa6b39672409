/* signed.h - the signature of a SIGNED action: without one, with somebody else's, in another role,
 * made long ago, or with a hash of something else, it is refused.
 */
#ifndef SCAFFOLD_SIGNED_H
#define SCAFFOLD_SIGNED_H

#include "scaffold/draft.h"

/* Append the cases of `action`, whose lens says what is signed; they need a case `accept.ACTION` in
 * the same suite. */
void signed_add(const struct draft *draft, const struct action *action, json_t *cases);

#endif
