#include "embed/pack.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/rows.h"
#include "base/tree.h"

static char top[] = "/tmp/lensgate-pack-XXXXXX";
static struct arena arena;

static const char *
below(const char *name)
{
	return arena_printf(&arena, "%s/%s", top, name);
}

static void
put(const char *name, const char *bytes, size_t len)
{
	struct error err = { 0 };

	cr_assert(file_replace(below(name), bytes, len, &err), "%s", err.message);
}

static bool
unpack(struct error *err)
{
	return pack_read(below("pack"), below("to"), (uid_t)-1, (gid_t)-1, err);
}

static void
enter(void)
{
	cr_assert_not_null(mkdtemp(top));
}

static void
leave(void)
{
	cr_expect(tree_remove(top));
	arena_release(&arena);
}

TestSuite(pack, .init = enter, .fini = leave);

Test(pack, what_comes_out_is_what_went_in)
{
	struct error err = { 0 };
	struct stat info;
	size_t size = (size_t)700 * 1024, len = 0;
	char *big = malloc(size);

	for (size_t i = 0; i < size; i++)
		big[i] = (char)(i * 31 % 251);
	put("from/a/b/big", big, size);
	put("from/empty", "", 0);
	cr_assert_eq(mkdir(below("from/hollow"), 0750), 0);
	cr_assert_eq(chmod(below("from/a/b/big"), 0640), 0);
	cr_assert_eq(chmod(below("from/a"), 0711), 0);
	cr_assert(pack_write(below("from"), below("pack"), &err), "%s", err.message);
	cr_assert(unpack(&err), "%s", err.message);

	char *copy = file_read(below("to/a/b/big"), size, &len, &err);
	cr_assert_not_null(copy);
	cr_expect_eq(len, size);
	cr_expect_eq(memcmp(copy, big, size), 0);
	cr_assert_eq(stat(below("to/a/b/big"), &info), 0);
	cr_expect_eq(info.st_mode & 07777, 0640);
	cr_assert_eq(stat(below("to/a"), &info), 0);
	cr_expect_eq(info.st_mode & 07777, 0711);
	cr_assert_eq(stat(below("to/hollow"), &info), 0);
	cr_expect_eq(info.st_mode & 07777, 0750);
	cr_assert_eq(stat(below("to/empty"), &info), 0);
	cr_expect_eq(info.st_size, 0);
	free(copy);
	free(big);
}

/* Bytes that are left of the file. */
static const off_t cuts[] = { 0, 1, 15, 17, 40, -1 };

ParameterizedTestParameters(pack, one_that_was_cut_off_is_not_taken_for_whole)
{
	return rows_of(COUNTOF(cuts));
}

ParameterizedTest(size_t *row, pack, one_that_was_cut_off_is_not_taken_for_whole)
{
	struct error err = { 0 };
	struct stat info;

	put("from/a/file", "twenty bytes of text", 20);
	cr_assert(pack_write(below("from"), below("pack"), &err), "%s", err.message);
	cr_assert_eq(stat(below("pack"), &info), 0);
	off_t left = cuts[*row] < 0 ? info.st_size + cuts[*row] : cuts[*row];
	cr_assert_eq(truncate(below("pack"), left), 0);
	cr_expect_not(unpack(&err), "row %zu", *row);
	cr_expect_eq(err.code, ERROR_ENVIRONMENT);
}

Test(pack, what_exists_is_not_written_over)
{
	struct error err = { 0 };

	put("from/x", "1", 1);
	put("to/x", "2", 1);
	cr_assert(pack_write(below("from"), below("pack"), &err), "%s", err.message);
	cr_expect_not(unpack(&err));
	cr_expect_neq(strstr(err.message, "File exists"), NULL, "%s", err.message);
	struct error again = { 0 };
	cr_expect_not(pack_write(below("from"), below("pack"), &again));
}

Test(pack, a_link_is_not_packed)
{
	struct error err = { 0 };

	put("from/x", "1", 1);
	cr_assert_eq(symlink("/etc/passwd", below("from/link")), 0);
	cr_expect_not(pack_write(below("from"), below("pack"), &err));
}

Test(pack, a_folder_that_is_not_there_is_an_error)
{
	struct error err = { 0 };

	cr_expect_not(pack_write(below("none"), below("pack"), &err));
	cr_expect_neq(strstr(err.message, "No such file"), NULL, "%s", err.message);
}
