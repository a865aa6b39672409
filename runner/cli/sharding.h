/* sharding.h - --shard and --timings: which part of a plan this process runs. */
#ifndef CLI_SHARDING_H
#define CLI_SHARDING_H

#include "cli/conduct.h"
#include "cli/options.h"
#include "plan/shard.h"
#include "run/run.h"

struct sharding {
	struct conduct_shard shard;
	struct shard_packing *packing;
	struct run *past; /* where the timings are from; NULL: there are none */
};

/* Everything is borrowed. */
struct sharding_request {
	const struct settings *settings; /* with --shard */
	const char *kind; /* of the run, as its folder is called: a gate's name, or "run" */
	const struct plan *plan;
};

/* The plan of the shard, freed by the caller. Timings are from --timings, else from the latest run
 * of this kind below --out, else there are none. NULL when --shard or --timings is wrong, and when
 * there are more shards than parts: an empty shard would prove nothing. */
struct plan *sharding_cut(struct sharding *sharding, const struct sharding_request *request,
			  struct error *err) MUST_USE;

/* Does nothing to a zeroed one. */
void sharding_release(struct sharding *sharding);

#endif
