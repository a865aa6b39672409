#include "base/home.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* build/lensgate is one directory down; the checked build's programs are two. */
#define LEVELS 3

static bool
is_home(const char *path, struct arena *arena)
{
	struct stat info;

	return stat(arena_printf(arena, "%s/fixtures/db", path), &info) == 0 &&
	       S_ISDIR(info.st_mode);
}

/* The directory that holds `path`, NULL for the root and for a relative name. */
static const char *
parent_of(const char *path, struct arena *arena)
{
	const char *slash = strrchr(path, '/');

	if (!slash || slash == path)
		return NULL;
	return arena_text(arena, path, (size_t)(slash - path));
}

static const char *
above(const char *executable, struct arena *arena)
{
	const char *folder = parent_of(executable, arena);

	for (int level = 0; folder && level < LEVELS; level++) {
		folder = parent_of(folder, arena);
		if (folder && is_home(folder, arena))
			return folder;
	}
	return NULL;
}

struct home_places
home_places(struct arena *arena)
{
	struct home_places places = { .installed = LENSGATE_DATADIR, .path = getenv("PATH") };
	char executable[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", executable, sizeof(executable));

	if (len > 0)
		places.executable = arena_text(arena, executable, (size_t)len);
	places.named = getenv("LENSGATE_HOME");
	if (places.named && !places.named[0])
		places.named = NULL;
	return places;
}

const char *
home_search(const struct home_places *places, struct arena *arena, struct error *err)
{
	if (places->named) {
		if (is_home(places->named, arena))
			return places->named;
		error_set(err, ERROR_USAGE, "LENSGATE_HOME is %s, which holds no fixtures/db",
			  places->named);
		return NULL;
	}
	const char *found = places->executable ? above(places->executable, arena) : NULL;
	if (!found && places->installed && is_home(places->installed, arena))
		found = places->installed;
	if (!found)
		error_set(err, ERROR_ENVIRONMENT,
			  "the program's own files are neither above %s nor in %s; "
			  "set LENSGATE_HOME to the directory that holds fixtures/db",
			  places->executable ? places->executable : "the program",
			  places->installed ? places->installed : "the installed place");
	return found;
}

const char *
home_find(struct arena *arena, struct error *err)
{
	struct home_places places = home_places(arena);

	return home_search(&places, arena, err);
}

static const char *
runnable(const char *folder, const char *name, struct arena *arena)
{
	struct stat info;

	if (!folder)
		return NULL;
	const char *path = arena_printf(arena, "%s/%s", folder, name);
	bool ok = stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0;
	return ok ? path : NULL;
}

/* As a shell would look; an empty entry, which means the working directory, is passed over. */
static const char *
on_path(const char *path, const char *name, struct arena *arena)
{
	const char *found = NULL;

	while (path && *path && !found) {
		size_t len = strcspn(path, ":");

		if (len > 0)
			found = runnable(arena_text(arena, path, len), name, arena);
		path += len + (path[len] == ':');
	}
	return found;
}

const char *
home_program(const struct home_places *places, const char *name, struct arena *arena,
	     struct error *err)
{
	struct error no_home = { 0 };
	const char *found = NULL;

	if (places->executable)
		found = runnable(parent_of(places->executable, arena), name, arena);
	if (!found) {
		const char *home = home_search(places, arena, &no_home);
		if (home)
			found = runnable(arena_printf(arena, "%s/build", home), name, arena);
	}
	if (!found)
		found = on_path(places->path, name, arena);
	if (!found)
		error_set(err, ERROR_ENVIRONMENT,
			  "%s is neither beside this program nor on PATH; build it with `make`",
			  name);
	return found;
}
