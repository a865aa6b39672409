#include "rls/comparison.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document/node.h"

#define TIMEOUT_MS 30000

struct comparison {
	struct sql_session *session;
	struct actors *actors;
	struct prober_options probing;
	json_t *hints;
	struct prober *prober;
	json_t *before; /* {relation: [{cell: letter}, of each actor]} */
	/* {kind: {relation, actor}} where one of its kind was seen last: the next one is, mostly,
	 * seen there too */
	json_t *seen;
	struct comparison_limit limit;
};

static bool
is_over(const struct comparison *c)
{
	return c->limit.over(c->limit.arg);
}

static bool
script(struct comparison *c, const char *text, struct error *err)
{
	return sql_session_script(c->session, text, TIMEOUT_MS, NULL, err);
}

/* ---- measuring ---- */

/* {"UPDATE approval mine": "A"} of one actor on one relation; NULL with err. */
static json_t *
measure(struct comparison *c, const json_t *relation, const struct actor *actor, struct error *err)
{
	json_t *rows = prober_probe(c->prober, relation, actor, err);
	json_t *cells = rows ? json_object() : NULL;
	size_t i;
	json_t *row;
	char name[200];

	json_array_foreach(rows, i, row)
	{
		const char *group = json_string_value(json_object_get(row, "grp"));
		(void)snprintf(name, sizeof(name), "%s%s%s %s",
			       json_string_value(json_object_get(row, "command")),
			       group && *group ? " " : "", group ? group : "",
			       json_string_value(json_object_get(row, "class")));
		json_object_set(cells, name, json_object_get(row, "letter"));
	}
	json_decref(rows);
	return cells;
}

static const char *
name_of(const json_t *relation)
{
	const char *name = json_string_value(json_object_get(relation, "name"));

	return name ? name : "";
}

static bool
measure_all(struct comparison *c, struct error *err)
{
	json_t *relations = prober_relations(c->prober, err);
	bool ok = relations != NULL;
	size_t i;
	json_t *relation;

	json_array_foreach(relations, i, relation)
	{
		json_t *list = json_array();
		json_object_set_new(c->before, name_of(relation), list);
		for (size_t k = 0; ok && k < c->actors->count && !is_over(c); k++) {
			json_t *cells = measure(c, relation, &c->actors->items[k], err);
			ok = cells != NULL;
			json_array_append_new(list, cells);
		}
	}
	json_decref(relations);
	return ok;
}

static bool
open_prober(struct comparison *c, struct error *err)
{
	c->prober = prober_open(c->session, c->actors, &c->probing, err);
	return c->prober != NULL;
}

struct comparison *
comparison_open(struct sql_session *session, struct actors *actors,
		const struct matrix_options *options, const struct comparison_limit *limit,
		struct error *err)
{
	struct comparison *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->session = session;
	c->actors = actors;
	c->probing = matrix_probing(options, &c->hints);
	c->before = json_object();
	c->seen = json_object();
	c->limit = *limit;
	if (script(c, "begin", err) && open_prober(c, err) && measure_all(c, err))
		return c;
	comparison_close(c);
	return NULL;
}

void
comparison_close(struct comparison *c)
{
	struct error ignored = { 0 };

	if (!c)
		return;
	prober_close(c->prober);
	if (sql_session_alive(c->session))
		(void)!script(c, "rollback", &ignored);
	json_decref(c->before);
	json_decref(c->seen);
	json_decref(c->hints);
	free(c);
}

/* ---- comparing ---- */

static const char *
letter_of(const json_t *cells, const char *name)
{
	const char *letter = json_string_value(json_object_get(cells, name));

	return letter ? letter : "none";
}

static bool
is_unknown(const json_t *letter)
{
	const char *text = json_string_value(letter);

	return text && strcmp(text, "?") == 0;
}

/* The first cell that is not in `after` as it was; NULL when all are. One that is unknown now and
 * was not, or the other way round, is no difference: a machine under load does that, too. */
static const char *
first_difference(const json_t *before, const json_t *after, bool *unclear)
{
	const char *name;
	json_t *letter;

	json_object_foreach(node_writable(before), name, letter)
	{
		const json_t *other = json_object_get(after, name);
		if (json_equal(letter, other))
			continue;
		if (!is_unknown(letter) && !is_unknown(other))
			return name;
		*unclear = true;
	}
	return NULL;
}

static void
note(const char *relation, const char *actor, const char *cell, const json_t *before,
     const json_t *after, struct difference *difference)
{
	const char *was = letter_of(before, cell), *is = letter_of(after, cell);

	difference->found = true;
	(void)snprintf(difference->sentence, sizeof(difference->sentence),
		       "%s x %s x %s: %s, was %s", actor, relation, cell, is, was);
}

static bool
is_likely(const struct comparison *c, const struct mutant *mutant, const json_t *relation)
{
	const json_t *seen = json_object_get(c->seen, mutant->kind);
	const char *name = mutant->table ? mutant->table
					 : json_string_value(json_object_get(seen, "relation"));

	return name && strcmp(name_of(relation), name) == 0;
}

static size_t
likely_actor(const struct comparison *c, const struct mutant *mutant)
{
	return (size_t)json_integer_value(
		json_object_get(json_object_get(c->seen, mutant->kind), "actor"));
}

