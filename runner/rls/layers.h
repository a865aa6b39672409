/* layers.h - the application beside the database: for each action and role, what the list offers,
 * what execute answers, and what SQL allows when the same write is made there.
 *
 * Taken from a saved run of a lens's generated role matrix. A layer that is not as the lens says is
 * a finding of its own: it names the layer that is wrong.
 */
#ifndef RLS_LAYERS_H
#define RLS_LAYERS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "report/coverage.h"

struct layer_finding {
	const char *action, *role;
	enum layer layer;     /* the one that is wrong, or was not judged */
	bool wrong;           /* false: not judged */
	const char *sentence; /* what the lens says, and what each layer said */
};

struct layers {
	struct arena arena;
	struct run *run;
	struct coverage coverage;
	const struct lens_coverage *lens;
	struct layer_finding *findings; /* by action, role, layer */
	size_t count, wrong;
};

/* Read the run at `path` (run.jsonl, or the directory that holds it). ERROR_SUITE when it is none,
 * or has no case of the lens `name`'s role matrix. Released by the caller in either case. */
bool layers_load(struct layers *layers, const char *path, const char *name,
		 struct error *err) MUST_USE;
void layers_release(struct layers *layers);

/* What list, execute and SQL said, a character each: + allowed, - refused, ? not judged, . nothing
 * to try; "!" behind them when one is not as the lens says. Into `text`, of 8 bytes. */
void layers_cell(const struct layers *layers, size_t action, size_t role, char text[8]);

/* The grid and the findings, for a terminal. */
void layers_terminal(const struct layers *layers, bool color, bool quiet, struct buf *out);

/* [{action, role, layer, wrong, sentence}]; a new reference. */
json_t *layers_json(const struct layers *layers);

#endif
