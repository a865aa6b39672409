#include "cli/report_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/exit.h"
#include "cli/mistakes.h"
#include "report/report.h"
#include "run/run.h"

/* The secrets of that run are not known here, and need not be: its record was masked. The masker
 * still knows the shapes of tokens and keys. */
static bool
write_all(const struct run *run, const struct settings *settings)
{
	struct mask *mask = mask_new();
	struct report_options options = { .title = settings->title,
					  .quiet = settings->quiet,
					  .verbose = settings->verbose,
					  .color = !settings->no_color && !getenv("NO_COLOR") &&
						   isatty(STDOUT_FILENO) };
	bool ok = true;

	for (size_t i = 0; i < settings->reports.count || i == 0; i++) {
		struct error err = { 0 };
		const char *asked =
			settings->reports.count ? settings->reports.items[i] : "terminal=-";
		const char *equals = strchr(asked, '=');
		char kind[32];

		if (!equals) {
			error_set(&err, ERROR_USAGE, "--report wants KIND=PATH, not \"%s\"", asked);
			(void)mistake_print(&err);
			ok = false;
			continue;
		}
		(void)snprintf(kind, sizeof(kind), "%.*s", (int)(equals - asked), asked);
		if (!report_write(kind, run, equals + 1, mask, &options, &err)) {
			(void)mistake_print(&err);
			ok = false;
		}
	}
	mask_free(mask);
	return ok;
}

int
report_command(const struct settings *settings, const char *const *argv)
{
	struct error err = { 0 };

	(void)argv;
	if (settings->operand_count != 1) {
		error_set(&err, ERROR_USAGE, "report wants one run: a run.jsonl or its directory");
		return mistake_print(&err);
	}
	struct run *run = run_load(settings->operands[0], &err);
	if (!run) {
		(void)mistake_print(&err);
		return EXIT_UNWRITTEN;
	}
	int status = write_all(run, settings) ? run_exit_status(run) : EXIT_UNWRITTEN;
	run_free(run);
	return status;
}
