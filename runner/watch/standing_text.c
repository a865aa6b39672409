/* A standing, written down: Markdown, JSON, terminal. */
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/clock.h"
#include "report/plain.h"
#include "report/prose.h"
#include "watch/moment.h"
#include "watch/standing.h"

#define DAY_HOURS 24
#define HOUR_US   INT64_C(3600000000)
#define HOURS_KEY "+ healthy  ~ degraded  x unhealthy  . missing"

static const struct section {
	const char *name, *heading;
	size_t offset;
} sections[] = {
	{ "done", "Done", offsetof(struct standing, done) },
	{ "next", "Next", offsetof(struct standing, next) },
	{ "risks", "Risks", offsetof(struct standing, risks) },
};

static const struct standing_list *
list_of(const struct standing *s, const struct section *section)
{
	return (const struct standing_list *)(const void *)((const char *)s + section->offset);
}

/* ---- what all of them show ---- */

/* The last 24 hours, a letter for the worst that each had; a blank before the first round. */
static void
hours_text(const struct chronicle *c, char text[DAY_HOURS + 1])
{
	for (int i = 0; i < DAY_HOURS; i++) {
		const struct chronicle_stretch *hour =
			chronicle_find(c->hours, c->hour_count,
				       (c->now_us / HOUR_US - DAY_HOURS + 1 + i) * HOUR_US);

		const char *letter = !hour             ? " "
				     : hour->unhealthy ? "x"
				     : hour->missing   ? "."
				     : hour->degraded  ? "~"
						       : "+";
		text[i] = *letter;
	}
	text[DAY_HOURS] = '\0';
}

/* The cells of a row of the trend. */
enum cell {
	CELL_WINDOW,
	CELL_ROUNDS,
	CELL_UPTIME,
	CELL_WRONG,
	CELL_P50,
	CELL_P95,
	CELL_P99,
	CELLS
};

static const char *const heads[CELLS] = {
	[CELL_WINDOW] = "last", [CELL_ROUNDS] = "rounds", [CELL_UPTIME] = "uptime",
	[CELL_WRONG] = "wrong", [CELL_P50] = "P50",       [CELL_P95] = "P95",
	[CELL_P99] = "P99",
};

static void
percent_text(double percent, char text[24])
{
	(void)snprintf(text, 24, percent < 0 ? "-" : "%.2f %%", percent);
}

static void
ms_text(double ms, char text[24])
{
	(void)snprintf(text, 24, ms < 0 ? "-" : "%.0f ms", ms);
}

static void
trend_row(const struct chronicle *c, enum chronicle_window window, char cells[CELLS][24])
{
	const struct chronicle_stretch *seen = &c->windows[window];
	bool any = seen->due > 0;

	(void)snprintf(cells[CELL_WINDOW], 24, "%s", chronicle_window_name(window));
	(void)snprintf(cells[CELL_ROUNDS], 24, "%ld of %ld", seen->due - seen->missing, seen->due);
	percent_text(any ? seen->uptime_percent : CHRONICLE_UNKNOWN, cells[CELL_UPTIME]);
	percent_text(any ? seen->wrong_percent : CHRONICLE_UNKNOWN, cells[CELL_WRONG]);
	ms_text(any ? seen->times.p50_ms : CHRONICLE_UNKNOWN, cells[CELL_P50]);
	ms_text(any ? seen->times.p95_ms : CHRONICLE_UNKNOWN, cells[CELL_P95]);
	ms_text(any ? seen->times.p99_ms : CHRONICLE_UNKNOWN, cells[CELL_P99]);
}

/* ---- markdown ---- */

