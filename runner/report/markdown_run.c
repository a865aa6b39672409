/* What was run, where, and what it left: the parts that come from header and footer. */
#include <string.h>

#include "report/markdown_parts.h"
#include "report/prose.h"
#include "report/summary.h"

static void
begin_table(struct document *document, const char *heading)
{
	buf_printf(&document->out, "## %s\n\n| what | value |\n|---|---|\n", heading);
}

/* "shopping_list.smoke, suites/shopping_list/smoke.yaml, SHA-256 ..." */
static void
file_rows(struct document *document, const char *group, const char *name)
{
	const json_t *files = json_object_get(document->run->header, group);

	for (size_t i = 0; i < json_array_size(files); i++) {
		const json_t *file = json_array_get(files, i);
		struct buf *text = part_scratch(document);
		const char *title = json_string_value(json_object_get(file, "name"));
		const char *path = json_string_value(json_object_get(file, "file"));
		const char *sum = json_string_value(json_object_get(file, "sha256"));

		buf_printf(text, "%s", title ? title : "");
		if (path)
			buf_printf(text, ", %s", path);
		if (sum)
			buf_printf(text, ", SHA-256 %s", sum);
		part_row(document, name, text->text);
	}
}

static void
persona_rows(struct document *document)
{
	const json_t *personas = json_object_get(document->run->header, "personas");

	for (size_t i = 0; i < json_array_size(personas); i++) {
		const json_t *persona = json_array_get(personas, i);
		const char *name = json_string_value(json_object_get(persona, "name"));
		const char *role = json_string_value(json_object_get(persona, "role"));
		const char *user = json_string_value(json_object_get(persona, "user"));
		const char *token = json_string_value(json_object_get(persona, "token"));
		struct buf *text = part_scratch(document);

		buf_printf(text, "%s: %s", name ? name : "?", role ? role : "no role");
		if (user)
			buf_printf(text, ", user %s", user);
		if (token)
			buf_printf(text, ", token %s", token);
		part_row(document, "persona", text->text);
	}
}

static void
command_row(struct document *document)
{
	const json_t *command =
		json_object_get(json_object_get(document->run->header, "run"), "command");
	struct buf *text = part_scratch(document);

	for (size_t i = 0; i < json_array_size(command); i++) {
		const char *word = json_string_value(json_array_get(command, i));

		buf_printf(text, "%s%s", i ? " " : "", word ? word : "");
	}
	part_row(document, "command", text->text);
}

static void
time_rows(struct document *document)
{
	const char *ended = json_string_value(json_object_get(document->run->footer, "ended"));
	struct buf *text = part_scratch(document);

	part_row(document, "start", summary_text(document->run, "run", "started"));
	part_row(document, "end", ended ? ended : "not on record: the run was cut short");
	summary_time(summary_elapsed_us(document->run), text);
	part_row(document, "duration", text->text);
}

/* Who repeats a run that was shuffled needs to know by what. */
static void
order_row(struct document *document)
{
	struct buf *text = part_scratch(document);
	long seed = summary_number(document->run, "run", "seed", 0);

	if (!seed)
		return;
	buf_printf(text, "shuffled by --seed %ld", seed);
	part_row(document, "order", text->text);
}

static void
number_row(struct document *document, const char *name, const char *key)
{
	long number = summary_number(document->run, "run", key, -1);
	struct buf *text = part_scratch(document);

	if (number < 0)
		return;
	buf_printf(text, "%ld", number);
	part_row(document, name, text->text);
}

