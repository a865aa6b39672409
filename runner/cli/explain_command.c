#include "cli/explain_command.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/exit.h"
#include "cli/mistakes.h"
#include "document/node.h"
#include "report/explain.h"
#include "run/run.h"

/* "no case ... is called x; did you mean y?" */
static int
unknown_case(const struct run *run, const char *name, struct error *err)
{
	const char **names = calloc(run->entry_count + 1, sizeof(*names));
	char sentence[sizeof(err->message)];

	if (!names)
		abort();
	for (size_t i = 0; i < run->entry_count; i++)
		names[i] = run->entries[i].planned.id;
	const char *near = nearest_name(name, names, run->entry_count);
	if (near && !strstr(err->message, "more than")) {
		(void)snprintf(sentence, sizeof(sentence), "%.150s; did you mean %.80s?",
			       err->message, near);
		memcpy(err->message, sentence, sizeof(sentence));
	}
	free(names);
	return mistake_print(err);
}

/* The secrets of that run are not known here, and need not be: its record was masked. */
static int
explain(const struct run *run, size_t index, const struct settings *settings)
{
	struct report_options options = { .color = !settings->no_color && !getenv("NO_COLOR") &&
						   isatty(STDOUT_FILENO) };
	struct mask *mask = mask_new();
	struct error err = { 0 };
	struct sink *sink = sink_open("-", mask, &err);
	bool ok = sink != NULL;

	if (sink && !explain_write(run, index, &options, sink, &err)) {
		sink_drop(sink);
		ok = false;
	} else if (sink) {
		ok = sink_close(sink, &err);
	}
	mask_free(mask);
	if (!ok)
		(void)mistake_print(&err);
	return ok ? EXIT_PASSED : EXIT_UNWRITTEN;
}

int
explain_command(const struct settings *settings, const char *const *argv)
{
	struct error err = { 0 };
	char last[PATH_MAX];
	size_t index;
	int status;

	(void)argv;
	if (settings->operand_count != 1 && settings->operand_count != 2) {
		error_set(&err, ERROR_USAGE, "explain wants a case, after a run or without one");
		return mistake_print(&err);
	}
	(void)snprintf(last, sizeof(last), "%s/last", settings->out);
	const char *path = settings->operand_count == 2 ? settings->operands[0] : last;
	const char *name = settings->operands[settings->operand_count - 1];
	struct run *run = run_load(path, &err);
	if (!run) {
		(void)mistake_print(&err);
		return EXIT_UNWRITTEN;
	}
	if (explain_find(run, name, &index, &err))
		status = explain(run, index, settings);
	else
		status = unknown_case(run, name, &err);
	run_free(run);
	return status;
}
