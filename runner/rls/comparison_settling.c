#include <stdlib.h>

#include "base/clock.h"
#include "base/must.h"
#include "rls/comparison_state.h"

static void
settle(struct score *score, size_t index, const struct difference *difference)
{
	if (difference->found)
		score_settle(score, index, FATE_BY_MATRIX, "matrix", difference->sentence);
	else if (difference->unclear)
		score_settle(score, index, FATE_UNJUDGED, NULL,
			     "every case stayed green, and cells of the matrix could not be told");
	else if (!difference->refused)
		score_settle(
			score, index, FATE_EQUIVALENT, NULL,
			difference->looked
				? "no cell of the matrix changed"
				: "no cell of the matrix can show it: a sequence has none, and a "
				  "function only for rows that somebody gets from it");
}

/* The survivors, and who of them is next. */
struct queue {
	struct score *score;
	size_t *indices;
	size_t count, next, done;
};

/* Roles are the server's, not the database's: only one connection at a time may change them, or
 * they would wait for each other. */
static bool
may_take(const struct comparison *c, const struct worker *worker, const struct mutant *mutant)
{
	return mutant->readers || worker == &c->workers[0];
}

/* Give the worker the next mutant that it may take; true with worker->mutant NULL when none is left
 * for it. */
static bool
take_next(struct comparison *c, struct worker *worker, struct queue *queue, struct error *err)
{
	const struct mutant *items = queue->score->mutants->items;

	for (size_t i = queue->next; i < queue->count; i++) {
		size_t index = queue->indices[i];
		if (!may_take(c, worker, &items[index]))
			continue;
		queue->indices[i] = queue->indices[queue->next];
		queue->next++;
		worker->index = index;
		worker->again = false;
		worker->from_us = clock_now_us();
		return comparison_begin(c, worker, &items[index], err);
	}
	return true;
}

/* A mutant is through: settle it, or look once more where cells could not be told. */
static bool
finish(struct comparison *c, struct worker *worker, struct queue *queue, struct error *err)
{
	const struct mutant *mutant = worker->mutant;
	const struct difference *difference = &worker->difference;

	if (!comparison_end(c, worker, err))
		return false;
	if (difference->unclear && !difference->found && !worker->again && !comparison_is_over(c)) {
		worker->again = true;
		return comparison_begin(c, worker, mutant, err);
	}
	if (difference->found || !comparison_is_over(c))
		settle(queue->score, worker->index, difference);
	queue->score->trials[worker->index].elapsed_us += clock_now_us() - worker->from_us;
	queue->done++;
	return true;
}

/* Bring a worker to where it waits for an answer, or has nothing left to do. */
static bool
advance(struct comparison *c, struct worker *worker, struct queue *queue, struct error *err)
{
	bool ok = true;

	while (ok && !worker->busy) {
		if (!worker->mutant && (comparison_is_over(c) || queue->next == queue->count))
			return true;
		if (!worker->mutant) {
			ok = take_next(c, worker, queue, err);
			if (ok && !worker->mutant)
				return true;
		} else if (comparison_is_done(c, worker)) {
			ok = finish(c, worker, queue, err);
		} else {
			ok = comparison_begin_probe(c, worker, err);
		}
	}
	return ok;
}

/* Wait for the workers that are at work, and take what is there; false in *any when none is. */
static bool
collect(struct comparison *c, bool *any, struct error *err)
{
	struct prober *probers[COMPARISON_SESSIONS];
	size_t count = 0;

	for (size_t i = 0; i < c->worker_count; i++) {
		if (c->workers[i].busy)
			probers[count++] = c->workers[i].prober;
	}
	*any = count > 0;
	if (count > 0 && !probers_wait(probers, count, err))
		return false;
	for (size_t i = 0; i < c->worker_count; i++) {
		struct worker *worker = &c->workers[i];
		if (worker->busy && prober_ready(worker->prober) &&
		    !comparison_take_probe(c, worker, err))
			return false;
	}
	return true;
}

static void
line_up(struct queue *queue, struct score *score)
{
	*queue = (struct queue){ .score = score };
	queue->indices = must(calloc(score->mutants->count + 1, sizeof(*queue->indices)));
	for (size_t i = 0; i < score->mutants->count; i++) {
		if (score->trials[i].fate == FATE_SURVIVED)
			queue->indices[queue->count++] = i;
	}
}

bool
comparison_settle(struct comparison *c, struct score *score,
		  void (*tell)(void *arg, size_t done, size_t total), void *arg, struct error *err)
{
	struct queue queue;
	bool ok = true, any = true;

	line_up(&queue, score);
	while (ok && any) {
		for (size_t i = 0; ok && i < c->worker_count; i++)
			ok = advance(c, &c->workers[i], &queue, err);
		tell(arg, queue.done, queue.count);
		ok = ok && collect(c, &any, err);
	}
	free(queue.indices);
	return ok;
}
