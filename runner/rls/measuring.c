#include "rls/measuring.h"

#include <stdlib.h>

struct worker {
	struct prober *prober;
	size_t relation, actor; /* what it is at, while it has any */
	bool has;
	bool busy;  /* waiting for an answer */
	bool again; /* was disturbed: once more, alone */
};

struct job {
	const struct measuring *measuring;
	struct worker *workers;
	json_t **found; /* by relation: an array of what was found for each actor */
	size_t next;    /* the first relation that nobody took */
	size_t handed;  /* how many relations were handed over */
	size_t total;
};

static bool
is_anybody(const struct job *job, bool busy, bool again)
{
	for (size_t i = 0; i < job->measuring->prober_count; i++)
		if ((busy && job->workers[i].busy) || (again && job->workers[i].again))
			return true;
	return false;
}

/* Whoever has to be alone waits for the others to come to rest, and they for him. */
static bool
may_begin(const struct job *job, const struct worker *worker)
{
	if (worker->busy)
		return false;
	return worker->again ? !is_anybody(job, true, false) : !is_anybody(job, false, true);
}

static void
begin(struct job *job, struct worker *worker)
{
	const struct measuring *measuring = job->measuring;

	if (!worker->has) {
		if (job->next == job->total)
			return;
		worker->relation = job->next++;
		worker->actor = 0;
		worker->has = true;
	}
	worker->busy = true;
	prober_begin(worker->prober, json_array_get(measuring->relations, worker->relation),
		     &measuring->actors->items[worker->actor]);
}

static bool
take(struct job *job, struct worker *worker, struct error *err)
{
	bool alone = worker->again || job->measuring->prober_count == 1, disturbed = false;
	json_t *cells = prober_take(worker->prober, alone ? NULL : &disturbed, err);

	worker->busy = false;
	worker->again = disturbed;
	if (!cells)
		return disturbed;
	if (!job->found[worker->relation])
		job->found[worker->relation] = json_array();
	json_array_append_new(job->found[worker->relation], cells);
	worker->has = ++worker->actor < job->measuring->actors->count;
	return true;
}

static void
hand_over(struct job *job)
{
	const struct measuring *measuring = job->measuring;

	while (job->handed < job->next &&
	       json_array_size(job->found[job->handed]) == measuring->actors->count) {
		json_t *found = job->found[job->handed];

		for (size_t actor = 0; actor < json_array_size(found); actor++)
			measuring->fn(measuring->arg, json_array_get(found, actor), job->handed,
				      actor);
		json_decref(found);
		job->found[job->handed++] = NULL;
	}
}

static bool
is_over(const struct job *job)
{
	return job->measuring->over && job->measuring->over(job->measuring->arg);
}

static bool
step(struct job *job, struct error *err)
{
	const struct measuring *measuring = job->measuring;
	bool over = is_over(job);

	for (size_t i = 0; i < measuring->prober_count; i++)
		if (!over && may_begin(job, &job->workers[i]))
			begin(job, &job->workers[i]);
	if (!is_anybody(job, true, false))
		return true;
	if (!probers_wait(measuring->probers, measuring->prober_count, err))
		return false;
	for (size_t i = 0; i < measuring->prober_count; i++)
		if (job->workers[i].busy && prober_ready(job->workers[i].prober) &&
		    !take(job, &job->workers[i], err))
			return false;
	hand_over(job);
	return true;
}

bool
measuring_run(const struct measuring *measuring, struct error *err)
{
	struct job job = { .measuring = measuring, .total = json_array_size(measuring->relations) };
	bool ok = true;

	job.workers = calloc(measuring->prober_count, sizeof(*job.workers));
	job.found = calloc(job.total + 1, sizeof(json_t *));
	if (!job.workers || !job.found)
		abort();
	for (size_t i = 0; i < measuring->prober_count; i++)
		job.workers[i].prober = measuring->probers[i];
	while (ok && job.handed < job.total && !(is_over(&job) && !is_anybody(&job, true, false)))
		ok = step(&job, err);
	for (size_t i = job.handed; i < job.total; i++)
		json_decref(job.found[i]);
	free(job.found);
	free(job.workers);
	return ok;
}
