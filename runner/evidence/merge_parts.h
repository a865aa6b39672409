/* merge_parts.h - header, preflight and footer of a merged run, each from those of its shards. */
#ifndef EVIDENCE_MERGE_PARTS_H
#define EVIDENCE_MERGE_PARTS_H

#include "evidence/merge.h"
#include "run/record.h"

/* Where a case of the plan is found. */
struct merge_place {
	const struct run *run;
	size_t shard; /* from 0 */
	size_t index; /* in that run */
};

/* By index in the whole plan; in `arena`. NULL when the shards do not fill it exactly. */
const struct merge_place *merge_places(const struct merge *merge, struct arena *arena,
				       size_t *count);

/* A member of the header, by group and key (NULL: the group itself); NULL when absent. */
const json_t *merge_member(const struct run *run, const char *group, const char *key);

/* How long after the first shard each began, in microseconds. */
void merge_shifts(const struct merge *merge, int64_t *shifts_us);

json_t *merge_header(const struct merge *merge, const char *const *argv);
void merge_preflight(const struct merge *merge, struct record *record);
json_t *merge_footer(const struct merge *merge, const int64_t *shifts_us);

#endif
