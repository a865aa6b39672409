#include "cli/handoff_command.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/must.h"
#include "cli/exit.h"
#include "cli/mistakes.h"
#include "evidence/handoff.h"
#include "evidence/manifest.h"
#include "evidence/sign.h"
#include "evidence/variant.h"
#include "evidence/verify.h"
#include "report/prose.h"
#include "report/report.h"
#include "report/summary.h"
#include "run/sink.h"

#define RECORD_BYTES ((size_t)8 * 1024 * 1024 * 1024)

struct handing {
	const struct settings *settings;
	struct run **runs;
	struct handoff handoff;
	struct mask *mask;
};

/* ---- before: are the runs what they were sealed as? ---- */

/* The folder of a record, in `folder`. */
static void
folder_of(const char *record, char folder[PATH_MAX])
{
	const char *slash = strrchr(record, '/');

	(void)snprintf(folder, PATH_MAX, "%.*s", slash ? (int)(slash - record) : 1,
		       slash ? record : ".");
}

static bool
is_sealed(const char *folder)
{
	char path[PATH_MAX + 20];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, MANIFEST_FILE);
	return access(path, F_OK) == 0;
}

/* Nothing that was altered is handed on, not even next to what was not. */
static bool
check_run(const struct run *run, struct error *err)
{
	const struct verify_options options = { 0 };
	struct verify verify;
	char folder[PATH_MAX];

	if (run->broken[0])
		return error_set(err, ERROR_ENVIRONMENT, "%s was changed after it was written: %s",
				 run->path, run->broken);
	folder_of(run->path, folder);
	if (!is_sealed(folder))
		return true;
	bool ok = verify_folder(&verify, folder, &options);
	if (!ok)
		error_set(err, ERROR_ENVIRONMENT, "%s is not as it was written: %.*s", folder,
			  (int)strcspn(verify.problems.text, "\n"), verify.problems.text);
	verify_release(&verify);
	return ok;
}

static bool
load_all(struct handing *handing, struct error *err)
{
	const struct settings *settings = handing->settings;

	handing->runs = must(calloc(settings->operand_count + 1, sizeof(struct run *)));
	for (size_t i = 0; i < settings->operand_count; i++) {
		handing->runs[i] = run_load(settings->operands[i], err);
		if (!handing->runs[i] || !check_run(handing->runs[i], err))
			return false;
	}
	return true;
}

/* ---- files ---- */

static const char *
path_of(struct handing *handing, const char *below)
{
	return arena_printf(&handing->handoff.arena, "%s/%s", handing->settings->into, below);
}

static bool
copy_file(const char *from, const char *to, struct error *err)
{
	size_t len;
	char *text = file_read(from, RECORD_BYTES, &len, err);
	bool ok = text && file_replace(to, text, len, err);

	free(text);
	return ok;
}

/* Of a merged run its shards, too: its record names them. */
static bool
copy_shards(struct handing *handing, const struct run *run, const char *below, struct error *err)
{
	const json_t *merged = json_object_get(json_object_get(run->header, "run"), "merged");
	size_t count = json_array_size(json_object_get(merged, "shards"));
	char folder[PATH_MAX];

	folder_of(run->path, folder);
	for (size_t i = 0; i < count; i++) {
		const char *name = arena_printf(&handing->handoff.arena, "shards/%zu-of-%zu.jsonl",
						i + 1, count);
		const char *from = arena_printf(&handing->handoff.arena, "%s/%s", folder, name);
		const char *to = arena_printf(&handing->handoff.arena, "%s/%s", below, name);
		if (!copy_file(from, to, err))
			return false;
	}
	return true;
}

static bool
write_run(struct handing *handing, size_t index, struct error *err)
{
	static const char *const kinds[][2] = { { "junit", "junit.xml" },
						{ "json", "result.json" } };
	const struct run *run = handing->handoff.runs[index];
	const char *below = path_of(handing, handoff_run_folder(&handing->handoff, index));
	struct report_options options = { 0 };

	if (!copy_file(run->path, arena_printf(&handing->handoff.arena, "%s/run.jsonl", below),
		       err) ||
	    !copy_shards(handing, run, below, err))
		return false;
	for (size_t i = 0; i < COUNTOF(kinds); i++) {
		const char *path =
			arena_printf(&handing->handoff.arena, "%s/%s", below, kinds[i][1]);
		if (!report_write(kinds[i][0], run, path, handing->mask, &options, err))
			return false;
	}
	return true;
}

