/* sample.h - for tests: a fixed month of a lens, and texts held against fixtures/golden.
 *
 *     LENSGATE_GOLDEN=write .build/checked/unit --filter 'standing/is_written_as_ever'
 *
 * writes what is compared; the diff is then what to review. */
#ifndef WATCH_SAMPLE_H
#define WATCH_SAMPLE_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/file.h"
#include "watch/chronicle.h"

#define SAMPLE_NOW_US  INT64_C(1795408440000000) /* 2026-11-23 04:34 UTC */
#define SAMPLE_HOUR_US INT64_C(3600000000)

/* ROUNDS rounds of one stretch, `late` milliseconds slower than usual. */
static inline struct chronicle_stretch
sample_stretch(int64_t at_us, long rounds, long degraded, long unhealthy, long missing, double late)
{
	long made = rounds - missing;
	double known = made ? 0 : CHRONICLE_UNKNOWN;

	return (struct chronicle_stretch){
		.at_us = at_us,
		.due = rounds,
		.healthy = made - degraded - unhealthy,
		.degraded = degraded,
		.unhealthy = unhealthy,
		.missing = missing,
		.checks = 5 * made,
		.replies = 5 * made,
		.uptime_percent = 100.0 * (double)(made - unhealthy) / (double)rounds,
		.wrong_percent = made ? 60.0 * (double)unhealthy / (double)made : CHRONICLE_UNKNOWN,
		.times = made ? (struct chronicle_times){ 20 + late, 41 + late, 60 + 2 * late,
							  85 + 3 * late, 120 + 4 * late }
			      : (struct chronicle_times){ known, known, known, known, known },
	};
}

/* Watched for five days and a bit: a slow night, a gap, a deploy, the flag off and on again, and
 * now two unhealthy rounds. */
static inline void
sample_hours(struct chronicle *c)
{
	int64_t now_h = SAMPLE_NOW_US / SAMPLE_HOUR_US;

	c->hours = ARENA_ARRAY(&c->arena, 168, struct chronicle_stretch);
	for (int64_t ago = 130; ago >= 0; ago--) {
		long degraded = ago == 77 ? 1 : 0;
		long unhealthy = ago == 0 ? 2 : ago == 20 ? 4 : 0;
		long missing = ago >= 50 && ago <= 53 ? 4 : ago == 49 ? 1 : 0;
		double late = ago >= 95 && ago <= 103 ? 1700 : (double)(ago % 7);

		c->hours[c->hour_count++] =
			sample_stretch((now_h - ago) * SAMPLE_HOUR_US, ago ? 4 : 3, degraded,
				       unhealthy, missing, late);
	}
}

static inline void
sample_days(struct chronicle *c)
{
	int64_t today = SAMPLE_NOW_US / SAMPLE_HOUR_US / 24;

	c->days = ARENA_ARRAY(&c->arena, 30, struct chronicle_stretch);
	for (int64_t ago = 5; ago >= 0; ago--)
		c->days[c->day_count++] = sample_stretch((today - ago) * 24 * SAMPLE_HOUR_US,
							 ago == 0   ? 19
							 : ago == 5 ? 24
								    : 96,
							 ago == 3,
							 ago == 1   ? 4
							 : ago == 0 ? 2
								    : 0,
							 ago == 2 ? 17 : 0, ago == 4 ? 1700 : 0);
}

