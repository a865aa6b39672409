#include "embed/postgres.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/rows.h"
#include "base/tree.h"

static char top[] = "/tmp/lensgate-postgres-XXXXXX";
static struct site site;

static void
program(const char *path, const char *text)
{
	struct error err = { 0 };
	const char *where = arena_printf(&site.arena, "%s/%s", top, path);

	cr_assert(file_replace(where, text, strlen(text), &err), "%s", err.message);
	cr_assert_eq(chmod(where, 0755), 0);
}

static void
server_of(const char *folder, const char *version)
{
	program(arena_printf(&site.arena, "%s/postgres", folder),
		arena_printf(&site.arena, "#!/bin/sh\necho 'postgres (PostgreSQL) %s'\n", version));
	program(arena_printf(&site.arena, "%s/initdb", folder), "#!/bin/sh\n");
	program(arena_printf(&site.arena, "%s/psql", folder), "#!/bin/sh\n");
}

static void
enter(void)
{
	struct error err = { 0 };

	cr_assert_not_null(mkdtemp(top));
	cr_assert(site_open(&site, -1, clock_now_us() + 20000000, &err), "%s", err.message);
	(void)unsetenv("PG_BINDIR");
	(void)alarm(30); /* no test may hang */
}

static void
leave(void)
{
	site_close(&site);
	cr_expect(tree_remove(top));
}

TestSuite(postgres, .init = enter, .fini = leave);

static const struct {
	const char *answer;
	int major;
	const char *number;
} versions[] = {
	{ "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", 15, "15.18 (Debian" },
	{ "postgres (PostgreSQL) 17beta1", 17, "17beta1" },
	{ "postgres (PostgreSQL) 9.6.24", 9, "9.6.24" },
	{ "psql (PostgreSQL) 16.1", 0, "" },
	{ "postgres", 0, "" },
	{ "", 0, "" },
};

ParameterizedTestParameters(postgres, the_answer_to_version_is_understood)
{
	return rows_of(COUNTOF(versions));
}

ParameterizedTest(size_t *row, postgres, the_answer_to_version_is_understood)
{
	const char *number = "";

	cr_expect_eq(postgres_version(versions[*row].answer, &number), versions[*row].major,
		     "row %zu", *row);
	cr_expect_eq(strncmp(number, versions[*row].number, strlen(versions[*row].number)), 0,
		     "row %zu: %s", *row, number);
}

Test(postgres, the_named_place_is_taken)
{
	struct postgres found = { 0 };
	struct error err = { 0 };

	server_of("bin", "16.4 (Ubuntu)");
	cr_assert_eq(setenv("PG_BINDIR", arena_printf(&site.arena, "%s/bin", top), 1), 0);
	cr_assert(postgres_find(&found, &site, &err), "%s", err.message);
	cr_expect_str_eq(found.version, "16.4");
}

Test(postgres, pg_config_on_PATH_comes_before_other_places)
{
	struct postgres found = { 0 };
	struct error err = { 0 };

	server_of("server", "99.1");
	program("bin/pg_config", arena_printf(&site.arena, "#!/bin/sh\necho %s/server\n", top));
	cr_assert_eq(setenv("PATH", arena_printf(&site.arena, "%s/bin:/bin:/usr/bin", top), 1), 0);
	cr_assert(postgres_find(&found, &site, &err), "%s", err.message);
	cr_expect_str_eq(found.version, "99.1");
}

Test(postgres, one_that_is_too_old_is_named)
{
	struct postgres found = { 0 };
	struct error err = { 0 };

	server_of("bin", "14.9");
	cr_assert_eq(setenv("PG_BINDIR", arena_printf(&site.arena, "%s/bin", top), 1), 0);
	cr_expect_not(postgres_find(&found, &site, &err));
	cr_expect_neq(strstr(err.message, "PostgreSQL 15 or newer is needed; "), NULL);
	cr_expect_neq(strstr(err.message, "holds only postgres (PostgreSQL) 14.9"), NULL, "%s",
		      err.message);
}
