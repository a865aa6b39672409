#include "cli/failed.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "run/run.h"

static const char *
text_of(const struct run *run, const char *name, const char *otherwise)
{
	const json_t *part = json_object_get(run->header, "run");
	const char *text = json_string_value(json_object_get(part, name));

	return text ? text : otherwise;
}

static void
take(struct failed_cases *failed, const struct run *run)
{
	failed->items = ARENA_ARRAY(&failed->arena, run->entry_count + 1, const char *);
	for (size_t i = 0; i < run->entry_count; i++) {
		const struct run_entry *entry = &run->entries[i];

		if (entry->verdict == VERDICT_PASS || entry->verdict == VERDICT_SKIP)
			continue;
		failed->items[failed->count++] = arena_printf(
			&failed->arena, "%s/%s", entry->planned.suite, entry->planned.id);
	}
	failed->run = arena_printf(&failed->arena, "%s, %s, %s", text_of(run, "gate", "run"),
				   text_of(run, "started", "no time"), text_of(run, "id", "no id"));
}

bool
failed_cases_load(struct failed_cases *failed, const char *path, const char *directory,
		  struct error *err)
{
	char last[PATH_MAX];

	if (!path) {
		(void)snprintf(last, sizeof(last), "%s/last", directory);
		if (access(last, F_OK) != 0)
			return error_set(err, ERROR_USAGE,
					 "there is no run below %s yet, so nothing failed in it; "
					 "leave out --last-failed",
					 directory);
		path = last;
	}
	struct run *run = run_load(path, err);
	if (run)
		take(failed, run);
	run_free(run);
	return run != NULL;
}

static bool
has_case(const struct suite *const *suites, size_t suite_count, const char *name)
{
	for (size_t i = 0; i < suite_count; i++) {
		size_t len = strlen(suites[i]->name);

		if (strncmp(suites[i]->name, name, len) != 0 || name[len] != '/')
			continue;
		for (size_t k = 0; k < suites[i]->case_count; k++)
			if (strcmp(suites[i]->cases[k].id, name + len + 1) == 0)
				return true;
	}
	return false;
}

size_t
failed_cases_gone(const struct failed_cases *failed, const struct suite *const *suites,
		  size_t suite_count)
{
	size_t gone = 0;

	for (size_t i = 0; i < failed->count; i++)
		gone += !has_case(suites, suite_count, failed->items[i]);
	return gone;
}

void
failed_cases_release(struct failed_cases *failed)
{
	arena_release(&failed->arena);
	*failed = (struct failed_cases){ 0 };
}
