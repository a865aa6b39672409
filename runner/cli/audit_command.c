#include "cli/audit_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/asked.h"
#include "cli/exit.h"
#include "cli/masking.h"
#include "cli/mistakes.h"
#include "cli/stage.h"
#include "rls/audit_report.h"

#define CONNECT_TIMEOUT_MS 10000

/* One audit: everything here is released by finish(). */
struct job {
	const struct settings *settings;
	struct stage stage;
	struct loop *loop;
	struct sql_session *session;
	struct audit audit;
	struct audit_threshold threshold;
	struct audit_baseline *baseline;
	struct audit_sources *sources;
	struct mask *mask;
	char today[CLOCK_TEXT_BYTES];
};

static void
finish(struct job *job)
{
	mask_free(job->mask);
	audit_release(&job->audit);
	audit_sources_free(job->sources);
	audit_baseline_free(job->baseline);
	sql_session_close(job->session);
	loop_free(job->loop);
	stage_release(&job->stage);
}

static bool
fail(struct job *job, const struct error *err)
{
	*errors_new(&job->stage.errors) = *err;
	return false;
}

/* Everything that can be known before a database is asked. */
static bool
prepare(struct job *job)
{
	const struct settings *settings = job->settings;
	struct error err = { 0 };
	size_t count;

	if (settings->operand_count)
		error_set(&err, ERROR_USAGE, "audit takes no operands, not \"%s\"",
			  settings->operands[0]);
	const struct report_kind *kinds = audit_report_kinds(&count);
	if (err.code || !asked_check(&settings->reports, "an audit", kinds, count, &err))
		return fail(job, &err);
	if (!audit_threshold_parse(settings->fail_on, &job->threshold, &err))
		return fail(job, &err);
	if (settings->baseline) {
		job->baseline = audit_baseline_load(settings->baseline, &job->stage.errors);
		if (!job->baseline)
			return false;
	}
	if (settings->source) {
		job->sources = audit_sources_load(settings->source, &err);
		if (!job->sources)
			return fail(job, &err);
	}
	return true;
}

/* The connection string to look at; NULL with the reason in the stage. */
static const char *
find_database(struct job *job)
{
	if (job->settings->database)
		return job->settings->database;
	if (!stage_load(&job->stage, false) || !stage_start(&job->stage))
		return NULL;
	return stage_database(&job->stage);
}

/* The exit status. */
static int
look(struct job *job)
{
	const struct settings *settings = job->settings;
	struct sql_options connect = { .conninfo = find_database(job),
				       .connect_timeout_ms = CONNECT_TIMEOUT_MS };
	struct audit_options options = { .schemas = { settings->schemas.items,
						      settings->schemas.count },
					 .roles = { settings->roles.items, settings->roles.count },
					 .tenant = settings->tenant_column };
	struct error err = { 0 };

	if (!connect.conninfo)
		return mistakes_print(&job->stage.errors);
	job->loop = loop_new();
	job->session = sql_session_look(job->loop, &connect, &err);
	if (!job->session || !audit_run(job->session, &options, &job->audit, &err))
		return mistake_print(&err);
	if (job->baseline)
		audit_baseline_apply(job->baseline, &job->audit, job->today);
	return EXIT_PASSED;
}

/* No secret is in a catalog, unless somebody wrote it into a policy. */
static bool
learn_secrets(struct job *job, struct error *err)
{
	const struct secrets *secrets = job->stage.secrets;
	size_t learned = 0;

	job->mask = mask_new();
	return masking_learn(job->mask, secrets, &learned, err);
}

/* --report KIND=PATH; without one for standard output, the terminal's too. */
struct writing {
	struct audit_report report;
	const struct mask *mask;
};

static bool
write_report(void *arg, const char *kind, const char *path, bool color, struct error *err)
{
	struct writing *writing = arg;

	writing->report.color = color;
	return audit_report_write(kind, &writing->report, path, writing->mask, err);
}

/* The file that stands for the database. Code scanning wants a path in the repository; one that we
 * found elsewhere is in none. */
static const char *
artifact_of(const struct environment *environment)
{
	if (!environment)
		return "database";
	const char *path = environment->document->path;
	return *path == '/' ? strrchr(path, '/') + 1 : path;
}

static bool
write_reports(struct job *job)
{
	const struct settings *settings = job->settings;
	const struct environment *environment = job->stage.workspace.environment;
	struct audit_report report = {
		.audit = &job->audit,
		.threshold = &job->threshold,
		.baseline = job->baseline,
		.sources = job->sources,
		.place = environment ? environment->name : job->audit.database,
		.artifact = artifact_of(environment),
		.title = settings->title,
		.today = job->today,
		.quiet = settings->quiet,
		.verbose = settings->verbose,
	};
	struct error err = { 0 };

	if (!learn_secrets(job, &err)) {
		(void)fprintf(stderr, "lensgate: the report was not written: %s\n", err.message);
		return false;
	}
	struct writing writing = { report, job->mask };
	return asked_write(settings, write_report, &writing);
}

int
audit_command(const struct settings *settings, const char *const *argv)
{
	struct job job = { .settings = settings,
			   .stage = { .settings = settings, .without_suites = true } };
	int status = EXIT_PASSED;

	(void)argv;
	clock_text(clock_wall_us(), job.today);
	job.today[strlen("2026-11-23")] = '\0';
	if (!prepare(&job))
		status = mistakes_print(&job.stage.errors);
	else
		status = look(&job);
	if (status == EXIT_PASSED && !write_reports(&job))
		status = EXIT_UNWRITTEN;
	if (status == EXIT_PASSED && audit_threshold_count(&job.threshold, &job.audit))
		status = EXIT_FAILED;
	finish(&job);
	return status;
}
