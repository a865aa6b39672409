#include "watch/standing.h"

#include <string.h>

#include "base/base.h"
#include "watch/moment.h"

#define SENTENCES 16 /* beside those about alerts */
#define DAY_US    INT64_C(86400000000)
#define ENOUGH    96   /* rounds in 24 hours: fewer say too little for a canary */
#define LEAST     99.5 /* percent of uptime that a stage of a roll-out asks for */
#define SLOWER    2    /* times the P95 of the week, */
#define SLOWER_MS 200  /* and at least so much more: that is worth a word */

static const char *const verdict_names[] = {
	[STANDING_GOOD] = "good", [STANDING_BAD] = "bad", [STANDING_UNKNOWN] = "unknown"
};

const char *
standing_verdict_name(enum standing_verdict verdict)
{
	return verdict_names[verdict];
}

static void
add(struct standing_list *list, const char *sentence)
{
	list->items[list->count++] = sentence;
}

/* ---- the verdict ---- */

/* An alert of level info is to be read, not answered. */
static size_t
count_firing(const struct chronicle *c)
{
	size_t count = 0;

	for (size_t i = 0; i < c->alert_count; i++)
		count += c->alerts[i].firing && strcmp(c->alerts[i].rule->level, "info") != 0;
	return count;
}

static void
judge(struct standing *s)
{
	const struct chronicle *c = s->chronicle;
	enum worker_state worker = chronicle_worker(c);
	size_t firing = count_firing(c);
	char age[MOMENT_BYTES];

	if (worker == WORKER_NEVER) {
		s->verdict = STANDING_UNKNOWN;
		s->headline = "no round was ever kept: nothing is known";
		return;
	}
	moment_length(c->now_us - c->latest.at_us, age);
	s->verdict = worker == WORKER_DEAD || strcmp(c->latest.status, "healthy") != 0 || firing
			     ? STANDING_BAD
			     : STANDING_GOOD;
	s->headline = arena_printf(&s->arena,
				   "the worker is %s, its last round, %s ago, found the lens %s; "
				   "%zu alert%s %s",
				   worker_state_name(worker), age, c->latest.status, firing,
				   firing == 1 ? "" : "s", firing == 1 ? "fires" : "fire");
}

/* ---- done ---- */

static void
say_last_round(struct standing *s)
{
	const struct chronicle_round *last = &s->chronicle->latest;
	char moment[MOMENT_BYTES];

	moment_text(last->at_us, moment);
	add(&s->done,
	    arena_printf(&s->arena,
			 "The last round, at %s UTC, was %s: P95 %ld ms, %.4g %% of %ld checks "
			 "wrong, flag %s.",
			 moment, last->status, last->p95_ms, last->error_rate_percent,
			 last->sample_size, *last->flag ? last->flag : "unknown"));
}

static void
say_rounds(struct standing *s)
{
	const struct chronicle_stretch *day = &s->chronicle->windows[WINDOW_DAY];

	add(&s->done,
	    arena_printf(&s->arena,
			 "%ld of %ld rounds of the last 24 hours were made: %ld healthy, %ld "
			 "degraded, %ld unhealthy.",
			 day->due - day->missing, day->due, day->healthy, day->degraded,
			 day->unhealthy));
}

static void
say_version(struct standing *s)
{
	const struct chronicle *c = s->chronicle;
	char age[MOMENT_BYTES] = "";

	if (!*c->latest.version && !*c->latest.commit)
		return;
	if (c->deploy_count)
		moment_length(c->now_us - c->deploys[0].at_us, age);
	add(&s->done, arena_printf(&s->arena, "Version %s, commit %.12s, answers%s%s%s.",
				   *c->latest.version ? c->latest.version : "not stated",
				   *c->latest.commit ? c->latest.commit : "not stated",
				   *age ? "; it was deployed " : " for as long as rounds say which",
				   age, *age ? " ago" : ""));
}

/* ---- next ---- */

static void
say_what_to_answer(struct standing *s)
{
	const struct chronicle *c = s->chronicle;
	char within[MOMENT_BYTES], since[MOMENT_BYTES];

	for (size_t i = 0; i < c->alert_count; i++) {
		const struct chronicle_alert *alert = &c->alerts[i];

		if (!alert->firing)
			continue;
		moment_length(alert->rule->answer_within_ms * 1000, within);
		moment_text(alert->since_us, since);
		add(&s->next,
		    arena_printf(
			    &s->arena,
			    "Answer %s within %s: %s since %s UTC (%s). Runbook: suites/%s/%s.",
			    alert->rule->id, within, alert->rule->title, since, alert->why, c->lens,
			    alert->rule->runbook));
	}
}

