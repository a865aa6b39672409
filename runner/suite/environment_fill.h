/* environment_fill.h - the ${...} of an environment file: which may stand where, and their values.
 *
 * The whole file is filled in before it is read, so its readers see plain values at the same
 * places.
 */
#ifndef SUITE_ENVIRONMENT_FILL_H
#define SUITE_ENVIRONMENT_FILL_H

#include "suite/environment.h"

/* Stands for the host of a URL that is not known yet: a name that never resolves (RFC 6761). */
#define PLACE_HOLDER_HOST "place-holder.invalid"

/* Refuse literals where secrets belong, note the name of the one that signs tokens, and replace the
 * document's root (a mapping) by one without ${...}. A value that cannot be filled in takes a
 * place-holder, so that one mistake does not make others. *ok: there were no mistakes. Returns the
 * root as it was written, which the caller releases. */
json_t *environment_fill(struct environment *environment, const struct embedded_values *embedded,
			 struct errors *errors, bool *ok) MUST_USE;

/* The X of a text that is ${secret.X} as a whole, in `arena`; NULL for any other value. */
const char *secret_name(const json_t *value, struct arena *arena);

#endif
