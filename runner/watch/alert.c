#include "watch/alert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/clock.h"
#include "base/must.h"
#include "watch/replies.h"

static const char *const change_names[] = {
	[ALERT_UNCHANGED] = "unchanged", [ALERT_BEGAN] = "pending",     [ALERT_FIRED] = "firing",
	[ALERT_REMINDED] = "reminder",   [ALERT_RESOLVED] = "resolved",
};

const char *
alert_change_name(enum alert_change change)
{
	return change_names[change];
}

/* The last round before `index` that came; NULL when there is none. */
static const struct observation *
before(const struct observation *observations, size_t index)
{
	while (index > 0) {
		if (!observations[--index].missing)
			return &observations[index];
	}
	return NULL;
}

static long
count_within(const struct observation *observations, size_t count, int64_t within_ms,
	     enum alert_kind kind)
{
	int64_t from_us = observations[count - 1].at_us - within_ms * 1000;
	long found = 0;

	for (size_t i = 0; i < count; i++) {
		const struct observation *o = &observations[i];
		if (!o->missing && o->at_us > from_us)
			found += kind == ALERT_5XX ? o->has_5xx : o->restarted;
	}
	return found;
}

static bool
flag_changed(const struct observation *observations, size_t count, char *why, size_t size)
{
	const struct observation *now = &observations[count - 1];
	const struct observation *then = before(observations, count - 1);

	if (!then || now->flag == FLAG_UNKNOWN || then->flag == FLAG_UNKNOWN ||
	    now->flag == then->flag)
		return false;
	(void)snprintf(why, size, "the flag went %s", now->flag == FLAG_ON ? "on" : "off");
	return true;
}

static bool
is_silent(const struct alert_rule *rule, const struct observation *observations, size_t count,
	  char *why, size_t size)
{
	const struct observation *now = &observations[count - 1];
	const struct observation *last = now->missing ? before(observations, count - 1) : now;
	int64_t silent_ms = last ? (now->at_us - last->at_us) / 1000 : 0;

	(void)snprintf(why, size, "no round for %lld minutes", (long long)(silent_ms / 60000));
	return last && silent_ms >= rule->within_ms;
}

/* Does it hold at the newest observation? */
static bool
holds(const struct alert_rule *rule, const struct observation *observations, size_t count,
      char *why, size_t size)
{
	const struct observation *now = &observations[count - 1];
	long found;

	switch (rule->kind) {
	case ALERT_5XX:
		found = count_within(observations, count, rule->within_ms, rule->kind);
		(void)snprintf(why, size, "%ld round%s with a 5xx in the last %lld minutes", found,
			       found == 1 ? "" : "s", (long long)(rule->within_ms / 60000));
		return found > 0;
	case ALERT_RESTARTS:
		found = count_within(observations, count, rule->within_ms, rule->kind);
		(void)snprintf(why, size, "the worker started %ld times in the last %lld minutes",
			       found, (long long)(rule->within_ms / 60000));
		return (double)found > rule->above;
	case ALERT_STATUS:
		(void)snprintf(why, size, "the lens is %s", health_status_name(now->status));
		return now->status == HEALTH_UNHEALTHY;
	case ALERT_P95:
		(void)snprintf(why, size, "P95 is %.0f ms, the limit %.0f ms", now->p95_ms,
			       rule->above);
		return now->p95_ms > rule->above;
	case ALERT_ERROR_RATE:
		(void)snprintf(why, size, "%.2f %% of the checks were wrong, the limit %.2f %%",
			       now->error_rate_percent, rule->above);
		return now->error_rate_percent > rule->above;
	case ALERT_FLAG_CHANGED:
		return flag_changed(observations, count, why, size);
	case ALERT_SILENCE:
		return is_silent(rule, observations, count, why, size);
	case ALERT_KINDS:
		break;
	}
	return false;
}

static enum alert_change
change_to(struct alert *alert, enum alert_state state, int64_t now_us, enum alert_change change)
{
	alert->state = state;
	alert->since_us = now_us;
	if (change != ALERT_BEGAN)
		alert->said_us = now_us;
	return change;
}

static enum alert_change
look_held(struct alert *alert, int64_t now_us)
{
	alert->held++;
	alert->not_held = 0;
	if (alert->state == ALERT_FIRING) {
		bool remind = alert->rule->remind_ms &&
			      now_us - alert->said_us >= alert->rule->remind_ms * 1000;
		if (remind)
			alert->said_us = now_us;
		return remind ? ALERT_REMINDED : ALERT_UNCHANGED;
	}
	if (alert->held >= alert->rule->consecutive)
		return change_to(alert, ALERT_FIRING, now_us, ALERT_FIRED);
	return alert->state == ALERT_PENDING ? ALERT_UNCHANGED
					     : change_to(alert, ALERT_PENDING, now_us, ALERT_BEGAN);
}

static enum alert_change
look_not_held(struct alert *alert, int64_t now_us)
{
	alert->held = 0;
	alert->not_held++;
	if (alert->state == ALERT_PENDING)
		alert->state = ALERT_OK;
	if (alert->state != ALERT_FIRING || alert->not_held < alert->rule->resolve_after)
		return ALERT_UNCHANGED;
	return change_to(alert, ALERT_OK, now_us, ALERT_RESOLVED);
}

