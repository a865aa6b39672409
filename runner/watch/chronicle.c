#include "watch/chronicle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/clock.h"
#include "watch/columns.h"
#include "watch/rounds.h"

#define STATEMENT_MS 30000
#define HOUR_S       INT64_C(3600)
#define DAY_S        INT64_C(86400)
#define SECOND_US    INT64_C(1000000)
#define WHOLE        "10000 days" /* a stretch that holds any window */

static const char latest_sql[] = {
#include "watch/chronicle_latest.sql.inc"
};
static const char stretches_sql[] = {
#include "watch/chronicle_stretches.sql.inc"
};
static const char checks_sql[] = {
#include "watch/chronicle_checks.sql.inc"
};
static const char errors_sql[] = {
#include "watch/chronicle_errors.sql.inc"
};
static const char flags_sql[] = {
#include "watch/chronicle_flags.sql.inc"
};
static const char deploys_sql[] = {
#include "watch/chronicle_deploys.sql.inc"
};

static const struct {
	const char *name;
	int64_t seconds;
} windows[WINDOWS] = {
	[WINDOW_HOUR] = { "hour", HOUR_S },
	[WINDOW_DAY] = { "24 hours", DAY_S },
	[WINDOW_WEEK] = { "7 days", 7 * DAY_S },
	[WINDOW_MONTH] = { "30 days", 30 * DAY_S },
};

const char *
chronicle_window_name(enum chronicle_window window)
{
	return windows[window].name;
}

/* What one query needs beside the chronicle. */
struct question {
	const char *sql;
	size_t param_count; /* of lens, yacht, from, to, interval, stretch */
	int64_t from_us;
	const char *stretch; /* NULL: no such parameter */
};

/* The moment of each row is asked for in a way that no session setting changes. */
static bool
ask(const struct chronicle *c, struct sql_session *session, const struct question *question,
    json_t **rows, struct error *err)
{
	static const char wrapped[] =
		"select (extract(epoch from q.\"time\") * 1e6)::bigint as at_us, q.* from (\n";
	char from[CLOCK_TEXT_BYTES], to[CLOCK_TEXT_BYTES], every[40];
	const char *params[] = { c->lens, c->yacht, from, to, every, question->stretch };
	struct buf sql;

	clock_text(question->from_us, from);
	clock_text(c->now_us, to);
	(void)snprintf(every, sizeof(every), "%lld seconds", (long long)(c->every_us / SECOND_US));
	buf_init(&sql, strlen(question->sql) + sizeof(wrapped) + 10);
	buf_printf(&sql, "%s%s) as q", wrapped, question->sql);
	bool ok = sql_session_ask(session, sql.text, params, question->param_count, STATEMENT_MS,
				  rows, err);
	buf_release(&sql);
	return ok;
}

/* ---- columns ---- */

#define TIMES(type)                                                                                \
	{ "p50_ms", COLUMN_NUMBER, offsetof(type, times.p50_ms) },                                 \
		{ "p90_ms", COLUMN_NUMBER, offsetof(type, times.p90_ms) },                         \
		{ "p95_ms", COLUMN_NUMBER, offsetof(type, times.p95_ms) },                         \
		{ "p99_ms", COLUMN_NUMBER, offsetof(type, times.p99_ms) },                         \
	{                                                                                          \
		"max_ms", COLUMN_NUMBER, offsetof(type, times.max_ms)                              \
	}

static const struct column stretch_columns[] = {
	{ "at_us", COLUMN_MOMENT, offsetof(struct chronicle_stretch, at_us) },
	{ "due", COLUMN_COUNT, offsetof(struct chronicle_stretch, due) },
	{ "healthy", COLUMN_COUNT, offsetof(struct chronicle_stretch, healthy) },
	{ "degraded", COLUMN_COUNT, offsetof(struct chronicle_stretch, degraded) },
	{ "unhealthy", COLUMN_COUNT, offsetof(struct chronicle_stretch, unhealthy) },
	{ "missing", COLUMN_COUNT, offsetof(struct chronicle_stretch, missing) },
	{ "checks", COLUMN_COUNT, offsetof(struct chronicle_stretch, checks) },
	{ "replies", COLUMN_COUNT, offsetof(struct chronicle_stretch, replies) },
	{ "uptime_percent", COLUMN_NUMBER, offsetof(struct chronicle_stretch, uptime_percent) },
	{ "wrong_percent", COLUMN_NUMBER, offsetof(struct chronicle_stretch, wrong_percent) },
	TIMES(struct chronicle_stretch),
};

