#include "rls/score.h"

#include <string.h>

void
score_init(struct score *score, const struct mutants *mutants)
{
	*score = (struct score){ .mutants = mutants };
	score->trials = ARENA_ARRAY(&score->arena, mutants->count + 1, struct trial);
}

void
score_release(struct score *score)
{
	arena_release(&score->arena);
	*score = (struct score){ 0 };
}

static const char *
keep(struct score *score, const char *text)
{
	return text ? arena_text(&score->arena, text, strlen(text)) : NULL;
}

void
score_settle(struct score *score, size_t index, enum fate fate, const char *killer, const char *how)
{
	struct trial *trial = &score->trials[index];

	trial->fate = fate;
	trial->killer = keep(score, killer);
	trial->how = keep(score, how);
}

static bool
is_listed(const char *const *ids, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(ids[i], id) == 0)
			return true;
	}
	return false;
}

/* How much two mutants have in common: 2 for what they change, 1 for the way they do. */
static int
likeness(const struct mutant *a, const struct mutant *b)
{
	return 2 * (strcmp(a->family, b->family) == 0) + (strcmp(a->kind, b->kind) == 0);
}

/* True when the last two mutants of this kind were both missed by every case: then asking some of
 * them first only costs time. */
static bool
is_hopeless(const struct score *score, size_t index)
{
	int missed = 0;

	for (size_t i = index; i-- > 0 && missed < 2;) {
		if (strcmp(score->mutants->items[i].kind, score->mutants->items[index].kind) != 0)
			continue;
		if (score->trials[i].fate != FATE_SURVIVED)
			return false;
		missed++;
	}
	return missed == 2;
}

size_t
score_suspects(const struct score *score, size_t index, const char **ids, size_t max)
{
	const struct mutant *mutants = score->mutants->items;
	size_t count = 0;

	for (int wanted = is_hopeless(score, index) ? 0 : 3; wanted > 0; wanted--) {
		for (size_t i = index; i-- > 0 && count < max;) {
			const char *killer = score->trials[i].killer;
			if (killer && strchr(killer, '/') && !is_listed(ids, count, killer) &&
			    likeness(&mutants[index], &mutants[i]) == wanted)
				ids[count++] = killer;
		}
	}
	return count;
}

size_t
score_count(const struct score *score, enum fate fate)
{
	size_t count = 0;

	for (size_t i = 0; i < score->mutants->count; i++)
		count += score->trials[i].fate == fate;
	return count;
}

size_t
score_killed(const struct score *score)
{
	return score_count(score, FATE_KILLED) + score_count(score, FATE_BY_MATRIX);
}

size_t
score_counted(const struct score *score)
{
	return score->mutants->count - score_count(score, FATE_EQUIVALENT) -
	       score_count(score, FATE_STILLBORN);
}

const char *
fate_name(enum fate fate)
{
	static const char *const names[] = {
		[FATE_UNTRIED] = "not tried",
		[FATE_KILLED] = "killed",
		[FATE_BY_MATRIX] = "killed by the matrix",
		[FATE_SURVIVED] = "survived",
		[FATE_EQUIVALENT] = "equivalent",
		[FATE_STILLBORN] = "stillborn",
		[FATE_UNJUDGED] = "not judged",
	};
	_Static_assert(COUNTOF(names) == FATES, "every fate needs a name");

	return names[fate];
}
