#include "cli/merge_command.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/must.h"
#include "cli/delivery.h"
#include "cli/exit.h"
#include "cli/mistakes.h"
#include "evidence/merge.h"
#include "report/report.h"
#include "report/summary.h"

struct merging {
	const struct settings *settings;
	const char *const *argv;
	struct run **runs;
	struct merge merge;
	struct mask *mask;
	char folder[PATH_MAX];
};

static bool
load_all(struct merging *merging, struct error *err)
{
	const struct settings *settings = merging->settings;

	merging->runs = must(calloc(settings->operand_count + 1, sizeof(struct run *)));
	for (size_t i = 0; i < settings->operand_count; i++) {
		merging->runs[i] = run_load(settings->operands[i], err);
		if (!merging->runs[i])
			return false;
	}
	return true;
}

static const char *
kind_of(const struct merging *merging)
{
	const char *gate = summary_text(merging->runs[0], "run", "gate");

	return *gate ? gate : "run";
}

/* The records it was made from stand beside it: a reviewer can check that nothing was left out. */
static bool
keep_shards(const struct merging *merging, struct error *err)
{
	for (size_t i = 0; i < merging->merge.count; i++) {
		char path[PATH_MAX + 40];
		size_t len;
		char *text = file_read(merging->merge.shards[i]->path,
				       (size_t)8 * 1024 * 1024 * 1024, &len, err);

		if (!text)
			return false;
		(void)snprintf(path, sizeof(path), "%s/shards/%zu-of-%zu.jsonl", merging->folder,
			       i + 1, merging->merge.count);
		bool ok = file_replace(path, text, len, err);
		free(text);
		if (!ok)
			return false;
	}
	return true;
}

static int
deliver(const struct merging *merging, const char *path, struct error *err)
{
	const struct settings *settings = merging->settings;
	struct report_options options = { .title = settings->title,
					  .quiet = settings->quiet,
					  .verbose = settings->verbose,
					  .color = delivery_color(settings) };
	struct run *run = run_load(path, err);

	if (!run)
		return EXIT_UNWRITTEN;
	bool ok = delivery_write(run, merging->folder, settings, merging->mask);
	ok = delivery_seal(run, merging->folder, settings, err) && ok;
	if (!settings->into)
		delivery_point(settings->out, kind_of(merging), merging->merge.id);
	ok = report_write("terminal", run, "-", merging->mask, &options, err) && ok;
	int status = ok ? run_exit_status(run) : EXIT_UNWRITTEN;
	run_free(run);
	return status;
}

static int
perform(struct merging *merging, struct error *err)
{
	const struct settings *settings = merging->settings;
	char path[PATH_MAX + 16];

	if (!load_all(merging, err) ||
	    !merge_check(&merging->merge, (const struct run *const *)merging->runs,
			 settings->operand_count, err))
		return EXIT_UNWRITTEN;
	if (settings->into)
		(void)snprintf(merging->folder, sizeof(merging->folder), "%s", settings->into);
	else
		(void)snprintf(merging->folder, sizeof(merging->folder), "%s/%s/%s", settings->out,
			       kind_of(merging), merging->merge.id);
	(void)snprintf(path, sizeof(path), "%s/run.jsonl", merging->folder);
	if (!merge_write(&merging->merge, path, merging->argv, merging->mask, err) ||
	    !keep_shards(merging, err))
		return EXIT_UNWRITTEN;
	return deliver(merging, path, err);
}

int
merge_command(const struct settings *settings, const char *const *argv)
{
	struct merging merging = { .settings = settings, .argv = argv, .mask = mask_new() };
	struct error err = { 0 };
	int status = EXIT_USAGE;

	if (settings->operand_count == 0)
		error_set(&err, ERROR_USAGE,
			  "merge wants the shards of one run: each a run.jsonl or its directory");
	else if (delivery_check(&settings->reports, &err))
		status = perform(&merging, &err);
	if (err.code != ERROR_NONE)
		(void)mistake_print(&err);
	for (size_t i = 0; merging.runs && i < settings->operand_count; i++)
		run_free(merging.runs[i]);
	free(merging.runs);
	merge_release(&merging.merge);
	mask_free(merging.mask);
	return status;
}
