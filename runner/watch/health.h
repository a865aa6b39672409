/* health.h - one round of a health worker, as data: what each check saw, and what that makes.
 *
 * A check is a case of the lens's health suite; its id is the check's name. Source of the rules:
 * the lens contract, "watching a lens":
 *
 *   unhealthy  any 5xx (503 FEATURE_DISABLED too), no whole reply, or a check that FAILED
 *   degraded   a check tagged `degraded` that FAILED, one that could not be judged, P95 over 5 s
 *   healthy    none of these
 *
 * A round that could not ask at all is unhealthy: a missing answer counts as down.
 */
#ifndef WATCH_HEALTH_H
#define WATCH_HEALTH_H

#include <jansson.h>
#include <stdint.h>

#include "base/histogram.h"
#include "run/run.h"

enum health_status { HEALTH_HEALTHY, HEALTH_DEGRADED, HEALTH_UNHEALTHY };

#define HEALTH_ID_BYTES 37

struct health_round {
	char id[HEALTH_ID_BYTES]; /* of its row: the same for the same lens, yacht and moment */
	const char *lens, *yacht; /* borrowed */
	const char *run;          /* id of the run whose record is kept; NULL: none is */
	int64_t observed_us;      /* since 1970 */
	enum health_status status;
	long checks, wrong; /* asked; that did not answer as expected */
	long replies;       /* received whole */
	long replies_5xx;   /* of these, whether a step expected it or not */
	struct histogram times_us;
	json_t *seen;   /* {check: {verdict, status_code, latency_ms, ...}} */
	json_t *target; /* what it says of itself: {commit, version, ...}; empty when it does not */
	json_t *events; /* [{level, detail_json}] */
};

const char *health_status_name(enum health_status status); /* "healthy", ... */

/* Begin the round that was due at `observed_us`. Freed by health_release(). */
void health_begin(struct health_round *round, const char *lens, const char *yacht,
		  int64_t observed_us);
/* What came of one check. */
void health_case(struct health_round *round, const struct planned_case *planned,
		 const struct run_case *run_case);
/* The preflight refused the round: no check was made. Its `count` exchanges say what answered: a
 * 5xx is seen as check "preflight", a lens that is switched off as "feature_flags". */
void health_refused(struct health_round *round, const struct exchange *exchanges, size_t count);
/* What the target said of itself (preflight_target); it goes into the row's notes. A commit or
 * version other than in the round before is a deploy. */
void health_target(struct health_round *round, const json_t *target);
/* This round is the first of a worker that has just started: an event says so. */
void health_started(struct health_round *round);
/* After the last check: what else answered. The session may have counted more than its cases show
 * (a set-up, a retry), or less, as it leaves out a 5xx that a step expects: the larger counts. The
 * preflight's exchanges come on top. */
void health_count(struct health_round *round, const struct invariants *counted,
		  const struct exchange *preflight, size_t count);
/* After all of that: what it says together. */
void health_conclude(struct health_round *round);
void health_release(struct health_round *round);

/* P95 of all replies in whole milliseconds; and the share of checks that were wrong. */
int64_t health_p95_ms(const struct health_round *round);
double health_error_rate_percent(const struct health_round *round);

/* Its row of pms_health_checks, with its rows of pms_health_events as `events`. A new reference. */
json_t *health_row(const struct health_round *round);

#endif
