#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "document/node.h"
#include "rls/calls.h"
#include "rls/cells.h"
#include "rls/comparison_state.h"
#include "rls/measuring.h"

#define TIMEOUT_MS 30000
/* What a server keeps of each probe until its transaction ends is a megabyte or two. */
#define PROBES_MAX 150

bool
comparison_is_over(const struct comparison *c)
{
	return c->options.over(c->options.arg);
}

static bool
script(const struct worker *worker, const char *text, struct error *err)
{
	return sql_session_script(worker->session, text, TIMEOUT_MS, NULL, err);
}

/* ---- measuring ---- */

static const char *
name_of(const json_t *relation)
{
	const char *name = json_string_value(json_object_get(relation, "name"));

	return name ? name : "";
}

/* ---- what there is to measure ---- */

/* As they are now; the caller's. */
static json_t *
find_relations(const struct comparison *c, const struct worker *worker, struct error *err)
{
	json_t *relations = prober_relations(worker->prober, err);

	if (relations)
		json_array_extend(relations, c->calls);
	return relations;
}

/* True when the relation can depend on what the mutant changes. A function that was found by the
 * prober has another name in the catalog when it has arguments that may be left out. */
static bool
is_concerned(const struct mutant *mutant, const json_t *relation)
{
	const char *name = name_of(relation);
	const char *id = json_string_value(json_object_get(relation, "id"));
	const char *kind = json_string_value(json_object_get(relation, "kind"));

	if (!mutant->readers || (kind && *kind == 'x' && !id) ||
	    (mutant->table && strcmp(name, mutant->table) == 0))
		return true;
	for (size_t i = 0; mutant->readers[i]; i++) {
		if (strcmp(mutant->readers[i], id ? id : name) == 0)
			return true;
	}
	return false;
}

/* Can any mutant that is to be looked at change it? */
static bool
is_wanted(const struct score *score, const json_t *relation)
{
	bool wanted = !score;

	for (size_t i = 0; !wanted && i < score->mutants->count; i++)
		wanted = score->trials[i].fate == FATE_SURVIVED &&
			 is_concerned(&score->mutants->items[i], relation);
	return wanted;
}

/* What measuring hands over. */
struct keeping {
	struct comparison *comparison;
	const json_t *relations;
};

static void
keep(void *arg, const json_t *rows, size_t relation, size_t actor)
{
	const struct keeping *keeping = arg;
	const char *name = name_of(json_array_get(keeping->relations, relation));

	(void)actor; /* they come in order */
	json_array_append_new(json_object_get(keeping->comparison->before, name), cells_of(rows));
}

static bool
is_over_keeping(void *arg)
{
	const struct keeping *keeping = arg;

	return comparison_is_over(keeping->comparison);
}

/* Those relations that somebody will ask about; the others are only known to be there. */
static bool
measure_all(struct comparison *c, const struct score *score, struct error *err)
{
	struct prober *probers[COMPARISON_SESSIONS];
	json_t *relations = find_relations(c, &c->workers[0], err), *wanted = json_array();
	struct keeping keeping = { c, wanted };
	size_t i;
	json_t *relation;

	json_array_foreach(relations, i, relation)
	{
		json_object_set_new(c->before, name_of(relation), json_array());
		if (is_wanted(score, relation))
			json_array_append(wanted, relation);
	}
	for (i = 0; i < c->worker_count; i++) {
		probers[i] = c->workers[i].prober;
		c->workers[i].probes += json_array_size(wanted) * c->actors->count;
	}
	const struct measuring measuring = { .probers = probers,
					     .prober_count = c->worker_count,
					     .relations = wanted,
					     .actors = c->actors,
					     .fn = keep,
					     .over = is_over_keeping,
					     .arg = &keeping };
	bool ok = relations && measuring_run(&measuring, err);
	json_decref(relations);
	json_decref(wanted);
	return ok;
}

static bool
open_worker(struct comparison *c, struct worker *worker, struct error *err)
{
	worker->probes = 0;
	if (!script(worker, "begin", err))
		return false;
	worker->prober = prober_open(worker->session, c->actors, &c->probing, err);
	return worker->prober != NULL;
}

static void
close_worker(struct worker *worker)
{
	struct error ignored = { 0 };

	prober_close(worker->prober);
	worker->prober = NULL;
	if (sql_session_alive(worker->session))
		(void)!script(worker, "rollback", &ignored);
}

struct comparison *
comparison_open(const struct comparison_options *options, struct error *err)
{
	struct comparison *c = must(calloc(1, sizeof(*c)));

	assert(options->session_count <= COMPARISON_SESSIONS);
	c->options = *options;
	c->actors = options->actors;
	c->probing = matrix_probing(options->matrix, &c->hints);
	c->before = json_object();
	c->seen = json_object();
	c->workers[0].session = options->sessions[0];
	bool ok = calls_find(c->workers[0].session, c->actors, &c->probing, &c->calls, err);
	for (; ok && c->worker_count < options->session_count; c->worker_count++) {
		struct worker *worker = &c->workers[c->worker_count];
		worker->session = options->sessions[c->worker_count];
		ok = open_worker(c, worker, err);
	}
	if (ok && measure_all(c, options->score, err))
		return c;
	comparison_close(c);
	return NULL;
}

