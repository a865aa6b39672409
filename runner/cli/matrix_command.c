#include "cli/matrix_command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/asked.h"
#include "cli/exit.h"
#include "cli/masking.h"
#include "cli/mistakes.h"
#include "cli/stage.h"
#include "exec/sql_session.h"
#include "rls/actor_file.h"
#include "rls/matrix_report.h"

#define CONNECT_MS         10000
#define SHORT_MS           10000
#define MAX_CONNECTIONS    16
#define MAX_SNAPSHOT_BYTES ((size_t)64 * 1024 * 1024)

/* One matrix: everything here is released by finish(). */
struct job {
	const struct settings *settings;
	struct stage stage;
	const struct lens *lens; /* NULL: a foreign schema */
	struct actor_file file;
	struct actors actors;
	struct loop *loop;
	struct sql_session *sessions[MAX_CONNECTIONS]; /* a table is tried on one of them */
	size_t session_count;
	struct matrix *matrix;
	struct judgements judgements;
	struct changes changes;
	struct layers layers;
	bool compared; /* there was a snapshot to compare with */
	struct mask *mask;
	char started[CLOCK_TEXT_BYTES];
};

static void
finish(struct job *job)
{
	mask_free(job->mask);
	layers_release(&job->layers);
	changes_release(&job->changes);
	judgements_release(&job->judgements);
	matrix_free(job->matrix);
	for (size_t i = 0; i < job->session_count; i++)
		sql_session_close(job->sessions[i]);
	loop_free(job->loop);
	actors_release(&job->actors);
	actor_file_release(&job->file);
	stage_release(&job->stage);
}

/* ---- before a database is asked ---- */

static bool
check_reports(struct job *job)
{
	size_t count;
	const struct report_kind *kinds = matrix_report_kinds(&count);
	struct error err = { 0 };

	if (asked_check(&job->settings->reports, "a matrix", kinds, count, &err))
		return true;
	*errors_new(&job->stage.errors) = err;
	return false;
}

static bool
prepare(struct job *job)
{
	const struct settings *settings = job->settings;
	struct errors *errors = &job->stage.errors;

	if (settings->accept && !settings->snapshot)
		return error_set(errors_new(errors), ERROR_USAGE,
				 "--accept says which changes of --snapshot FILE are right: name "
				 "the file");
	if (settings->operand_count > 1 || (settings->database && settings->operand_count))
		return error_set(errors_new(errors), ERROR_USAGE,
				 "matrix wants the name of one lens, or --database and no lens");
	if (settings->database && !settings->personas)
		return error_set(errors_new(errors), ERROR_USAGE,
				 "--database needs --personas FILE: who is to be measured");
	if (!settings->database && !settings->operand_count)
		return error_set(errors_new(errors), ERROR_USAGE,
				 "matrix wants the name of a lens, such as shopping_list, or "
				 "--database URL");
	if (settings->layers && settings->database)
		return error_set(errors_new(errors), ERROR_USAGE,
				 "--layers needs a lens: what its actions are");
	return check_reports(job);
}

/* The lens, the people, and the database; NULL with mistakes in the stage. */
static const char *
find_database(struct job *job)
{
	const struct settings *settings = job->settings;

	if (settings->personas &&
	    !actor_file_load(settings->personas, &job->file, &job->actors, &job->stage.errors))
		return NULL;
	if (settings->database)
		return settings->database;
	if (!stage_load(&job->stage, false) || !stage_lens(&job->stage, settings->operands[0]) ||
	    !stage_start(&job->stage))
		return NULL;
	/* The files were read again: what was borrowed before is gone. */
	job->lens = stage_lens(&job->stage, settings->operands[0]);
	if (!settings->personas)
		actors_of_environment(&job->actors, job->stage.workspace.environment);
	return job->lens ? stage_database(&job->stage) : NULL;
}

/* ---- measuring ---- */

static struct matrix_options
options_of(const struct job *job)
{
	const struct settings *settings = job->settings;
	const struct actor_file *file = &job->file;
	bool named = settings->schemas.count > 0;

	return (struct matrix_options){
		.schemas = named ? settings->schemas.items : file->schemas,
		.schema_count = named ? settings->schemas.count : file->schema_count,
		.tenant_column =
			settings->tenant_column ? settings->tenant_column : file->tenant_column,
		.root = settings->root ? settings->root : file->root,
		.lens = job->lens,
		.tables = file->tables,
		.timeout_ms = settings->probe_ms,
	};
}

/* The first connection is needed; where there is no room for another, one does it all. */
static bool
connect_all(struct job *job, const char *conninfo, struct error *err)
{
	struct sql_options options = { .conninfo = conninfo, .connect_timeout_ms = CONNECT_MS };
	struct error problem = { 0 };

	job->loop = loop_new();
	while (job->session_count < (size_t)job->settings->connections) {
		struct sql_session *session = sql_session_begin(job->loop, &options, &problem);

		if (!session)
			break;
		job->sessions[job->session_count++] = session;
	}
	if (!job->session_count)
		*err = problem;
	return job->session_count > 0;
}

