#include "rls/proving.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "rls/comparison.h"

/* So many likely cases are asked before all of them are. */
#define SUSPECTS 3
/* Mutants in one run: with more of them one that is noticed costs the others too many runs. */
#define BATCH 8

enum stand {
	STAND_OPEN,    /* not asked about yet, or settled */
	STAND_WAITING, /* for a batch: those asked first did not notice */
	STAND_BATCHED  /* green, but never by itself */
};

struct proving {
	const struct proving_options *options;
	struct score *score;
	const struct mutant *mutants;
	size_t count;
	enum stand *stands; /* one for each */
	json_t *untouched;
	struct error *err; /* where everything says why it failed */
};

struct batch {
	size_t items[BATCH];
	size_t count;
};

/* ---- asking ---- */

static bool
is_over(const struct proving *p)
{
	return p->options->over(p->options->arg);
}

static void
tell(const struct proving *p, enum proving_phase phase, size_t done, size_t total)
{
	p->options->tell(p->options->arg, phase, done, total);
}

static bool
ask(struct proving *p, const char *const *ids, size_t count, struct answer *answer)
{
	return p->options->ask(p->options->arg, ids, count, answer, p->err);
}

/* A run without a verdict is made once more: a machine under load loses an answer now and then. */
static bool
ask_all(struct proving *p, struct answer *answer)
{
	bool ok = ask(p, NULL, 0, answer);

	if (ok && answer->notice == NOTICE_UNJUDGED && !is_over(p))
		ok = ask(p, NULL, 0, answer);
	return ok;
}

/* Those who noticed the like; a green of these few proves nothing yet. */
static bool
ask_suspects(struct proving *p, size_t index, struct answer *answer)
{
	const char *ids[SUSPECTS];
	size_t count = score_suspects(p->score, index, ids, SUSPECTS);

	*answer = (struct answer){ .notice = NOTICE_GREEN };
	return count == 0 || ask(p, ids, count, answer);
}

static void
settle(struct proving *p, size_t index, const struct answer *answer)
{
	static const enum fate fates[] = {
		[NOTICE_GREEN] = FATE_SURVIVED,
		[NOTICE_RED] = FATE_KILLED,
		[NOTICE_UNJUDGED] = FATE_UNJUDGED,
	};

	score_settle(p->score, index, fates[answer->notice], *answer->who ? answer->who : NULL,
		     *answer->how ? answer->how : NULL);
}

/* ---- one mutant in the database ---- */

/* *applied stays false for one that the server does not take: that settles it. */
static bool
apply(struct proving *p, size_t index, bool *applied)
{
	bool refused;

	*applied = copy_apply(p->options->copy, &p->mutants[index], &refused, p->err);
	if (*applied)
		return true;
	score_settle(p->score, index, FATE_STILLBORN, NULL, p->err->message);
	if (refused)
		*p->err = (struct error){ 0 };
	return refused;
}

/* What was wrong before is told, not that nothing could be undone after it. */
static bool
undo(struct proving *p, size_t index, bool ok)
{
	struct error err = { 0 };
	bool undone = copy_undo(p->options->copy, &p->mutants[index], &err);

	if (ok && !undone)
		*p->err = err;
	return ok && undone;
}

/* Whom to ask about one mutant by itself. */
enum asked {
	ASKED_SUSPECTS, /* no more than them: a green leaves it to a batch */
	ASKED_ONE,      /* no more than the case that noticed its batch */
	ASKED_EVERYBODY /* suspects first */
};

static bool
ask_about(struct proving *p, size_t index, enum asked asked, const char *who, struct answer *answer)
{
	if (asked == ASKED_ONE)
		return ask(p, &who, 1, answer);
	if (!ask_suspects(p, index, answer))
		return false;
	return asked == ASKED_SUSPECTS || answer->notice == NOTICE_RED || is_over(p) ||
	       ask_all(p, answer);
}

/* *answer is green for one that was settled without a question. */
static bool
try_alone(struct proving *p, size_t index, enum asked asked, const char *who, struct answer *answer)
{
	int64_t from_us = clock_now_us();
	bool applied;

	*answer = (struct answer){ .notice = NOTICE_GREEN };
	if (!apply(p, index, &applied))
		return false;
	if (!applied)
		return true;
	bool ok = undo(p, index, ask_about(p, index, asked, who, answer));
	p->score->trials[index].elapsed_us += clock_now_us() - from_us;
	if (ok && !is_over(p) && (answer->notice == NOTICE_RED || asked == ASKED_EVERYBODY)) {
		settle(p, index, answer);
		p->stands[index] = STAND_OPEN;
	}
	return ok;
}

/* ---- every mutant, by itself as far as it must be ---- */

static bool
may_be_batched(const struct proving *p, size_t index)
{
	return p->options->matrix && p->mutants[index].table &&
	       (p->mutants[index].opens || p->mutants[index].closes);
}