static bool
write_documents(struct handing *handing, struct error *err)
{
	const struct handoff *handoff = &handing->handoff;
	struct report_options options = { 0 };

	for (size_t i = 0; i < handoff->count; i++) {
		if (!report_write("markdown", handoff->documents[i].part,
				  path_of(handing, handoff->documents[i].path), handing->mask,
				  &options, err))
			return false;
	}
	options.title =
		arena_printf(&handing->handoff.arena, "Consolidated summary: %s",
			     variant_lens(handoff->runs[0], false, &handing->handoff.arena));
	return report_consolidate(handoff->runs, handoff->run_count,
				  path_of(handing, handoff->summary), handing->mask, &options, err);
}

/* ---- the index ---- */

static void
add_cell(struct buf *out, const char *text)
{
	buf_printf(out, " ");
	prose_inline(out, text && *text ? text : NULL);
	buf_printf(out, " |");
}

static void
add_verdict(struct buf *out, const struct run *run)
{
	const char *verdict = summary_verdict(run);

	buf_printf(out, strcmp(verdict, "PASSED") == 0 ? " %s |" : " **%s** |", verdict);
}

static void
index_documents(const struct handoff *handoff, struct buf *out)
{
	buf_printf(out,
		   "## Documents\n\n"
		   "| document | verdict | cases | what |\n|---|---|---|---|\n"
		   "| [%s](%s) | | | all runs together: read this one first |\n",
		   handoff->summary, handoff->summary);
	for (size_t i = 0; i < handoff->count; i++) {
		const struct handoff_document *document = &handoff->documents[i];
		const struct totals *totals = &document->part->totals;

		buf_printf(out, "| [");
		prose_inline(out, document->path);
		buf_printf(out, "](<%s>) |", document->path);
		add_verdict(out, document->part);
		buf_printf(out, " %ld of %ld passed |", totals->passed, totals->planned);
		add_cell(out, document->what);
		buf_printf(out, "\n");
	}
	buf_printf(out, "\n");
}

static void
index_runs(struct handoff *handoff, struct buf *out)
{
	buf_printf(out,
		   "## Runs\n\nWhat all documents were made from, and can be made from again.\n\n"
		   "| record | run | verdict | environment | target commit | start |\n"
		   "|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < handoff->run_count; i++) {
		const struct run *run = handoff->runs[i];
		const char *folder = handoff_run_folder(handoff, i);

		buf_printf(out, "| [%s](%s/run.jsonl) |", folder, folder);
		add_cell(out, summary_title(run, NULL));
		add_verdict(out, run);
		add_cell(out, summary_text(run, "environment", "name"));
		add_cell(out, summary_text(run, "target", "commit"));
		add_cell(out, summary_text(run, "run", "started"));
		buf_printf(out, "\n");
	}
	buf_printf(out, "\n");
}

static void
index_proof(const struct handing *handing, struct buf *out)
{
	buf_printf(
		out,
		"## How to check it\n\n"
		"`%s` holds the SHA-256 of every file here, `%s` that of the manifest, every "
		"line of a record that of the line before it. `lensgate verify DIRECTORY` "
		"checks all of it.%s\n\n",
		MANIFEST_FILE, STATEMENT_FILE,
		handing->settings->sign
			? ""
			: " It is not signed: that shows that nothing was changed by accident or "
			  "in part, and not who made it.");
	if (handing->settings->sign)
		buf_printf(out,
			   "It is signed. Who signed it, without lensgate:\n\n```sh\n"
			   "ssh-keygen -Y verify -f ALLOWED_SIGNERS -I NAME -n lensgate "
			   "-s %s < %s\n```\n",
			   SIGNATURE_FILE, MANIFEST_FILE);
}

