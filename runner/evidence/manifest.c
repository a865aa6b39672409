#include "evidence/manifest.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "run/line.h"

/* ---- what is there ---- */

struct listing {
	struct arena *arena;
	const char *folder;
	struct manifest_file *files;
	size_t count, room;
	struct error *err;
};

static bool
is_ours(const char *path)
{
	static const char *const names[] = { MANIFEST_FILE, STATEMENT_FILE, SIGNATURE_FILE,
					     ENVELOPE_FILE };

	for (size_t i = 0; i < COUNTOF(names); i++) {
		if (strcmp(path, names[i]) == 0)
			return true;
	}
	return false;
}

static void
add_file(struct listing *listing, const char *path, bool regular)
{
	if (listing->count == listing->room) {
		size_t room = listing->room ? listing->room * 2 : 32;
		struct manifest_file *larger =
			ARENA_ARRAY(listing->arena, room, struct manifest_file);
		if (listing->count)
			memcpy(larger, listing->files, listing->count * sizeof(*larger));
		listing->files = larger;
		listing->room = room;
	}
	listing->files[listing->count++] = (struct manifest_file){ path, regular };
}

/* Everything in `below` ("" for the top), hidden files too: nothing may hide here. */
static bool
list_directory(struct listing *listing, const char *below)
{
	const char *slash = *below ? "/" : "";
	DIR *directory =
		opendir(arena_printf(listing->arena, "%s%s%s", listing->folder, slash, below));
	struct dirent *entry;
	bool ok = true;

	if (!directory)
		return error_set(listing->err, ERROR_ENVIRONMENT,
				 "cannot read the folder %s%s%s: %s", listing->folder, slash, below,
				 strerror(errno));
	while (ok && (entry = readdir(directory))) {
		struct stat info;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		const char *path =
			arena_printf(listing->arena, "%s%s%s", below, slash, entry->d_name);
		bool known = lstat(arena_printf(listing->arena, "%s/%s", listing->folder, path),
				   &info) == 0;
		if (known && S_ISDIR(info.st_mode))
			ok = list_directory(listing, path);
		else if (!is_ours(path))
			add_file(listing, path, known && S_ISREG(info.st_mode));
	}
	(void)closedir(directory);
	return ok;
}

static int
by_path(const void *left, const void *right)
{
	const struct manifest_file *a = left, *b = right;

	return strcmp(a->path, b->path);
}

struct manifest_file *
manifest_list(const char *folder, struct arena *arena, size_t *count, struct error *err)
{
	struct listing listing = { .arena = arena, .folder = folder, .err = err };

	if (!list_directory(&listing, ""))
		return NULL;
	*count = listing.count;
	if (!listing.count)
		return ARENA_ARRAY(arena, 1, struct manifest_file);
	qsort(listing.files, listing.count, sizeof(*listing.files), by_path);
	return listing.files;
}

/* ---- manifest.json ---- */

static const char *
verdict_of(const struct run *run)
{
	static const struct {
		int status;
		const char *word;
	} words[] = {
		{ 0, "passed" },           { 1, "failed" },       { 3, "could not judge" },
		{ 4, "incomplete" },       { 5, "nothing" },      { 6, "damaged" },
		{ 7, "over a threshold" }, { 8, "inconclusive" },
	};
	int status = run_exit_status(run);

	for (size_t i = 0; i < COUNTOF(words); i++) {
		if (words[i].status == status)
			return words[i].word;
	}
	return "incomplete";
}

static const char *
header_text(const struct run *run, const char *group, const char *key)
{
	const char *text =
		json_string_value(json_object_get(json_object_get(run->header, group), key));

	return text ? text : "";
}

static void
add_run(struct line *line, const struct manifest_run *item)
{
	const struct run *run = item->run;

	line_break(line);
	line_object(line, NULL);
	line_text(line, "record", item->record);
	line_text(line, "id", header_text(run, "run", "id"));
	line_int(line, "lines", run->line_count);
	line_text(line, "digest", run->digest);
	line_text(line, "verdict", verdict_of(run));
	line_int(line, "exit_status", run_exit_status(run));
	line_object_end(line);
}

static bool
add_entry(struct line *line, const char *folder, const struct manifest_file *file,
	  struct error *err)
{
	char path[PATH_MAX], hex[DIGEST_HEX_BYTES];
	int64_t bytes;

	if (!file->regular)
		return error_set(err, ERROR_ENVIRONMENT, "%s/%s is no regular file", folder,
				 file->path);
	(void)snprintf(path, sizeof(path), "%s/%s", folder, file->path);
	if (!digest_file(path, hex, &bytes, err))
		return false;
	line_break(line);
	line_object(line, NULL);
	line_text(line, "path", file->path);
	line_int(line, "bytes", bytes);
	line_text(line, "sha256", hex);
	line_object_end(line);
	return true;
}

bool
manifest_text(const char *folder, const struct manifest_run *runs, size_t count, struct buf *out,
	      struct error *err)
{
	struct arena arena = { 0 };
	struct line line = { .out = out };
	size_t file_count = 0;
	const struct manifest_file *files = manifest_list(folder, &arena, &file_count, err);
	bool ok = files != NULL;

	line_object(&line, NULL);
	line_int(&line, "format", 1);
	line_array(&line, "runs");
	for (size_t i = 0; i < count; i++)
		add_run(&line, &runs[i]);
	line_array_end(&line);
	line_break(&line);
	line_array(&line, "files");
	for (size_t i = 0; ok && i < file_count; i++)
		ok = add_entry(&line, folder, &files[i], err);
	line_break(&line);
	line_array_end(&line);
	line_object_end(&line);
	buf_add(out, "\n", 1);
	arena_release(&arena);
	return ok;
}

