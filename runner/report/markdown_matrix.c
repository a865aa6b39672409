/* Who may do what, by layer: what the lens declares beside what was measured. */
#include <string.h>

#include "report/markdown_parts.h"
#include "report/prose.h"

/* "deny, 403": the first word of what came is enough here; the result table has it all. */
static void
add_measured(struct document *document, const struct cell *cell)
{
	struct buf *text = part_scratch(document);
	const char *actual = cell->actual ? cell->actual : "";

	switch (cell->worst) {
	case VERDICT_NONE:
		buf_printf(&document->out, cell->asked ? "asked" : "-");
		return;
	case VERDICT_ERROR:
		buf_printf(&document->out, "ERROR");
		return;
	case VERDICT_SKIP:
		buf_printf(&document->out, "SKIP");
		return;
	case VERDICT_FAIL:
		buf_printf(&document->out, "**FAIL** ");
		break;
	case VERDICT_PASS:
		break;
	}
	buf_add(text, actual, strcspn(actual, " ,;"));
	prose_inline(&document->out, text->len ? text->text : verdict_name(cell->worst));
}

static void
add_row(struct document *document, const struct lens_coverage *lens, size_t action,
	enum layer layer)
{
	struct buf *out = &document->out;

	buf_printf(out, "| ");
	prose_inline(out, lens->actions[action]);
	for (size_t role = 0; role < lens->role_count; role++) {
		const struct cell *cell = coverage_cell(lens, action, role, layer);

		if (!cell->applies && cell->cases == 0) {
			buf_printf(out, " | n/a");
			continue;
		}
		buf_printf(out, " | %s: ", cell->allowed ? "allow" : "deny");
		add_measured(document, cell);
	}
	buf_printf(out, " |\n");
}

static void
add_grid(struct document *document, const struct lens_coverage *lens, enum layer layer)
{
	struct buf *out = &document->out;

	buf_printf(out, "### ");
	prose_inline(out, lens->name);
	buf_printf(out, ", layer %s\n\n| action |", layer_name(layer));
	for (size_t role = 0; role < lens->role_count; role++) {
		buf_printf(out, " ");
		prose_inline(out, lens->roles[role]);
		buf_printf(out, " |");
	}
	buf_printf(out, "\n|---|");
	for (size_t role = 0; role < lens->role_count; role++)
		buf_printf(out, "---|");
	buf_printf(out, "\n");
	for (size_t action = 0; action < lens->action_count; action++)
		add_row(document, lens, action, layer);
	buf_printf(out, "\n");
	part_flush(document);
}

bool
part_matrix(struct document *document)
{
	const struct coverage *coverage = &document->coverage;
	bool any = false;

	buf_printf(&document->out, "## Roles, by layer\n\n");
	for (size_t i = 0; i < coverage->lens_count; i++) {
		const struct lens_coverage *lens = &coverage->lenses[i];

		if (lens->action_count == 0 || lens->role_count == 0)
			continue;
		if (!any)
			buf_printf(
				&document->out,
				"What the lens declares, then what was measured; `asked`: only by "
				"cases that were about something else, `-`: by none, `n/a`: there "
				"is no statement to try.\n\n");
		any = true;
		for (int layer = 0; layer < LAYERS; layer++)
			add_grid(document, lens, (enum layer)layer);
	}
	if (!any)
		buf_printf(&document->out, "No lens declares roles.\n\n");
	return true;
}
