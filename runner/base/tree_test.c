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
