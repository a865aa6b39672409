#include "cli/sharding.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/must.h"
#include "report/summary.h"

/* The run whose timings are used, in sharding->past. No run at all is fine, unless it was named. */
static bool
load_past(struct sharding *sharding, const struct sharding_request *request, struct error *err)
{
	const struct settings *settings = request->settings;
	char path[PATH_MAX];

	if (settings->timings) {
		sharding->past = run_load(settings->timings, err);
		return sharding->past != NULL;
	}
	(void)snprintf(path, sizeof(path), "%s/%s/latest/run.jsonl", settings->out, request->kind);
	if (access(path, F_OK) != 0)
		return true;
	sharding->past = run_load(path, err);
	return sharding->past != NULL;
}

static struct shard_packing *
pack(const struct sharding *sharding, const struct plan *plan, size_t count)
{
	const struct run *past = sharding->past;
	size_t known = past ? past->entry_count : 0;
	struct shard_timing *timings = must(calloc(known + 1, sizeof(*timings)));

	for (size_t i = 0; i < known; i++)
		timings[i] = (struct shard_timing){ past->entries[i].planned.suite,
						    past->entries[i].planned.id,
						    past->entries[i].elapsed_us };
	struct shard_packing *packing = shard_pack(plan, count, timings, known);
	free(timings);
	return packing;
}

struct plan *
sharding_cut(struct sharding *sharding, const struct sharding_request *request, struct error *err)
{
	size_t number, count;

	if (!shard_parse(request->settings->shard, &number, &count, err) ||
	    !load_past(sharding, request, err))
		return NULL;
	sharding->packing = pack(sharding, request->plan, count);
	if (sharding->packing->bundle_count < count) {
		error_set(err, ERROR_USAGE,
			  "--shard %s: the %zu cases of this plan are linked into %zu bundle%s, "
			  "and a "
			  "shard needs at least one",
			  request->settings->shard, request->plan->case_count,
			  sharding->packing->bundle_count,
			  sharding->packing->bundle_count == 1 ? "" : "s");
		return NULL;
	}
	sharding->shard = (struct conduct_shard){ .number = number, .packing = sharding->packing };
	if (sharding->past)
		sharding->shard.timings = summary_text(sharding->past, "run", "id");
	return shard_cut(request->plan, sharding->packing, number);
}

void
sharding_release(struct sharding *sharding)
{
	shard_packing_free(sharding->packing);
	run_free(sharding->past);
	*sharding = (struct sharding){ 0 };
}
