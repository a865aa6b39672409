/* A part of a run as a run of its own. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "run/run.h"
#include "run/settled.h"

static void
count_case(struct run *part, const struct run_entry *entry, const struct run_case *run_case)
{
	part->totals.planned++;
	settled_count(run_case, part);
	part->interrupted = part->interrupted || run_case->trouble == TROUBLE_INTERRUPTED;
	part->complete = part->complete && entry->offset >= 0;
}

static bool
has_suite(const struct run *part, const char *name)
{
	for (size_t i = 0; i < part->entry_count; i++) {
		if (strcmp(part->entries[i].planned.suite, name) == 0)
			return true;
	}
	return false;
}

/* The header of the whole, but for what the whole was held to: the pinned count is not that of a
 * part, and suites that gave no case have no business in it. */
static json_t *
header_of(const struct run *part, const struct run *run, const char *title)
{
	json_t *header = json_deep_copy(run->header);
	json_t *about = json_object_get(header, "run");
	json_t *suites = json_object_get(header, "suites");

	(void)json_object_del(about, "expected_count");
	if (title)
		json_object_set_new(about, "title", json_string(title));
	json_object_set_new(about, "part_of",
			    json_pack("{s:I, s:i}", "planned", (json_int_t)run->entry_count,
				      "exit_status", run_exit_status(run)));
	for (size_t i = json_array_size(suites); i-- > 0;) {
		const json_t *name = json_object_get(json_array_get(suites, i), "name");

		if (json_is_string(name) && !has_suite(part, json_string_value(name)))
			(void)json_array_remove(suites, i);
	}
	return header;
}

/* The footer without what only the whole can be blamed for. */
static json_t *
footer_of(const struct run *run)
{
	json_t *footer = run->footer ? json_deep_copy(run->footer) : NULL;

	(void)json_object_del(footer, "exit_status");
	(void)json_object_del(footer, "interrupted");
	(void)json_object_del(footer, "reason");
	return footer;
}

struct run *
run_part(const struct run *run, run_wanted_fn *wanted, const void *arg, const char *title,
	 struct error *err)
{
	struct run *part = calloc(1, sizeof(*part));
	struct arena arena = { 0 };
	bool ok = true;

	if (!part)
		abort();
	part->path = strdup(run->path);
	part->fd = fcntl(run->fd, F_DUPFD_CLOEXEC, 0);
	part->entries = calloc(run->entry_count + 1, sizeof(*part->entries));
	if (!part->path || !part->entries)
		abort();
	part->preflight = run->preflight ? json_incref(run->preflight) : NULL;
	part->footer = footer_of(run);
	part->complete = part->footer && !run->broken[0];
	part->line_count = run->line_count;
	memcpy(part->digest, run->digest, sizeof(part->digest));
	memcpy(part->broken, run->broken, sizeof(part->broken));
	for (size_t i = 0; ok && i < run->entry_count; i++) {
		struct run_case run_case;

		if (!wanted(&run->entries[i].planned, arg))
			continue;
		part->entries[part->entry_count++] = run->entries[i];
		ok = run_case_read(run, i, &arena, &run_case, err);
		if (ok)
			count_case(part, &run->entries[i], &run_case);
		arena_reset(&arena);
	}
	arena_release(&arena);
	part->header = header_of(part, run, title);
	if (ok)
		return part;
	run_free(part);
	return NULL;
}