static void
add_trend(const struct standing *s, struct buf *out)
{
	char cells[CELLS][24], hours[DAY_HOURS + 1];

	buf_printf(out, "\n## Trend\n\n|");
	for (int i = 0; i < CELLS; i++)
		buf_printf(out, " %s |", heads[i]);
	buf_printf(out, "\n|---|---:|---:|---:|---:|---:|---:|\n");
	for (int w = 0; w < WINDOWS; w++) {
		trend_row(s->chronicle, (enum chronicle_window)w, cells);
		buf_printf(out, "|");
		for (int i = 0; i < CELLS; i++)
			buf_printf(out, " %s |", cells[i]);
		buf_printf(out, "\n");
	}
	hours_text(s->chronicle, hours);
	buf_printf(out,
		   "\nThe last 24 hours, oldest first: `[%s]` (%s). A missing round counts as "
		   "down.\n",
		   hours, HOURS_KEY);
}

static void
add_alerts(const struct standing *s, struct buf *out)
{
	const struct chronicle *c = s->chronicle;
	char moment[MOMENT_BYTES];

	buf_printf(out, "\n## Open alerts\n\n");
	if (c->alert_count == 0) {
		buf_printf(out, "None.\n");
		return;
	}
	buf_printf(out, "| alert | state | since (UTC) | level | why |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < c->alert_count; i++) {
		const struct chronicle_alert *alert = &c->alerts[i];

		moment_text(alert->since_us, moment);
		buf_printf(out, "| %s | %s | %s | %s | ", alert->rule->id,
			   alert->firing ? "fires" : "pending", moment, alert->rule->level);
		prose_inline(out, alert->why);
		buf_printf(out, " |\n");
	}
}

void
standing_markdown(const struct standing *s, struct buf *out)
{
	const struct chronicle *c = s->chronicle;
	char moment[MOMENT_BYTES];

	moment_text(c->now_us, moment);
	buf_printf(out, "# %s on %s: %s\n\n%s UTC, yacht %s: %s.\n", c->lens, c->environment,
		   standing_verdict_name(s->verdict), moment, c->yacht, s->headline);
	for (size_t i = 0; i < COUNTOF(sections); i++) {
		const struct standing_list *list = list_of(s, &sections[i]);

		buf_printf(out, "\n## %s\n\n", sections[i].heading);
		for (size_t k = 0; k < list->count; k++) {
			buf_printf(out, "- ");
			prose_inline(out, list->items[k]);
			buf_printf(out, "\n");
		}
	}
	add_alerts(s, out);
	add_trend(s, out);
}

/* ---- json ---- */

/* null for what is not known. */
static json_t *
known(double value)
{
	return value < 0 ? json_null() : json_real(value);
}

static json_t *
moment_json(int64_t us)
{
	char text[CLOCK_TEXT_BYTES];

	clock_text(us, text);
	return us ? json_string(text) : json_null();
}

static json_t *
window_json(const struct chronicle *c, enum chronicle_window window)
{
	const struct chronicle_stretch *seen = &c->windows[window];
	bool any = seen->due > 0;

	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "last",
			 chronicle_window_name(window), "due", (json_int_t)seen->due, "healthy",
			 (json_int_t)seen->healthy, "degraded", (json_int_t)seen->degraded,
			 "unhealthy", (json_int_t)seen->unhealthy, "missing",
			 (json_int_t)seen->missing, "uptime_percent",
			 any ? known(seen->uptime_percent) : json_null(), "wrong_percent",
			 any ? known(seen->wrong_percent) : json_null(), "p50_ms",
			 any ? known(seen->times.p50_ms) : json_null(), "p95_ms",
			 any ? known(seen->times.p95_ms) : json_null(), "p99_ms",
			 any ? known(seen->times.p99_ms) : json_null());
}

static json_t *
latest_json(const struct chronicle *c)
{
	const struct chronicle_round *last = &c->latest;

	if (!last->at_us)
		return json_null();
	return json_pack(
		"{s:o, s:s, s:s, s:s, s:s, s:I, s:o, s:I}", "observed_at", moment_json(last->at_us),
		"status", last->status, "flag", last->flag, "commit", last->commit, "version",
		last->version, "p95_latency_ms", (json_int_t)last->p95_ms, "error_rate_percent",
		known(last->error_rate_percent), "sample_size", (json_int_t)last->sample_size);
}

