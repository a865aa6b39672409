#include "base/tree.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"

static char top[] = "/tmp/lensgate-tree-XXXXXX";
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

TestSuite(tree, .init = enter, .fini = leave);

Test(tree, a_copy_has_the_same_bytes_and_modes)
{
	struct error err = { 0 };
	struct stat info;
	size_t size = (size_t)300 * 1024, len = 0;
	char *big = malloc(size);

	for (size_t i = 0; i < size; i++)
		big[i] = (char)(i * 31 % 251);
	put("from/a/b/big", big, size);
	put("from/empty", "", 0);
	cr_assert_eq(chmod(below("from/a/b/big"), 0640), 0);
	cr_assert_eq(chmod(below("from/a"), 0711), 0);
	cr_assert(tree_copy(below("from"), below("to"), (uid_t)-1, (gid_t)-1, &err), "%s",
		  err.message);

	char *copy = file_read(below("to/a/b/big"), size, &len, &err);
	cr_assert_not_null(copy);
	cr_expect_eq(len, size);
	cr_expect_eq(memcmp(copy, big, size), 0);
	cr_assert_eq(stat(below("to/a/b/big"), &info), 0);
	cr_expect_eq(info.st_mode & 07777, 0640);
	cr_assert_eq(stat(below("to/a"), &info), 0);
	cr_expect_eq(info.st_mode & 07777, 0711);
	cr_assert_eq(stat(below("to/empty"), &info), 0);
	cr_expect_eq(info.st_size, 0);
	free(copy);
	free(big);
}

Test(tree, what_exists_is_not_copied_over)
{
	struct error err = { 0 };

	put("from/x", "1", 1);
	put("to/x", "2", 1);
	cr_expect_not(tree_copy(below("from"), below("to"), (uid_t)-1, (gid_t)-1, &err));
	cr_expect_neq(strstr(err.message, "File exists"), NULL, "%s", err.message);
}

Test(tree, a_missing_source_is_an_error)
{
	struct error err = { 0 };

	cr_expect_not(tree_copy(below("none"), below("to"), (uid_t)-1, (gid_t)-1, &err));
	cr_expect_eq(err.code, ERROR_ENVIRONMENT);
}

Test(tree, a_link_is_not_copied)
{
	struct error err = { 0 };

	put("from/x", "1", 1);
	cr_assert_eq(symlink("/etc/passwd", below("from/link")), 0);
	cr_expect_not(tree_copy(below("from"), below("to"), (uid_t)-1, (gid_t)-1, &err));
}

Test(tree, removing_does_not_follow_links_out_of_the_tree)
{
	put("kept/file", "1", 1);
	put("gone/a/b", "1", 1);
	cr_assert_eq(symlink(below("kept"), below("gone/link")), 0);
	cr_expect(tree_remove(below("gone")));
	cr_expect_eq(access(below("kept/file"), F_OK), 0);
	cr_expect_neq(access(below("gone"), F_OK), 0);
}

Test(tree, removing_nothing_is_no_failure)
{
	cr_expect(tree_remove(below("never/was")));
}
