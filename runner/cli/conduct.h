/* conduct.h - one run from preflight to reports: the only place where all of it meets. */
#ifndef CLI_CONDUCT_H
#define CLI_CONDUCT_H

#include "cli/identity.h"
#include "cli/options.h"
#include "cli/workspace.h"
#include "embed/embed.h"
#include "plan/plan.h"
#include "plan/shard.h"

/* Which part of a plan is run. */
struct conduct_shard {
	size_t number; /* from 1 */
	const struct shard_packing *packing;
	const char *timings; /* id of the run it was packed by; NULL: by none */
};

/* Everything is borrowed. */
struct conduct {
	const struct settings *settings;
	const char *const *argv;
	const struct identity *identity;
	const struct workspace *workspace;
	const struct plan *plan;           /* of this shard, where there is one */
	const struct conduct_shard *shard; /* NULL: the plan is whole */
	struct embed *embed;               /* NULL: the environment is not embedded */
};

/* Run the plan, write the record and every report. Returns the exit status. */
int conduct(const struct conduct *conduct);

#endif
