/* layers.h - the application beside the database: for each action and role, what the list offers,
 * what execute answers, and what SQL allows when the same write is made there.
 *
 * Taken from a saved run of a lens's generated role matrix. A layer that is not as the lens says is
 * a finding of its own: it names the layer that is wrong. A case that failed otherwise says that
 * its layer is to be looked at, not that it did the opposite.
 */
#ifndef RLS_LAYERS_H
#define RLS_LAYERS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "report/coverage.h"

enum layer_fault {
	LAYER_WRONG,  /* it did not do what the lens says */
	LAYER_FAILED, /* its case failed for another reason: late, or a refusal that wrote */
	LAYER_UNKNOWN /* its case was not judged */
};

struct layer_finding {
	const char *action, *role;
	enum layer layer; /* whose finding it is */
	enum layer_fault fault;
	const char *sentence; /* what the lens says, and what each layer said */
};

struct layers {
	struct arena arena;
	struct run *run;
	struct coverage coverage;
	const struct lens_coverage *lens;
	struct layer_finding *findings; /* by action, role, layer */
	size_t count, wrong, failed;
};

/* Read the run at `path` (run.jsonl, or the directory that holds it). ERROR_SUITE when it is none,
 * or has no case of the lens `name`'s role matrix. Released by the caller in either case. */
bool layers_load(struct layers *layers, const char *path, const char *name,
		 struct error *err) MUST_USE;
void layers_release(struct layers *layers);

/* What list, execute and SQL said, a character each: + allowed, - refused, ? not judged, . nothing
 * to try; behind them "!" when one is not as the lens says, or else "*" when the case of one failed
 * for another reason. Into `text`, of 8 bytes. */
void layers_cell(const struct layers *layers, size_t action, size_t role, char text[8]);

/* The grid and the findings, for a terminal. */
void layers_terminal(const struct layers *layers, bool color, bool quiet, struct buf *out);

/* "wrong", "failed", "unknown"; and behind the name of a layer: "is wrong", ... */
const char *layer_fault_name(enum layer_fault fault);
const char *layer_fault_words(enum layer_fault fault);

/* [{action, role, layer, wrong, fault, sentence}]; a new reference. */
json_t *layers_json(const struct layers *layers);

#endif