static const struct column check_columns[] = {
	{ "check", COLUMN_TEXT, offsetof(struct chronicle_check, name) },
	{ "asked", COLUMN_COUNT, offsetof(struct chronicle_check, asked) },
	{ "wrong", COLUMN_COUNT, offsetof(struct chronicle_check, wrong) },
	{ "replies", COLUMN_COUNT, offsetof(struct chronicle_check, replies) },
	TIMES(struct chronicle_check),
};

static const struct column event_columns[] = {
	{ "at_us", COLUMN_MOMENT, offsetof(struct chronicle_event, at_us) },
	{ "level", COLUMN_TEXT, offsetof(struct chronicle_event, level) },
	{ "check", COLUMN_TEXT, offsetof(struct chronicle_event, check) },
	{ "message", COLUMN_TEXT, offsetof(struct chronicle_event, message) },
};

static const struct column change_columns[] = {
	{ "at_us", COLUMN_MOMENT, offsetof(struct chronicle_change, at_us) },
	{ "was", COLUMN_TEXT, offsetof(struct chronicle_change, was) },
	{ "now", COLUMN_TEXT, offsetof(struct chronicle_change, now) },
};

static const struct column latest_columns[] = {
	{ "at_us", COLUMN_MOMENT, offsetof(struct chronicle_round, at_us) },
	{ "status", COLUMN_TEXT, offsetof(struct chronicle_round, status) },
	{ "flag", COLUMN_TEXT, offsetof(struct chronicle_round, flag) },
	{ "commit", COLUMN_TEXT, offsetof(struct chronicle_round, commit) },
	{ "version", COLUMN_TEXT, offsetof(struct chronicle_round, version) },
	{ "p95_latency_ms", COLUMN_COUNT, offsetof(struct chronicle_round, p95_ms) },
	{ "sample_size", COLUMN_COUNT, offsetof(struct chronicle_round, sample_size) },
	{ "error_rate_percent", COLUMN_NUMBER,
	  offsetof(struct chronicle_round, error_rate_percent) },
	{ "started_us", COLUMN_MOMENT, offsetof(struct chronicle_round, started_us) },
	{ "first_us", COLUMN_MOMENT, offsetof(struct chronicle_round, first_us) },
};

/* ---- reading ---- */

/* One question, its rows as structs; NULL when it was not answered. */
static void *
take(struct chronicle *c, struct sql_session *session, const struct question *question,
     const struct column *columns, size_t column_count, size_t bytes, size_t *count,
     struct error *err)
{
	json_t *rows = NULL;

	if (!ask(c, session, question, &rows, err))
		return NULL;
	void *items = columns_take(&c->arena, rows, columns, column_count, bytes, count);
	json_decref(rows);
	return items;
}

static struct chronicle_stretch *
take_stretches(struct chronicle *c, struct sql_session *session, int64_t from_us,
	       const char *stretch, size_t *count, struct error *err)
{
	const struct question question = { stretches_sql, 6, from_us, stretch };

	return take(c, session, &question, stretch_columns, COUNTOF(stretch_columns),
		    sizeof(struct chronicle_stretch), count, err);
}

static struct chronicle_change *
take_changes(struct chronicle *c, struct sql_session *session, const char *sql, int64_t from_us,
	     size_t *count, struct error *err)
{
	const struct question question = { sql, 4, from_us, NULL };

	return take(c, session, &question, change_columns, COUNTOF(change_columns),
		    sizeof(struct chronicle_change), count, err);
}

static bool
read_latest(struct chronicle *c, struct sql_session *session, struct error *err)
{
	const struct question question = { latest_sql, 2, 0, NULL };
	size_t count;
	const struct chronicle_round *latest =
		take(c, session, &question, latest_columns, COUNTOF(latest_columns),
		     sizeof(*latest), &count, err);

	if (latest && count)
		c->latest = *latest;
	return latest != NULL;
}

static bool
read_windows(struct chronicle *c, struct sql_session *session, struct error *err)
{
	for (int i = 0; i < WINDOWS; i++) {
		size_t count;
		const struct chronicle_stretch *whole = take_stretches(
			c, session, c->now_us - windows[i].seconds * SECOND_US, WHOLE, &count, err);
		if (!whole)
			return false;
		if (count)
			c->windows[i] = *whole;
	}
	return true;
}

/* The first hour or day of `count` that end with the one that goes on now. */
static int64_t
begin_of(const struct chronicle *c, int64_t seconds, int64_t count)
{
	int64_t length_us = seconds * SECOND_US;

	return (c->now_us / length_us - count + 1) * length_us;
}