static bool
write_index(struct handing *handing, struct error *err)
{
	struct handoff *handoff = &handing->handoff;
	const char *title = handing->settings->title;
	size_t passed = 0;
	struct buf out;

	buf_init(&out, (size_t)16 * 1024 * 1024);
	for (size_t i = 0; i < handoff->run_count; i++)
		passed += run_exit_status(handoff->runs[i]) == 0;
	buf_printf(&out, "# ");
	prose_inline(&out,
		     title ? title
			   : arena_printf(&handoff->arena, "Hand-over: %s",
					  variant_lens(handoff->runs[0], false, &handoff->arena)));
	buf_printf(&out, "\n\n**%zu of %zu run%s passed.**\n\n", passed, handoff->run_count,
		   handoff->run_count == 1 ? "" : "s");
	index_documents(handoff, &out);
	index_runs(handoff, &out);
	index_proof(handing, &out);
	struct sink *sink = sink_open(path_of(handing, "README.md"), handing->mask, err);
	if (sink)
		sink_add(sink, out.text, out.len);
	buf_release(&out);
	return sink && sink_close(sink, err);
}

static bool
seal(struct handing *handing, struct error *err)
{
	struct handoff *handoff = &handing->handoff;
	struct manifest_run *runs =
		ARENA_ARRAY(&handoff->arena, handoff->run_count, struct manifest_run);

	for (size_t i = 0; i < handoff->run_count; i++)
		runs[i] = (struct manifest_run){ arena_printf(&handoff->arena, "%s/run.jsonl",
							      handoff_run_folder(handoff, i)),
						 handoff->runs[i] };
	return manifest_write(handing->settings->into, runs, handoff->run_count, err) &&
	       (!handing->settings->sign ||
		sign_folder(handing->settings->into, handing->settings->sign, err));
}

/* ---- all of it ---- */

static int
worst_status(const struct handoff *handoff)
{
	static const int order[] = { 6, 130, 143, 4, 3, 1, 7, 8, 5 };

	for (size_t k = 0; k < COUNTOF(order); k++) {
		for (size_t i = 0; i < handoff->run_count; i++) {
			if (run_exit_status(handoff->runs[i]) == order[k])
				return order[k];
		}
	}
	return EXIT_PASSED;
}

/* Index first: it is there before what it names, and says so when the rest could not be written. */
static bool
write_all(struct handing *handing, struct error *err)
{
	if (!write_index(handing, err) || !write_documents(handing, err))
		return false;
	for (size_t i = 0; i < handing->handoff.run_count; i++) {
		if (!write_run(handing, i, err))
			return false;
	}
	return seal(handing, err);
}

static void
print_result(const struct handing *handing)
{
	const struct handoff *handoff = &handing->handoff;

	printf("%s/README.md\n%s/%s\n", handing->settings->into, handing->settings->into,
	       handoff->summary);
	for (size_t i = 0; i < handoff->count; i++)
		printf("%s/%s  %s, %ld of %ld passed\n", handing->settings->into,
		       handoff->documents[i].path, summary_verdict(handoff->documents[i].part),
		       handoff->documents[i].part->totals.passed,
		       handoff->documents[i].part->totals.planned);
}

/* An older hand-over is not written over: what is left of it would be sealed with the new one. */
static bool
is_free(const char *folder, struct error *err)
{
	struct stat info;

	if (stat(folder, &info) != 0 || rmdir(folder) == 0)
		return true;
	return error_set(err, ERROR_USAGE, "%s is there already, and not empty", folder);
}

int
handoff_command(const struct settings *settings, const char *const *argv)
{
	struct handing handing = { .settings = settings, .mask = mask_new() };
	struct error err = { 0 };
	int status = EXIT_USAGE;

	(void)argv;
	if (settings->operand_count == 0 || !settings->into)
		error_set(&err, ERROR_USAGE, "handoff wants one run or more, and --into DIR");
	else if (is_free(settings->into, &err))
		status = EXIT_UNWRITTEN;
	if (status == EXIT_UNWRITTEN && load_all(&handing, &err) &&
	    handoff_plan(&handing.handoff, (const struct run *const *)handing.runs,
			 settings->operand_count, &err) &&
	    write_all(&handing, &err)) {
		print_result(&handing);
		status = worst_status(&handing.handoff);
	}
	if (err.code != ERROR_NONE)
		(void)mistake_print(&err);
	handoff_release(&handing.handoff);
	for (size_t i = 0; handing.runs && i < settings->operand_count; i++)
		run_free(handing.runs[i]);
	free(handing.runs);
	mask_free(handing.mask);
	return status;
}
