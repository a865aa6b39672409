/* What was run and where, what held throughout, and what nobody tried. */
#include <stdlib.h>
#include <string.h>

#include "report/html_parts.h"
#include "report/html_text.h"
#include "report/summary.h"

bool
page_invariants(struct page *page)
{
	const struct invariants *invariants = &page->run->invariants;
	bool broken = invariants->replies_5xx || invariants->late || invariants->transport_errors;
	struct buf *text = page_scratch(page);

	page_section(page, "invariants", "Invariants");
	buf_printf(&page->out, "<ul class=\"invariants %s\">\n", broken ? "bad" : "good");
	summary_invariants(invariants, "\n", text);
	for (const char *line = text->text; *line;) {
		size_t len = strcspn(line, "\n");

		buf_printf(&page->out, "<li>");
		html_text(&page->out, line, len);
		buf_printf(&page->out, "</li>\n");
		line += len + (line[len] == '\n');
	}
	buf_printf(&page->out, "</ul>\n");
	page_section_end(page);
	return true;
}

static void
add_row(struct page *page, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	buf_printf(&page->out, "<tr><th scope=\"row\">");
	html_line(&page->out, name);
	buf_printf(&page->out, "</th><td>");
	html_line(&page->out, value);
	buf_printf(&page->out, "</td></tr>\n");
}

/* Rows for a JSON value: one per scalar, the name extended by the keys on the way. */
static void
add_json_rows(struct page *page, struct arena *arena, const char *name, json_t *value)
{
	const char *key;
	json_t *member;
	char *text;

	if (!value || json_is_null(value))
		return;
	if (json_is_string(value)) {
		add_row(page, name, json_string_value(value));
	} else if (json_is_object(value)) {
		json_object_foreach(value, key, member)
			add_json_rows(page, arena, arena_printf(arena, "%s %s", name, key), member);
	} else if ((text = json_dumps(value, JSON_ENCODE_ANY))) {
		add_row(page, name, text);
		free(text);
	}
}

static void
add_files(struct page *page, struct arena *arena, const char *group, const char *name)
{
	const json_t *files = json_object_get(page->run->header, group);

	for (size_t i = 0; i < json_array_size(files); i++) {
		const json_t *file = json_array_get(files, i);
		const char *title = json_string_value(json_object_get(file, "name"));
		const char *path = json_string_value(json_object_get(file, "file"));
		const char *sum = json_string_value(json_object_get(file, "sha256"));

		add_row(page, name,
			arena_printf(arena, "%s%s%s%s%s", title ? title : "", path ? ", " : "",
				     path ? path : "", sum ? ", SHA-256 " : "", sum ? sum : ""));
	}
}

static void
add_personas(struct page *page, struct arena *arena)
{
	const json_t *personas = json_object_get(page->run->header, "personas");

	for (size_t i = 0; i < json_array_size(personas); i++) {
		const json_t *persona = json_array_get(personas, i);
		const char *name = json_string_value(json_object_get(persona, "name"));
		const char *role = json_string_value(json_object_get(persona, "role"));
		const char *user = json_string_value(json_object_get(persona, "user"));

		add_row(page, "persona",
			arena_printf(arena, "%s: %s%s%s", name ? name : "?",
				     role ? role : "no role", user ? ", user " : "",
				     user ? user : ""));
	}
}

static void
add_command(struct page *page, struct arena *arena)
{
	const json_t *command =
		json_object_get(json_object_get(page->run->header, "run"), "command");
	const char *line = "";

	for (size_t i = 0; i < json_array_size(command); i++) {
		const char *word = json_string_value(json_array_get(command, i));

		line = arena_printf(arena, "%s%s%s", line, i ? " " : "", word ? word : "");
	}
	add_row(page, "command", line);
}

static void
add_preflight(struct page *page)
{
	const json_t *checks = json_object_get(page->run->preflight, "checks");

	if (!json_array_size(checks)) {
		buf_printf(&page->out, "<p>No preflight is on record.</p>\n");
		return;
	}
	buf_printf(&page->out, "<h3>Preflight</h3>\n<ul class=\"checks\">\n");
	for (size_t i = 0; i < json_array_size(checks); i++) {
		const json_t *check = json_array_get(checks, i);
		bool ok = json_is_true(json_object_get(check, "ok"));

		buf_printf(&page->out, "<li class=\"%s\"><b>%s</b> <span>", ok ? "good" : "bad",
			   ok ? "ok" : "not ok");
		html_line(&page->out, json_string_value(json_object_get(check, "name")));
		buf_printf(&page->out, "</span> ");
		html_line(&page->out, json_string_value(json_object_get(check, "sentence")));
		buf_printf(&page->out, "</li>\n");
	}
	buf_printf(&page->out, "</ul>\n");
}

