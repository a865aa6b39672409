/* One file for people: verdict, findings, changes, the application's layers, then every letter. */
#include <string.h>

#include "report/html_text.h"
#include "report/html_walls.h"
#include "rls/grid.h"
#include "rls/matrix_html_grid.h"
#include "rls/matrix_report.h"

#define OUT_BYTES   ((size_t)256 * 1024 * 1024)
#define RULES_BYTES ((size_t)4 * 1024 * 1024)

static const char style[] = {
#include "rls/page.css.inc"
};

static const char *const tones[] = {
	[MATRIX_PASSED] = "good",
	[MATRIX_FAILED] = "bad",
	[MATRIX_INCONCLUSIVE] = "unknown",
};

static void
totals(struct buf *out, const struct matrix_report *report)
{
	const struct matrix *matrix = report->matrix;
	const struct judgements *found = report->judgements;

	buf_printf(out, "<ul class=\"totals\">\n<li><b>%zu</b> cells</li>\n", matrix->cell_count);
	walls_count(out, found->counts[JUDGED_OPEN], "open", "bad");
	walls_count(out, found->counts[JUDGED_LOST], "lost", "bad");
	walls_count(out, found->counts[JUDGED_BROKEN], "broken", "bad");
	walls_count(out, found->counts[JUDGED_UNKNOWN], "unknown", "unknown");
	if (report->changes)
		walls_count(out, report->changes->count, "changed since the snapshot", "bad");
	if (report->layers) {
		walls_count(out, report->layers->wrong, "layers wrong", "bad");
		walls_count(out, report->layers->failed, "cases of layers failed otherwise", "bad");
	}
	buf_printf(out, "</ul>\n");
}

static void
facts(struct buf *out, const struct matrix_report *report)
{
	const struct matrix *matrix = report->matrix;
	struct buf text;

	buf_init(&text, 256);
	buf_printf(out, "<dl class=\"facts\">\n");
	walls_fact(out, "measured on", report->place);
	walls_fact(out, "started", report->started);
	buf_printf(&text, "%zu, with the twins nobody lists", matrix->actor_count);
	walls_fact(out, "personas", text.text);
	buf_clear(&text);
	buf_printf(&text, "%zu", matrix->relation_count);
	walls_fact(out, "relations", text.text);
	buf_clear(&text);
	buf_printf(&text, "%ld in %lld ms, all rolled back", matrix->tries,
		   (long long)matrix->elapsed_ms);
	walls_fact(out, "tries", text.text);
	buf_printf(out, "</dl>\n");
	buf_release(&text);
}

static void
contents(struct buf *out, const struct matrix_report *report)
{
	bool found = report->judgements->count > 0;
	bool changed = report->changes && report->changes->count;

	buf_printf(out,
		   "<nav aria-label=\"Contents\"><ul>\n%s%s%s"
		   "<li><a href=\"#matrix\">The matrix</a></li>\n"
		   "<li><a href=\"#actors\">Personas</a></li>\n</ul></nav>\n",
		   found ? "<li><a href=\"#findings\">Findings</a></li>\n" : "",
		   changed ? "<li><a href=\"#changed\">Changed</a></li>\n" : "",
		   report->layers ? "<li><a href=\"#layers\">Actions, by layer</a></li>\n" : "");
}

static void
header(struct buf *out, const struct matrix_report *report)
{
	enum matrix_result result = matrix_result(report);

	buf_printf(out, "<header>\n");
	walls_verdict(out, tones[result], matrix_result_word(result));
	buf_printf(out, "<h1>");
	if (report->title) {
		html_line(out, report->title);
	} else {
		buf_printf(out, "Who can do what in ");
		html_line(out, report->subject);
	}
	buf_printf(out,
		   "</h1>\n<p class=\"reason\">Every persona tried every command on its own, its "
		   "tenant's and another tenant's rows, in SQL.</p>\n");
	totals(out, report);
	facts(out, report);
	buf_printf(out, "</header>\n");
	contents(out, report);
}

/* ---- what is wrong ---- */

