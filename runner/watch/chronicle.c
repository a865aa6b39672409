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
#define WEEK_HOURS   168
#define MONTH_DAYS   30
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

/* Everything a question needs beside itself. */
struct reading {
	struct chronicle *chronicle;
	struct sql_session *session;
	struct error *err;
};

/* One query, and what its rows become. */
struct question {
	const char *sql;
	size_t param_count; /* of lens, yacht, from, to, interval, stretch */
	int64_t from_us;
	const char *stretch; /* NULL: no such parameter */
	const struct column *columns;
	size_t column_count, item_bytes;
};

/* The moment of each row is asked for in a way that no session setting changes. */
static json_t *
ask(const struct reading *reading, const struct question *question)
{
	static const char wrapped[] =
		"select (extract(epoch from q.\"time\") * 1e6)::bigint as at_us, q.* from (\n";
	const struct chronicle *c = reading->chronicle;
	char from[CLOCK_TEXT_BYTES], to[CLOCK_TEXT_BYTES], every[40];
	const char *params[] = { c->lens, c->yacht, from, to, every, question->stretch };
	json_t *rows = NULL;
	struct buf sql;

	clock_text(question->from_us, from);
	clock_text(c->now_us, to);
	(void)snprintf(every, sizeof(every), "%lld seconds", (long long)(c->every_us / SECOND_US));
	buf_init(&sql, strlen(question->sql) + sizeof(wrapped) + 10);
	buf_printf(&sql, "%s%s) as q", wrapped, question->sql);
	if (!sql_session_ask(reading->session, sql.text, params, question->param_count,
			     STATEMENT_MS, &rows, reading->err))
		rows = NULL;
	buf_release(&sql);
	return rows;
}

/* One question, its rows as structs; NULL when it was not answered. */
static void *
take(const struct reading *reading, const struct question *question, size_t *count)
{
	json_t *rows = ask(reading, question);

	if (!rows)
		return NULL;
	void *items = columns_take(&reading->chronicle->arena, rows, question->columns,
				   question->column_count, question->item_bytes, count);
	json_decref(rows);
	return items;
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

static struct chronicle_stretch *
take_stretches(const struct reading *reading, int64_t from_us, const char *stretch, size_t *count)
{
	const struct question question = { stretches_sql,
					   6,
					   from_us,
					   stretch,
					   stretch_columns,
					   COUNTOF(stretch_columns),
					   sizeof(struct chronicle_stretch) };

	return take(reading, &question, count);
}

static struct chronicle_change *
take_changes(const struct reading *reading, const char *sql, int64_t from_us, size_t *count)
{
	const struct question question = { sql,
					   4,
					   from_us,
					   NULL,
					   change_columns,
					   COUNTOF(change_columns),
					   sizeof(struct chronicle_change) };

	return take(reading, &question, count);
}

static bool
read_latest(const struct reading *reading)
{
	const struct question question = { latest_sql,
					   2,
					   0,
					   NULL,
					   latest_columns,
					   COUNTOF(latest_columns),
					   sizeof(struct chronicle_round) };
	size_t count;
	const struct chronicle_round *latest = take(reading, &question, &count);

	if (latest && count)
		reading->chronicle->latest = *latest;
	return latest != NULL;
}

static bool
read_windows(const struct reading *reading)
{
	struct chronicle *c = reading->chronicle;

	for (int i = 0; i < WINDOWS; i++) {
		size_t count;
		const struct chronicle_stretch *whole = take_stretches(
			reading, c->now_us - windows[i].seconds * SECOND_US, WHOLE, &count);
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

/* What the dashboard lists: 7 days by hour, check and event. */
static bool
read_week(const struct reading *reading)
{
	struct chronicle *c = reading->chronicle;
	int64_t from_us = begin_of(c, HOUR_S, WEEK_HOURS);
	const struct question checks = { checks_sql,
					 4,
					 from_us,
					 NULL,
					 check_columns,
					 COUNTOF(check_columns),
					 sizeof(struct chronicle_check) };
	const struct question events = { errors_sql,
					 4,
					 from_us,
					 NULL,
					 event_columns,
					 COUNTOF(event_columns),
					 sizeof(struct chronicle_event) };

	c->hours = take_stretches(reading, from_us, "1 hour", &c->hour_count);
	if (!c->hours)
		return false;
	c->checks = take(reading, &checks, &c->check_count);
	if (!c->checks)
		return false;
	c->events = take(reading, &events, &c->event_count);
	return c->events != NULL;
}

/* And 30 days by day and change. */
static bool
read_month(const struct reading *reading)
{
	struct chronicle *c = reading->chronicle;
	int64_t from_us = begin_of(c, DAY_S, MONTH_DAYS);

	c->days = take_stretches(reading, from_us, "1 day", &c->day_count);
	if (!c->days)
		return false;
	c->flags = take_changes(reading, flags_sql, from_us, &c->flag_count);
	if (!c->flags)
		return false;
	c->deploys = take_changes(reading, deploys_sql, from_us, &c->deploy_count);
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
read_alerts(const struct reading *reading, const struct alert_rules *rules)
{
	struct chronicle *c = reading->chronicle;
	struct alert *alerts = ARENA_ARRAY(&c->arena, rules->count + 1, struct alert);
	struct observed observed = { .until_us = c->now_us };
	const struct rounds_query week = { c->lens, c->yacht,
					   c->now_us - windows[WINDOW_WEEK].seconds * SECOND_US,
					   c->now_us };
	struct observation *series =
		rounds_read(reading->session, &week, &observed.count, reading->err);

	if (!series)
		return false;
	observed.items = series;
	alert_replay(rules, alerts, &observed, ignore_change, NULL);
	free(series);
	c->alerts = ARENA_ARRAY(&c->arena, rules->count + 1, struct chronicle_alert);
	for (size_t i = 0; i < rules->count; i++) {
		if (rules->items[i].kind == ALERT_SILENCE)
			c->worker_runbook = rules->items[i].runbook;
		if (alerts[i].state != ALERT_OK)
			c->alerts[c->alert_count++] = open_alert(c, rules, alerts, &alerts[i]);
	}
	return true;
}

bool
chronicle_read(struct chronicle *chronicle, struct sql_session *session,
	       const struct alert_rules *rules, struct error *err)
{
	const struct reading reading = { chronicle, session, err };

	chronicle->every_us = rules->every_ms * 1000;
	return read_latest(&reading) && read_windows(&reading) && read_week(&reading) &&
	       read_month(&reading) && read_alerts(&reading, rules);
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
