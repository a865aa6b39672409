/* signature.h - the signature object of a SIGNED action.
 *
 *     { signed_at, user_id, role_at_signing, signature_type, signature_hash }
 *
 * signed_at is now, the user and role are the signer's, and the hash is
 * base64url(HMAC-SHA256(key, text)): the key is the signer's PIN, or the code that its
 * authenticator shows at signed_at; the text is what the lens says is signed, user_id,
 * role_at_signing, signed_at and signature_type, with a blank between them.
 */
#ifndef EXEC_SIGNATURE_H
#define EXEC_SIGNATURE_H

#include <jansson.h>
#include <stdint.h>

#include "suite/suite.h"

/* The object for the action of `step`, whose payload is in the scope, at `wall_us` (clock.h); a new
 * reference. NULL with err when a ${} has no value, or nobody can sign like this at signed_at. */
json_t *signature_make(const struct step *step, const struct scope *scope, int64_t wall_us,
		       struct error *err);

#endif
