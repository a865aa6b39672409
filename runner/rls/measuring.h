/* measuring.h - probers on several connections share the relations of a matrix.
 *
 * Each takes the next relation that nobody has, and tries every actor on it, so that no two are at
 * the same table. What one of them could not tell because of another's lock, or in time, is tried
 * again while the others wait. Cells are handed over in the order of relations and actors, whoever
 * found them; no more than the results of relations that are not yet their turn are held back.
 */
#ifndef RLS_MEASURING_H
#define RLS_MEASURING_H

#include "rls/prober.h"

/* The cells of one actor on one relation (prober.h); borrowed. */
typedef void measuring_fn(void *arg, const json_t *cells, size_t relation, size_t actor);

struct measuring {
	struct prober *const *probers; /* on one loop, with the same actors and options */
	size_t prober_count;
	const json_t *relations; /* of prober_relations() */
	const struct actors *actors;
	measuring_fn *fn;
	/* Is there no time left? Then nothing more is begun, and some cells are never handed over.
	 * NULL: there is. */
	bool (*over)(void *arg);
	void *arg; /* of both */
};

/* False with err when a connection is gone. */
bool measuring_run(const struct measuring *measuring, struct error *err) MUST_USE;

#endif