static json_t *
alerts_json(const struct chronicle *c)
{
	json_t *array = json_array();

	for (size_t i = 0; i < c->alert_count; i++) {
		const struct chronicle_alert *alert = &c->alerts[i];

		json_array_append_new(
			array, json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:s*}", "id",
					 alert->rule->id, "level", alert->rule->level, "state",
					 alert->firing ? "firing" : "pending", "since",
					 moment_json(alert->since_us), "why", alert->why, "runbook",
					 alert->rule->runbook, "untold", alert->untold));
	}
	return array;
}

static json_t *
trend_json(const struct chronicle *c)
{
	json_t *array = json_array();

	for (int i = 0; i < WINDOWS; i++)
		json_array_append_new(array, window_json(c, (enum chronicle_window)i));
	return array;
}

void
standing_json(const struct standing *s, struct buf *out)
{
	const struct chronicle *c = s->chronicle;
	char hours[DAY_HOURS + 1];

	hours_text(c, hours);
	json_t *root = json_pack(
		"{s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:o, s:o, s:s, s:o}", "lens", c->lens,
		"environment", c->environment, "yacht", c->yacht, "made", moment_json(c->now_us),
		"verdict", standing_verdict_name(s->verdict), "headline", s->headline, "worker",
		worker_state_name(chronicle_worker(c)), "last_round", latest_json(c), "trend",
		trend_json(c), "last_24_hours", hours, "alerts", alerts_json(c));
	for (size_t i = 0; i < COUNTOF(sections); i++) {
		const struct standing_list *list = list_of(s, &sections[i]);
		json_t *array = json_array();

		for (size_t k = 0; k < list->count; k++)
			json_array_append_new(array, json_string(list->items[k]));
		json_object_set_new(root, sections[i].name, array);
	}
	char *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
	buf_printf(out, "%s\n", text);
	free(text);
	json_decref(root);
}

/* ---- terminal ---- */

void
standing_headline(const struct standing *s, bool color, struct buf *out)
{
	static const char *const words[] = {
		[STANDING_GOOD] = "GOOD", [STANDING_BAD] = "BAD", [STANDING_UNKNOWN] = "UNKNOWN"
	};
	static const enum plain_color hues[] = { [STANDING_GOOD] = PLAIN_GREEN,
						 [STANDING_BAD] = PLAIN_RED,
						 [STANDING_UNKNOWN] = PLAIN_YELLOW };

	plain_word(out, words[s->verdict], hues[s->verdict], color);
	buf_printf(out, "  %s on %s: %s\n", s->chronicle->lens, s->chronicle->environment,
		   s->headline);
}

void
standing_terminal(const struct standing *s, bool color, struct buf *out)
{
	char cells[CELLS][24], hours[DAY_HOURS + 1];

	standing_headline(s, color, out);
	for (size_t i = 0; i < COUNTOF(sections); i++) {
		const struct standing_list *list = list_of(s, &sections[i]);

		buf_printf(out, "\n%s\n", sections[i].heading);
		for (size_t k = 0; k < list->count; k++) {
			buf_printf(out, "  - ");
			plain_line(out, list->items[k]);
			buf_printf(out, "\n");
		}
	}
	buf_printf(out, "\n%-10s", heads[0]);
	for (int i = 1; i < CELLS; i++)
		buf_printf(out, " %13s", heads[i]);
	for (int w = 0; w < WINDOWS; w++) {
		trend_row(s->chronicle, (enum chronicle_window)w, cells);
		buf_printf(out, "\n%-10s", cells[0]);
		for (int i = 1; i < CELLS; i++)
			buf_printf(out, " %13s", cells[i]);
	}
	hours_text(s->chronicle, hours);
	buf_printf(out, "\n24 hours   [%s]  %s\n", hours, HOURS_KEY);
}
