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

static const struct {
	const char *name, *words, *heading;
} faults[] = {
	[LAYER_WRONG] = { "wrong", "is wrong", "LAYER    " },
	[LAYER_FAILED] = { "failed", "case failed otherwise", "CASE     " },
	[LAYER_UNKNOWN] = { "unknown", "is not known", "UNKNOWN  " },
};

const char *
layer_fault_name(enum layer_fault fault)
{
	return faults[fault].name;
}

const char *
layer_fault_words(enum layer_fault fault)
{
	return faults[fault].words;
}

static char
sign_of(bool allowed)
{
	return (char)(allowed ? '+' : '-');
}

/* What a layer did, '?' when nobody knows. A case may fail, and the answer be the lens's. */
static char
said(const struct cell *cell)
{
	if (!cell->applies && !cell->cases)
		return '.';
	if (cell->worst == VERDICT_PASS)
		return sign_of(cell->allowed);
	if (cell->worst != VERDICT_FAIL || cell->answer == ANSWER_UNKNOWN)
		return '?';
	return sign_of(cell->answer == ANSWER_ALLOWED);
}

static bool
is_wrong(const struct cell *cell)
{
	char sign = said(cell);

	return (sign == '+' || sign == '-') && sign != sign_of(cell->allowed);
}

void
layers_cell(const struct layers *layers, size_t action, size_t role, char text[8])
{
	bool wrong = false, failed = false;

	for (int layer = 0; layer < LAYERS; layer++) {
		const struct cell *cell =
			coverage_cell(layers->lens, action, role, (enum layer)layer);

		text[layer] = said(cell);
		wrong |= is_wrong(cell);
		failed |= cell->worst == VERDICT_FAIL;
	}
	text[LAYERS] = (char)(wrong ? '!' : failed ? '*' : '\0');
	text[LAYERS + 1] = '\0';
}

static const char *
word_of(char sign)
{
	static const char *const words[][2] = { { "+", "allows" },
						{ "-", "refuses" },
						{ "?", "was not judged" },
						{ ".", "is not asked" } };

	for (size_t i = 0; i < COUNTOF(words); i++) {
		if (words[i][0][0] == sign)
			return words[i][1];
	}
	return "";
}

/* "the lens refuses it; list refuses, execute allows (200), SQL refuses" */
static const char *
sentence(struct layers *layers, size_t action, size_t role)
{
	const struct cell *first = coverage_cell(layers->lens, action, role, LAYER_LIST);
	const char *text = arena_printf(&layers->arena, "the lens %s it",
					first->allowed ? "allows" : "refuses");

	for (int layer = 0; layer < LAYERS; layer++) {
		const struct cell *cell =
			coverage_cell(layers->lens, action, role, (enum layer)layer);

		text = arena_printf(&layers->arena, "%s%s %s %s", text, layer ? "," : ";",
				    spoken((enum layer)layer), word_of(said(cell)));
		if (cell->worst != VERDICT_FAIL)
			continue;
		bool known = cell->answer != ANSWER_UNKNOWN && cell->actual;
		bool otherwise = !is_wrong(cell) && cell->fault;
		if (known || otherwise)
			text = arena_printf(&layers->arena, "%s (%.80s%s%.160s)", text,
					    known ? cell->actual : "",
					    known && otherwise ? "; case failed: "
					    : otherwise        ? "case failed: "
							       : "",
					    otherwise ? cell->fault : "");
	}
	return text;
}

static void
judge(struct layers *layers, size_t action, size_t role)
{
	for (int layer = 0; layer < LAYERS; layer++) {
		const struct cell *cell =
			coverage_cell(layers->lens, action, role, (enum layer)layer);
		enum layer_fault fault = is_wrong(cell)                ? LAYER_WRONG
					 : cell->worst == VERDICT_FAIL ? LAYER_FAILED
								       : LAYER_UNKNOWN;

		if (fault == LAYER_UNKNOWN && said(cell) != '?')
			continue;
		layers->wrong += fault == LAYER_WRONG;
		layers->failed += fault == LAYER_FAILED;
		layers->findings[layers->count++] = (struct layer_finding){
			.action = layers->lens->actions[action],
			.role = layers->lens->roles[role],
			.layer = (enum layer)layer,
			.fault = fault,
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
				   strpbrk(text, "!*") ? PLAIN_RED
				   : strchr(text, '?') ? PLAIN_YELLOW
				   : strchr(text, '+') ? PLAIN_GREEN
						       : PLAIN_DIM,
				   color);
			buf_printf(out, "%*s", width_of(lens->roles[role]) - (int)strlen(text), "");
		}
		buf_printf(out, "\n");
	}
	buf_printf(out, "  + allowed, - refused, ? not judged, . nothing to try, ! not as the lens "
			"says, * a case failed otherwise\n\n");
}

void
layers_terminal(const struct layers *layers, bool color, bool quiet, struct buf *out)
{
	if (!quiet)
		grid(layers, color, out);
	for (size_t i = 0; i < layers->count; i++) {
		const struct layer_finding *finding = &layers->findings[i];

		plain_word(out, faults[finding->fault].heading,
			   finding->fault == LAYER_UNKNOWN ? PLAIN_YELLOW : PLAIN_RED, color);
		buf_printf(out, "%s %s: %s x %s\n         ", spoken(finding->layer),
			   faults[finding->fault].words, finding->role, finding->action);
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

		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:b, s:s, s:s}", "action",
						      finding->action, "role", finding->role,
						      "layer", layer_name(finding->layer), "wrong",
						      finding->fault == LAYER_WRONG, "fault",
						      faults[finding->fault].name, "sentence",
						      finding->sentence));
	}
	return list;
}
