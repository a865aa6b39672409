#include "evidence/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/must.h"
#include "evidence/merge_parts.h"
#include "run/record.h"

/* All ids of a plan at once. */
#define NAMES_BYTES ((size_t)1024 * 1024 * 1024)

const json_t *
merge_member(const struct run *run, const char *group, const char *key)
{
	const json_t *object = json_object_get(run->header, group);

	return key ? json_object_get(object, key) : object;
}

/* A member of the header's run.shard. */
static const json_t *
of_shard(const struct run *run, const char *key)
{
	return json_object_get(merge_member(run, "run", "shard"), key);
}

static size_t
number_of(const struct run *run)
{
	return (size_t)json_integer_value(of_shard(run, "number"));
}

static size_t
count_of(const struct run *run)
{
	return (size_t)json_integer_value(of_shard(run, "count"));
}

/* ---- do they belong together? ---- */

static bool
is_shard(const struct run *run, struct error *err)
{
	if (run->broken[0])
		return error_set(err, ERROR_ENVIRONMENT, "%s was changed after it was written: %s",
				 run->path, run->broken);
	if (!of_shard(run, "number"))
		return error_set(err, ERROR_ENVIRONMENT, "%s is no shard: it is a whole run",
				 run->path);
	if (number_of(run) < 1 || number_of(run) > count_of(run) || count_of(run) > 1000)
		return error_set(err, ERROR_ENVIRONMENT, "%s says it is shard %zu of %zu",
				 run->path, number_of(run), count_of(run));
	if (json_array_size(of_shard(run, "cases")) != run->entry_count)
		return error_set(err, ERROR_ENVIRONMENT,
				 "%s says it has %zu cases, but %zu were planned", run->path,
				 json_array_size(of_shard(run, "cases")), run->entry_count);
	return true;
}

/* Names and hashes of the files of `group`: the first that differs. */
static bool
same_files(const struct run *first, const struct run *run, const char *group, const char *what,
	   struct error *err)
{
	const json_t *left = merge_member(first, group, NULL);
	const json_t *right = merge_member(run, group, NULL);

	for (size_t i = 0; i < json_array_size(left) || i < json_array_size(right); i++) {
		const json_t *a = json_array_get(left, i), *b = json_array_get(right, i);
		const char *name = json_string_value(json_object_get(a ? a : b, "name"));

		if (!a || !b || !json_equal(json_object_get(a, "name"), json_object_get(b, "name")))
			return error_set(err, ERROR_ENVIRONMENT,
					 "%s and %s do not have the same %s files: see %s",
					 first->path, run->path, what, name ? name : "?");
		if (!json_equal(json_object_get(a, "sha256"), json_object_get(b, "sha256")))
			return error_set(err, ERROR_ENVIRONMENT,
					 "%s %s differs: its SHA-256 in %s is not the one in %s",
					 what, name ? name : "?", run->path, first->path);
	}
	return true;
}

/* What has to be the same, and what to call it. */
static const struct {
	const char *group, *key, *what;
} equals[] = {
	{ "program", "version", "program version" },
	{ "run", "gate", "gate" },
	{ "run", "flaky_budget", "flaky budget" },
	{ "environment", "name", "environment" },
	{ "environment", "sha256", "environment file" },
	{ "environment", "yacht", "yacht" },
	{ "environment", "flags", "flags" },
	{ "target", "commit", "target commit" },
	{ "suites_commit", "commit", "commit of the suites" },
};

static bool
both_or_neither(const json_t *left, const json_t *right)
{
	return left == right || (left && right && json_equal(left, right));
}

static bool
same_origin(const struct run *first, const struct run *run, struct error *err)
{
	bool embedded = json_is_true(merge_member(first, "environment", "embedded"));

	for (size_t i = 0; i < COUNTOF(equals); i++) {
		if (!both_or_neither(merge_member(first, equals[i].group, equals[i].key),
				     merge_member(run, equals[i].group, equals[i].key)))
			return error_set(err, ERROR_ENVIRONMENT, "%s and %s differ in their %s",
					 first->path, run->path, equals[i].what);
	}
	/* A shard without a statement never asks the database who it is. */
	const json_t *left = merge_member(first, "database", "version");
	const json_t *right = merge_member(run, "database", "version");
	if (left && right && !json_equal(left, right))
		return error_set(err, ERROR_ENVIRONMENT, "%s and %s differ in their database",
				 first->path, run->path);
	/* An embedded target has another free port each time. */
	if (!embedded && !both_or_neither(merge_member(first, "environment", "base_url"),
					  merge_member(run, "environment", "base_url")))
		return error_set(err, ERROR_ENVIRONMENT, "%s and %s were sent to other addresses",
				 first->path, run->path);
	return true;
}

