#include <stdlib.h>
#include <string.h>

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
cells(const struct matrix *matrix)
{
	json_t *list = json_array();

	for (size_t i = 0; i < matrix->cell_count; i++) {
		const struct matrix_cell *cell = &matrix->cells[i];

		json_array_append_new(
			list,
			json_pack("{s:s, s:s, s:s, s:s*, s:s, s:o, s:I, s:I, s:s*, s:s*, s:s*, "
				  "s:s*}",
				  "relation", matrix->relations[cell->relation].name, "actor",
				  matrix->actors[cell->actor].name, "command", cell->command,
				  "columns", cell->group, "rows", cell->class, "letter",
				  letter(cell->letter), "seen", (json_int_t)cell->seen, "of",
				  (json_int_t)cell->of_seen, "sqlstate", cell->state, "how",
				  cell->how, "reason", cell->reason, "state", cell->label));
	}
	return list;
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
	json_t *root = json_pack(
		"{s:s, s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:o}", "subject", report->subject,
		"place", report->place, "started", report->started, "result",
		matrix_result_word(matrix_result(report)), "tries", (json_int_t)matrix->tries,
		"elapsed_ms", (json_int_t)matrix->elapsed_ms, "letters", counts(matrix), "actors",
		actors(matrix), "findings", findings(report->judgements), "cells", cells(matrix));

	if (report->changes)
		json_object_set_new(root, "changes", changed(report->changes));
	if (report->layers)
		json_object_set_new(root, "layers", layers_json(report->layers));
	char *text = json_dumps(root, JSON_INDENT(2));
	if (!text)
		abort();
	sink_add(sink, text, strlen(text));
	sink_add(sink, "\n", 1);
	free(text);
	json_decref(root);
}