static bool
try_first(struct proving *p, size_t index)
{
	const struct mutant *mutant = &p->mutants[index];
	const char *suspect;
	struct answer answer;

	if (mutant->table && !p->options->near(p->options->arg, p->untouched, mutant)) {
		score_settle(p->score, index, FATE_SURVIVED, NULL, "no case comes near this table");
		return true;
	}
	if (!may_be_batched(p, index))
		return try_alone(p, index, ASKED_EVERYBODY, NULL, &answer);
	p->stands[index] = STAND_WAITING;
	return score_suspects(p->score, index, &suspect, 1) == 0 ||
	       try_alone(p, index, ASKED_SUSPECTS, NULL, &answer);
}

static size_t
count_untried(const struct proving *p)
{
	return score_count(p->score, FATE_UNTRIED);
}

static bool
try_each(struct proving *p)
{
	for (size_t i = 0; i < p->count && !is_over(p); i++) {
		tell(p, PROVING_CASES, p->count - count_untried(p), p->count);
		if (!try_first(p, i))
			return error_within(p->err, p->mutants[i].name);
	}
	return true;
}

/* ---- batches ---- */

/* All of a batch open, or all close. Two changes of one policy would be the second only. */
static bool
has_rival(const struct proving *p, const struct batch *batch, const struct mutant *mutant)
{
	for (size_t i = 0; i < batch->count; i++) {
		const struct mutant *other = &p->mutants[batch->items[i]];
		if (other->opens != mutant->opens || (other->replaces && mutant->replaces &&
						      strcmp(other->object, mutant->object) == 0))
			return true;
	}
	return false;
}

static void
fill(const struct proving *p, struct batch *batch)
{
	batch->count = 0;
	for (size_t i = 0; i < p->count && batch->count < BATCH; i++) {
		if (p->stands[i] == STAND_WAITING && p->score->trials[i].fate == FATE_UNTRIED &&
		    !has_rival(p, batch, &p->mutants[i]))
			batch->items[batch->count++] = i;
	}
}

/* Those that the server takes stay in the batch; with false, too, so that they can be undone. */
static bool
apply_all(struct proving *p, struct batch *batch)
{
	size_t wanted = batch->count;
	bool ok = true;

	batch->count = 0;
	for (size_t i = 0; ok && i < wanted; i++) {
		bool applied;
		ok = apply(p, batch->items[i], &applied);
		if (ok && applied)
			batch->items[batch->count++] = batch->items[i];
	}
	return ok;
}

static bool
undo_all(struct proving *p, const struct batch *batch, bool ok)
{
	const struct mutant *mutants[BATCH];
	struct error err = { 0 };

	for (size_t i = 0; i < batch->count; i++)
		mutants[i] = &p->mutants[batch->items[i]];
	bool undone = copy_undo_all(p->options->copy, mutants, batch->count, &err);
	if (ok && !undone)
		*p->err = err;
	return ok && undone;
}

/* Ask all cases, or only `who`. */
static bool
ask_about_all(struct proving *p, struct batch *batch, const char *who, struct answer *answer)
{
	int64_t from_us = clock_now_us();
	bool ok = apply_all(p, batch) && (who ? ask(p, &who, 1, answer) : ask_all(p, answer));

	ok = undo_all(p, batch, ok);
	for (size_t i = 0; i < batch->count; i++)
		p->score->trials[batch->items[i]].elapsed_us +=
			(clock_now_us() - from_us) / (int64_t)batch->count;
	return ok;
}

/* Halve the batch until one mutant is left that `who` notices together with others: of the half
 * that it notices, or else of the other one. */
static bool
narrow(struct proving *p, struct batch *batch, const char *who)
{
	struct answer answer;

	while (batch->count > 1 && !is_over(p)) {
		struct batch first = *batch, second = { .count = 0 };

		first.count = batch->count / 2;
		for (size_t i = first.count; i < batch->count; i++)
			second.items[second.count++] = batch->items[i];
		if (!ask_about_all(p, &first, who, &answer))
			return false;
		*batch = answer.notice == NOTICE_RED ? first : second;
	}
	return true;
}

/* Whose fault a batch's red was: of the one that its witness notices by itself. Where it notices
 * none so, everybody is asked about each. The others wait for another batch. */
static bool
try_separately(struct proving *p, const struct batch *batch, const char *who)
{
	struct batch left = *batch;
	struct answer answer = { .notice = NOTICE_GREEN };

	if (who &&
	    (!narrow(p, &left, who) || (left.count == 1 && !is_over(p) &&
					!try_alone(p, left.items[0], ASKED_ONE, who, &answer))))
		return false;
	for (size_t i = 0; answer.notice != NOTICE_RED && i < batch->count && !is_over(p); i++) {
		struct answer all;
		if (!try_alone(p, batch->items[i], ASKED_EVERYBODY, NULL, &all))
			return false;
	}
	return true;
}