/* All in transactions that are rolled back whatever happens. */
static bool
measure(struct job *job, const char *conninfo, struct error *err)
{
	struct matrix_options options = options_of(job);
	struct error ignored = { 0 };
	bool ok = connect_all(job, conninfo, err);

	if (ok)
		job->matrix = matrix_measure(job->sessions, job->session_count, &job->actors,
					     &options, err);
	for (size_t i = 0; i < job->session_count; i++)
		if (sql_session_alive(job->sessions[i]) &&
		    !sql_session_script(job->sessions[i], "rollback", SHORT_MS, NULL,
					job->matrix && ok ? err : &ignored))
			ok = false;
	return ok && job->matrix;
}

/* ---- the snapshot ---- */

/* Compare with the file, or write it: when there is none yet, and when the changes are accepted. */
static bool
compare(struct job *job, struct error *err)
{
	const char *path = job->settings->snapshot;
	bool exists = path && access(path, F_OK) == 0;
	char *before = NULL;
	struct buf now;
	size_t len;
	bool ok = true;

	if (!path)
		return true;
	buf_init(&now, MAX_SNAPSHOT_BYTES);
	snapshot_text(job->matrix, &now);
	if (exists) {
		before = file_read(path, MAX_SNAPSHOT_BYTES, &len, err);
		ok = before && snapshot_compare(path, before, now.text, &job->changes, err);
		job->compared = ok;
	}
	if (ok && (!exists || job->settings->accept)) {
		ok = file_replace(path, now.text, now.len, err);
		if (ok && !job->settings->quiet)
			(void)fprintf(stderr, "%s: %s; review it, and commit it\n", path,
				      exists ? "written again" : "written, there was none");
	}
	free(before);
	buf_release(&now);
	return ok;
}

/* ---- what comes of it ---- */

/* No secret is in a matrix, unless a table or a policy is called so. */
static bool
learn_secrets(struct job *job, struct error *err)
{
	const struct secrets *secrets = job->stage.secrets;
	size_t learned = 0;

	job->mask = mask_new();
	return masking_learn(job->mask, secrets, &learned, err);
}

struct writing {
	const struct matrix_report *report;
	const struct mask *mask;
};

static bool
write_report(void *arg, const char *kind, const char *path, bool color, struct error *err)
{
	const struct writing *writing = arg;
	struct matrix_report report = *writing->report;

	report.color = color;
	return matrix_report_write(kind, &report, path, writing->mask, err);
}

static bool
write_reports(struct job *job, const struct matrix_report *report)
{
	struct error err = { 0 };

	if (!learn_secrets(job, &err)) {
		(void)fprintf(stderr, "lensgate: the report was not written: %s\n", err.message);
		return false;
	}
	struct writing writing = { report, job->mask };
	return asked_write(job->settings, write_report, &writing);
}

static int
exit_of(const struct job *job, const struct matrix_report *report)
{
	/* What is accepted is no reason to fail: it was asked for. */
	struct matrix_report judged = *report;

	if (job->settings->accept)
		judged.changes = NULL;
	switch (matrix_result(&judged)) {
	case MATRIX_PASSED:
		return EXIT_PASSED;
	case MATRIX_FAILED:
		return EXIT_FAILED;
	case MATRIX_INCONCLUSIVE:
		return EXIT_INCONCLUSIVE;
	}
	return EXIT_FAILED;
}

static int
conclude(struct job *job)
{
	const struct settings *settings = job->settings;
	const struct environment *environment = job->stage.workspace.environment;
	struct error err = { 0 };

	judgements_make(&job->judgements, job->matrix, job->file.public_tables,
			job->file.public_count);
	if (!compare(job, &err) || (settings->layers && !layers_load(&job->layers, settings->layers,
								     job->lens->name, &err)))
		return mistake_print(&err);
	struct matrix_report report = {
		.matrix = job->matrix,
		.judgements = &job->judgements,
		.changes = job->compared && !settings->accept ? &job->changes : NULL,
		.layers = settings->layers ? &job->layers : NULL,
		.place = environment ? environment->name : "a database",
		.subject = job->lens                 ? job->lens->name
			   : settings->schemas.count ? settings->schemas.items[0]
			   : job->file.schema_count  ? job->file.schemas[0]
						     : "all schemas",
		.title = settings->title,
		.started = job->started,
		.quiet = settings->quiet,
		.verbose = settings->verbose,
	};
	if (!write_reports(job, &report))
		return EXIT_UNWRITTEN;
	if (!job->matrix->cell_count) {
		(void)fprintf(stderr,
			      "lensgate: nothing can be reached by anybody here, so nothing "
			      "was judged\n");
		return EXIT_NOTHING;
	}
	return exit_of(job, &report);
}

int
matrix_command(const struct settings *settings, const char *const *argv)
{
	struct job job = { .settings = settings,
			   .stage = { .settings = settings, .without_suites = true } };
	const char *conninfo = NULL;
	struct error err = { 0 };
	int status;

	(void)argv;
	clock_text(clock_wall_us(), job.started);
	if (prepare(&job))
		conninfo = find_database(&job);
	if (!conninfo)
		status = mistakes_print(&job.stage.errors);
	else if (!measure(&job, conninfo, &err))
		status = mistake_print(&err);
	else
		status = conclude(&job);
	finish(&job);
	return status;
}
