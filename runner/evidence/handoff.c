#include "evidence/handoff.h"

#include <stdlib.h>
#include <string.h>

#include "evidence/variant.h"

static const char *
run_text(const struct run *run, const char *key)
{
	const char *text =
		json_string_value(json_object_get(json_object_get(run->header, "run"), key));

	return text ? text : "";
}

/* Newest first: what is asked for is the last state. Ids settle what started in one millisecond. */
static int
newest_first(const void *left, const void *right)
{
	const struct run *const *a = left, *const *b = right;
	int order = strcmp(run_text(*b, "started"), run_text(*a, "started"));

	return order ? order : strcmp(run_text(*b, "id"), run_text(*a, "id"));
}

/* The run's id, fit for a path: it comes from a file that somebody else may have written. */
static const char *
file_name(struct handoff *handoff, size_t run)
{
	const char *id = run_text(handoff->runs[run], "id");

	if (!*id || strspn(id, "0123456789abcdef-") != strlen(id))
		return arena_printf(&handoff->arena, "run-%zu", run + 1);
	return id;
}

static bool
is_taken(const struct handoff *handoff, const char *path)
{
	for (size_t i = 0; i < handoff->count; i++) {
		if (strcmp(handoff->documents[i].path, path) == 0)
			return true;
	}
	return false;
}

/* `path`, or, when a newer run has it, with the end of the run's id before ".md". */
static const char *
free_path(struct handoff *handoff, const char *path, size_t run)
{
	const char *id = file_name(handoff, run);
	size_t len = strlen(path), stem = len > 3 ? len - 3 : len;
	size_t skip = strlen(id) > 8 ? strlen(id) - 8 : 0;

	if (!is_taken(handoff, path))
		return path;
	return arena_printf(&handoff->arena, "%.*s.%s.md", (int)stem, path, id + skip);
}

/* A variant of the same run stands at `path` already, and is about the same cases. */
static bool
is_there(const struct handoff *handoff, const char *path, size_t run, const struct run *part)
{
	for (size_t i = 0; i < handoff->count; i++) {
		const struct handoff_document *document = &handoff->documents[i];

		if (document->run == run && strcmp(document->path, path) == 0 &&
		    document->part->entry_count == part->entry_count)
			return true;
	}
	return false;
}

static void
add(struct handoff *handoff, const char *path, const char *what, size_t run, struct run *part)
{
	handoff->documents[handoff->count] = (struct handoff_document){
		.path = free_path(handoff, path, run), .what = what, .run = run, .part = part
	};
	handoff->count++;
}

static bool
of_suite(const struct planned_case *planned, const void *arg)
{
	return strcmp(planned->suite, arg) == 0;
}

/* A path of a suite may lead nowhere else: relative, downwards, Markdown. */
static bool
is_inside(const char *path)
{
	size_t len = strlen(path);

	return len > 3 && strcmp(path + len - 3, ".md") == 0 && path[0] != '/' &&
	       !strstr(path, "..") && strcmp(path, "README.md") != 0;
}

/* The documents that suites ask for. */
static bool
add_suites(struct handoff *handoff, size_t run, struct error *err)
{
	const json_t *suites = json_object_get(handoff->runs[run]->header, "suites");

	for (size_t i = 0; i < json_array_size(suites); i++) {
		const json_t *suite = json_array_get(suites, i);
		const char *name = json_string_value(json_object_get(suite, "name"));
		const char *title = json_string_value(json_object_get(suite, "title"));
		const char *path = json_string_value(json_object_get(suite, "evidence"));

		if (!name || !path || !is_inside(path))
			continue;
		struct run *part = run_part(handoff->runs[run], of_suite, name, title, err);
		if (!part)
			return false;
		if (part->entry_count == 0 || is_there(handoff, path, run, part))
			run_free(part);
		else
			add(handoff, path, title ? title : name, run, part);
	}
	return true;
}

static const char *
variant_path(struct handoff *handoff, const struct variant *variant, size_t run)
{
	const struct run *whole = handoff->runs[run];
	const char *lens = variant_lens(whole, true, &handoff->arena);
	const char *environment = json_string_value(
		json_object_get(json_object_get(whole->header, "environment"), "name"));
	char *path = arena_printf(&handoff->arena, "%s/%s_%s%s%s.md", variant->folder, lens,
				  *variant->tags ? "" : (environment ? environment : "UNNAMED"),
				  *variant->tags ? "" : "_", variant->file);

	/* STAGING_ACCEPTANCE, from "staging". */
	for (char *at = strchr(path, '/'); *at && *at != '.'; at++) {
		if (*at >= 'a' && *at <= 'z')
			*at = (char)(*at - 'a' + 'A');
	}
	return path;
}

static bool
add_variants(struct handoff *handoff, size_t run, struct error *err)
{
	size_t count;
	const struct variant *variants = variant_list(&count);

	for (size_t i = 0; i < count; i++) {
		struct run *part = variant_part(&variants[i], handoff->runs[run], err);

		if (!part && err->code != ERROR_NONE)
			return false;
		if (part)
			add(handoff, variant_path(handoff, &variants[i], run),
			    *variants[i].tags ? variants[i].sentence
					      : run_text(handoff->runs[run], "title"),
			    run, part);
	}
	return true;
}

static size_t
most_documents(const struct handoff *handoff)
{
	size_t most = 0, variants;

	(void)variant_list(&variants);
	for (size_t i = 0; i < handoff->run_count; i++)
		most += variants +
			json_array_size(json_object_get(handoff->runs[i]->header, "suites"));
	return most;
}

bool
handoff_plan(struct handoff *handoff, const struct run *const *runs, size_t count,
	     struct error *err)
{
	*handoff = (struct handoff){ .run_count = count };
	handoff->sorted = ARENA_ARRAY(&handoff->arena, count + 1, const struct run *);
	memcpy(handoff->sorted, runs, count * sizeof(const struct run *));
	qsort(handoff->sorted, count, sizeof(const struct run *), newest_first);
	handoff->runs = handoff->sorted;
	handoff->documents =
		ARENA_ARRAY(&handoff->arena, most_documents(handoff) + 1, struct handoff_document);
	handoff->summary = arena_printf(&handoff->arena, "%s_CONSOLIDATED_SUMMARY.md",
					variant_lens(handoff->runs[0], true, &handoff->arena));
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < i; k++) {
			if (strcmp(run_text(handoff->runs[i], "id"),
				   run_text(handoff->runs[k], "id")) == 0)
				return error_set(err, ERROR_USAGE, "%s and %s are the same run",
						 handoff->runs[k]->path, handoff->runs[i]->path);
		}
		if (!add_variants(handoff, i, err) || !add_suites(handoff, i, err))
			return false;
	}
	return true;
}

void
handoff_release(struct handoff *handoff)
{
	for (size_t i = 0; i < handoff->count; i++)
		run_free(handoff->documents[i].part);
	arena_release(&handoff->arena);
	*handoff = (struct handoff){ 0 };
}

const char *
handoff_run_folder(struct handoff *handoff, size_t run)
{
	return arena_printf(&handoff->arena, "runs/%s", file_name(handoff, run));
}
