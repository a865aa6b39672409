/* chronicle.h - what the health tables say of one lens over the last 30 days, as data.
 *
 * Filled by a few queries (runner/watch/chronicle_*.sql, which Grafana uses too) and by the alert
 * rules; snapshot and dashboard are pure functions of it. A round that was due and is not there was
 * down. Before the first round there ever was nothing was due.
 */
#ifndef WATCH_CHRONICLE_H
#define WATCH_CHRONICLE_H

#include "base/arena.h"
#include "exec/sql_session.h"
#include "watch/alert.h"

/* A number that is not known: no reply was measured, nothing was checked. */
#define CHRONICLE_UNKNOWN (-1.0)

/* Milliseconds; CHRONICLE_UNKNOWN where nothing answered. */
struct chronicle_times {
	double p50_ms, p90_ms, p95_ms, p99_ms, max_ms;
};

/* What was found from `at_us` on, for an hour, a day or the whole of a window. */
struct chronicle_stretch {
	int64_t at_us;
	long due, healthy, degraded, unhealthy, missing; /* rounds; the four add up to `due` */
	long checks, replies;
	double uptime_percent, wrong_percent;
	struct chronicle_times times;
};

struct chronicle_check {
	const char *name;
	long asked, wrong, replies;
	struct chronicle_times times;
};

struct chronicle_event {
	int64_t at_us;
	const char *level, *check, *message; /* "" when there is none */
};

/* The flag was switched, or another version answered. */
struct chronicle_change {
	int64_t at_us;
	const char *was, *now;
};

/* The newest round, however old; at_us 0: there is none. Texts are "" when not known. */
struct chronicle_round {
	int64_t at_us;
	const char *status, *flag, *commit, *version;
	long p95_ms, sample_size;
	double error_rate_percent;
	int64_t started_us, first_us; /* the worker's last start; the first round there ever was */
};

/* An alert that is pending or fires. */
struct chronicle_alert {
	const struct alert_rule *rule;
	bool firing;
	int64_t since_us;
	const char *why;
	const char *untold; /* why nobody is told; NULL: somebody is */
};

enum chronicle_window { WINDOW_HOUR, WINDOW_DAY, WINDOW_WEEK, WINDOW_MONTH, WINDOWS };

/* Two intervals without a round: the worker is dead. */
enum worker_state { WORKER_NEVER, WORKER_ALIVE, WORKER_LATE, WORKER_DEAD };

/* Texts are borrowed or live in the arena. Lists without a word about it are oldest first. */
struct chronicle {
	struct arena arena;
	const char *lens, *environment, *yacht;
	int64_t now_us, every_us;
	struct chronicle_round latest;
	struct chronicle_stretch windows[WINDOWS]; /* due 0: nothing is known of it */
	struct chronicle_stretch *hours;           /* of 7 days */
	size_t hour_count;
	struct chronicle_stretch *days; /* 30 */
	size_t day_count;
	struct chronicle_check *checks; /* of 7 days, by name */
	size_t check_count;
	struct chronicle_event *events; /* of 7 days, newest first, 50 at most */
	size_t event_count;
	struct chronicle_change *flags, *deploys; /* of 30 days, newest first */
	size_t flag_count, deploy_count;
	struct chronicle_alert *alerts; /* in the order of the rules */
	size_t alert_count;
	const char *worker_runbook; /* of the rule about a silent worker; NULL: there is none */
};

/* Ask everything. `chronicle` is zeroed but for lens, environment, yacht and now_us; `rules` is
 * borrowed for as long as it lives. False with the server's sentence. */
bool chronicle_read(struct chronicle *chronicle, struct sql_session *session,
		    const struct alert_rules *rules, struct error *err) MUST_USE;
void chronicle_release(struct chronicle *chronicle);

/* The worker by its rows: alive until a round is half an interval late, dead when two are due. */
enum worker_state chronicle_worker(const struct chronicle *chronicle);
const char *worker_state_name(enum worker_state state);          /* "alive", ... */
const char *chronicle_window_name(enum chronicle_window window); /* "24 hours", ... */

/* The hour or day that begins at `at_us`; NULL: nothing was due then. */
const struct chronicle_stretch *chronicle_find(const struct chronicle_stretch *stretches,
					       size_t count, int64_t at_us);

#endif
