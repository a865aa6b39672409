/* generate.h - the cases that follow from a lens: each action x role x layer, allowed or refused.
 *
 * They are made as the JSON somebody could have written, and read by the same code. Ids are
 * `matrix.ACTION.ROLE.LAYER` and stay the same as long as the lens does.
 */
#ifndef SUITE_GENERATE_H
#define SUITE_GENERATE_H

#include "suite/loading.h"

struct generator;

struct generated {
	const json_t *value;  /* the case; the suite owns it */
	const json_t *covers; /* {action, role, layer}; the suite owns it */
	const char *layer;
};

/* Read the entry `{generate: role_matrix, ...}` at `node`. NULL after a mistake. */
struct generator *generator_new(struct loading *loading, const struct node *node);
void generator_free(struct generator *generator);

/* The next case; false after the last one. */
bool generator_next(struct generator *generator, struct generated *generated);

#endif
