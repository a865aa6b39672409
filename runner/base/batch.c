#include "base/batch.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/must.h"
#include "base/tree.h"

#define MAX_ENTRIES 256

struct batch {
	struct arena arena;
	const char *folder, *staging;
	const char *files[MAX_ENTRIES]; /* paths below the folder */
	size_t file_count;
	size_t published;              /* the first of them, which are in place */
	const char *made[MAX_ENTRIES]; /* folders, those above before those below */
	size_t made_count;
	bool kept; /* what is in place stays */
};

/* Make `path` and what is missing above it, and remember each. */
static bool
make_folders(struct batch *batch, const char *path, struct error *err)
{
	char part[PATH_MAX];
	size_t len = strlen(path);

	if (len >= sizeof(part))
		return error_set(err, ERROR_ENVIRONMENT, "the path %s is too long", path);
	for (size_t i = 1; i <= len; i++) {
		struct stat info;

		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (stat(part, &info) == 0 || batch->made_count == MAX_ENTRIES)
			continue;
		if (!file_make_dirs(part, err))
			return false;
		batch->made[batch->made_count++] = arena_text(&batch->arena, part, i);
	}
	return file_make_dirs(path, err);
}

struct batch *
batch_new(const char *folder, struct error *err)
{
	struct batch *batch = must(calloc(1, sizeof(*batch)));

	batch->folder = arena_text(&batch->arena, folder, strlen(folder));
	char *staging = arena_printf(&batch->arena, "%s/.new-XXXXXX", folder);
	if (!make_folders(batch, folder, err))
		goto out;
	if (mkdtemp(staging)) {
		batch->staging = staging;
		return batch;
	}
	error_set(err, ERROR_ENVIRONMENT, "cannot write into %s: %s", folder, strerror(errno));
out:
	batch_free(batch);
	return NULL;
}

/* The last made first; a folder that somebody else has put something into meanwhile stays. */
static void
take_back(struct batch *batch)
{
	while (batch->published > 0) {
		char path[PATH_MAX];

		(void)snprintf(path, sizeof(path), "%s/%s", batch->folder,
			       batch->files[--batch->published]);
		(void)unlink(path);
	}
	while (batch->made_count > 0)
		(void)rmdir(batch->made[--batch->made_count]);
}

void
batch_free(struct batch *batch)
{
	if (!batch)
		return;
	if (batch->staging)
		(void)tree_remove(batch->staging);
	if (!batch->kept)
		take_back(batch);
	arena_release(&batch->arena);
	free(batch);
}

bool
batch_lend(struct batch *batch, const char *path, const void *bytes, size_t len, struct error *err)
{
	char staged[PATH_MAX];

	(void)snprintf(staged, sizeof(staged), "%s/%s", batch->staging, path);
	return file_replace(staged, bytes, len, err);
}

bool
batch_add(struct batch *batch, const char *path, const void *bytes, size_t len, struct error *err)
{
	if (batch->file_count == MAX_ENTRIES)
		return error_set(err, ERROR_ENVIRONMENT, "more than %d files at once", MAX_ENTRIES);
	if (!batch_lend(batch, path, bytes, len, err))
		return false;
	batch->files[batch->file_count++] = arena_text(&batch->arena, path, strlen(path));
	return true;
}

const char *
batch_folder(const struct batch *batch)
{
	return batch->staging;
}

/* All that are in the way, not only the first. */
static bool
none_there(const struct batch *batch, struct errors *errors)
{
	bool ok = true;

	for (size_t i = 0; i < batch->file_count; i++) {
		char path[PATH_MAX];
		struct stat info;

		(void)snprintf(path, sizeof(path), "%s/%s", batch->folder, batch->files[i]);
		if (lstat(path, &info) == 0)
			ok = error_set(errors_new(errors), ERROR_USAGE,
				       "%s is there already, and nothing is overwritten", path);
	}
	return ok;
}

static bool
put(struct batch *batch, const char *file, struct error *err)
{
	char from[PATH_MAX], to[PATH_MAX], parent[PATH_MAX];

	(void)snprintf(from, sizeof(from), "%s/%s", batch->staging, file);
	(void)snprintf(to, sizeof(to), "%s/%s", batch->folder, file);
	(void)snprintf(parent, sizeof(parent), "%.*s", (int)(strrchr(to, '/') - to), to);
	if (!make_folders(batch, parent, err))
		return false;
	if (link(from, to) == 0)
		return true;
	return error_set(err, errno == EEXIST ? ERROR_USAGE : ERROR_ENVIRONMENT,
			 "cannot write %s: %s", to, strerror(errno));
}

bool
batch_publish(struct batch *batch, struct errors *errors)
{
	struct error err = { 0 };

	if (!none_there(batch, errors))
		return false;
	while (batch->published < batch->file_count) {
		if (!put(batch, batch->files[batch->published], &err)) {
			*errors_new(errors) = err;
			return false;
		}
		batch->published++;
	}
	batch->kept = true;
	return true;
}
