#include "cli/failed.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "run/run.h"

bool
failed_cases_load(struct failed_cases *failed, const char *directory, struct error *err)
{
	char path[PATH_MAX], name[512];

	(void)snprintf(path, sizeof(path), "%s/last", directory);
	struct run *run = run_load(path, err);
	if (!run)
		return false;
	failed->items = ARENA_ARRAY(&failed->arena, run->entry_count + 1, const char *);
	for (size_t i = 0; i < run->entry_count; i++) {
		const struct run_entry *entry = &run->entries[i];
		if (entry->verdict == VERDICT_PASS || entry->verdict == VERDICT_SKIP)
			continue;
		(void)snprintf(name, sizeof(name), "%s/%s", entry->planned.suite,
			       entry->planned.id);
		failed->items[failed->count++] = arena_text(&failed->arena, name, strlen(name));
	}
	run_free(run);
	return true;
}

void
failed_cases_release(struct failed_cases *failed)
{
	arena_release(&failed->arena);
	*failed = (struct failed_cases){ 0 };
}
