#include "cli/verify_off.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/exit.h"
#include "cli/recording.h"

#define KIND "canary/off"

/* Everything here is released by finish(). */
struct asking {
	struct stage *stage;
	struct verify_off *out;
	struct environment environment; /* as the stage's, but for what it expects */
	struct workspace workspace;
	struct suite *suite;
	const struct suite *suites[1];
	struct plan *plan;
	struct mask *mask;
	struct identity identity;
	struct recording recording;
	struct performance_options options; /* what `performance` borrows */
	struct performance performance;
	struct error err;
};

static void
preflighted(void *arg)
{
	struct asking *a = arg;

	recording_begin(&a->recording, &a->performance);
}

static void
settled(void *arg, const struct run_case *run_case)
{
	struct asking *a = arg;

	recording_case(&a->recording, run_case);
	switched_off_case(&a->out->off, &a->recording.planned[run_case->index], run_case);
}

/* The suite goes to disk first: what was asked can be read, and asked again. */
static bool
write_suite(struct asking *a, const struct lens *lens, char path[PATH_MAX])
{
	json_t *suite = switched_off_suite(lens);
	char *text = json_dumps(suite, JSON_INDENT(2));

	(void)snprintf(path, PATH_MAX, "%s/" KIND "/%s.json", a->stage->settings->out, lens->name);
	bool ok = file_replace(path, text, strlen(text), &a->err);
	free(text);
	json_decref(suite);
	return ok;
}

/* suites/, from suites/LENS/lens.yaml: the suite finds its lens below. */
static void
root_of(const struct lens *lens, char root[PATH_MAX])
{
	(void)snprintf(root, PATH_MAX, "%s", lens->document->path);
	for (int i = 0; i < 2; i++) {
		char *slash = strrchr(root, '/');

		if (slash)
			*slash = '\0';
	}
}

static bool
load(struct asking *a, const struct lens *lens)
{
	char path[PATH_MAX], root[PATH_MAX];
	struct selection_options all = { 0 };

	/* The lens is off, perhaps with another version: neither is a reason not to ask. Nothing
	 * that is sent can be written, so a yacht that may not be written to is asked too. */
	a->environment = *a->stage->workspace.environment;
	a->environment.expect_flags = NULL;
	a->environment.expect_commit = NULL;
	a->environment.mutations = &a->environment.yacht;
	a->environment.mutation_count = 1;
	if (!write_suite(a, lens, path))
		return false;
	root_of(lens, root);
	a->suite = suite_load(path, root, a->stage->workspace.lenses, &a->environment,
			      &a->stage->errors);
	struct selection *selection = selection_new(&all, &a->err);
	if (!a->suite || !selection)
		return false;
	a->suites[0] = a->suite;
	a->plan = plan_build(a->suites, 1, selection);
	selection_free(selection);
	a->workspace = a->stage->workspace;
	a->workspace.environment = &a->environment;
	a->workspace.suites = a->suites;
	a->workspace.suite_count = 1;
	return true;
}

static bool
perform(struct asking *a, const char *const *argv, struct loop *loop)
{
	a->options = (struct performance_options){
		.settings = a->stage->settings,
		.workspace = &a->workspace,
		.plan = a->plan,
		.identity = &a->identity,
		.embed = a->stage->embed,
		.mask = a->mask,
		.loop = loop,
		.preflighted = preflighted,
		.settled = settled,
		.arg = a,
	};
	const struct recording_options recording = {
		.settings = a->stage->settings,
		.workspace = &a->workspace,
		.plan = a->plan,
		.argv = argv,
		.identity = &a->identity,
		.mask = a->mask,
		.kind = KIND,
		.title = a->suite->title,
	};

	identity_make(&a->identity);
	if (!recording_open(&a->recording, &recording, &a->err) ||
	    !performance_open(&a->performance, &a->options, &a->err) ||
	    !performance_run(&a->performance, &a->err))
		return false;
	(void)snprintf(a->out->record, sizeof(a->out->record), "%s", a->recording.path);
	recording_end(&a->recording, &a->performance,
		      switched_off_proved(&a->out->off) ? EXIT_PASSED : EXIT_FAILED, NULL);
	return recording_finish(&a->recording, &a->err);
}

static void
finish(struct asking *a)
{
	performance_close(&a->performance);
	recording_release(&a->recording);
	plan_free(a->plan);
	suite_free(a->suite);
	mask_free(a->mask);
}

bool
verify_off(struct stage *stage, const char *lens, const char *const *argv, struct loop *loop,
	   struct verify_off *out)
{
	struct asking a = { .stage = stage, .out = out, .mask = mask_new() };
	const struct lens *found = stage_lens(stage, lens);
	bool ok = found && load(&a, found) && perform(&a, argv, loop);

	if (!ok && a.err.code)
		*errors_new(&stage->errors) = a.err;
	finish(&a);
	return ok;
}

void
verify_off_release(struct verify_off *verified)
{
	switched_off_release(&verified->off);
}