static bool
same_plan(const struct run *first, const struct run *run, struct error *err)
{
	static const char *const keys[] = { "count", "planned", "plan", "title", "expected_count" };

	for (size_t i = 0; i < COUNTOF(keys); i++) {
		if (!both_or_neither(of_shard(first, keys[i]), of_shard(run, keys[i])))
			return error_set(err, ERROR_ENVIRONMENT,
					 "%s is a foreign shard: its %s is not that of %s",
					 run->path, keys[i], first->path);
	}
	if (!json_equal(of_shard(first, "packing"), of_shard(run, "packing")))
		return error_set(err, ERROR_ENVIRONMENT,
				 "%s was packed by other timings than %s: give every shard the "
				 "same --timings",
				 run->path, first->path);
	return true;
}

/* Every shard to its place; each may be taken once. */
static bool
place_shards(struct merge *merge, const struct run *const *runs, size_t count, struct error *err)
{
	merge->count = count_of(runs[0]);
	merge->shards = must(calloc(merge->count, sizeof(const struct run *)));
	for (size_t i = 0; i < count; i++) {
		size_t number = number_of(runs[i]);

		if (merge->shards[number - 1])
			return error_set(err, ERROR_ENVIRONMENT,
					 "shard %zu of %zu is there twice: %s and %s", number,
					 merge->count, merge->shards[number - 1]->path,
					 runs[i]->path);
		merge->shards[number - 1] = runs[i];
	}
	return true;
}

static bool
none_missing(const struct merge *merge, struct error *err)
{
	char names[200] = "";
	size_t len = 0, missing = 0;

	for (size_t i = 0; i < merge->count; i++) {
		if (merge->shards[i])
			continue;
		if (len < sizeof(names) - 20)
			len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%zu",
						missing ? ", " : "", i + 1);
		missing++;
	}
	if (!missing)
		return true;
	error_set(err, ERROR_ENVIRONMENT, "shard%s %s of %zu %s missing", missing == 1 ? "" : "s",
		  names, merge->count, missing == 1 ? "is" : "are");
	return false;
}

const struct merge_place *
merge_places(const struct merge *merge, struct arena *arena, size_t *count)
{
	size_t planned = (size_t)json_integer_value(of_shard(merge->shards[0], "planned"));
	size_t total = 0;

	for (size_t s = 0; s < merge->count; s++)
		total += merge->shards[s]->entry_count;
	/* A number no shard can back up is not worth an allocation. */
	if (total != planned)
		return NULL;
	struct merge_place *places = ARENA_ARRAY(arena, planned + 1, struct merge_place);
	for (size_t s = 0; s < merge->count; s++) {
		const json_t *cases = of_shard(merge->shards[s], "cases");

		for (size_t i = 0; i < json_array_size(cases); i++) {
			json_int_t index = json_integer_value(json_array_get(cases, i));

			if (index < 0 || (size_t)index >= planned || places[index].run)
				return NULL;
			places[index] = (struct merge_place){ merge->shards[s], s, i };
		}
	}
	*count = planned;
	return places;
}

/* The cases together, in order, are the plan whose digest every shard carries. */
static bool
is_the_plan(const struct merge *merge, struct error *err)
{
	const char *expected = json_string_value(of_shard(merge->shards[0], "plan"));
	struct arena arena = { 0 };
	struct buf names;
	char digest[DIGEST_HEX_BYTES] = "";
	size_t count = 0;
	const struct merge_place *places = merge_places(merge, &arena, &count);

	buf_init(&names, NAMES_BYTES);
	for (size_t i = 0; places && i < count; i++) {
		const struct planned_case *planned =
			&places[i].run->entries[places[i].index].planned;
		buf_printf(&names, "%s/%s\n", planned->suite, planned->id);
	}
	if (places)
		digest_hex(names.text, names.len, digest);
	buf_release(&names);
	arena_release(&arena);
	if (!expected || strcmp(expected, digest) != 0)
		return error_set(err, ERROR_ENVIRONMENT,
				 "the cases of these shards are not together the plan they name");
	return true;
}

/* The time of the first shard's id, and a hash of all of them where a UUID has random bits: the
 * same shards have the same id. Source: RFC 9562, 5.7. */
