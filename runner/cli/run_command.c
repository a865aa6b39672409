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
#include "cli/workspace.h"
#include "embed/embed.h"
#include "plan/plan.h"
#include "report/report.h"

/* One command on its way: everything here is released by finish(). */
struct job {
	const struct settings *settings;
	const char *const *argv;
	const char *gate;
	struct secrets *secrets;
	struct workspace workspace;
	struct embed *embed;
	struct embedded_values embedded;
	struct failed_cases failed;
	struct plan *plan;
	struct errors errors;
};

static void
finish(struct job *job)
{
	plan_free(job->plan);
	failed_cases_release(&job->failed);
	workspace_release(&job->workspace);
	embed_stop(job->embed);
	secrets_free(job->secrets);
	errors_release(&job->errors);
}

static bool
load(struct job *job, bool check_only)
{
	struct workspace_request request = { .settings = job->settings,
					     .gate = job->gate,
					     .embedded = job->embed ? &job->embedded : NULL,
					     .check_only = check_only };

	workspace_release(&job->workspace);
	if (!job->secrets)
		job->secrets = secrets_new();
	return workspace_load(&job->workspace, &request, job->secrets, &job->errors);
}

static bool
make_plan(struct job *job)
{
	const struct settings *settings = job->settings;
	struct error err = { 0 };
	struct selection_options options = {
		.tags = settings->tags.items,
		.tag_count = settings->tags.count,
		.grep = settings->grep,
		.ids = job->workspace.ids,
		.id_count = job->workspace.id_count,
		.last_failed = settings->last_failed,
	};

	if (settings->last_failed && !failed_cases_load(&job->failed, settings->out, &err)) {
		*errors_new(&job->errors) = err;
		return false;
	}
	options.failed = job->failed.items;
	options.failed_count = job->failed.count;
	struct selection *selection = selection_new(&options, &err);
	if (!selection) {
		*errors_new(&job->errors) = err;
		return false;
	}
	plan_free(job->plan);
	job->plan = plan_build(job->workspace.suites, job->workspace.suite_count, selection);
	const char *unmatched = selection_unmatched(selection);
	if (unmatched)
		error_set(errors_new(&job->errors), ERROR_USAGE, "`%s` names no file and no case",
			  unmatched);
	selection_free(selection);
	return !unmatched;
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

/* Start the embedded target, and read the files again with its addresses and secrets. */
static bool
start_embedded(struct job *job)
{
	struct error err = { 0 };
	size_t count = 0;
	struct embed_options options = { .faults = job->settings->faults.items,
					 .fault_count = job->settings->faults.count,
					 .log_fd = -1 };

	job->embed = embed_start(&options, &err);
	if (!job->embed) {
		*errors_new(&job->errors) = err;
		return false;
	}
	job->embedded = (struct embedded_values){ .base_url = embed_base_url(job->embed),
						  .database = embed_database(job->embed),
						  .commit = embed_commit(job->embed) };
	const struct embed_secret *secrets = embed_secrets(job->embed, &count);
	for (size_t i = 0; i < count; i++)
		secrets_set(job->secrets, secrets[i].name, secrets[i].value);
	return load(job, false) && make_plan(job);
}

/* Everything that can be known before anything is sent. True when there is something to run. */
static bool
prepare(struct job *job, int *status)
{
	if (!load(job, job->settings->dry_run || job->settings->list) || !make_plan(job)) {
		*status = mistakes_print(&job->errors);
		return false;
	}
	if (job->settings->faults.count > 0 && !job->workspace.environment->embedded) {
		(void)fprintf(stderr,
			      "lensgate: --fault works on the embedded target only, "
			      "and environment %s is not\n",
			      job->workspace.environment->name);
		*status = EXIT_USAGE;
		return false;
	}
	if (job->settings->dry_run || job->settings->list) {
		print_plan(job, job->settings->list);
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

static int
execute(struct job *job)
{
	int status = EXIT_PASSED;

	if (prepare(job, &status)) {
		if (job->workspace.environment->embedded && !start_embedded(job))
			status = mistakes_print(&job->errors);
		else
			status = conduct(&(struct conduct){
				.settings = job->settings,
				.argv = job->argv,
				.workspace = &job->workspace,
				.plan = job->plan,
				.embed = job->embed,
			});
	}
	finish(job);
	return status;
}

int
run_command(const struct settings *settings, const char *const *argv)
{
	struct job job = { .settings = settings, .argv = argv };

	return execute(&job);
}

int
gate_command(const struct settings *settings, const char *const *argv)
{
	struct job job = { .settings = settings, .argv = argv };

	if (settings->operand_count != 1) {
		(void)fprintf(stderr, "lensgate: gate wants the name of one gate, such as "
				      "pre-deploy\n");
		return EXIT_USAGE;
	}
	job.gate = settings->operands[0];
	return execute(&job);
}

/* The commands that only look. */
static int
look(const struct settings *settings, const char *const *argv, void (*show)(const struct job *))
{
	struct job job = { .settings = settings, .argv = argv };
	int status = EXIT_PASSED;

	if (!load(&job, true) || !make_plan(&job))
		status = mistakes_print(&job.errors);
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

	for (size_t i = 0; i < job->workspace.suite_count; i++) {
		const struct suite *suite = job->workspace.suites[i];
		printf("%s: %zu cases\n", suite->documents[0]->path, suite->case_count);
		cases += suite->case_count;
	}
	printf("%zu suites, %zu cases, no mistakes\n", job->workspace.suite_count, cases);
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
