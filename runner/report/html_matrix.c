/* Who may do what, by layer: a grid that says with words what it also says with colour. */
#include <string.h>

#include "report/html_parts.h"
#include "report/html_text.h"
#include "report/html_walls.h"

/* What a cell is, as a class and a mark. */
static void
add_cell(struct page *page, const struct cell *cell)
{
	static const struct {
		const char *name, *mark;
	} looks[] = {
		[VERDICT_NONE] = { "none", "\xc2\xb7" },
		[VERDICT_PASS] = { "PASS", "\xe2\x9c\x93" },
		[VERDICT_FAIL] = { "FAIL", "\xe2\x9c\x97" },
		[VERDICT_ERROR] = { "ERROR", "!" },
		[VERDICT_SKIP] = { "SKIP", "\xe2\x80\x93" },
	};
	struct buf *out = &page->out;
	const char *actual = cell->actual ? cell->actual : "";

	if (!cell->applies && cell->cases == 0) {
		buf_printf(out, "<td class=\"m-na\"><small>n/a</small></td>\n");
		return;
	}
	buf_printf(out, "<td class=\"m-%s\"><b aria-hidden=\"true\">%s</b> %s",
		   looks[cell->worst].name, looks[cell->worst].mark,
		   cell->allowed ? "allow" : "deny");
	if (cell->worst == VERDICT_NONE) {
		buf_printf(out, "</td>\n");
		return;
	}
	if (cell->worst == VERDICT_ERROR || cell->worst == VERDICT_SKIP || !*actual) {
		buf_printf(out, "<small>%s</small>", verdict_name(cell->worst));
	} else {
		buf_printf(out, "<small>%s", cell->worst == VERDICT_FAIL ? "FAIL: " : "");
		html_text(out, actual, strcspn(actual, " ,;"));
		buf_printf(out, "</small>");
	}
	buf_printf(out, "</td>\n");
}

static void
add_action(struct page *page, const struct lens_coverage *lens, size_t action)
{
	struct buf *out = &page->out;

	buf_printf(out, "<tbody>\n");
	for (int layer = 0; layer < LAYERS; layer++) {
		buf_printf(out, "<tr>");
		if (layer == 0) {
			buf_printf(out, "<th scope=\"rowgroup\" rowspan=\"%d\">", LAYERS);
			html_line(out, lens->actions[action]);
			buf_printf(out, "</th>");
		}
		buf_printf(out, "<th scope=\"row\" class=\"layer\">%s</th>\n",
			   layer_name((enum layer)layer));
		for (size_t role = 0; role < lens->role_count; role++)
			add_cell(page, coverage_cell(lens, action, role, (enum layer)layer));
		buf_printf(out, "</tr>\n");
	}
	buf_printf(out, "</tbody>\n");
}

static void
add_grid(struct page *page, const struct lens_coverage *lens)
{
	struct buf *out = &page->out;

	buf_printf(out, "<h3>");
	html_line(out, lens->name);
	buf_printf(out, "</h3>\n");
	struct buf *label = page_scratch(page);
	buf_printf(label, "Roles of %s", lens->name);
	walls_table(out, label->text, "matrix");
	buf_printf(out, "<thead><tr><th scope=\"col\">action</th><th scope=\"col\">layer</th>");
	for (size_t role = 0; role < lens->role_count; role++) {
		buf_printf(out, "<th scope=\"col\">");
		html_line(out, lens->roles[role]);
		buf_printf(out, "</th>");
	}
	buf_printf(out, "</tr></thead>\n");
	for (size_t action = 0; action < lens->action_count; action++)
		add_action(page, lens, action);
	buf_printf(out, "</table></div>\n");
	page_flush(page);
}

bool
page_matrix(struct page *page)
{
	const struct coverage *coverage = &page->coverage;
	bool any = false;

	page_section(page, "roles", "Roles, by layer");
	for (size_t i = 0; i < coverage->lens_count; i++) {
		const struct lens_coverage *lens = &coverage->lenses[i];

		if (lens->action_count == 0 || lens->role_count == 0)
			continue;
		if (!any)
			buf_printf(&page->out,
				   "<p>What the lens declares, <i>allow</i> or <i>deny</i>, and "
				   "below it what was measured: <b>\xe2\x9c\x93</b> as declared, "
				   "<b>\xe2\x9c\x97</b> otherwise, <b>!</b> not judged, "
				   "<b>\xc2\xb7</b> no case tried it, <i>n/a</i> there is no "
				   "statement to try.</p>\n");
		any = true;
		add_grid(page, lens);
	}
	if (!any)
		buf_printf(&page->out, "<p>No lens declares roles.</p>\n");
	page_section_end(page);
	return true;
}
