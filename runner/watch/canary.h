/* canary.h - promote, hold, roll back, or too little to say: a stage judged by its health rounds.
 *
 * Source of stages and criteria: the lens contract, "watching a lens"; as data in canary.yaml.
 *
 *   roll back     a 5xx, or replies over the latency limit in two rounds
 *   inconclusive  fewer rounds than the stage asks for: a missing round proves nothing
 *   hold          uptime, error rate or P99 beyond its limit; a missing round counts as down
 *   promote       none of these
 *
 * Percentiles are of all replies in the window, never of two numbers.
 */
#ifndef WATCH_CANARY_H
#define WATCH_CANARY_H

#include <jansson.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/histogram.h"

struct document;

/* How much worse a candidate may be than the baseline, and how sure that has to be. */
struct canary_difference {
	double sure_percent;
	double slower_percent; /* of the baseline's median */
	double error_points;   /* percentage points of wrong checks */
	int64_t within_ms;     /* rounds of the last so many are compared */
};

/* Paths in the lens's folder; NULL where canary.yaml names none. */
struct canary_runbooks {
	const char *errors, *slow, *silence, *flag;
};

struct canary_stage {
	const char *name, *title;
	int64_t window_ms, every_ms;
	int64_t max_5xx, p99_ms;
	double error_rate_percent, uptime_percent;
	/* The same for every stage. */
	struct canary_difference compare;
	struct canary_runbooks runbooks;
};

/* What was seen in the window. */
struct canary_window {
	int64_t from_us, to_us; /* since 1970 */
	long expected, rounds;  /* due; there */
	long up;                /* rounds that were not unhealthy */
	long checks, wrong;
	long replies, replies_5xx; /* all of them: the preflight's, too, where a row counts them */
	long slow_rounds;
	struct histogram times_ms;
};

enum canary_verdict { CANARY_PROMOTE, CANARY_HOLD, CANARY_ROLL_BACK, CANARY_INCONCLUSIVE };

const char *canary_verdict_name(enum canary_verdict verdict); /* "promote", "roll back", ... */

/* The one of two verdicts that a stage with both has. */
enum canary_verdict canary_worse(enum canary_verdict a, enum canary_verdict b);

/* The stage `name` of `path`; texts live in *document, which the caller frees. */
bool canary_stage_load(struct canary_stage *stage, const char *path, const char *name,
		       struct document **document, struct errors *errors) MUST_USE;

/* How many checks of a row of pms_health_checks did not answer as expected. */
long canary_wrong(const json_t *row);

/* Add a row of pms_health_checks. */
void canary_add(struct canary_window *window, const struct canary_stage *stage, const json_t *row);

/* One criterion: `seen` must be at most (or, for `least`, at least) `limit`. */
struct canary_criterion {
	const char *what, *unit; /* "P99 of all replies", " ms" */
	double seen, limit;
	bool least;
	long sample; /* seen is of so many */
	bool met;
	const char *runbook; /* when it is not met; NULL */
};

#define CANARY_CRITERIA 6

struct canary_judgement {
	enum canary_verdict verdict;
	struct canary_criterion criteria[CANARY_CRITERIA];
};

void canary_judge(const struct canary_window *window, const struct canary_stage *stage,
		  struct canary_judgement *out);

/* A Markdown table with each criterion: what was wanted, what was seen, by how much it is met, of
 * how many; and the same as a list of objects, a new reference. */
void canary_table(const struct canary_judgement *judgement, struct buf *out);
json_t *canary_list(const struct canary_judgement *judgement);

/* Is `tenant` among the first `percent` of all? The same tenants for the same lens, and those in at
 * 10 are in at 50. */
bool canary_is_in(const char *lens, const char *tenant, double percent);

#endif
