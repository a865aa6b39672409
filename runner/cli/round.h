/* round.h - one round of a health worker: every check of the lens asked, recorded and judged.
 *
 * A round is a run, with a record like that of any other. A worker makes 35 000 a year: records of
 * rounds that found nothing are removed again, but for the first, and of the others the newest
 * ROUND_RECORDS stay, below OUT/watch/kept. A single round (--once) has its folder below OUT/watch,
 * with reports and manifest, and is never removed.
 */
#ifndef CLI_ROUND_H
#define CLI_ROUND_H

#include "cli/recording.h"
#include "watch/health.h"

#define ROUND_RECORDS 200

/* Everything is borrowed. */
struct round_options {
	const struct settings *settings;
	const struct workspace *workspace;
	const struct plan *plan;
	const char *const *argv;
	const char *lens;
	struct embed *embed;
	struct loop *loop;
	bool first; /* of this worker */
};

/* Data: read freely. */
struct round {
	struct round_options options;
	struct health_round health;
	struct mask *mask; /* each round has tokens of its own: one of the worker would grow */
	struct identity identity;
	struct recording recording;
	struct performance_options asked; /* what `performance` borrows */
	struct performance performance;
	bool cut_short; /* by performance_signal(): it says nothing about the lens, has no record */
};

/* Make the round that is due at `due_us`, tell the journal of each check, and judge it. Zeroed
 * before. False with err only when no round could be made at all. */
bool round_make(struct round *round, const struct round_options *options, int64_t due_us,
		struct error *err) MUST_USE;

/* Its row (health_row), masked: a target may put a token into a message. A new reference. */
json_t *round_row(const struct round *round);

/* Does nothing to a zeroed one. */
void round_release(struct round *round);

#endif
