#include "cli/migrate_command.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"
#include "cli/exit.h"
#include "cli/mistakes.h"
#include "cli/stage.h"
#include "watch/migration.h"

#define CONNECT_MS 5000

bool
migrate(struct loop *loop, const char *conninfo, json_t **rows, struct error *err)
{
	struct sql_options options = { .conninfo = conninfo, .connect_timeout_ms = CONNECT_MS };
	struct sql_session *session = sql_session_open(loop, &options, err);
	bool ok = session && migration_apply(session, rows, err);

	sql_session_close(session);
	return ok;
}

static void
print_evidence(const json_t *rows)
{
	const char *const columns[] = { "table",          "rls",        "forced", "policies",
					"worker_inserts", "worker_more" };

	(void)printf("| table | RLS | forced | policies | worker inserts | worker may more |\n"
		     "|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < json_array_size(rows); i++) {
		(void)printf("|");
		for (size_t k = 0; k < COUNTOF(columns); k++) {
			const json_t *value = json_object_get(json_array_get(rows, i), columns[k]);
			char *text = json_dumps(value, JSON_ENCODE_ANY);

			(void)printf(" %s |",
				     json_is_string(value) ? json_string_value(value) : text);
			free(text);
		}
		(void)printf("\n");
	}
}

int
migrate_command(const struct settings *settings, const char *const *argv)
{
	struct stage stage = { .settings = settings, .without_suites = true };
	struct loop *loop = loop_new();
	struct error err = { 0 };
	json_t *rows = NULL;
	bool ok = stage_load(&stage, false) && stage_start(&stage) && stage_database(&stage);
	int status = EXIT_PASSED;

	(void)argv;
	if (ok && !migrate(loop, stage.workspace.environment->database, &rows, &err)) {
		*errors_new(&stage.errors) = err;
		ok = false;
	}
	if (ok)
		print_evidence(rows);
	else
		status = mistakes_print(&stage.errors);
	json_decref(rows);
	loop_free(loop);
	stage_release(&stage);
	return status;
}