bool
part_what_was_run(struct document *document)
{
	const struct run *run = document->run;
	const char *commit = summary_text(run, "target", "commit");
	struct buf *text;

	begin_table(document, "What was run");
	file_rows(document, "suites", "suite");
	file_rows(document, "lenses", "lens");
	part_json_rows(document, "suites", json_object_get(run->header, "suites_commit"));
	text = part_scratch(document);
	buf_printf(text, "lensgate %s", summary_text(run, "program", "version"));
	part_row(document, "program", text->text);
	command_row(document);
	part_row(document, "gate", summary_text(run, "run", "gate"));
	number_row(document, "pinned number of cases", "expected_count");
	number_row(document, "flaky budget", "flaky_budget");
	part_row(document, "environment", summary_text(run, "environment", "name"));
	part_row(document, "address", summary_text(run, "environment", "base_url"));
	part_row(document, "target commit", *commit ? commit : "the target does not say");
	part_row(document, "yacht", summary_text(run, "environment", "yacht"));
	persona_rows(document);
	time_rows(document);
	order_row(document);
	part_row(document, "run id", summary_text(run, "run", "id"));
	buf_printf(&document->out, "\n");
	return true;
}

static void
preflight_rows(struct document *document)
{
	const json_t *checks = json_object_get(document->run->preflight, "checks");

	for (size_t i = 0; i < json_array_size(checks); i++) {
		const json_t *check = json_array_get(checks, i);
		const char *name = json_string_value(json_object_get(check, "name"));
		const char *sentence = json_string_value(json_object_get(check, "sentence"));

		buf_printf(&document->out, "| ");
		prose_inline(&document->out, name);
		buf_printf(&document->out, " | %s | ",
			   json_is_true(json_object_get(check, "ok")) ? "ok" : "**not ok**");
		prose_inline(&document->out, sentence);
		buf_printf(&document->out, " |\n");
	}
}

bool
part_fingerprint(struct document *document)
{
	static const char *const groups[] = { "program",  "environment", "target",
					      "database", "machine",     "ci" };
	json_t *header = document->run->header;

	begin_table(document, "Environment fingerprint");
	for (size_t i = 0; i < COUNTOF(groups); i++)
		part_json_rows(document, groups[i], json_object_get(header, groups[i]));
	buf_printf(&document->out, "\n");
	if (!document->run->preflight) {
		buf_printf(&document->out, "No preflight is on record.\n\n");
		return true;
	}
	buf_printf(&document->out,
		   "| preflight check | result | what was found |\n|---|---|---|\n");
	preflight_rows(document);
	buf_printf(&document->out, "\n");
	return true;
}

void
part_case_leftovers(struct document *document, const struct planned_case *planned,
		    const struct run_case *run_case)
{
	for (size_t i = 0; i < run_case->leftover_count; i++) {
		buf_printf(&document->out, "- ");
		prose_inline(&document->out, planned->id);
		buf_printf(&document->out, ": ");
		prose_inline(&document->out, run_case->leftovers[i]);
		buf_printf(&document->out, "\n");
	}
	part_put(document, SECTION_CLEANUP);
}

bool
part_cleanup(struct document *document)
{
	const json_t *cleanup = json_object_get(document->run->footer, "cleanup");
	const json_t *leftovers = json_object_get(cleanup, "leftovers");

	buf_printf(&document->out, "## Clean-up\n\n");
	if (cleanup)
		buf_printf(&document->out, "Rows registered: %lld, removed: %lld.\n\n",
			   (long long)json_integer_value(json_object_get(cleanup, "registered")),
			   (long long)json_integer_value(json_object_get(cleanup, "removed")));
	else
		buf_printf(&document->out,
			   "No clean-up is on record: rows may be left behind.\n\n");
	for (size_t i = 0; i < json_array_size(leftovers); i++) {
		buf_printf(&document->out, "- left behind: ");
		prose_inline(&document->out, json_string_value(json_array_get(leftovers, i)));
		buf_printf(&document->out, "\n");
	}
	part_play(document, SECTION_CLEANUP);
	if (json_array_size(leftovers))
		buf_printf(&document->out, "\n");
	return true;
}

bool
part_digest(struct document *document)
{
	const struct run *run = document->run;

	buf_printf(&document->out,
		   "## Digest\n\n"
		   "SHA-256 of the last line of the run record, which carries the SHA-256 of the "
		   "line before it, and so on to the first:\n\n`%s`\n\n%s%s.\n\n",
		   run->digest, run->broken[0] ? "The chain is broken: " : "The chain is whole",
		   run->broken);
	return true;
}