static bool
try_batch(struct proving *p, struct batch *batch)
{
	struct answer answer;

	if (!ask_about_all(p, batch, NULL, &answer))
		return false;
	if (is_over(p) || batch->count == 0)
		return true;
	if (answer.notice != NOTICE_GREEN)
		return try_separately(p, batch, strchr(answer.who, '/') ? answer.who : NULL);
	for (size_t i = 0; i < batch->count; i++) {
		settle(p, batch->items[i], &answer);
		p->stands[batch->items[i]] = STAND_BATCHED;
	}
	return true;
}

static bool
try_batches(struct proving *p)
{
	struct batch batch;

	for (fill(p, &batch); batch.count > 0 && !is_over(p); fill(p, &batch)) {
		tell(p, PROVING_CASES, p->count - count_untried(p), p->count);
		if (!try_batch(p, &batch))
			return error_within(p->err, p->mutants[batch.items[0]].name);
	}
	return true;
}

/* ---- what no case noticed ---- */

static void
tell_matrix(void *arg, size_t done, size_t total)
{
	tell(arg, PROVING_MATRIX, done, total);
}

static bool
compare_matrices(struct proving *p)
{
	const struct proving_options *options = p->options;
	struct sql_session *sessions[2] = { copy_session(options->copy) };

	/* Two processors are what most machines have at least. */
	if (!copy_twin(options->copy, &sessions[1], p->err))
		return false;
	const struct comparison_options comparing = {
		.sessions = sessions,
		.session_count = sessions[1] ? 2 : 1,
		.actors = options->actors,
		.matrix = options->matrix,
		.score = p->score,
		.over = options->over,
		.arg = options->arg,
	};
	struct comparison *comparison = comparison_open(&comparing, p->err);
	bool ok = comparison && comparison_settle(comparison, p->score, tell_matrix, p, p->err);
	comparison_close(comparison);
	return ok;
}

/* Whom the matrix had no time for is no survivor. */
static void
withdraw_survivors(struct proving *p)
{
	for (size_t i = 0; i < p->count; i++) {
		if (p->score->trials[i].fate == FATE_SURVIVED)
			score_settle(p->score, i, FATE_UNTRIED, NULL, NULL);
	}
}

static bool
ask_matrix(struct proving *p)
{
	if (!p->options->matrix || score_count(p->score, FATE_SURVIVED) == 0)
		return true;
	bool ok = copy_restore(p->options->copy, p->err) && compare_matrices(p);
	if (ok && is_over(p))
		withdraw_survivors(p);
	return ok;
}

static bool
was_left_to_a_batch(const struct proving *p, size_t index)
{
	return p->stands[index] == STAND_BATCHED && p->score->trials[index].fate != FATE_BY_MATRIX;
}

/* Green by itself, too, it stays what the matrix says it is. */
static bool
confirm(struct proving *p, size_t index)
{
	const struct trial settled = p->score->trials[index];
	struct answer answer;

	if (!try_alone(p, index, ASKED_EVERYBODY, NULL, &answer))
		return false;
	if (is_over(p))
		score_settle(p->score, index, FATE_UNTRIED, NULL, NULL);
	else if (answer.notice == NOTICE_GREEN)
		score_settle(p->score, index, settled.fate, settled.killer, settled.how);
	return true;
}

static bool
confirm_alone(struct proving *p)
{
	size_t done = 0, total = 0;

	for (size_t i = 0; i < p->count; i++)
		total += was_left_to_a_batch(p, i);
	for (size_t i = 0; i < p->count; i++) {
		if (!was_left_to_a_batch(p, i))
			continue;
		tell(p, PROVING_ALONE, done++, total);
		if (is_over(p))
			score_settle(p->score, i, FATE_UNTRIED, NULL, NULL);
		else if (!confirm(p, i))
			return error_within(p->err, p->mutants[i].name);
	}
	return true;
}

/* ---- all of it ---- */

/* What is red without any mutant says nothing about one; where the tests never come no mutant needs
 * a run. */
static bool
check_baseline(struct proving *p)
{
	struct answer answer;

	tell(p, PROVING_BASELINE, 0, p->count);
	if (!copy_watch(p->options->copy, p->err) || !ask(p, NULL, 0, &answer))
		return false;
	if (answer.notice == NOTICE_GREEN || is_over(p))
		return copy_untouched(p->options->copy, &p->untouched, p->err);
	return error_set(p->err, ERROR_ENVIRONMENT,
			 "the tests are not green as it is, so nothing can be proved: %s: %s",
			 answer.who, answer.how);
}

bool
proving_run(const struct proving_options *options, struct error *err)
{
	struct proving p = {
		.options = options,
		.score = options->score,
		.mutants = options->score->mutants->items,
		.count = options->score->mutants->count,
		.stands = calloc(options->score->mutants->count + 1, sizeof(*p.stands)),
		.err = err,
	};

	if (!p.stands)
		abort();
	bool ok = check_baseline(&p) && try_each(&p) && try_batches(&p) && ask_matrix(&p) &&
		  confirm_alone(&p);
	json_decref(p.untouched);
	free(p.stands);
	return ok;
}