static void
forget(struct worker *worker)
{
	json_decref(worker->relations);
	free(worker->pairs);
	worker->relations = NULL;
	worker->pairs = NULL;
	worker->pair_count = worker->next = 0;
}

void
comparison_close(struct comparison *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->worker_count; i++) {
		forget(&c->workers[i]);
		close_worker(&c->workers[i]);
	}
	json_decref(c->calls);
	json_decref(c->before);
	json_decref(c->seen);
	json_decref(c->hints);
	free(c);
}

/* ---- comparing ---- */

static void
note(const char *relation, const char *actor, const char *cell, const json_t *before,
     const json_t *after, struct difference *difference)
{
	const char *was = cells_letter(before, cell), *is = cells_letter(after, cell);

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

/* ---- one mutant ---- */

static void
add_pairs(struct comparison *c, struct worker *worker, size_t relation)
{
	size_t first = likely_actor(c, worker->mutant);

	for (size_t k = 0; k < c->actors->count; k++)
		worker->pairs[worker->pair_count++] =
			(struct pair){ relation, (first + k) % c->actors->count };
}

/* First the table itself, where there is one, and the actor who saw the last of this kind. */
static void
choose_pairs(struct comparison *c, struct worker *worker)
{
	size_t count = json_array_size(worker->relations);

	worker->pairs = must(calloc(count * c->actors->count + 1, sizeof(*worker->pairs)));
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < count; i++) {
			const json_t *relation = json_array_get(worker->relations, i);
			if (is_likely(c, worker->mutant, relation) == !round &&
			    is_concerned(worker->mutant, relation))
				add_pairs(c, worker, i);
		}
	}
}

/* False with err when the connection is lost; what the server does not take is a difference that
 * was refused. */
static bool
apply(struct worker *worker, struct error *err)
{
	struct error refusal = { 0 };

	if (!script(worker, "savepoint lensgate_mutant", err))
		return false;
	if (script(worker, worker->mutant->apply, &refusal)) /* and where the prober goes back to */
		return script(worker, "savepoint lensgate_probes", err);
	worker->difference.refused = true;
	(void)snprintf(worker->difference.sentence, sizeof(worker->difference.sentence), "%.290s",
		       refusal.message);
	return true;
}

/* Another transaction, with the same mutant. */
static bool
refresh(struct comparison *c, struct worker *worker, struct error *err)
{
	close_worker(worker);
	return open_worker(c, worker, err) && apply(worker, err);
}

/* Apply it, and find out what there is to look at. */
bool
comparison_begin(struct comparison *c, struct worker *worker, const struct mutant *mutant,
		 struct error *err)
{
	worker->mutant = mutant;
	worker->difference = (struct difference){ 0 };
	if (!apply(worker, err))
		return false;
	if (worker->difference.refused)
		return true;
	worker->relations = find_relations(c, worker, err);
	if (!worker->relations)
		return false;
	compare_reach(c, worker->relations, &worker->difference);
	choose_pairs(c, worker);
	return true;
}

bool
comparison_is_done(const struct comparison *c, const struct worker *worker)
{
	return worker->difference.found || worker->next == worker->pair_count ||
	       comparison_is_over(c);
}

bool
comparison_begin_probe(struct comparison *c, struct worker *worker, struct error *err)
{
	const struct pair *pair = &worker->pairs[worker->next];

	if (worker->probes >= PROBES_MAX && !refresh(c, worker, err))
		return false;
	worker->busy = true;
	worker->probes++;
	prober_begin(worker->prober, json_array_get(worker->relations, pair->relation),
		     &c->actors->items[pair->actor]);
	return true;
}

bool
comparison_take_probe(struct comparison *c, struct worker *worker, struct error *err)
{
	const struct pair *pair = &worker->pairs[worker->next++];
	const char *relation = name_of(json_array_get(worker->relations, pair->relation));
	json_t *rows = prober_take(worker->prober, NULL, err);

	worker->busy = false;
	if (!rows)
		return false;
	json_t *after = cells_of(rows);
	const json_t *was = json_array_get(json_object_get(c->before, relation), pair->actor);
	const char *cell = cells_difference(was, after, &worker->difference.unclear);
	worker->difference.looked = worker->difference.looked || cells_tell(was);
	if (cell) {
		note(relation, c->actors->items[pair->actor].name, cell, was, after,
		     &worker->difference);
		remember(c, worker->mutant, relation, pair->actor);
	}
	json_decref(after);
	json_decref(rows);
	return true;
}

/* What the prober gave up on it never tries again: a new one does. */
bool
comparison_end(struct comparison *c, struct worker *worker, struct error *err)
{
	forget(worker);
	worker->mutant = NULL;
	if (!script(worker, "rollback to lensgate_mutant; release lensgate_mutant", err))
		return false;
	if (!worker->difference.unclear)
		return true;
	close_worker(worker);
	return open_worker(c, worker, err);
}

bool
comparison_try(struct comparison *c, const struct mutant *mutant, struct difference *difference,
	       struct error *err)
{
	struct worker *worker = &c->workers[0];
	bool ok = comparison_begin(c, worker, mutant, err);

	while (ok && !comparison_is_done(c, worker))
		ok = comparison_begin_probe(c, worker, err) &&
		     comparison_take_probe(c, worker, err);
	*difference = worker->difference;
	return ok && comparison_end(c, worker, err);
}
