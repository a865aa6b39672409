#include "cli/new_command.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/batch.h"
#include "cli/description.h"
#include "cli/exit.h"
#include "cli/mistakes.h"
#include "cli/stage.h"
#include "scaffold/scaffold.h"
#include "suite/lens.h"
#include "suite/lens_cache.h"

/* One lens on its way from a description to files. */
struct novelty {
	const struct settings *settings;
	const char *name;
	struct stage stage;
	struct description description;
	struct scaffold *scaffold;
};

static bool
is_named(struct novelty *novelty)
{
	const struct description *description = &novelty->description;

	if (strcmp(description->lens->name, novelty->name) == 0)
		return true;
	return error_set(errors_new(&novelty->stage.errors), ERROR_USAGE,
			 "%s describes the lens %s, not %s", description->path,
			 description->lens->name, novelty->name);
}

/* What was made has to be what the loader takes: before anything is put into place. */
static bool
proofread(struct novelty *novelty, const struct batch *batch)
{
	struct lens_cache *lenses = lens_cache_new();
	struct errors *errors = &novelty->stage.errors;
	char root[PATH_MAX], path[PATH_MAX];

	(void)snprintf(root, sizeof(root), "%s/suites", batch_folder(batch));
	for (size_t i = 0; i < novelty->scaffold->file_count; i++) {
		const struct scaffold_file *file = &novelty->scaffold->files[i];

		if (strncmp(file->path, "suites/", 7) != 0 || file->cases == 0)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", batch_folder(batch), file->path);
		suite_free(suite_load(path, root, lenses, novelty->stage.workspace.environment,
				      errors));
	}
	lens_cache_free(lenses);
	return errors->count == 0;
}

/* The lens's own file is staged too, for the suites that name it; it is published only where it is
 * new. */
static bool
stage_files(struct novelty *novelty, struct batch *batch)
{
	struct error err = { 0 };

	for (size_t i = 0; i < novelty->scaffold->file_count; i++) {
		const struct scaffold_file *file = &novelty->scaffold->files[i];

		/* The description comes first. */
		bool ok = i == 0 && novelty->description.in_place
				  ? batch_lend(batch, file->path, file->text, file->len, &err)
				  : batch_add(batch, file->path, file->text, file->len, &err);
		if (!ok) {
			*errors_new(&novelty->stage.errors) = err;
			return false;
		}
	}
	return true;
}

static int
publish(struct novelty *novelty)
{
	struct error err = { 0 };
	struct batch *batch = batch_new(novelty->settings->into, &err);
	int status = EXIT_PASSED;

	if (!batch) {
		(void)mistake_print(&err);
		return EXIT_UNWRITTEN;
	}
	if (!stage_files(novelty, batch) || !proofread(novelty, batch) ||
	    !batch_publish(batch, &novelty->stage.errors)) {
		status = mistakes_print(&novelty->stage.errors);
		status = status == EXIT_UNJUDGED ? EXIT_UNWRITTEN : status;
	}
	batch_free(batch);
	return status;
}

/* What was made, what was not and why, and what comes next. */
static void
tell(const struct novelty *novelty)
{
	const struct scaffold *scaffold = novelty->scaffold;
	const char *into = novelty->settings->into;
	bool here = strcmp(into, ".") == 0;

	for (size_t i = novelty->description.in_place ? 1 : 0; i < scaffold->file_count; i++) {
		const struct scaffold_file *file = &scaffold->files[i];

		printf("%s%s%s", here ? "" : into, here ? "" : "/", file->path);
		if (file->cases > 0)
			printf("  %ld cases", file->cases);
		printf("\n");
	}
	if (scaffold->left_out_count > 0)
		printf("\nLeft out:\n");
	for (size_t i = 0; i < scaffold->left_out_count; i++)
		printf("  %s\n", scaffold->left_out[i]);
	printf("\nNext:\n");
	if (!here)
		printf("  cd %s\n", into);
	printf("  lensgate validate suites/%s\n  lensgate gate %s-pre-deploy\n", novelty->name,
	       novelty->name);
}

static int
make(struct novelty *novelty)
{
	struct errors *errors = &novelty->stage.errors;

	if (!description_load(&novelty->description, &novelty->stage, novelty->name) ||
	    !is_named(novelty))
		return mistakes_print(errors);
	novelty->scaffold =
		scaffold_build(novelty->description.lens, novelty->stage.workspace.environment,
			       novelty->description.text, errors);
	if (!novelty->scaffold)
		return mistakes_print(errors);
	int status = publish(novelty);
	if (status == EXIT_PASSED)
		tell(novelty);
	return status;
}

int
new_command(const struct settings *settings, const char *const *argv)
{
	struct novelty novelty = { .settings = settings,
				   .stage = { .settings = settings, .without_suites = true } };
	struct error err = { 0 };

	(void)argv;
	if (settings->operand_count != 1) {
		error_set(&err, ERROR_USAGE, "new wants the name of a lens");
		return mistake_print(&err);
	}
	novelty.name = settings->operands[0];
	int status = make(&novelty);
	scaffold_free(novelty.scaffold);
	description_release(&novelty.description);
	stage_release(&novelty.stage);
	return status;
}
