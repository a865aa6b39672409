#include "base/home.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/rows.h"
#include "base/tree.h"

static char top[] = "/tmp/lensgate-home-XXXXXX";
static struct arena arena;

static const char *
below(const char *name)
{
	return arena_printf(&arena, "%s/%s", top, name);
}

static void
program(const char *name)
{
	struct error err = { 0 };

	cr_assert(file_replace(below(name), "#!/bin/sh\n", 10, &err), "%s", err.message);
	cr_assert_eq(chmod(below(name), 0755), 0);
}

static void
enter(void)
{
	struct error err = { 0 };

	cr_assert_not_null(mkdtemp(top));
	cr_assert(file_make_dirs(below("copy/fixtures/db"), &err));
	cr_assert(file_make_dirs(below("installed/fixtures/db"), &err));
	cr_assert(file_make_dirs(below("empty"), &err));
}

static void
leave(void)
{
	cr_expect(tree_remove(top));
	arena_release(&arena);
}

TestSuite(home, .init = enter, .fini = leave);

static const struct {
	const char *named, *executable, *installed, *found;
} searches[] = {
	{ "installed", "copy/build/lensgate", "empty", "installed" },
	{ NULL, "copy/build/lensgate", "installed", "copy" },
	{ NULL, "copy/.build/checked/unit", "installed", "copy" },
	{ NULL, "copy/a/b/c/d/lensgate", "installed", "installed" },
	{ NULL, "empty/lensgate", "installed", "installed" },
	{ NULL, NULL, "installed", "installed" },
	{ NULL, "empty/lensgate", "empty", NULL },
	{ NULL, NULL, NULL, NULL },
	{ "empty", "copy/build/lensgate", "installed", NULL },
};

ParameterizedTestParameters(home, the_first_place_that_holds_the_database_is_home)
{
	return rows_of(COUNTOF(searches));
}

ParameterizedTest(size_t *row, home, the_first_place_that_holds_the_database_is_home)
{
	struct error err = { 0 };
	struct home_places places = {
		.named = searches[*row].named ? below(searches[*row].named) : NULL,
		.executable = searches[*row].executable ? below(searches[*row].executable) : NULL,
		.installed = searches[*row].installed ? below(searches[*row].installed) : NULL,
	};
	const char *found = home_search(&places, &arena, &err);

	if (searches[*row].found) {
		cr_assert_not_null(found, "row %zu: %s", *row, err.message);
		cr_expect_str_eq(found, below(searches[*row].found), "row %zu", *row);
	} else {
		cr_expect_null(found, "row %zu", *row);
		cr_expect_neq(err.code, ERROR_NONE);
	}
}

Test(home, a_wrong_LENSGATE_HOME_is_the_users_mistake)
{
	struct error err = { 0 };

	cr_assert_eq(setenv("LENSGATE_HOME", below("empty"), 1), 0);
	cr_expect_null(home_find(&arena, &err));
	cr_expect_eq(err.code, ERROR_USAGE);
	cr_expect_neq(strstr(err.message, "empty, which holds no fixtures/db"), NULL, "%s",
		      err.message);
}

static const struct {
	const char *have[3], *found;
} programs[] = {
	{ { "bin/tool", "copy/build/tool", "path/tool" }, "bin/tool" },
	{ { "copy/build/tool", "path/tool" }, "copy/build/tool" },
	{ { "path/tool" }, "path/tool" },
	{ { "path/tool/tool" }, NULL },
	{ { NULL }, NULL },
};

ParameterizedTestParameters(home, a_program_of_ours_is_found_nearest_first)
{
	return rows_of(COUNTOF(programs));
}

ParameterizedTest(size_t *row, home, a_program_of_ours_is_found_nearest_first)
{
	struct error err = { 0 };
	struct home_places places = {
		.named = below("copy"),
		.executable = below("bin/lensgate"),
		.path = arena_printf(&arena, ":%s:%s", below("empty"), below("path")),
	};

	for (size_t i = 0; i < 3 && programs[*row].have[i]; i++)
		program(programs[*row].have[i]);
	const char *found = home_program(&places, "tool", &arena, &err);
	if (programs[*row].found) {
		cr_assert_not_null(found, "row %zu: %s", *row, err.message);
		cr_expect_str_eq(found, below(programs[*row].found), "row %zu", *row);
	} else {
		cr_expect_null(found, "row %zu", *row);
		cr_expect_neq(strstr(err.message, "tool is neither beside"), NULL);
	}
}

Test(home, this_process_knows_its_own_executable)
{
	struct home_places places = home_places(&arena);

	cr_assert_not_null(places.executable);
	cr_expect_eq(access(places.executable, X_OK), 0);
}