static bool
read_lists(struct chronicle *c, struct sql_session *session, struct error *err)
{
	int64_t week_us = begin_of(c, HOUR_S, 7 * 24);
	int64_t month_us = begin_of(c, DAY_S, 30);
	const struct question checks = { checks_sql, 4, week_us, NULL };
	const struct question events = { errors_sql, 4, week_us, NULL };

	c->hours = take_stretches(c, session, week_us, "1 hour", &c->hour_count, err);
	if (!c->hours)
		return false;
	c->days = take_stretches(c, session, month_us, "1 day", &c->day_count, err);
	if (!c->days)
		return false;
	c->checks = take(c, session, &checks, check_columns, COUNTOF(check_columns),
			 sizeof(*c->checks), &c->check_count, err);
	if (!c->checks)
		return false;
	c->events = take(c, session, &events, event_columns, COUNTOF(event_columns),
			 sizeof(*c->events), &c->event_count, err);
	if (!c->events)
		return false;
	c->flags = take_changes(c, session, flags_sql, month_us, &c->flag_count, err);
	if (!c->flags)
		return false;
	c->deploys = take_changes(c, session, deploys_sql, month_us, &c->deploy_count, err);
	return c->deploys != NULL;
}

/* ---- alerts ---- */

static void
ignore_change(void *arg, const struct alert *alert, enum alert_change change, int64_t at_us,
	      const char *why, const char *untold)
{
	(void)arg, (void)alert, (void)change, (void)at_us, (void)why, (void)untold;
}

/* As it stands now: the facts of its last round, and whether somebody would be told. */
static struct chronicle_alert
open_alert(struct chronicle *c, const struct alert_rules *rules, const struct alert *alerts,
	   const struct alert *alert)
{
	struct chronicle_alert open = {
		.rule = alert->rule,
		.firing = alert->state == ALERT_FIRING,
		.since_us = alert->since_us,
		.why = arena_text(&c->arena, alert->why, strlen(alert->why)),
	};

	(void)alert_is_told(alert, rules, alerts, c->now_us, &open.untold);
	return open;
}

static bool
read_alerts(struct chronicle *c, struct sql_session *session, const struct alert_rules *rules,
	    struct error *err)
{
	struct alert *alerts = ARENA_ARRAY(&c->arena, rules->count + 1, struct alert);
	struct observed observed = { .until_us = c->now_us };
	const struct rounds_query week = { c->lens, c->yacht,
					   c->now_us - windows[WINDOW_WEEK].seconds * SECOND_US,
					   c->now_us };
	struct observation *series = rounds_read(session, &week, &observed.count, err);

	if (!series)
		return false;
	observed.items = series;
	alert_replay(rules, alerts, &observed, ignore_change, NULL);
	free(series);
	c->alerts = ARENA_ARRAY(&c->arena, rules->count + 1, struct chronicle_alert);
	for (size_t i = 0; i < rules->count; i++) {
		if (alerts[i].state != ALERT_OK)
			c->alerts[c->alert_count++] = open_alert(c, rules, alerts, &alerts[i]);
	}
	return true;
}

bool
chronicle_read(struct chronicle *chronicle, struct sql_session *session,
	       const struct alert_rules *rules, struct error *err)
{
	chronicle->every_us = rules->every_ms * 1000;
	return read_latest(chronicle, session, err) && read_windows(chronicle, session, err) &&
	       read_lists(chronicle, session, err) && read_alerts(chronicle, session, rules, err);
}

void
chronicle_release(struct chronicle *chronicle)
{
	arena_release(&chronicle->arena);
}

/* ---- asking ---- */

enum worker_state
chronicle_worker(const struct chronicle *chronicle)
{
	int64_t silent_us = chronicle->now_us - chronicle->latest.at_us;

	if (!chronicle->latest.at_us)
		return WORKER_NEVER;
	if (silent_us >= 2 * chronicle->every_us)
		return WORKER_DEAD;
	return 2 * silent_us > 3 * chronicle->every_us ? WORKER_LATE : WORKER_ALIVE;
}

const char *
worker_state_name(enum worker_state state)
{
	static const char *const names[] = { [WORKER_NEVER] = "never seen",
					     [WORKER_ALIVE] = "alive",
					     [WORKER_LATE] = "late",
					     [WORKER_DEAD] = "dead" };

	return names[state];
}

const struct chronicle_stretch *
chronicle_find(const struct chronicle_stretch *stretches, size_t count, int64_t at_us)
{
	for (size_t i = 0; i < count; i++) {
		if (stretches[i].at_us == at_us)
			return &stretches[i];
	}
	return NULL;
}