static void
twins(struct buf *out, const struct matrix_report *report, size_t index)
{
	const struct judgements *found = report->judgements;
	bool any = false;

	for (size_t i = index + 1; i < found->count; i++) {
		if (!judgement_is_twin(&found->items[i], &found->items[index]))
			continue;
		buf_printf(out, "%s", any ? ", " : "<p class=\"same\">the same for ");
		html_line(out, report->matrix->actors[found->items[i].cell->actor].name);
		any = true;
	}
	if (any)
		buf_printf(out, "</p>");
}

static void
findings(struct buf *out, const struct matrix_report *report)
{
	const struct judgements *found = report->judgements;

	if (!found->count)
		return;
	walls_section(out, "findings", "Findings");
	buf_printf(out, "<ol class=\"found card\">\n");
	for (size_t i = 0; i < found->count; i++) {
		const struct judgement *item = &found->items[i];

		if (!judgements_first(found, i))
			continue;
		buf_printf(out, "<li id=\"f%zu\"><p class=\"where\">", i);
		walls_pill(out, item->kind == JUDGED_UNKNOWN ? "ERROR" : "FAIL",
			   judgement_word(item->kind));
		buf_printf(out, " <b>");
		html_line(out, item->cell_name);
		buf_printf(out, "</b> in <a href=\"#r%zu\"><code>", item->cell->relation);
		html_line(out, item->relation->name);
		buf_printf(out, "</code></a></p>\n<p>");
		html_line(out, item->sentence);
		buf_printf(out, "</p>");
		twins(out, report, i);
		buf_printf(out, "</li>\n");
	}
	buf_printf(out, "</ol>\n");
	walls_section_end(out);
}

static void
changed(struct buf *out, const struct changes *changes)
{
	if (!changes || !changes->count)
		return;
	walls_section(out, "changed", "Changed since the snapshot");
	walls_table(out, "What changed since the snapshot", "changes");
	buf_printf(out, "<thead><tr><th scope=\"col\">what</th><th scope=\"col\">relation</th>"
			"<th scope=\"col\">persona</th><th scope=\"col\">cell</th>"
			"<th scope=\"col\">before, after</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->items[i];

		buf_printf(out, "<tr><td><b>%s</b>: %s</td><td><code>", change_word(change->kind),
			   change_meaning(change->kind));
		html_line(out, change->relation);
		buf_printf(out, "</code></td><td>");
		html_line(out, change->actor);
		buf_printf(out, "</td><td>");
		html_line(out, change->cell);
		buf_printf(out, "</td><td><code>%c \xe2\x86\x92 %c</code></td></tr>\n",
			   change->before, change->after);
	}
	buf_printf(out, "</tbody></table></div>\n");
	walls_section_end(out);
}

/* ---- the application beside the database ---- */

static void
layer_grid(struct buf *out, const struct layers *layers)
{
	const struct lens_coverage *lens = layers->lens;

	walls_table(out, "Actions by role: list, execute, SQL", "layers");
	buf_printf(out, "<thead><tr><th scope=\"col\">action</th>");
	for (size_t role = 0; role < lens->role_count; role++) {
		buf_printf(out, "<th scope=\"col\">");
		html_line(out, lens->roles[role]);
		buf_printf(out, "</th>");
	}
	buf_printf(out, "</tr></thead>\n<tbody>\n");
	for (size_t action = 0; action < lens->action_count; action++) {
		buf_printf(out, "<tr><th scope=\"row\">");
		html_line(out, lens->actions[action]);
		buf_printf(out, "</th>");
		for (size_t role = 0; role < lens->role_count; role++) {
			char text[8];

			layers_cell(layers, action, role, text);
			buf_printf(out, "<td%s>%s</td>",
				   strchr(text, '!') ? " class=\"wrong\"" : "", text);
		}
		buf_printf(out, "</tr>\n");
	}
	buf_printf(out, "</tbody></table></div>\n");
}

