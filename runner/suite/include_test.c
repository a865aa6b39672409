#include "suite/include.h"

#include <criterion/criterion.h>

#include "base/rows.h"
#include "suite/world.h"

#define OK_STEP "{ http: GET /a, expect: { status: 200 } }"

static const struct {
	const char *step, *blocks, *said; /* said "": it is right */
} includes[] = {
	{ "include: \"#a\"", "a: [" OK_STEP "]", "" },
	{ "include: \"#a\"", "{ a: [{ include: \"#b\" }, { include: \"#b\" }], b: [" OK_STEP "] }",
	  "" },
	{ "{ include: \"#a\", with: { x: here } }",
	  "a: [{ http: \"GET /${with.x}\", expect: { status: 200 } }]", "" },
	{ "{ include: \"#a\", with: { q: { sql: select 1 } } }",
	  "a: [{ sql: \"${with.q.sql}\", as: witness, expect: { rows: 1 } }]", "" },
	{ "include: \"#a\"", "a: [{ include: \"#a\" }]", "block `a` includes itself" },
	{ "include: \"#b\"", "abc: [" OK_STEP "]", "unknown block `b`" },
	{ "include: \"#\"", "a: [" OK_STEP "]", "must be FILE#BLOCK, or #BLOCK in this file" },
	{ "include: [a]", "a: [" OK_STEP "]", "must be FILE#BLOCK, or #BLOCK in this file" },
	{ "{ include: \"#a\", with: { x: 1 } }", "a: [" OK_STEP "]", "block `a` does not use `x`" },
	{ "include: \"#a\"", "a: [{ http: \"GET /${with.x}\", expect: { status: 200 } }]",
	  "block `a` needs `with: { x: ... }`" },
	{ "include: /etc/hostname#a", "a: [" OK_STEP "]",
	  "`/etc/hostname` is outside of the suites' root" },
	{ "include: none.yaml#a", "a: [" OK_STEP "]",
	  "cannot include `none.yaml`: No such file or directory" },
	{ "{ include: \"#a\", with: { t: items } }",
	  "a: [{ sql: \"select * from ${with.t}\", as: witness, expect: { rows: 1 } }]",
	  "`${` in SQL: nothing is spliced into it, use `params`" },
};

ParameterizedTestParameters(include, takes_blocks_and_nothing_else)
{
	return rows_of(COUNTOF(includes));
}

ParameterizedTest(size_t *row, include, takes_blocks_and_nothing_else)
{
	struct world world;
	char body[512];

	(void)snprintf(body, sizeof(body), "cases: [{ id: a, steps: [%s] }]\nblocks: %s%s%s\n",
		       includes[*row].step, includes[*row].blocks[0] == '{' ? "" : "{ ",
		       includes[*row].blocks, includes[*row].blocks[0] == '{' ? "" : " }");
	world_load(&world, body);
	cr_expect_eq(world.suite != NULL, includes[*row].said[0] == '\0', "row %zu", *row);
	cr_expect_str_eq(world.errors.count ? world.errors.items[0].message : "",
			 includes[*row].said, "row %zu", *row);
	world_end(&world);
}

Test(include, a_file_is_read_once_however_often_it_is_included)
{
	struct error err = { 0 };
	struct world world;
	char path[SCRATCH_BYTES];

	/* Its root is the directory of the suite itself. */
	scratch_make(path, "blocks.yaml", "blocks: { a: [" OK_STEP "] }\n",
		     strlen("blocks: { a: [" OK_STEP "] }\n"));
	world_begin(&world, WORLD_ROOT "/common/environment.yaml");
	static const char suite[] =
		"suite: x\ncases: [{ id: a, steps: [{ include: blocks.yaml#a }, "
		"{ include: ./blocks.yaml#a }] }]\n";
	char suite_path[SCRATCH_BYTES], root[SCRATCH_BYTES];

	(void)snprintf(root, sizeof(root), "%.*s", (int)(strrchr(path, '/') - path), path);
	(void)snprintf(suite_path, sizeof(suite_path), "%.*s/s.yaml",
		       (int)(strrchr(path, '/') - path), path);
	cr_assert(file_replace(suite_path, suite, strlen(suite), &err));
	world.suite = suite_load(suite_path, root, world.lenses, world.environment, &world.errors);
	cr_assert_not_null(world.suite);
	cr_expect_eq(world.suite->document_count, 2);
	cr_expect_eq(world.suite->cases[0].steps.count, 2);
	cr_expect(strstr(world.suite->cases[0].steps.items[1].place.file, "blocks.yaml"));
	world_end(&world);
	(void)unlink(suite_path);
	scratch_remove(path);
}
