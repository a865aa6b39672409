#include "report/coverage.h"

#include <ctype.h>
#include <string.h>

#include "report/cases.h"

static const char *const layer_names[] = {
	[LAYER_LIST] = "list",
	[LAYER_EXECUTE] = "execute",
	[LAYER_RLS] = "rls",
};
_Static_assert(COUNTOF(layer_names) == LAYERS, "every layer needs a word");

const char *
layer_name(enum layer layer)
{
	return layer_names[layer];
}

struct cell *
coverage_cell(const struct lens_coverage *lens, size_t action, size_t role, enum layer layer)
{
	return &lens->cells[(action * lens->role_count + role) * LAYERS + layer];
}

static const char **
copy_texts(struct arena *arena, const json_t *array, size_t *count)
{
	const char **texts = ARENA_ARRAY(arena, json_array_size(array), const char *);

	*count = 0;
	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *text = json_string_value(json_array_get(array, i));

		if (text)
			texts[(*count)++] = text;
	}
	return texts;
}

static struct touched *
to_touch(struct arena *arena, const json_t *array, size_t *count)
{
	const char **names = copy_texts(arena, array, count);
	struct touched *touched = ARENA_ARRAY(arena, *count, struct touched);

	for (size_t i = 0; i < *count; i++)
		touched[i].name = names[i];
	return touched;
}

static bool
allows(const json_t *action, const char *role)
{
	const json_t *allow = json_object_get(action, "allow");

	for (size_t i = 0; i < json_array_size(allow); i++) {
		const char *name = json_string_value(json_array_get(allow, i));

		if (name && strcmp(name, role) == 0)
			return true;
	}
	return false;
}

static void
declare_cells(struct arena *arena, struct lens_coverage *lens, const json_t *actions)
{
	lens->cells =
		ARENA_ARRAY(arena, lens->action_count * lens->role_count * LAYERS, struct cell);
	for (size_t a = 0; a < lens->action_count; a++) {
		const json_t *action = json_object_get(actions, lens->actions[a]);

		for (size_t r = 0; r < lens->role_count; r++) {
			for (int layer = 0; layer < LAYERS; layer++) {
				struct cell *cell = coverage_cell(lens, a, r, (enum layer)layer);

				cell->allowed = allows(action, lens->roles[r]);
				cell->applies = layer != LAYER_RLS ||
						json_is_true(json_object_get(action, "sql"));
			}
		}
	}
}

static void
declare_ways(struct arena *arena, struct lens_coverage *lens, json_t *columns)
{
	const char *column;
	const char *from;
	json_t *states;
	json_t *to;
	size_t count = 0;

	json_object_foreach(columns, column, states)
	{
		json_object_foreach(states, from, to) count += json_array_size(to);
	}
	lens->ways = ARENA_ARRAY(arena, count, struct transition);
	json_object_foreach(columns, column, states)
	{
		json_object_foreach(states, from, to)
		{
			for (size_t i = 0; i < json_array_size(to); i++) {
				const char *name = json_string_value(json_array_get(to, i));
				if (name)
					lens->ways[lens->transitions++] =
						(struct transition){ column, from, name, false };
			}
		}
	}
}

static void
declare_lens(struct arena *arena, struct lens_coverage *lens, const json_t *object)
{
	const char *name = json_string_value(json_object_get(object, "name"));
	const json_t *declared = json_object_get(object, "declared");
	json_t *actions = json_object_get(declared, "actions");
	const char *key;
	json_t *value;

	lens->name = name ? name : "";
	lens->roles = copy_texts(arena, json_object_get(declared, "roles"), &lens->role_count);
	lens->tables = to_touch(arena, json_object_get(declared, "tables"), &lens->table_count);
	lens->errors = to_touch(arena, json_object_get(declared, "errors"), &lens->error_count);
	declare_ways(arena, lens, json_object_get(declared, "transitions"));
	lens->actions = ARENA_ARRAY(arena, json_object_size(actions), const char *);
	lens->statements = ARENA_ARRAY(arena, json_object_size(actions), const char *);
	json_object_foreach(actions, key, value)
	{
		lens->statements[lens->action_count] =
			json_string_value(json_object_get(value, "statement"));
		lens->actions[lens->action_count++] = key;
	}
	declare_cells(arena, lens, actions);
}

/* The place of `name` among `count` names; `count` when it is not there. */
static size_t
place_of(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; name && i < count; i++) {
		if (strcmp(names[i], name) == 0)
			return i;
	}
	return count;
}

static int
severity(enum verdict verdict)
{
	static const int severities[] = {
		[VERDICT_NONE] = 0,  [VERDICT_SKIP] = 1, [VERDICT_PASS] = 2,
		[VERDICT_ERROR] = 3, [VERDICT_FAIL] = 4,
	};

	return severities[verdict];
}

/* True when nothing worse was known of the cell. */
static bool
touch_cell(struct arena *arena, struct cell *cell, const struct run_case *run_case)
{
	const struct findings *findings = &run_case->findings;
	const char *fault = findings->count ? findings->items[0].message : NULL;

	cell->cases++;
	cell->judged += run_case->verdict == VERDICT_PASS || run_case->verdict == VERDICT_FAIL;
	if (severity(run_case->verdict) <= severity(cell->worst))
		return false;
	cell->worst = run_case->verdict;
	cell->actual = run_case->actual ? arena_printf(arena, "%s", run_case->actual) : NULL;
	cell->fault = fault ? arena_printf(arena, "%s", fault) : NULL;
	return true;
}

