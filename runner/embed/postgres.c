#include "embed/postgres.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEBIAN_PLACE "/usr/lib/postgresql"

/* One search; what was seen and not taken becomes the message. */
struct search {
	struct site *site;
	struct words env;
	const char *old; /* a version that was found and is too old, NULL: none */
	const char *old_bindir;
};

static bool
complete(struct site *site, const char *bindir)
{
	static const char *const programs[] = { "postgres", "initdb", "psql" };

	for (size_t i = 0; i < COUNTOF(programs); i++)
		if (access(arena_printf(&site->arena, "%s/%s", bindir, programs[i]), X_OK) != 0)
			return false;
	return true;
}

int
postgres_version(const char *answer, const char **number)
{
	const char *at = strpbrk(answer, "0123456789");

	if (!at || strncmp(answer, "postgres ", 9) != 0)
		return 0;
	*number = at;
	return (int)strtol(at, NULL, 10);
}

static const char *
answer_of(struct search *search, const char *program, const char *option)
{
	struct error ignored = { 0 };
	struct words argv = { 0 };

	words_add(&argv, &search->site->arena, "%s", program);
	words_add(&argv, &search->site->arena, "%s", option);
	struct child_spec spec = site_child(search->site, &argv, &search->env);
	return child_output(&spec, search->site->deadline_us, &search->site->arena, &ignored);
}

static bool
consider(struct search *search, const char *bindir, struct postgres *found)
{
	struct arena *arena = &search->site->arena;
	const char *number = "";

	if (!complete(search->site, bindir))
		return false;
	const char *answer =
		answer_of(search, arena_printf(arena, "%s/postgres", bindir), "--version");
	int major = answer ? postgres_version(answer, &number) : 0;
	if (major < POSTGRES_OLDEST) {
		search->old = answer ? answer : "a postgres that does not answer";
		search->old_bindir = bindir;
		return false;
	}
	found->bindir = bindir;
	found->version = arena_text(arena, number, strcspn(number, " "));
	return true;
}

/* Debian keeps every major version in a folder of its own name. */
static bool
try_debian(struct search *search, struct postgres *found)
{
	DIR *folder = opendir(DEBIAN_PLACE);
	const struct dirent *entry;
	long best = 0;

	while (folder && (entry = readdir(folder)) != NULL) {
		long major = strtol(entry->d_name, NULL, 10);
		const char *bindir =
			arena_printf(&search->site->arena, DEBIAN_PLACE "/%ld/bin", major);
		if (major > best && complete(search->site, bindir))
			best = major;
	}
	if (folder)
		(void)closedir(folder);
	return best > 0 &&
	       consider(search, arena_printf(&search->site->arena, DEBIAN_PLACE "/%ld/bin", best),
			found);
}

static const char *
on_path(struct search *search, const char *path, const char *program)
{
	struct arena *arena = &search->site->arena;

	while (path && *path) {
		size_t len = strcspn(path, ":");
		const char *folder = arena_text(arena, path, len);

		if (folder[0] == '/' &&
		    access(arena_printf(arena, "%s/%s", folder, program), X_OK) == 0)
			return folder;
		path += len + (path[len] == ':');
	}
	return NULL;
}

static bool
try_pg_config(struct search *search, struct postgres *found)
{
	const char *folder = on_path(search, getenv("PATH"), "pg_config");

	if (!folder)
		return false;
	const char *bindir = answer_of(
		search, arena_printf(&search->site->arena, "%s/pg_config", folder), "--bindir");
	return bindir && consider(search, bindir, found);
}

static bool
try_path(struct search *search, struct postgres *found)
{
	const char *folder = on_path(search, getenv("PATH"), "postgres");

	return folder && consider(search, folder, found);
}

bool
postgres_find(struct postgres *postgres, struct site *site, struct error *err)
{
	struct search search = { .site = site, .env = site_environment(site) };
	const char *named = getenv("PG_BINDIR");
	bool found = named && named[0]
			     ? consider(&search, named, postgres)
			     : try_pg_config(&search, postgres) || try_debian(&search, postgres) ||
				       try_path(&search, postgres);

	if (found)
		return true;
	if (search.old)
		return error_set(err, ERROR_ENVIRONMENT,
				 "PostgreSQL %d or newer is needed; %s holds only %s",
				 POSTGRES_OLDEST, search.old_bindir, search.old);
	if (named && named[0])
		return error_set(err, ERROR_ENVIRONMENT,
				 "PG_BINDIR is %s, which does not hold postgres, initdb and psql",
				 named);
	return error_set(err, ERROR_ENVIRONMENT,
			 "no PostgreSQL server programs found (PG_BINDIR, pg_config, " DEBIAN_PLACE
			 "/*/bin, PATH); install them with `ci/setup.sh gate`");
}