static void
make_id(struct merge *merge)
{
	const char *earliest = NULL;
	struct buf digests;
	char hash[DIGEST_HEX_BYTES];

	buf_init(&digests, (size_t)1024 * 1024);
	for (size_t i = 0; i < merge->count; i++) {
		const char *id = json_string_value(merge_member(merge->shards[i], "run", "id"));

		if (id && strlen(id) == 36 && (!earliest || strcmp(id, earliest) < 0))
			earliest = id;
		buf_printf(&digests, "%s\n", merge->shards[i]->digest);
	}
	digest_hex(digests.text, digests.len, hash);
	(void)snprintf(merge->id, sizeof(merge->id), "%.13s-7%.3s-8%.3s-%.12s",
		       earliest ? earliest : "00000000-0000", hash, hash + 3, hash + 6);
	buf_release(&digests);
}

bool
merge_check(struct merge *merge, const struct run *const *runs, size_t count, struct error *err)
{
	*merge = (struct merge){ 0 };
	for (size_t i = 0; i < count; i++) {
		if (!is_shard(runs[i], err))
			return false;
	}
	for (size_t i = 1; i < count; i++) {
		if (!same_files(runs[0], runs[i], "suites", "suite", err) ||
		    !same_files(runs[0], runs[i], "lenses", "lens", err) ||
		    !same_origin(runs[0], runs[i], err) || !same_plan(runs[0], runs[i], err))
			return false;
	}
	if (!place_shards(merge, runs, count, err) || !none_missing(merge, err) ||
	    !is_the_plan(merge, err))
		return false;
	make_id(merge);
	return true;
}

void
merge_release(struct merge *merge)
{
	free(merge->shards);
	*merge = (struct merge){ 0 };
}

/* ---- writing ---- */

struct settled {
	const struct merge_place *place;
	size_t index;
	int64_t ended_us;
};

static int
by_end(const void *left, const void *right)
{
	const struct settled *a = left, *b = right;

	if (a->ended_us != b->ended_us)
		return a->ended_us < b->ended_us ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

/* One case into the record, at its place in the plan and its time in the whole run. */
static bool
copy_case(struct record *record, const struct settled *settled, int64_t shift_us, struct error *err)
{
	struct arena arena = { 0 };
	struct run_case run_case;

	if (!run_case_read(settled->place->run, settled->place->index, &arena, &run_case, err)) {
		arena_release(&arena);
		return false;
	}
	struct exchange *exchanges = ARENA_ARRAY(&arena, run_case.exchange_count, struct exchange);
	for (size_t i = 0; i < run_case.exchange_count; i++) {
		exchanges[i] = run_case.exchanges[i];
		exchanges[i].started_us += shift_us;
	}
	run_case.exchanges = exchanges;
	run_case.index = settled->index;
	run_case.started_us += shift_us;
	record_case(record, &run_case);
	arena_release(&arena);
	return true;
}

/* In the order in which they settled; what never settled stays so. */
static bool
copy_cases(struct record *record, const struct merge_place *places, size_t count,
	   const int64_t *shifts_us, struct error *err)
{
	struct arena arena = { 0 };
	struct settled *settled = ARENA_ARRAY(&arena, count + 1, struct settled);
	size_t settled_count = 0;
	bool ok = true;

	for (size_t i = 0; i < count; i++) {
		const struct run_entry *entry = &places[i].run->entries[places[i].index];

		if (entry->offset >= 0)
			settled[settled_count++] =
				(struct settled){ &places[i], i,
						  entry->ended_us + shifts_us[places[i].shard] };
	}
	qsort(settled, settled_count, sizeof(*settled), by_end);
	for (size_t i = 0; ok && i < settled_count; i++)
		ok = copy_case(record, &settled[i], shifts_us[settled[i].place->shard], err);
	arena_release(&arena);
	return ok;
}

bool
merge_write(const struct merge *merge, const char *path, const char *const *argv,
	    const struct mask *mask, struct error *err)
{
	struct arena arena = { 0 };
	size_t count = 0;
	const struct merge_place *places = merge_places(merge, &arena, &count);
	int64_t *shifts_us = ARENA_ARRAY(&arena, merge->count, int64_t);
	struct record *record = record_create(path, mask, RECORD_FULL, err);

	if (!record) {
		arena_release(&arena);
		return false;
	}
	merge_shifts(merge, shifts_us);
	json_t *header = merge_header(merge, argv);
	record_header(record, header);
	json_decref(header);
	for (size_t i = 0; i < count; i++)
		record_planned(record, &places[i].run->entries[places[i].index].planned);
	merge_preflight(merge, record);
	bool ok = copy_cases(record, places, count, shifts_us, err);
	json_t *footer = merge_footer(merge, shifts_us);
	record_footer(record, footer);
	json_decref(footer);
	arena_release(&arena);
	return record_close(record, err) && ok;
}
