/* signature.h - reads what a SIGNED action is signed with.
 *
 * A lens says what is signed, a step by whom and how:
 *
 *     signature: { type: pin, over: "accept_receiving ${payload.receiving_id}" }      # lens
 *     signature: { type: totp }                                                     # step
 *     signature: { type: pin, as: manager, with: { signed_at: "${now-2h}" } }
 *
 * What the object holds and how its hash is made: exec/signature.h.
 */
#ifndef SUITE_SIGNATURE_H
#define SUITE_SIGNATURE_H

#include <stdbool.h>

#include "suite/template.h"

enum signature_type { SIGNATURE_PIN, SIGNATURE_TOTP, SIGNATURE_TYPES };

struct loading;
struct node;
struct signed_text;
struct step;

struct signature {
	enum signature_type type;
	const struct persona *signer;  /* the step's own unless it says `as` */
	struct template with, altered; /* members replaced before and after the hash is made */
};

/* "pin", "totp" */
const char *signature_type_name(enum signature_type type);

/* Read `signature` of the action step at `node`, if it is there. Its persona must be known. */
bool signature_read(struct loading *loading, const struct node *node, struct step *step);

/* Read the `signature` of an action of a lens. */
bool signature_read_action(const struct node *node, struct signed_text *out);

#endif