static void
layer_sections(struct buf *out, const struct layers *layers)
{
	if (!layers)
		return;
	walls_section(out, "layers", "Actions, by layer");
	buf_printf(out,
		   "<p>What the list offers, what execute answers, what SQL allows: "
		   "<code>+</code> allowed, <code>-</code> refused, <code>?</code> not judged, "
		   "<code>.</code> nothing to try, <code>!</code> not as the lens says, "
		   "<code>*</code> a case failed otherwise.</p>\n");
	if (layers->count)
		buf_printf(out, "<ol class=\"found card\">\n");
	for (size_t i = 0; i < layers->count; i++) {
		const struct layer_finding *finding = &layers->findings[i];

		buf_printf(out, "<li><p class=\"where\">");
		walls_pill(out, finding->fault == LAYER_UNKNOWN ? "ERROR" : "FAIL",
			   layer_fault_name(finding->fault));
		buf_printf(out, " <b>%s</b> ", layer_name(finding->layer));
		html_line(out, finding->role);
		buf_printf(out, ", ");
		html_line(out, finding->action);
		buf_printf(out, "</p>\n<p>");
		html_line(out, finding->sentence);
		buf_printf(out, "</p></li>\n");
	}
	if (layers->count)
		buf_printf(out, "</ol>\n");
	layer_grid(out, layers);
	walls_section_end(out);
}

/* ---- the letters, and whose they are ---- */

static void
letters(struct buf *out, const struct matrix *matrix)
{
	buf_printf(out, "<dl class=\"letters-key\">\n");
	for (const char *which = matrix_letters; *which; which++)
		if (matrix_count(matrix, *which))
			buf_printf(out,
				   "<div><dt>%c</dt><dd class=\"many\">%zu</dd><dd>%s</dd></div>\n",
				   *which, matrix_count(matrix, *which),
				   matrix_letter_meaning(*which));
	buf_printf(out,
		   "</dl>\n<p>A letter with <b>!</b> is a finding, and leads to it. What got "
		   "through is proved: a statement did. A refusal means that none of the rows and "
		   "values tried got through. <i>Mine</i>: one's own row; <i>colleague's</i>: of "
		   "the same tenant; <i>foreign</i>: another tenant's.</p>\n");
}

static void
actors(struct buf *out, const struct matrix *matrix)
{
	walls_section(out, "actors", "Personas");
	walls_table(out, "Who was measured", "people");
	buf_printf(out,
		   "<thead><tr><th scope=\"col\">persona</th><th scope=\"col\">role</th>"
		   "<th scope=\"col\">database role</th><th scope=\"col\">is</th></tr></thead>\n"
		   "<tbody>\n");
	for (size_t i = 0; i < matrix->actor_count; i++) {
		const struct actor *actor = &matrix->actors[i];

		buf_printf(out, "<tr><th scope=\"row\">");
		html_line(out, actor->name);
		buf_printf(out, "</th><td>");
		html_line(out, actor->role);
		buf_printf(out, "</td><td>");
		html_line(out, actor->database_role);
		buf_printf(out, "</td><td>%s</td></tr>\n", actor_kind_meaning(actor->kind));
	}
	buf_printf(out, "</tbody></table></div>\n");
	walls_section_end(out);
}

void
matrix_html(const struct matrix_report *report, struct sink *sink)
{
	struct grid grid;
	struct buf out, rules;

	buf_init(&out, OUT_BYTES);
	buf_init(&rules, RULES_BYTES);
	grid_make(&grid, report->matrix);
	matrix_html_rules(&rules, report->matrix, &grid);
	struct walls walls = {
		.title = report->title ? report->title : "Who can do what",
		.tone = tones[matrix_result(report)],
		.style = style,
		.rules = rules.text,
	};
	walls_begin(&out, &walls);
	header(&out, report);
	buf_printf(&out, "<main id=\"main\">\n");
	findings(&out, report);
	changed(&out, report->changes);
	layer_sections(&out, report->layers);
	walls_section(&out, "matrix", "The matrix");
	letters(&out, report->matrix);
	matrix_html_grid(&out, report, &grid);
	walls_section_end(&out);
	actors(&out, report->matrix);
	buf_printf(&out,
		   "</main>\n<footer><p>Made by lensgate %s. The same as text to compare "
		   "with: <code>--snapshot FILE</code>; for scripts: <code>--report "
		   "json=FILE</code>.</p></footer>\n",
		   LENSGATE_VERSION);
	walls_end(&out, &walls);
	sink_add(sink, out.text, out.len);
	grid_release(&grid);
	buf_release(&rules);
	buf_release(&out);
}
