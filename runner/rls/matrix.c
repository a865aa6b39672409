#include "rls/matrix.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/must.h"
#include "document/node.h"
#include "rls/measuring.h"

const char matrix_letters[] = "AB~.DGTRE?-";

static const struct {
	char letter;
	const char *meaning;
} meanings[] = {
	{ 'A', "allowed" },
	{ 'B', "allowed only to a statement that reads no column" },
	{ '~', "allowed on part of the rows" },
	{ '.', "filtered to nothing" },
	{ 'D', "refused by WITH CHECK" },
	{ 'G', "no grant" },
	{ 'T', "the policy allows it, a trigger stops it" },
	{ 'R', "accepted, but stored under another tenant" },
	{ 'E', "the policy raises an error" },
	{ '?', "unknown" },
	{ '-', "impossible" },
};

const char *
matrix_letter_meaning(char letter)
{
	for (size_t i = 0; i < COUNTOF(meanings); i++)
		if (meanings[i].letter == letter)
			return meanings[i].meaning;
	return "";
}

bool
matrix_is_open(char letter)
{
	return letter == 'A' || letter == 'B' || letter == '~';
}

size_t
matrix_count(const struct matrix *matrix, char letter)
{
	size_t count = 0;

	for (size_t i = 0; i < matrix->cell_count; i++)
		count += matrix->cells[i].letter == letter;
	return count;
}

static bool
same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

const struct matrix_cell *
matrix_cell_of(const struct matrix *matrix, const struct matrix_cell *cell, size_t actor)
{
	const struct matrix_relation *relation = &matrix->relations[cell->relation];

	for (size_t i = relation->first; i < relation->first + relation->count; i++) {
		const struct matrix_cell *other = &matrix->cells[i];

		if (other->actor == actor && same(other->command, cell->command) &&
		    same(other->group, cell->group) && same(other->class, cell->class))
			return other;
	}
	return NULL;
}

/* ---- what the lens knows ---- */

static json_t *
group_names(const struct lens_table *table, bool inserted)
{
	json_t *names = inserted ? json_array() : json_object();

	for (size_t i = 0; i < table->group_count; i++) {
		const struct lens_group *group = &table->groups[i];

		if (inserted) {
			if (lens_table_rule(table, "insert", group->name, false))
				json_array_append_new(names, json_string(group->name));
			continue;
		}
		json_t *columns = json_array();
		for (size_t k = 0; k < group->column_count; k++)
			json_array_append_new(columns, json_string(group->columns[k]));
		json_object_set_new(names, group->name, columns);
	}
	return names;
}

static json_t *
hints_of(const struct lens *lens)
{
	json_t *hints = json_object();

	for (size_t i = 0; i < lens->table_count; i++) {
		const struct lens_table *table = &lens->tables[i];
		const json_t *next =
			table->state ? json_object_get(lens->transitions, table->state) : NULL;
		json_t *hint = json_pack(
			"{s:s*, s:s*, s:s*, s:b, s:o, s:o}", "tenant", table->tenant, "owner",
			table->owner, "state", table->state, "personal", table->personal, "groups",
			group_names(table, false), "inserted_groups", group_names(table, true));

		if (next)
			json_object_set(hint, "next", node_writable(next));
		json_object_set_new(hints, table->name, hint);
	}
	return hints;
}

/* The tenant column most of the lens's tables have. */
static const char *
usual_tenant(const struct lens *lens)
{
	const char *usual = NULL;
	size_t most = 0;

	for (size_t i = 0; lens && i < lens->table_count; i++) {
		size_t count = 0;

		for (size_t k = 0; lens->tables[i].tenant && k < lens->table_count; k++)
			count += same(lens->tables[i].tenant, lens->tables[k].tenant);
		if (count > most) {
			most = count;
			usual = lens->tables[i].tenant;
		}
	}
	return usual;
}

/* The lens names tables with or without their schema. */
static const struct lens_table *
table_of(const struct lens *lens, const char *name)
{
	const char *dot = name ? strrchr(name, '.') : NULL;

	for (size_t i = 0; lens && i < lens->table_count; i++) {
		const char *known = lens->tables[i].name;

		if (same(known, name) || (dot && same(known, dot + 1)))
			return &lens->tables[i];
	}
	return NULL;
}

/* ---- taking rows in ---- */

struct taking {
	struct matrix *matrix;
	size_t room;
};

static const char *
copied(struct matrix *matrix, const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? arena_text(&matrix->arena, text, strlen(text)) : NULL;
}

/* A text of a cell: `like`, that of an earlier one, where they are the same. */
static const char *
shared(struct matrix *matrix, const json_t *row, const char *key, const char *like)
{
	const char *text = json_string_value(json_object_get(row, key));

	return same(text, like) ? like : copied(matrix, row, key);
}

static void
take_relation(struct matrix *matrix, const json_t *row, const struct lens *lens,
	      struct matrix_relation *relation)
{
	const json_t *facts = json_object_get(row, "facts");
	const char *kind = json_string_value(json_object_get(row, "kind"));

	*relation = (struct matrix_relation){
		.name = copied(matrix, row, "name"),
		.kind = (char)(kind ? kind[0] : 'r'),
		.tenant = copied(matrix, facts, "tenant_column"),
		.owner = copied(matrix, facts, "owner"),
		.state = copied(matrix, facts, "state"),
		.by_key = json_is_false(json_object_get(facts, "direct")),
	};
	if (!relation->tenant && json_is_string(json_object_get(facts, "tenant")))
		relation->tenant = "its tenant column";
	relation->table = table_of(lens, relation->name);
}