enum alert_change
alert_look(struct alert *alert, const struct observation *observations, size_t count, char *why,
	   size_t why_size)
{
	const struct observation *now = &observations[count - 1];

	why[0] = '\0';
	bool held = holds(alert->rule, observations, count, why, why_size);
	if (now->missing && alert->rule->kind != ALERT_SILENCE)
		return ALERT_UNCHANGED;
	return held ? look_held(alert, now->at_us) : look_not_held(alert, now->at_us);
}

bool
alert_is_told(const struct alert *alert, const struct alert_rules *rules,
	      const struct alert *alerts, int64_t now_us, const char **reason)
{
	for (size_t i = 0; i < rules->silence_count; i++) {
		const struct alert_silence *silence = &rules->silences[i];
		if (strcmp(silence->alert, alert->rule->id) == 0 && now_us < silence->until_us) {
			*reason = silence->reason;
			return false;
		}
	}
	for (size_t i = 0; alert->rule->parent && i < rules->count; i++) {
		if (strcmp(alerts[i].rule->id, alert->rule->parent) == 0 &&
		    alerts[i].state == ALERT_FIRING) {
			*reason = "its parent fires";
			return false;
		}
	}
	return true;
}

static void
read_flag(const json_t *check, struct observation *out)
{
	const char *verdict = json_string_value(json_object_get(check, "verdict"));

	if (json_integer_value(json_object_get(check, "status_code")) == 503)
		out->flag = FLAG_OFF;
	else if (verdict && strcmp(verdict, "PASS") == 0)
		out->flag = FLAG_ON;
}

/* The series with what is missing in it. */
struct series {
	struct observation *items;
	size_t count, room;
};

static void
series_add(struct series *series, const struct observation *observation)
{
	if (series->count == series->room) {
		series->room = series->room ? series->room * 2 : 256;
		series->items = must(realloc(series->items, series->room * sizeof(*series->items)));
	}
	series->items[series->count++] = *observation;
}

/* Up to `until_us`, what was due after the last one; half an interval late is not missing. */
static void
series_fill(struct series *series, int64_t until_us, int64_t every_us)
{
	int64_t due_us = series->count ? series->items[series->count - 1].at_us + every_us : 0;

	for (; series->count && due_us + every_us / 2 <= until_us; due_us += every_us) {
		struct observation missing = { .at_us = due_us, .missing = true };
		series_add(series, &missing);
	}
}

static void
look_at_newest(const struct alert_rules *rules, struct alert *alerts, const struct series *series,
	       size_t count, alert_change_fn *fn, void *arg)
{
	int64_t now_us = series->items[count - 1].at_us;
	char why[ALERT_WHY_BYTES];

	for (size_t i = 0; i < rules->count; i++) {
		const char *untold = NULL;
		enum alert_change change =
			alert_look(&alerts[i], series->items, count, why, sizeof(why));

		if (alerts[i].held)
			memcpy(alerts[i].why, why, sizeof(why));
		if (change == ALERT_UNCHANGED)
			continue;
		bool told = alert_is_told(&alerts[i], rules, alerts, now_us, &untold);
		if (change == ALERT_RESOLVED && !alerts[i].told)
			untold = "nobody was told that it fired";
		alerts[i].told = change != ALERT_RESOLVED &&
				 (alerts[i].told || (told && change != ALERT_BEGAN));
		fn(arg, &alerts[i], change, now_us, why, untold);
	}
}

void
alert_replay(const struct alert_rules *rules, struct alert *alerts, const struct observed *observed,
	     alert_change_fn *fn, void *arg)
{
	struct series series = { 0 };
	size_t seen = 0;

	for (size_t i = 0; i < rules->count; i++)
		alerts[i] = (struct alert){ .rule = &rules->items[i] };
	for (size_t i = 0; i <= observed->count; i++) {
		series_fill(&series,
			    i < observed->count ? observed->items[i].at_us : observed->until_us,
			    rules->every_ms * 1000);
		if (i < observed->count)
			series_add(&series, &observed->items[i]);
		for (; seen < series.count; seen++)
			look_at_newest(rules, alerts, &series, seen + 1, fn, arg);
	}
	free(series.items);
}

bool
observation_read(const json_t *row, struct observation *out)
{
	const char *moment = json_string_value(json_object_get(row, "observed_at"));
	const char *status = json_string_value(json_object_get(row, "status"));
	const json_t *events = json_object_get(row, "events");
	const json_t *checks = json_object_get(json_object_get(row, "notes"), "checks");

	*out = (struct observation){
		.p95_ms = json_number_value(json_object_get(row, "p95_latency_ms")),
		.error_rate_percent = json_number_value(json_object_get(row, "error_rate_percent")),
		.status = HEALTH_UNHEALTHY,
		.has_5xx = replies_count_5xx(row) > 0,
	};
	if (!moment || !clock_parse(moment, &out->at_us) || !status)
		return false;
	for (int i = HEALTH_HEALTHY; i <= HEALTH_UNHEALTHY; i++) {
		if (strcmp(status, health_status_name((enum health_status)i)) == 0)
			out->status = (enum health_status)i;
	}
	read_flag(json_object_get(checks, "feature_flags"), out);
	for (size_t i = 0; i < json_array_size(events); i++) {
		const json_t *detail = json_object_get(json_array_get(events, i), "detail_json");
		const char *event = json_string_value(json_object_get(detail, "event"));
		out->restarted |= event && strcmp(event, "worker started") == 0;
	}
	return true;
}
