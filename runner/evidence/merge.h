/* merge.h - one run record from the records of the shards of one plan.
 *
 * Nothing is taken on trust: every chain must be whole, every shard of the packing there exactly
 * once, all of them of the same plan, packing, suites, lenses, environment, target and program, and
 * the cases they hold must together have the plan's digest. A shard that was cut short is no reason
 * to refuse: its cases are merged, and the run is incomplete.
 *
 * The merged record has every case in its place in the plan, times since the first shard began,
 * sums of totals and invariants, and the gate's own pinned count. Its id and all else are a
 * function of the shards: merging again gives the same bytes, whatever the order of the operands.
 */
#ifndef EVIDENCE_MERGE_H
#define EVIDENCE_MERGE_H

#include "base/error.h"
#include "run/mask.h"
#include "run/run.h"

#define MERGE_ID_BYTES 37

struct merge {
	const struct run **shards; /* by number, from 0; borrowed */
	size_t count;
	char id[MERGE_ID_BYTES]; /* UUID version 7 of the merged run */
};

/* Check that `runs` are the shards of one run, in any order. False with a sentence that names the
 * missing, doubled or foreign shard. `merge` is zeroed, and released in either case. */
bool merge_check(struct merge *merge, const struct run *const *runs, size_t count,
		 struct error *err) MUST_USE;

/* Write the merged record to `path`, which must not exist. `argv` goes into its header. */
bool merge_write(const struct merge *merge, const char *path, const char *const *argv,
		 const struct mask *mask, struct error *err) MUST_USE;

void merge_release(struct merge *merge);

#endif