static struct matrix_cell *
new_cell(struct taking *t)
{
	struct matrix *matrix = t->matrix;

	if (matrix->cell_count == t->room) {
		t->room = t->room ? t->room * 2 : 1024;
		matrix->cells = must(realloc(matrix->cells, t->room * sizeof(*matrix->cells)));
	}
	return &matrix->cells[matrix->cell_count++];
}

/* `apart` is how many cells an actor has: so far back stands the same question about another. */
static void
take_cell(struct taking *t, const json_t *row, size_t relation, size_t actor, size_t apart)
{
	static const struct matrix_cell none = { 0 };
	struct matrix *matrix = t->matrix;
	const char *letter = json_string_value(json_object_get(row, "letter"));
	struct matrix_cell *cell = new_cell(t);
	const struct matrix_cell *like = matrix->cell_count > apart ? cell - apart : &none;

	*cell = (struct matrix_cell){
		.command = shared(matrix, row, "command", like->command),
		.group = shared(matrix, row, "grp", like->group),
		.class = shared(matrix, row, "class", like->class),
		.letter = (char)(letter ? letter[0] : '?'),
		.seen = (long)json_integer_value(json_object_get(row, "seen")),
		.of_seen = (long)json_integer_value(json_object_get(row, "of_seen")),
		.state = shared(matrix, row, "state", like->state),
		.how = shared(matrix, row, "how", like->how),
		.reason = shared(matrix, row, "reason", like->reason),
		.label = shared(matrix, row, "label", like->label),
		.relation = relation,
		.actor = actor,
	};
	if (cell->group && !*cell->group)
		cell->group = NULL;
	matrix->tries += (long)json_integer_value(json_object_get(row, "tries"));
}

static void
take_cells(void *arg, const json_t *cells, size_t index, size_t actor)
{
	struct taking *t = arg;
	struct matrix *matrix = t->matrix;
	struct matrix_relation *relation = &matrix->relations[index];

	if (actor == 0)
		relation->first = matrix->cell_count;
	for (size_t i = 0; i < json_array_size(cells); i++)
		take_cell(t, json_array_get(cells, i), index, actor, json_array_size(cells));
	relation->count = matrix->cell_count - relation->first;
}

static void
keep_actors(struct matrix *matrix, const struct actors *actors)
{
	struct actors kept = { 0 };

	for (size_t i = 0; i < actors->count; i++)
		actors_add(&kept, &actors->items[i]);
	matrix->actors = kept.items;
	matrix->actor_count = kept.count;
	/* One arena for all: what the list was carved from becomes the matrix's own. */
	matrix->arena = kept.arena;
}

static bool
measure(struct matrix *matrix, struct prober *const *probers, size_t count,
	const struct actors *actors, const struct lens *lens, struct error *err)
{
	struct taking taking = { .matrix = matrix };
	json_t *rows = prober_relations(probers[0], err);
	bool ok = rows != NULL;

	keep_actors(matrix, actors);
	matrix->relation_count = json_array_size(rows);
	matrix->relations =
		ARENA_ARRAY(&matrix->arena, matrix->relation_count + 1, struct matrix_relation);
	for (size_t i = 0; i < matrix->relation_count; i++)
		take_relation(matrix, json_array_get(rows, i), lens, &matrix->relations[i]);
	ok = ok && measuring_run(&(struct measuring){ probers, count, rows, actors, take_cells,
						      NULL, &taking },
				 err);
	json_decref(rows);
	return ok;
}

struct prober_options
matrix_probing(const struct matrix_options *options, json_t **hints)
{
	*hints = options->lens ? hints_of(options->lens) : NULL;
	return (struct prober_options){
		.schemas = options->schemas,
		.schema_count = options->schema_count,
		.tenant_column = options->tenant_column ? options->tenant_column
							: usual_tenant(options->lens),
		.root = options->root,
		.hints = *hints ? *hints : options->tables,
		.timeout_ms = options->timeout_ms,
	};
}

struct matrix *
matrix_measure(struct sql_session *const *sessions, size_t count, struct actors *actors,
	       const struct matrix_options *options, struct error *err)
{
	int64_t began_us = clock_now_us();
	json_t *hints;
	struct prober_options probing = matrix_probing(options, &hints);
	struct matrix *matrix = calloc(1, sizeof(*matrix));
	struct prober **probers = calloc(count, sizeof(struct prober *));
	size_t opened = 0;
	bool ok = true;

	if (!matrix || !probers)
		abort();
	for (; ok && opened < count; opened += ok) {
		probers[opened] = prober_open(sessions[opened], actors, &probing, err);
		ok = probers[opened] != NULL;
	}
	ok = ok && measure(matrix, probers, count, actors, options->lens, err);
	for (size_t i = 0; i < opened; i++)
		prober_close(probers[i]);
	free(probers);
	json_decref(hints);
	matrix->elapsed_ms = (clock_now_us() - began_us) / 1000;
	if (ok)
		return matrix;
	matrix_free(matrix);
	return NULL;
}

void
matrix_free(struct matrix *matrix)
{
	if (!matrix)
		return;
	arena_release(&matrix->arena);
	free(matrix->cells);
	free(matrix);
}