/* Everything but lists that test themselves; freed by chronicle_release(). */
static inline void
sample_chronicle(struct chronicle *c)
{
	static const struct alert_rule five = { .id = "any-5xx",
						.title = "The lens answered with a 5xx",
						.level = "critical",
						.channel = "ops-critical",
						.runbook = "runbooks/5xx.md",
						.answer_within_ms = 900000 };
	static const struct alert_rule unhealthy = { .id = "unhealthy-twice",
						     .title =
							     "The lens was unhealthy twice running",
						     .level = "critical",
						     .channel = "ops-critical",
						     .runbook = "runbooks/5xx.md",
						     .answer_within_ms = 900000 };
	static const struct alert_rule rate = { .id = "error-rate",
						.title = "Too many checks are wrong",
						.level = "warning",
						.channel = "ops-warnings",
						.runbook = "runbooks/5xx.md",
						.answer_within_ms = 3600000 };
	static struct chronicle_alert alerts[] = {
		{ &five, true, 1795406400000000, "1 round with a 5xx in the last 15 minutes",
		  NULL },
		{ &unhealthy, true, 1795407300000000, "the lens is unhealthy",
		  "the service is moved to another host until 06:00" },
		{ &rate, false, 1795407300000000,
		  "60.00 % of the checks were wrong, the limit 1.00 %", NULL },
	};
	static struct chronicle_check checks[] = {
		{ "feature_flags", 500, 4, 500, { 11, 18, 25, 61, 240 } },
		{ "list_endpoint", 500, 6, 500, { 21, 40, 61, 5200, 6100 } },
		{ "service_health", 500, 0, 498, { 2, 3, 4, 9, 30 } },
		{ "suggestions_endpoint", 2, 2, 0, { -1, -1, -1, -1, -1 } },
	};
	static struct chronicle_event events[] = {
		{ 1795407300000000, "error", "list_endpoint",
		  "GET /v1/actions/list answered 500 INTERNAL_ERROR: <b>\"no\" & 'yes'</b>" },
		{ 1795406400000000, "error", "list_endpoint",
		  "GET /v1/actions/list answered 500 " },
		{ 1795128300000000, "warning", "handlers", "expected 5, got 4" },
	};
	static struct chronicle_change flags[] = {
		{ 1795338900000000, "off", "on" },
		{ 1795335300000000, "on", "off" },
	};
	static struct chronicle_change deploys[] = {
		{ 1795320900000000, "0.1.0 4f1c2d3aaaaa", "0.1.1 9a8ed67bbbbb" },
	};

	*c = (struct chronicle){
		.lens = "shopping_list",
		.environment = "staging",
		.yacht = "85fe1119-b04c-41ac-80f1-829d23322598",
		.now_us = SAMPLE_NOW_US,
		.every_us = SAMPLE_HOUR_US / 4,
		.latest = { 1795407300000000, "unhealthy", "on", "9a8ed67bbbbbbbbbb", "0.1.1", 64,
			    5, 60, 1795320900000000, 1794938400000000 },
		.checks = checks,
		.check_count = COUNTOF(checks),
		.events = events,
		.event_count = COUNTOF(events),
		.flags = flags,
		.flag_count = COUNTOF(flags),
		.deploys = deploys,
		.deploy_count = COUNTOF(deploys),
		.alerts = alerts,
		.alert_count = COUNTOF(alerts),
	};
	sample_hours(c);
	sample_days(c);
	c->windows[WINDOW_HOUR] = sample_stretch(SAMPLE_NOW_US - SAMPLE_HOUR_US, 4, 0, 2, 0, 3);
	c->windows[WINDOW_DAY] = sample_stretch(0, 95, 0, 6, 0, 5);
	c->windows[WINDOW_WEEK] = sample_stretch(0, 523, 1, 6, 17, 160);
	c->windows[WINDOW_MONTH] = sample_stretch(0, 523, 1, 6, 17, 160);
}

/* A lens that nobody watched yet. */
static inline void
sample_nothing(struct chronicle *c)
{
	*c = (struct chronicle){ .lens = "receiving",
				 .environment = "staging",
				 .yacht = "85fe1119-b04c-41ac-80f1-829d23322598",
				 .now_us = SAMPLE_NOW_US,
				 .every_us = SAMPLE_HOUR_US / 4 };
}

/* `text` is fixtures/golden/NAME, byte for byte. */
static inline void
sample_expect(const char *name, const struct buf *text)
{
	const char *wish = getenv("LENSGATE_GOLDEN");
	struct error err = { 0 };
	char path[200];
	size_t len = 0, at = 0;
	int line = 1;

	(void)snprintf(path, sizeof(path), "fixtures/golden/%s", name);
	if (wish && strcmp(wish, "write") == 0)
		cr_assert(file_replace(path, text->text, text->len, &err), "%s", err.message);
	char *golden = file_read(path, (size_t)1024 * 1024, &len, &err);
	cr_assert(golden, "%s", err.message);
	while (at < len && at < text->len && golden[at] == text->text[at])
		line += golden[at++] == '\n';
	cr_expect(len == text->len && at == len, "%s differs in line %d: ...%.60s", path, line,
		  text->text + at);
	free(golden);
}

#endif