static void
remember(struct comparison *c, const struct mutant *mutant, const char *relation, size_t actor)
{
	json_object_set_new(
		c->seen, mutant->kind,
		json_pack("{s:s, s:I}", "relation", relation, "actor", (json_int_t)actor));
}

/* One relation under the mutant, the likeliest actor first. */
static bool
compare_relation(struct comparison *c, const struct mutant *mutant, const json_t *relation,
		 struct difference *difference, struct error *err)
{
	const char *name = name_of(relation);
	const json_t *before = json_object_get(c->before, name);
	size_t first = likely_actor(c, mutant);

	for (size_t k = 0; k < c->actors->count && !difference->found && !is_over(c); k++) {
		size_t index = (first + k) % c->actors->count;
		const struct actor *actor = &c->actors->items[index];
		json_t *after = measure(c, relation, actor, err);
		if (!after)
			return false;
		const json_t *was = json_array_get(before, index);
		const char *cell = first_difference(was, after, &difference->unclear);
		if (!cell)
			cell = first_difference(after, was, &difference->unclear);
		if (cell) {
			note(name, actor->name, cell, was, after, difference);
			remember(c, mutant, name, index);
		}
		json_decref(after);
	}
	return true;
}

/* True when rows of the relation can depend on what the mutant changes. */
static bool
is_concerned(const struct mutant *mutant, const json_t *relation)
{
	const char *name = name_of(relation);
	const char *kind = json_string_value(json_object_get(relation, "kind"));

	if (!mutant->readers || (kind && *kind == 'x') || strcmp(name, mutant->table) == 0)
		return true;
	for (size_t i = 0; mutant->readers[i]; i++) {
		if (strcmp(mutant->readers[i], name) == 0)
			return true;
	}
	return false;
}

/* What can be reached may itself be another: a grant too many brings a relation in. */
static void
compare_reach(struct comparison *c, const json_t *relations, struct difference *difference)
{
	size_t i;
	json_t *relation;

	json_array_foreach(relations, i, relation)
	{
		if (json_object_get(c->before, name_of(relation)))
			continue;
		difference->found = true;
		(void)snprintf(difference->sentence, sizeof(difference->sentence),
			       "%s can be reached, and could not", name_of(relation));
	}
	if (!difference->found && json_array_size(relations) < json_object_size(c->before)) {
		difference->found = true;
		(void)snprintf(difference->sentence, sizeof(difference->sentence),
			       "a relation can no longer be reached by anybody");
	}
}

static bool
compare(struct comparison *c, const struct mutant *mutant, struct difference *difference,
	struct error *err)
{
	json_t *relations = prober_relations(c->prober, err);
	bool ok = relations != NULL;
	size_t i;
	json_t *relation;

	if (ok)
		compare_reach(c, relations, difference);
	/* First in the table itself, where it has one. */
	for (int round = 0; round < 2; round++) {
		json_array_foreach(relations, i, relation)
		{
			if (ok && !difference->found && is_likely(c, mutant, relation) == !round &&
			    is_concerned(mutant, relation))
				ok = compare_relation(c, mutant, relation, difference, err);
		}
	}
	json_decref(relations);
	return ok;
}

/* What the prober gave up on it never tries again: a new one does. */
static bool
recover(struct comparison *c, const struct difference *difference, struct error *err)
{
	if (!difference->unclear)
		return true;
	prober_close(c->prober);
	c->prober = NULL;
	return open_prober(c, err);
}

bool
comparison_try(struct comparison *c, const struct mutant *mutant, struct difference *difference,
	       struct error *err)
{
	struct error refusal = { 0 };

	*difference = (struct difference){ 0 };
	if (!script(c, "savepoint lensgate_mutant", err))
		return false;
	if (!script(c, mutant->apply, &refusal)) {
		difference->refused = true;
		(void)snprintf(difference->sentence, sizeof(difference->sentence), "%.290s",
			       refusal.message);
	} else if (!script(c, "savepoint lensgate_probes",
			   err) || /* where the prober goes back to */
		   !compare(c, mutant, difference, err)) {
		return false;
	}
	return script(c, "rollback to lensgate_mutant; release lensgate_mutant", err) &&
	       recover(c, difference, err);
}

static void
settle(struct score *score, size_t index, const struct difference *difference)
{
	if (difference->found)
		score_settle(score, index, FATE_BY_MATRIX, "matrix", difference->sentence);
	else if (difference->unclear)
		score_settle(score, index, FATE_UNJUDGED, NULL,
			     "every case stayed green, and cells of the matrix could not be told");
	else if (!difference->refused)
		score_settle(score, index, FATE_EQUIVALENT, NULL, "no cell of the matrix changed");
}

bool
comparison_settle(struct comparison *c, struct score *score, size_t index, struct error *err)
{
	const struct mutant *mutant = &score->mutants->items[index];
	struct difference difference;

	if (!comparison_try(c, mutant, &difference, err))
		return false;
	if (difference.unclear && !difference.found && !comparison_try(c, mutant, &difference, err))
		return false;
	if (difference.found || !is_over(c))
		settle(score, index, &difference);
	return true;
}
