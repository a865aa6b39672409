/* settled.h - a settled case as a line of the record has it, and what it adds to the totals. */
#ifndef RUN_SETTLED_H
#define RUN_SETTLED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "run/run.h"

/* Read a case's line. It is changed: its texts are decoded where they stand, and *out points to
 * them; the arena has the rest. `attempts` and `attempt` are 1 and `index` is SIZE_MAX where the
 * line has none. *bad is the first member that is malformed; NULL: none, or it has no verdict.
 * False when it is not JSON. */
bool settled_read(char *line, size_t len, struct arena *arena, struct run_case *out,
		  const char **bad);

/* The same without its exchanges, which are most of the work: there are none in *out. */
bool settled_read_brief(char *line, size_t len, struct arena *arena, struct run_case *out,
			const char **bad);

/* Read a JSON array of exchanges in the same way. */
const struct exchange *settled_exchanges(char *text, size_t len, struct arena *arena,
					 size_t *count);

/* Add the case to the totals of `run`, but not as planned, to its invariants and its times. */
void settled_count(const struct run_case *run_case, struct run *run);

#endif
