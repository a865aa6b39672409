#include "document/excerpt.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

static const char suite[] = "cases:\n"
			    "  - id: a\n"
			    "    steps:\n"
			    "      - action: x\n"
			    "        expect:\n"
			    "          status: 403\n"
			    "      - sql: select 1\n"
			    "\n"
			    "  - id: b\n"
			    "    steps: [1,\n"
			    "      2]";

static const struct {
	int line;
	const char *block;
} blocks[] = {
	{ 4, "- action: x\n  expect:\n    status: 403\n" },
	{ 7, "- sql: select 1\n" },
	{ 10, "steps: [1,\n  2]\n" },
	{ 11, "2]\n" },
	{ 8, NULL },
	{ 12, NULL },
	{ 0, NULL },
	{ -1, NULL },
};

static char path[] = "/tmp/lensgate-excerpt-XXXXXX";

static void
write_file(const char *text)
{
	struct error err = { 0 };
	int fd = mkstemp(path);

	cr_assert_geq(fd, 0);
	(void)close(fd);
	cr_assert(file_replace(path, text, strlen(text), &err), "%s", err.message);
}

Test(excerpt, a_block_ends_where_the_next_begins)
{
	struct arena arena = { 0 };

	write_file(suite);
	for (size_t i = 0; i < COUNTOF(blocks); i++) {
		const char *block = excerpt_block(path, blocks[i].line, &arena);

		if (!blocks[i].block)
			cr_expect_null(block, "row %zu: %s", i, block);
		else if (block)
			cr_expect_str_eq(block, blocks[i].block, "row %zu: %s", i, block);
		else
			cr_expect(false, "row %zu: no block", i);
	}
	arena_release(&arena);
	(void)unlink(path);
}

Test(excerpt, a_long_block_is_cut)
{
	struct arena arena = { 0 };
	char text[400] = "- a:\n";

	for (int i = 0; i < 20; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "    k%d: 1\n", i);
	write_file(text);
	const char *block = excerpt_block(path, 1, &arena);
	cr_assert_not_null(block);
	cr_expect_not_null(strstr(block, "    k10: 1\n...\n"));
	cr_expect_null(strstr(block, "k11"));
	arena_release(&arena);
	(void)unlink(path);
}

Test(excerpt, a_file_that_is_gone_has_no_block)
{
	struct arena arena = { 0 };

	cr_expect_null(excerpt_block("/nonexistent/suite.yaml", 1, &arena));
	arena_release(&arena);
}