static void
add_cleanup(struct page *page)
{
	const json_t *cleanup = json_object_get(page->run->footer, "cleanup");
	const json_t *leftovers = json_object_get(cleanup, "leftovers");

	buf_printf(&page->out, "<h3>Clean-up</h3>\n");
	if (!cleanup) {
		buf_printf(&page->out,
			   "<p>No clean-up is on record: rows may be left behind.</p>\n");
		return;
	}
	buf_printf(&page->out, "<p>Rows registered: %lld, removed: %lld.</p>\n",
		   (long long)json_integer_value(json_object_get(cleanup, "registered")),
		   (long long)json_integer_value(json_object_get(cleanup, "removed")));
	if (!json_array_size(leftovers))
		return;
	buf_printf(&page->out, "<ul>\n");
	for (size_t i = 0; i < json_array_size(leftovers); i++) {
		buf_printf(&page->out, "<li>left behind: ");
		html_line(&page->out, json_string_value(json_array_get(leftovers, i)));
		buf_printf(&page->out, "</li>\n");
	}
	buf_printf(&page->out, "</ul>\n");
}

bool
page_what_was_run(struct page *page)
{
	static const char *const groups[] = { "environment", "target", "database", "suites_commit",
					      "machine",     "ci",     "program" };
	struct arena arena = { 0 };

	page_section(page, "run", "What was run");
	buf_printf(&page->out, "<table class=\"run\"><tbody>\n");
	add_command(page, &arena);
	add_files(page, &arena, "suites", "suite");
	add_files(page, &arena, "lenses", "lens");
	add_personas(page, &arena);
	for (size_t i = 0; i < COUNTOF(groups); i++)
		add_json_rows(page, &arena, groups[i],
			      json_object_get(page->run->header, groups[i]));
	buf_printf(&page->out, "</tbody></table>\n");
	add_preflight(page);
	add_cleanup(page);
	page_section_end(page);
	arena_release(&arena);
	return true;
}

static void
count_cells(const struct lens_coverage *lens, long *all, long *judged)
{
	for (size_t i = 0; i < lens->action_count * lens->role_count * LAYERS; i++) {
		*all += lens->cells[i].applies;
		*judged += lens->cells[i].applies && lens->cells[i].judged;
	}
}

/* The names that nothing touched, in one sentence. */
static void
add_untouched(struct page *page, const char *what, const struct touched *items, size_t count)
{
	size_t listed = 0;

	for (size_t i = 0; i < count; i++) {
		if (items[i].seen)
			continue;
		buf_printf(&page->out, listed++ ? ", <code>" : "<li>%s <code>", what);
		html_line(&page->out, items[i].name);
		buf_printf(&page->out, "</code>");
	}
	if (listed)
		buf_printf(&page->out, "</li>\n");
}

static void
add_gaps(struct page *page, const struct lens_coverage *lens)
{
	struct buf *out = &page->out;
	long all = 0;
	long judged = 0;

	count_cells(lens, &all, &judged);
	buf_printf(out, "<h3>");
	html_line(out, lens->name);
	buf_printf(
		out,
		"</h3>\n<ul>\n<li>%ld of %ld combinations of action, role and layer were judged; "
		"those that nobody tried have a dot in the <a href=\"#roles\">grid</a></li>\n",
		judged, all);
	add_untouched(page, "no statement touched", lens->tables, lens->table_count);
	add_untouched(page, "no judged case got", lens->errors, lens->error_count);
	if (lens->transitions)
		buf_printf(out,
			   "<li>%ld state transitions are declared; the record does not say which "
			   "of them were taken</li>\n",
			   lens->transitions);
	buf_printf(out, "</ul>\n");
}

bool
page_not_tested(struct page *page)
{
	const struct coverage *coverage = &page->coverage;

	page_section(page, "gaps", "What was not tested");
	if (coverage->lens_count == 0)
		buf_printf(&page->out, "<p>No lens is on record, so nothing declares what there "
				       "would be to test.</p>\n");
	for (size_t i = 0; i < coverage->lens_count; i++)
		add_gaps(page, &coverage->lenses[i]);
	page_section_end(page);
	return true;
}
