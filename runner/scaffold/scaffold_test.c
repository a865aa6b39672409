#include "scaffold/scaffold.h"

#include <stdio.h>

#include "base/file.h"
#include "base/tree.h"
#include "scaffold/sketch.h"
#include "suite/gate.h"
#include "suite/lens_cache.h"
#include "suite/suite.h"

#define GOLDEN "fixtures/golden/scaffold"

static char *
text_of(const char *path)
{
	struct error err = { 0 };
	size_t len;
	char *text = file_read(path, 1 << 22, &len, &err);

	cr_assert_not_null(text, "%s", err.message);
	return text;
}

static struct scaffold *
built(struct sketch *sketch, const char *path)
{
	char *text = text_of(path);

	sketch_begin(sketch, path);
	struct scaffold *scaffold =
		scaffold_build(sketch->lens, sketch->environment, text, &sketch->errors);
	cr_assert_not_null(scaffold);
	free(text);
	return scaffold;
}

/* Every file of the parts lens, as it was when somebody last read it. Where it has to change:
 * rm -r fixtures/golden/scaffold && lensgate new parts --from fixtures/scaffold/parts.yaml --into
 * fixtures/golden/scaffold, and read the difference. */
Test(scaffold, the_files_of_the_parts_lens_are_the_golden_ones)
{
	struct sketch sketch;
	struct scaffold *scaffold = built(&sketch, "fixtures/scaffold/parts.yaml");

	cr_expect_eq(scaffold->file_count, 15);
	cr_expect_eq(scaffold->left_out_count, 0);
	for (size_t i = 0; i < scaffold->file_count; i++) {
		char path[512];

		(void)snprintf(path, sizeof(path), GOLDEN "/%s", scaffold->files[i].path);
		char *golden = text_of(path);
		cr_expect(strcmp(golden, scaffold->files[i].text) == 0, "%s is another now", path);
		cr_expect_eq(strlen(scaffold->files[i].text), scaffold->files[i].len);
		free(golden);
	}
	scaffold_free(scaffold);
	sketch_end(&sketch);
}

/* Write all of it below `top`. */
static void
write_all(const struct scaffold *scaffold, const char *top)
{
	struct error err = { 0 };

	for (size_t i = 0; i < scaffold->file_count; i++) {
		char path[512];

		(void)snprintf(path, sizeof(path), "%s/%s", top, scaffold->files[i].path);
		cr_assert(file_replace(path, scaffold->files[i].text, scaffold->files[i].len, &err),
			  "%s", err.message);
	}
}

static void
expect_suite(const struct scaffold_file *file, const char *top, struct sketch *sketch,
	     struct lens_cache *lenses)
{
	char path[512], root[512];

	(void)snprintf(path, sizeof(path), "%s/%s", top, file->path);
	(void)snprintf(root, sizeof(root), "%s/suites", top);
	struct suite *suite = suite_load(path, root, lenses, sketch->environment, &sketch->errors);
	cr_assert_not_null(suite, "%s: %s", file->path,
			   sketch->errors.count ? sketch->errors.items[0].message : "");
	cr_expect_eq((long)suite->case_count, file->cases, "%s has %zu cases, not %ld", file->path,
		     suite->case_count, file->cases);
	suite_free(suite);
}

static void
expect_gate(const struct scaffold_file *file, const char *top, struct sketch *sketch)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", top, file->path);
	struct gate *gate = gate_load(path, &sketch->errors);
	cr_assert_not_null(gate, "%s", file->path);
	cr_expect_eq((long)gate->planned, file->cases);
	gate_free(gate);
}

static void
expect_loadable(const char *lens)
{
	char top[] = "/tmp/scaffold-XXXXXX";
	struct sketch sketch;
	struct scaffold *scaffold = built(&sketch, lens);
	struct lens_cache *lenses = lens_cache_new();

	cr_assert_not_null(mkdtemp(top));
	write_all(scaffold, top);
	for (size_t i = 0; i < scaffold->file_count; i++) {
		const struct scaffold_file *file = &scaffold->files[i];

		if (file->cases > 0 && strncmp(file->path, "suites/", 7) == 0)
			expect_suite(file, top, &sketch, lenses);
		else if (file->cases > 0)
			expect_gate(file, top, &sketch);
	}
	lens_cache_free(lenses);
	scaffold_free(scaffold);
	sketch_end(&sketch);
	(void)tree_remove(top);
}

Test(scaffold, every_suite_and_gate_loads_and_has_as_many_cases_as_it_says)
{
	expect_loadable("fixtures/scaffold/parts.yaml");
	expect_loadable("suites/shopping_list/lens.yaml");
	expect_loadable("suites/receiving/lens.yaml");
}

Test(scaffold, the_same_description_gives_the_same_bytes)
{
	struct sketch one, two;
	struct scaffold *first = built(&one, "suites/receiving/lens.yaml");
	struct scaffold *second = built(&two, "suites/receiving/lens.yaml");

	cr_assert_eq(first->file_count, second->file_count);
	for (size_t i = 0; i < first->file_count; i++)
		cr_expect_str_eq(first->files[i].text, second->files[i].text);
	scaffold_free(first);
	scaffold_free(second);
	sketch_end(&one);
	sketch_end(&two);
}

/* An action that is known by its name and roles, one that nobody may run, and no flag. */
Test(scaffold, what_cannot_be_made_is_said_with_its_reason)
{
	static const char *const sentences[] = {
		"rls.yaml: no action says its `sql`, and no action `creates` a row in one of its "
		"`tables`",
		"flags.yaml: the lens names no flag in `flags`",
		"the success of take, put: FILL_IN is in what lens.yaml says of it; who is let "
		"through "
		"and who is refused is tried",
		"burn: all but the list, because nobody may run it",
	};
	struct sketch sketch;

	sketch_text(
		&sketch,
		"lens: stores\nroles: [crew]\nrefusal: { error_code: \"${error}\" }\nactions:\n"
		"  take: { variant: MUTATE, allow: [crew], required: [x], payload: { x: FILL_IN },"
		" writes: FILL_IN }\n"
		"  put: { variant: MUTATE, allow: [crew], writes: FILL_IN }\n"
		"  burn: { variant: READ, allow: [] }\n");
	struct scaffold *scaffold =
		scaffold_build(sketch.lens, sketch.environment, "", &sketch.errors);
	cr_assert_not_null(scaffold);
	cr_assert_eq(scaffold->left_out_count, COUNTOF(sentences));
	for (size_t i = 0; i < COUNTOF(sentences); i++)
		cr_expect_str_eq(scaffold->left_out[i], sentences[i]);
	scaffold_free(scaffold);
	sketch_end(&sketch);
}

Test(scaffold, a_lens_without_actions_is_refused)
{
	struct sketch sketch;

	sketch_text(&sketch,
		    "lens: stores\nroles: [crew]\nrefusal: { error_code: \"${error}\" }\n");
	cr_expect_null(scaffold_build(sketch.lens, sketch.environment, "", &sketch.errors));
	cr_assert_eq(sketch.errors.count, 1);
	cr_expect_str_eq(sketch.errors.items[0].message,
			 "the lens stores has no actions: there is nothing to make cases of");
	sketch_end(&sketch);
}
