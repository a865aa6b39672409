#include "base/file.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/tree.h"

static char folder[] = "/tmp/lensgate-file-XXXXXX";

static const char *
path_in(const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void
enter(void)
{
	cr_assert_not_null(mkdtemp(folder));
}

static void
leave(void)
{
	cr_expect(tree_remove(folder));
}

TestSuite(file, .init = enter, .fini = leave);

Test(file, what_is_replaced_is_read_back)
{
	struct error err = { 0 };
	size_t len = 0;

	cr_assert(file_replace(path_in("a/b/c.txt"), "two\0words", 9, &err), "%s", err.message);
	char *text = file_read(path_in("a/b/c.txt"), 100, &len, &err);
	cr_assert_not_null(text);
	cr_expect_eq(len, 9);
	cr_expect_eq(memcmp(text, "two\0words", 9), 0);
	free(text);
}

Test(file, a_file_over_the_limit_is_refused)
{
	struct error err = { 0 };
	size_t len = 0;

	cr_assert(file_replace(path_in("big"), "123456", 6, &err));
	cr_expect_null(file_read(path_in("big"), 5, &len, &err));
	cr_expect_neq(strstr(err.message, "larger than 5 bytes"), NULL);
}

Test(file, a_directory_is_not_a_file)
{
	struct error err = { 0 };
	size_t len = 0;

	cr_expect_null(file_read(folder, 5, &len, &err));
	cr_expect_neq(strstr(err.message, "is a directory"), NULL, "%s", err.message);
}

Test(file, a_full_disk_is_an_error_and_leaves_no_half_file)
{
	struct error err = { 0 };

	cr_expect_not(file_replace("/dev/full/x", "1", 1, &err));
	cr_expect_eq(err.code, ERROR_ENVIRONMENT);
}

Test(file, a_file_in_the_place_of_a_directory_is_an_error_that_says_so)
{
	struct error err = { 0 };

	char expected[400];

	cr_assert(file_replace(path_in("folder/file"), "x", 1, &err), "%s", err.message);
	cr_expect(file_make_parent(path_in("folder/other"), &err), "%s", err.message);
	cr_expect_not(file_make_parent(path_in("folder/file/deeper/report"), &err));
	(void)snprintf(expected, sizeof(expected), "cannot make the directory %s: Not a directory",
		       path_in("folder/file"));
	cr_expect_str_eq(err.message, expected);
}
