/* header.h - the first line of a run record: everything that says what was run, where, by what. */
#ifndef CLI_HEADER_H
#define CLI_HEADER_H

#include <jansson.h>

#include "cli/conduct.h"
#include "cli/identity.h"
#include "cli/workspace.h"
#include "plan/plan.h"

struct header_facts {
	const struct identity *identity;
	const struct workspace *workspace;
	const struct plan *plan;
	const char *const *argv;
	const char *title;                 /* of the whole run */
	const struct conduct_shard *shard; /* NULL: the plan is whole */
	const json_t *reports;             /* [{kind, path}] */
	const json_t *target, *database;   /* what they said of themselves */
	int64_t started_wall_us;
};

/* A new reference. No value in it is a secret. */
json_t *header_make(const struct header_facts *facts);

#endif