/* True when `word` stands in `text` as a word of its own. */
static bool
mentions(const char *text, const char *word)
{
	size_t len = strlen(word);
	const char *at = text;

	while (at && len && (at = strstr(at, word))) {
		bool begins = at == text || !(isalnum((unsigned char)at[-1]) || at[-1] == '_');
		bool ends = !(isalnum((unsigned char)at[len]) || at[len] == '_');

		if (begins && ends)
			return true;
		at += len;
	}
	return false;
}

static void
touch_tables(struct lens_coverage *lens, const struct run_case *run_case)
{
	for (size_t i = 0; i < run_case->exchange_count; i++) {
		const struct exchange *exchange = &run_case->exchanges[i];

		if (exchange->kind != EXCHANGE_SQL || exchange->purpose == PURPOSE_CLEANUP)
			continue;
		const char *identity = exchange->sql.identity;
		for (size_t t = 0; t < lens->table_count; t++) {
			if (!mentions(exchange->sql.text, lens->tables[t].name))
				continue;
			lens->tables[t].seen = true;
			lens->tables[t].by_persona |= identity && strcmp(identity, "persona") == 0;
		}
	}
}

static void
touch_errors(struct lens_coverage *lens, const struct run_case *run_case)
{
	if (run_case->verdict != VERDICT_PASS && run_case->verdict != VERDICT_FAIL)
		return;
	for (size_t i = 0; i < lens->error_count; i++)
		lens->errors[i].seen |= mentions(run_case->actual, lens->errors[i].name);
}

void
coverage_case(struct coverage *coverage, const struct planned_case *planned,
	      const struct run_case *run_case)
{
	for (size_t i = 0; i < coverage->lens_count; i++) {
		struct lens_coverage *lens = &coverage->lenses[i];
		size_t action = place_of(lens->actions, lens->action_count, planned->action);
		size_t role = place_of(lens->roles, lens->role_count, planned->role);
		size_t layer = place_of(layer_names, LAYERS, planned->layer);

		touch_tables(lens, run_case);
		touch_errors(lens, run_case);
		if (run_case->verdict == VERDICT_PASS || run_case->verdict == VERDICT_FAIL)
			coverage_exchanges(coverage, lens, planned, run_case);
		if (action == lens->action_count || role == lens->role_count || layer == LAYERS)
			continue;
		struct cell *cell = coverage_cell(lens, action, role, (enum layer)layer);
		if (touch_cell(&coverage->arena, cell, run_case))
			cell->answer =
				coverage_answer(lens, planned, run_case, cell, (enum layer)layer);
	}
}

static void
look_at(void *arg, const struct planned_case *planned, const struct run_case *run_case)
{
	coverage_case(arg, planned, run_case);
}

static bool
has_stand_in(const struct coverage *coverage, const char *persona)
{
	for (size_t i = 0; i < coverage->stand_in_count; i++) {
		if (strcmp(coverage->stand_ins[i].persona, persona) == 0)
			return true;
	}
	return false;
}

static void
declare_stand_ins(struct coverage *coverage, const struct run *run)
{
	const json_t *personas = json_object_get(run->header, "personas");
	const json_t *here = json_object_get(json_object_get(run->header, "environment"), "yacht");

	for (size_t i = 0; i < json_array_size(personas); i++) {
		const json_t *persona = json_array_get(personas, i);
		const char *name = json_string_value(json_object_get(persona, "name"));
		const char *role = json_string_value(json_object_get(persona, "role"));
		const char *token = json_string_value(json_object_get(persona, "token"));
		const json_t *yacht = json_object_get(persona, "yacht");

		if (name && role && token && strcmp(token, "valid") == 0 &&
		    (!yacht || json_equal(yacht, here)) && !has_stand_in(coverage, name))
			coverage->stand_ins[coverage->stand_in_count++] =
				(struct stand_in){ name, role };
	}
}

static bool
is_declared(const struct coverage *coverage, const json_t *object)
{
	const char *name = json_string_value(json_object_get(object, "name"));

	for (size_t i = 0; i < coverage->lens_count; i++) {
		if (strcmp(coverage->lenses[i].name, name ? name : "") == 0)
			return true;
	}
	return false;
}

void
coverage_declare_all(struct coverage *coverage, const struct run *const *runs, size_t count)
{
	size_t most = 0, people = 0;

	*coverage = (struct coverage){ 0 };
	for (size_t r = 0; r < count; r++) {
		most += json_array_size(json_object_get(runs[r]->header, "lenses"));
		people += json_array_size(json_object_get(runs[r]->header, "personas"));
	}
	coverage->lenses = ARENA_ARRAY(&coverage->arena, most, struct lens_coverage);
	coverage->stand_ins = ARENA_ARRAY(&coverage->arena, people, struct stand_in);
	for (size_t r = 0; r < count; r++) {
		declare_stand_ins(coverage, runs[r]);
		const json_t *lenses = json_object_get(runs[r]->header, "lenses");

		for (size_t i = 0; i < json_array_size(lenses); i++) {
			const json_t *lens = json_array_get(lenses, i);
			if (!is_declared(coverage, lens))
				declare_lens(&coverage->arena,
					     &coverage->lenses[coverage->lens_count++], lens);
		}
	}
}

void
coverage_declare(struct coverage *coverage, const struct run *run)
{
	coverage_declare_all(coverage, &run, 1);
}

bool
coverage_init(struct coverage *coverage, const struct run *run, struct error *err)
{
	coverage_declare(coverage, run);
	return coverage->lens_count == 0 || cases_each(run, NULL, look_at, coverage, err);
}

void
coverage_release(struct coverage *coverage)
{
	arena_release(&coverage->arena);
	*coverage = (struct coverage){ 0 };
}
