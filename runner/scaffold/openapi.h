/* openapi.h - the actions of an OpenAPI 3.0 or 3.1 document.
 *
 * An action is an operation with the extension `x-action`, or, where none has it, every operation
 * below /actions/ that takes a body, and its name is the operationId. Read are
 *
 *	x-allowed-roles: [crew, captain]    # or x-roles: who may run it
 *	x-variant: MUTATE                   # READ, MUTATE or SIGNED; default: GET is READ, the rest
 *MUTATE requestBody                         # required fields of its JSON schema, $ref and allOf
 *resolved
 *
 * and values for the payload from `example`, `default`, `enum` and `const` of these fields. What is
 * not there, and cannot be guessed, is a mistake with a sentence: roles, above all.
 */
#ifndef SCAFFOLD_OPENAPI_H
#define SCAFFOLD_OPENAPI_H

#include "document/document.h"
#include "scaffold/outline.h"

/* Add the actions of `document` to the outline. False with every mistake in `errors`. */
bool openapi_read(struct outline *outline, const struct document *document,
		  struct errors *errors) MUST_USE;

#endif