static void
say_next_round(struct standing *s)
{
	const struct chronicle *c = s->chronicle;
	enum worker_state worker = chronicle_worker(c);
	char moment[MOMENT_BYTES];

	if (worker == WORKER_NEVER || worker == WORKER_DEAD) {
		const char *where = c->worker_runbook
					    ? arena_printf(&s->arena,
							   "; what keeps it from running: "
							   "suites/%s/%s",
							   c->lens, c->worker_runbook)
					    : "";
		add(&s->next, arena_printf(&s->arena,
					   "Start the health worker: `lensgate watch %s --env "
					   "%s`%s.",
					   c->lens, c->environment, where));
		return;
	}
	if (strcmp(c->latest.status, "healthy") != 0 && count_firing(c) == 0)
		add(&s->next, "Look at the latest errors: another round like the last one and an "
			      "alert fires.");
	moment_text((c->now_us / c->every_us + 1) * c->every_us, moment);
	add(&s->next, arena_printf(&s->arena, "The next round is due at %s UTC.", moment));
}

/* ---- risks ---- */

static void
say_alerts_to_come(struct standing *s)
{
	const struct chronicle *c = s->chronicle;

	for (size_t i = 0; i < c->alert_count; i++) {
		const struct chronicle_alert *alert = &c->alerts[i];

		if (!alert->firing)
			add(&s->risks, arena_printf(&s->arena, "%s is pending: %s.",
						    alert->rule->id, alert->why));
		else if (alert->untold)
			add(&s->risks, arena_printf(&s->arena, "%s fires and nobody is told: %s.",
						    alert->rule->id, alert->untold));
	}
}

static void
say_gaps(struct standing *s)
{
	const struct chronicle *c = s->chronicle;
	const struct chronicle_stretch *day = &c->windows[WINDOW_DAY];
	char age[MOMENT_BYTES];

	if (chronicle_worker(c) == WORKER_LATE)
		add(&s->risks, "The round that was due has not come yet.");
	if (day->missing)
		add(&s->risks, arena_printf(&s->arena,
					    "%ld round%s of the last 24 hours %s missing: nothing "
					    "is known of that time, and it counts as down.",
					    day->missing, day->missing == 1 ? "" : "s",
					    day->missing == 1 ? "is" : "are"));
	if (c->now_us - c->latest.first_us >= DAY_US)
		return;
	moment_length(c->now_us - c->latest.first_us, age);
	add(&s->risks,
	    arena_printf(&s->arena, "Watched for %s only: a canary wants %d rounds in 24 hours.",
			 age, ENOUGH));
}

static void
say_uptime(struct standing *s)
{
	static const enum chronicle_window looked_at[] = { WINDOW_DAY, WINDOW_MONTH };

	for (size_t i = 0; i < COUNTOF(looked_at); i++) {
		const struct chronicle_stretch *window = &s->chronicle->windows[looked_at[i]];

		if (window->due && window->uptime_percent < LEAST)
			add(&s->risks,
			    arena_printf(&s->arena,
					 "Uptime was %.2f %% in the last %s, below the %.1f %% "
					 "that a stage of a roll-out asks for.",
					 window->uptime_percent,
					 chronicle_window_name(looked_at[i]), LEAST));
	}
}

static void
say_changes(struct standing *s)
{
	const struct chronicle *c = s->chronicle;
	double day = c->windows[WINDOW_DAY].times.p95_ms;
	double week = c->windows[WINDOW_WEEK].times.p95_ms;
	char age[MOMENT_BYTES];

	if (strcmp(c->latest.flag, "off") == 0)
		add(&s->risks, "The last round found the flag off.");
	if (c->flag_count && c->now_us - c->flags[0].at_us < DAY_US) {
		moment_length(c->now_us - c->flags[0].at_us, age);
		add(&s->risks,
		    arena_printf(&s->arena, "The flag went %s %s ago.", c->flags[0].now, age));
	}
	if (c->deploy_count && c->now_us - c->deploys[0].at_us < DAY_US) {
		moment_length(c->now_us - c->deploys[0].at_us, age);
		add(&s->risks,
		    arena_printf(&s->arena, "The version is %s old: older rounds speak of another.",
				 age));
	}
	if (week >= 0 && day > SLOWER * week && day > week + SLOWER_MS)
		add(&s->risks, arena_printf(&s->arena,
					    "Slower than it was: P95 %.0f ms in 24 hours, %.0f ms "
					    "in 7 days.",
					    day, week));
}

/* ---- all ---- */

static struct standing_list
list_of(struct standing *s)
{
	size_t room = s->chronicle->alert_count + SENTENCES;

	return (struct standing_list){ ARENA_ARRAY(&s->arena, room, const char *), 0 };
}

void
standing_make(struct standing *standing, const struct chronicle *chronicle)
{
	*standing = (struct standing){ .chronicle = chronicle };
	standing->done = list_of(standing);
	standing->next = list_of(standing);
	standing->risks = list_of(standing);
	judge(standing);
	if (standing->verdict == STANDING_UNKNOWN) {
		add(&standing->done, "Nothing: no round was ever kept.");
		say_next_round(standing);
		add(&standing->risks, "Whether the lens works is not known.");
		return;
	}
	say_last_round(standing);
	say_rounds(standing);
	say_version(standing);
	say_what_to_answer(standing);
	say_next_round(standing);
	say_alerts_to_come(standing);
	say_gaps(standing);
	say_uptime(standing);
	say_changes(standing);
	if (standing->risks.count == 0)
		add(&standing->risks, "None that the rounds know of.");
}

void
standing_release(struct standing *standing)
{
	arena_release(&standing->arena);
}
