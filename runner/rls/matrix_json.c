#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "rls/matrix_report.h"

static json_t *
actors(const struct matrix *matrix)
{
	json_t *list = json_array();

	for (size_t i = 0; i < matrix->actor_count; i++) {
		const struct actor *actor = &matrix->actors[i];

		json_array_append_new(list,
				      json_pack("{s:s, s:s*, s:s, s:s*, s:s*, s:s*}", "name",
						actor->name, "role", actor->role, "database_role",
						actor->database_role, "tenant", actor->tenant,
						"user", actor->user, "twin_of", actor->twin_of));
	}
	return list;
}

static json_t *
letter(char which)
{
	return json_stringn(&which, 1);
}

static json_t *
cell_json(const struct matrix *matrix, const struct matrix_cell *cell)
{
	return json_pack("{s:s, s:s, s:s, s:s*, s:s, s:o, s:I, s:I, s:s*, s:s*, s:s*, s:s*}",
			 "relation", matrix->relations[cell->relation].name, "actor",
			 matrix->actors[cell->actor].name, "command", cell->command, "columns",
			 cell->group, "rows", cell->class, "letter", letter(cell->letter), "seen",
			 (json_int_t)cell->seen, "of", (json_int_t)cell->of_seen, "sqlstate",
			 cell->state, "how", cell->how, "reason", cell->reason, "state",
			 cell->label);
}

static void
add_json(struct sink *sink, json_t *value, size_t flags)
{
	char *text = must(json_dumps(value, flags | JSON_ENCODE_ANY));

	sink_add(sink, text, strlen(text));
	free(text);
	json_decref(value);
}

/* A line each, made and gone one by one: cells are what there may be very many of. */
static void
add_cells(struct sink *sink, const struct matrix *matrix)
{
	sink_printf(sink, "\"cells\": [");
	for (size_t i = 0; i < matrix->cell_count; i++) {
		sink_printf(sink, i ? ",\n" : "\n");
		add_json(sink, cell_json(matrix, &matrix->cells[i]), JSON_COMPACT);
	}
	sink_printf(sink, "\n]");
}

static json_t *
findings(const struct judgements *judgements)
{
	json_t *list = json_array();

	for (size_t i = 0; i < judgements->count; i++) {
		const struct judgement *item = &judgements->items[i];

		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:s}", "kind", judgement_word(item->kind),
					"cell", item->cell_name, "relation", item->relation->name,
					"sentence", item->sentence));
	}
	return list;
}

static json_t *
changed(const struct changes *changes)
{
	json_t *list = json_array();

	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->items[i];

		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "kind",
					change_word(change->kind), "relation", change->relation,
					"actor", change->actor, "cell", change->cell, "before",
					letter(change->before), "after", letter(change->after)));
	}
	return list;
}

static json_t *
counts(const struct matrix *matrix)
{
	json_t *object = json_object();

	for (const char *which = matrix_letters; *which; which++) {
		const char key[2] = { *which, '\0' };

		json_object_set_new(object, key,
				    json_integer((json_int_t)matrix_count(matrix, *which)));
	}
	return object;
}

void
matrix_json(const struct matrix_report *report, struct sink *sink)
{
	const struct matrix *matrix = report->matrix;
	json_t *head = json_pack(
		"{s:s, s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:o}", "subject", report->subject,
		"place", report->place, "started", report->started, "result",
		matrix_result_word(matrix_result(report)), "tries", (json_int_t)matrix->tries,
		"elapsed_ms", (json_int_t)matrix->elapsed_ms, "letters", counts(matrix), "actors",
		actors(matrix), "findings", findings(report->judgements));

	if (report->changes)
		json_object_set_new(head, "changes", changed(report->changes));
	if (report->layers)
		json_object_set_new(head, "layers", layers_json(report->layers));
	sink_printf(sink, "{");
	add_json(sink, head, JSON_INDENT(2) | JSON_EMBED);
	sink_printf(sink, ",\n");
	add_cells(sink, matrix);
	sink_printf(sink, "\n}\n");
}
