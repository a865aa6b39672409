/* reference.h - which ${names} may stand where, checked before anything is sent.
 *
 * What the fixed name spaces hold is known here; plain NAMEs (captures, variables, what a lens's
 * action needs) are the caller's to judge.
 */
#ifndef SUITE_REFERENCE_H
#define SUITE_REFERENCE_H

#include <stdbool.h>

#include "document/node.h"

struct environment;
struct lens;
struct suite;

/* A plain NAME was met in the text at `node`. */
typedef void reference_plain_fn(void *arg, const struct node *node, const char *name);

struct references {
	const struct environment *environment; /* NULL: names of personas are not known yet */
	const struct suite *suite;             /* its derived personas; NULL: none */
	bool has_lens, has_persona; /* whether lens.name and persona.* have a value here */
	bool has_payload;           /* payload.*, in a lens */
	bool has_reply;             /* reply.*, in a lens's writes and creates */
	const char *word;           /* one more name that is right here; NULL */
	reference_plain_fn *plain;
	void *arg;
};

/* Check every ${} in `node`; each mistake is an error at the text that holds it. */
void references_check(const struct references *references, const struct node *node);

#endif
