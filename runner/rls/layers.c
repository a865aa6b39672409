#include "rls/layers.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "report/plain.h"

#define ROW_LEFT 32 /* columns before the letters */

static const char *
spoken(enum layer layer)
{
	return layer == LAYER_RLS ? "SQL" : layer_name(layer);
}

/* What a layer did, '?' when nobody knows. A case that failed got the other answer than the lens's.
 */
static char
said(const struct cell *cell)
{
	if (!cell->applies && !cell->cases)
		return '.';
	if (cell->worst == VERDICT_PASS)
		return (char)(cell->allowed ? '+' : '-');
	if (cell->worst == VERDICT_FAIL)
		return (char)(cell->allowed ? '-' : '+');
	return '?';
}

void
layers_cell(const struct layers *layers, size_t action, size_t role, char text[8])
{
	bool wrong = false;

	for (int layer = 0; layer < LAYERS; layer++) {
		const struct cell *cell =
			coverage_cell(layers->lens, action, role, (enum layer)layer);

		text[layer] = said(cell);
		wrong |= cell->worst == VERDICT_FAIL;
	}
	text[LAYERS] = (char)(wrong ? '!' : '\0');
	text[LAYERS + 1] = '\0';
}

/* "the lens refuses it; list refuses, execute allows (200), SQL refuses" */
static const char *
sentence(struct layers *layers, size_t action, size_t role)
{
	static const char *const words[][2] = { { "+", "allows" },
						{ "-", "refuses" },
						{ "?", "was not judged" },
						{ ".", "is not asked" } };
	const struct cell *first = coverage_cell(layers->lens, action, role, LAYER_LIST);
	const char *text = arena_printf(&layers->arena, "the lens %s it",
					first->allowed ? "allows" : "refuses");

	for (int layer = 0; layer < LAYERS; layer++) {
		const struct cell *cell =
			coverage_cell(layers->lens, action, role, (enum layer)layer);
		const char *word = "";

		for (size_t i = 0; i < COUNTOF(words); i++)
			if (words[i][0][0] == said(cell))
				word = words[i][1];
		text = arena_printf(&layers->arena, "%s%s %s %s", text, layer ? "," : ";",
				    spoken((enum layer)layer), word);
		if (cell->worst == VERDICT_FAIL && cell->actual)
			text = arena_printf(&layers->arena, "%s (%.80s)", text, cell->actual);
	}
	return text;
}

static void
judge(struct layers *layers, size_t action, size_t role)
{
	for (int layer = 0; layer < LAYERS; layer++) {
		const struct cell *cell =
			coverage_cell(layers->lens, action, role, (enum layer)layer);
		bool wrong = cell->worst == VERDICT_FAIL;

		if (!wrong && said(cell) != '?')
			continue;
		layers->wrong += wrong;
		layers->findings[layers->count++] = (struct layer_finding){
			.action = layers->lens->actions[action],
			.role = layers->lens->roles[role],
			.layer = (enum layer)layer,
			.wrong = wrong,
			.sentence = sentence(layers, action, role),
		};
	}
}

static bool
take_lens(struct layers *layers, const char *path, const char *name, struct error *err)
{
	bool any = false;

	for (size_t i = 0; i < layers->coverage.lens_count; i++)
		if (strcmp(layers->coverage.lenses[i].name, name) == 0)
			layers->lens = &layers->coverage.lenses[i];
	if (!layers->lens)
		return error_set(err, ERROR_SUITE, "%s has nothing of the lens %s", path, name);
	size_t cells = layers->lens->action_count * layers->lens->role_count * LAYERS;
	for (size_t i = 0; i < cells; i++)
		any |= layers->lens->cells[i].cases > 0;
	if (!any)
		return error_set(err, ERROR_SUITE,
				 "%s has no case of the role matrix of %s: run the suite that "
				 "generates it",
				 path, name);
	layers->findings = ARENA_ARRAY(&layers->arena, cells + 1, struct layer_finding);
	for (size_t action = 0; action < layers->lens->action_count; action++)
		for (size_t role = 0; role < layers->lens->role_count; role++)
			judge(layers, action, role);
	return true;
}

bool
layers_load(struct layers *layers, const char *path, const char *name, struct error *err)
{
	struct stat info;

	*layers = (struct layers){ 0 };
	if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
		path = arena_printf(&layers->arena, "%s/run.jsonl", path);
	layers->run = run_load(path, err);
	return layers->run && coverage_init(&layers->coverage, layers->run, err) &&
	       take_lens(layers, path, name, err);
}

void
layers_release(struct layers *layers)
{
	coverage_release(&layers->coverage);
	run_free(layers->run);
	arena_release(&layers->arena);
	*layers = (struct layers){ 0 };
}

static int
width_of(const char *role)
{
	int width = (int)strlen(role);

	return (width < 4 ? 4 : width) + 2;
}

static void
grid(const struct layers *layers, bool color, struct buf *out)
{
	const struct lens_coverage *lens = layers->lens;

	buf_printf(out, "%-*s", ROW_LEFT, "Actions: list, execute, SQL");
	for (size_t role = 0; role < lens->role_count; role++)
		buf_printf(out, "%-*s", width_of(lens->roles[role]), lens->roles[role]);
	buf_printf(out, "\n");
	for (size_t action = 0; action < lens->action_count; action++) {
		buf_printf(out, "  %-*s", ROW_LEFT - 2, lens->actions[action]);
		for (size_t role = 0; role < lens->role_count; role++) {
			char text[8];

			layers_cell(layers, action, role, text);
			plain_word(out, text,
				   strchr(text, '!')   ? PLAIN_RED
				   : strchr(text, '?') ? PLAIN_YELLOW
				   : strchr(text, '+') ? PLAIN_GREEN
						       : PLAIN_DIM,
				   color);
			buf_printf(out, "%*s", width_of(lens->roles[role]) - (int)strlen(text), "");
		}
		buf_printf(out, "\n");
	}
	buf_printf(out, "  + allowed, - refused, ? not judged, . nothing to try, ! not as the lens "
			"says\n\n");
}

void
layers_terminal(const struct layers *layers, bool color, bool quiet, struct buf *out)
{
	if (!quiet)
		grid(layers, color, out);
	for (size_t i = 0; i < layers->count; i++) {
		const struct layer_finding *finding = &layers->findings[i];

		plain_word(out, finding->wrong ? "LAYER" : "UNKNOWN",
			   finding->wrong ? PLAIN_RED : PLAIN_YELLOW, color);
		buf_printf(out, "%s%s is %s: %s x %s\n         ", finding->wrong ? "    " : "  ",
			   spoken(finding->layer), finding->wrong ? "wrong" : "not known",
			   finding->role, finding->action);
		plain_line(out, finding->sentence);
		buf_printf(out, "\n");
	}
	if (layers->count)
		buf_printf(out, "\n");
}

json_t *
layers_json(const struct layers *layers)
{
	json_t *list = json_array();

	for (size_t i = 0; i < layers->count; i++) {
		const struct layer_finding *finding = &layers->findings[i];

		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:b, s:s}", "action", finding->action,
					"role", finding->role, "layer", layer_name(finding->layer),
					"wrong", finding->wrong, "sentence", finding->sentence));
	}
	return list;
}
