#include "cli/run_command.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/conduct.h"
#include "cli/exit.h"
#include "cli/failed.h"
#include "cli/header.h"
#include "cli/mistakes.h"
#include "cli/sharding.h"
#include "cli/stage.h"
#include "plan/order.h"
#include "plan/plan.h"
#include "report/report.h"

/* One command on its way: everything here is released by finish(). */
struct job {
	const char *const *argv;
	struct stage stage;
	struct failed_cases failed;
	struct plan *plan;
	struct sharding sharding;
	struct identity identity;
};

static void
finish(struct job *job)
{
	identity_end(&job->identity);
	plan_free(job->plan);
	sharding_release(&job->sharding);
	failed_cases_release(&job->failed);
	stage_release(&job->stage);
}

/* Leave the shard's part of the plan. */
static bool
cut(struct job *job)
{
	const struct gate *gate = job->stage.workspace.gate;
	struct error err = { 0 };
	struct sharding_request request = { .settings = job->stage.settings,
					    .kind = gate ? gate->name : "run",
					    .plan = job->plan };

	if (!request.settings->shard || job->plan->case_count == 0)
		return true;
	sharding_release(&job->sharding);
	struct plan *part = sharding_cut(&job->sharding, &request, &err);
	if (!part) {
		*errors_new(&job->stage.errors) = err;
		return false;
	}
	plan_free(job->plan);
	job->plan = part;
	return true;
}

static bool
make_plan(struct job *job)
{
	const struct settings *settings = job->stage.settings;
	struct error err = { 0 };
	struct selection_options options = {
		.tags = settings->tags.items,
		.tag_count = settings->tags.count,
		.grep = settings->grep,
		.ids = job->stage.workspace.ids,
		.id_count = job->stage.workspace.id_count,
		.last_failed = settings->last_failed || settings->failed_in,
	};

	if (options.last_failed && !job->failed.run &&
	    !failed_cases_load(&job->failed, settings->failed_in, settings->out, &err)) {
		*errors_new(&job->stage.errors) = err;
		return false;
	}
	options.failed = job->failed.items;
	options.failed_count = job->failed.count;
	struct selection *selection = selection_new(&options, &err);
	if (!selection) {
		*errors_new(&job->stage.errors) = err;
		return false;
	}
	plan_free(job->plan);
	job->plan = plan_build(job->stage.workspace.suites, job->stage.workspace.suite_count,
			       selection);
	const char *unmatched = selection_unmatched(selection);
	if (unmatched)
		error_set(errors_new(&job->stage.errors), ERROR_USAGE,
			  "`%s` names no file and no case", unmatched);
	selection_free(selection);
	if (unmatched || !cut(job))
		return false;
	if (settings->seed)
		plan_shuffle(job->plan, settings->seed);
	return true;
}

/* Which run --last-failed took: somebody may have run something else since. */
static void
say_failed(const struct job *job)
{
	const struct failed_cases *failed = &job->failed;
	size_t gone;

	if (!failed->run || job->stage.settings->list)
		return;
	(void)fprintf(stderr, "%zu case%s did not pass in %s\n", failed->count,
		      failed->count == 1 ? "" : "s", failed->run);
	gone = failed_cases_gone(failed, job->stage.workspace.suites,
				 job->stage.workspace.suite_count);
	if (gone)
		(void)fprintf(stderr, "%zu of them %s in no suite that was read\n", gone,
			      gone == 1 ? "is" : "are");
}

static void
print_plan(const struct job *job, bool as_list)
{
	struct buf out;

	buf_init(&out, (size_t)64 * 1024 * 1024);
	if (as_list)
		plan_list(job->plan, &out);
	else
		plan_print(job->plan, &out);
	(void)fwrite(out.text, 1, out.len, stdout);
	buf_release(&out);
}

/* Everything that can be known before anything is sent. True when there is something to run. */
static bool
prepare(struct job *job, int *status)
{
	const struct settings *settings = job->stage.settings;

	if (!stage_load(&job->stage, settings->dry_run || settings->list) || !make_plan(job)) {
		*status = mistakes_print(&job->stage.errors);
		return false;
	}
	say_failed(job);
	if (settings->dry_run || settings->list) {
		print_plan(job, settings->list);
		*status = EXIT_PASSED;
		return false;
	}
	if (job->plan->case_count == 0) {
		(void)fprintf(stderr, "lensgate: nothing was selected, so nothing was judged\n");
		*status = EXIT_NOTHING;
		return false;
	}
	return true;
}

/* A plan borrows from the files, so it is made again when they were read again. */
static bool
start(struct job *job)
{
	return stage_start(&job->stage) && (!job->stage.embed || make_plan(job));
}

static int
perform(struct job *job)
{
	if (!start(job))
		return mistakes_print(&job->stage.errors);
	identity_end(&job->identity);
	return conduct(&(struct conduct){
		.settings = job->stage.settings,
		.argv = job->argv,
		.identity = &job->identity,
		.workspace = &job->stage.workspace,
		.plan = job->plan,
		.shard = job->stage.settings->shard ? &job->sharding.shard : NULL,
		.embed = job->stage.embed,
	});
}

static int
execute(struct job *job)
{
	const struct settings *settings = job->stage.settings;
	int status = EXIT_PASSED;

	/* Git looks at every file: in the meantime the suites are read and the target starts. */
	if (!settings->dry_run && !settings->list)
		identity_begin(&job->identity);
	if (prepare(job, &status))
		status = perform(job);
	finish(job);
	return status;
}

int
run_command(const struct settings *settings, const char *const *argv)
{
	struct job job = { .stage = { .settings = settings }, .argv = argv };

	return execute(&job);
}

int
gate_command(const struct settings *settings, const char *const *argv)
{
	struct job job = { .stage = { .settings = settings }, .argv = argv };

	if (settings->operand_count != 1) {
		(void)fprintf(stderr, "lensgate: gate wants the name of one gate, such as "
				      "pre-deploy\n");
		return EXIT_USAGE;
	}
	job.stage.gate = settings->operands[0];
	return execute(&job);
}

/* The commands that only look. */
static int
look(const struct settings *settings, const char *const *argv, void (*show)(const struct job *))
{
	struct job job = { .stage = { .settings = settings }, .argv = argv };
	int status = EXIT_PASSED;

	if (!stage_load(&job.stage, true) || !make_plan(&job))
		status = mistakes_print(&job.stage.errors);
	else
		show(&job);
	finish(&job);
	return status;
}

static void
show_list(const struct job *job)
{
	print_plan(job, true);
}

static void
show_plan(const struct job *job)
{
	print_plan(job, false);
}

static void
show_valid(const struct job *job)
{
	size_t cases = 0;

	for (size_t i = 0; i < job->stage.workspace.suite_count; i++) {
		const struct suite *suite = job->stage.workspace.suites[i];
		printf("%s: %zu cases\n", suite->documents[0]->path, suite->case_count);
		cases += suite->case_count;
	}
	printf("%zu suites, %zu cases, no mistakes\n", job->stage.workspace.suite_count, cases);
}

int
list_command(const struct settings *settings, const char *const *argv)
{
	return look(settings, argv, show_list);
}

int
plan_command(const struct settings *settings, const char *const *argv)
{
	return look(settings, argv, show_plan);
}

int
validate_command(const struct settings *settings, const char *const *argv)
{
	return look(settings, argv, show_valid);
}
