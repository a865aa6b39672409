/* shard.h - one plan in n parts that take about the same time.
 *
 * Cases that the plan links (needs, controls, a shared `setup` or `once`, the order of a serial
 * suite, a clean-up of the suite) make a bundle, and a bundle is never parted. Bundles are handed
 * out longest first, each to the shard that has least: with many bundles the longest shard is
 * within a few per cent of the ideal. The result depends on the plan, the number of shards and the
 * timings only, never on the machine, so that every shard packs alike by itself.
 */
#ifndef PLAN_SHARD_H
#define PLAN_SHARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/error.h"
#include "plan/plan.h"

/* How long a case took before. */
struct shard_timing {
	const char *suite, *id;
	int64_t elapsed_us;
};

struct shard_packing {
	struct arena arena;
	size_t count;           /* of shards */
	size_t case_count;      /* of the whole plan */
	size_t bundle_count;    /* with fewer than `count` some shard has nothing to do */
	const size_t *of;       /* by case index in the whole plan: its shard, from 0 */
	const int64_t *load_us; /* by shard, as expected; without timings each case counts as 1 */
	int64_t largest_us;     /* of all bundles: no packing can be shorter than this */
	char plan[DIGEST_HEX_BYTES];    /* SHA-256 of "suite/id\n" of every case in plan order */
	char packing[DIGEST_HEX_BYTES]; /* the same over "suite/id I\n", I its shard, from 1 */
};

/* Read "i/n", 1 <= i <= n <= 1000. ERROR_USAGE otherwise. */
bool shard_parse(const char *text, size_t *number, size_t *count, struct error *err) MUST_USE;

/* Pack the cases of `plan` into `count` shards. A case without a timing counts as the mean of
 * those that have one. Timings may come in any order; borrowed during the call. */
struct shard_packing *shard_pack(const struct plan *plan, size_t count,
				 const struct shard_timing *timings, size_t timing_count);
void shard_packing_free(struct shard_packing *packing);

/* The plan of shard `number` (from 1): a plan like any other, with its own case indexes. Borrows
 * the suites that `plan` borrows, and nothing from `plan` itself. */
struct plan *shard_cut(const struct plan *plan, const struct shard_packing *packing, size_t number);

#endif