/* ---- statement.json ---- */

static void
add_subject(struct line *line, const char *name, const char *algorithm, const char *digest)
{
	line_break(line);
	line_object(line, NULL);
	line_text(line, "name", name);
	line_object(line, "digest");
	line_text(line, algorithm, digest);
	line_object_end(line);
	line_object_end(line);
}

/* What was tested, where it says which commit it is. */
static void
add_target(struct line *line, const struct run *run)
{
	const char *commit = header_text(run, "target", "commit");

	if (strlen(commit) == 40 && strspn(commit, "0123456789abcdef") == 40)
		add_subject(line, header_text(run, "environment", "base_url"), "gitCommit", commit);
}

/* The files that say what is tested: suites, lenses, environment. */
static void
add_configuration(struct line *line, const struct manifest_run *runs, size_t count)
{
	static const char *const groups[] = { "suites", "lenses" };

	line_array(line, "configuration");
	for (size_t r = 0; r < count; r++) {
		const struct run *run = runs[r].run;

		for (size_t g = 0; g < COUNTOF(groups); g++) {
			const json_t *files = json_object_get(run->header, groups[g]);
			for (size_t i = 0; i < json_array_size(files); i++) {
				const json_t *file = json_array_get(files, i);
				const char *name = json_string_value(json_object_get(file, "file"));
				const char *sum =
					json_string_value(json_object_get(file, "sha256"));
				if (name && sum)
					add_subject(line, name, "sha256", sum);
			}
		}
		if (*header_text(run, "environment", "file"))
			add_subject(line, header_text(run, "environment", "file"), "sha256",
				    header_text(run, "environment", "sha256"));
	}
	line_array_end(line);
}

enum list { LIST_PASSED, LIST_WARNED, LIST_FAILED };

static void
add_tests(struct line *line, const char *key, const struct manifest_run *runs, size_t count,
	  enum list wanted)
{
	char name[600];

	line_array(line, key);
	for (size_t r = 0; r < count; r++) {
		for (size_t i = 0; i < runs[r].run->entry_count; i++) {
			const struct run_entry *entry = &runs[r].run->entries[i];
			enum list list = LIST_FAILED;

			/* A skipped case was no test; what was not judged did not pass. */
			if (entry->verdict == VERDICT_SKIP)
				continue;
			if (entry->verdict == VERDICT_PASS)
				list = entry->flaky ? LIST_WARNED : LIST_PASSED;
			if (list != wanted)
				continue;
			(void)snprintf(name, sizeof(name), "%s/%s", entry->planned.suite,
				       entry->planned.id);
			line_text(line, NULL, name);
		}
	}
	line_array_end(line);
}

static const char *
result_of(const struct manifest_run *runs, size_t count)
{
	bool warned = false;

	for (size_t i = 0; i < count; i++) {
		if (run_exit_status(runs[i].run) != 0)
			return "FAILED";
		warned = warned || runs[i].run->totals.flaky > 0;
	}
	return warned ? "WARNED" : "PASSED";
}

static void
add_url(struct line *line, const struct run *run)
{
	const char *server = header_text(run, "ci", "provider");
	char url[400];

	if (!*server)
		return;
	(void)snprintf(url, sizeof(url), "%s/%s/actions/runs/%s", server,
		       header_text(run, "ci", "repository"), header_text(run, "ci", "run_id"));
	line_text(line, "url", url);
}

void
manifest_statement(const struct manifest_run *runs, size_t count, const struct buf *manifest,
		   struct buf *out)
{
	struct line line = { .out = out };
	char digest[DIGEST_HEX_BYTES];

	digest_hex(manifest->text, manifest->len, digest);
	line_object(&line, NULL);
	line_text(&line, "_type", "https://in-toto.io/Statement/v1");
	line_array(&line, "subject");
	add_subject(&line, MANIFEST_FILE, "sha256", digest);
	if (count)
		add_target(&line, runs[0].run);
	line_array_end(&line);
	line_break(&line);
	line_text(&line, "predicateType", "https://in-toto.io/attestation/test-result/v0.1");
	line_object(&line, "predicate");
	line_text(&line, "result", result_of(runs, count));
	add_configuration(&line, runs, count);
	if (count)
		add_url(&line, runs[0].run);
	add_tests(&line, "passedTests", runs, count, LIST_PASSED);
	add_tests(&line, "warnedTests", runs, count, LIST_WARNED);
	add_tests(&line, "failedTests", runs, count, LIST_FAILED);
	line_object_end(&line);
	line_object_end(&line);
	buf_add(out, "\n", 1);
}

/* ---- both ---- */

static bool
put(const char *folder, const char *name, const struct buf *text, struct error *err)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (text->truncated)
		return error_set(err, ERROR_ENVIRONMENT, "%s would be larger than %zu bytes", path,
				 text->max);
	return file_replace(path, text->text, text->len, err);
}

static void
drop(const char *folder, const char *name)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	(void)unlink(path);
}

bool
manifest_write(const char *folder, const struct manifest_run *runs, size_t count, struct error *err)
{
	struct buf manifest, statement;

	buf_init(&manifest, MANIFEST_BYTES);
	buf_init(&statement, MANIFEST_BYTES);
	/* What they signed is about to be gone. */
	drop(folder, SIGNATURE_FILE);
	drop(folder, ENVELOPE_FILE);
	bool ok = manifest_text(folder, runs, count, &manifest, err);
	if (ok) {
		manifest_statement(runs, count, &manifest, &statement);
		ok = put(folder, MANIFEST_FILE, &manifest, err) &&
		     put(folder, STATEMENT_FILE, &statement, err);
	}
	buf_release(&manifest);
	buf_release(&statement);
	return ok;
}
