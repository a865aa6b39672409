/* variant.h - the documents a hand-over expects, each about some cases of a run.
 *
 * A variant is a heading and a choice of cases. What it says is what the run recorded of these
 * cases; where the run has none of them there is no document.
 */
#ifndef EVIDENCE_VARIANT_H
#define EVIDENCE_VARIANT_H

#include "base/arena.h"
#include "base/error.h"
#include "run/run.h"

struct variant {
	const char *name;     /* "canary-smoke", for --as */
	const char *folder;   /* of the hand-over: "canary" */
	const char *file;     /* after the lens: "CANARY_SMOKE" */
	const char *heading;  /* before the lens: "Canary smoke" */
	const char *tags;     /* cases with one of these; "": all */
	const char *layer;    /* or of this layer; NULL */
	const char *sentence; /* for help and index */
};

const struct variant *variant_list(size_t *count);

/* NULL when there is none of this name. */
const struct variant *variant_find(const char *name);

/* The cases of `run` that belong to `variant`, headed by it; see run_part. NULL when the record
 * cannot be read, and, without an error, when it has none. */
struct run *variant_part(const struct variant *variant, const struct run *run,
			 struct error *err) MUST_USE;

/* The lenses of `run`, as they stand in headings and file names: "shopping_list" and
 * "SHOPPING_LIST"; of several lenses "lenses", of none "run". In `arena`. */
const char *variant_lens(const struct run *run, bool upper, struct arena *arena);

#endif
