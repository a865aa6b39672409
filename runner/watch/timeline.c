#include "watch/timeline.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/clock.h"
#include "watch/replies.h"

#define WHAT_BYTES 400

/* What the rounds so far were like. */
struct past {
	json_t *entries;
	int64_t every_us, at_us;
	const char *status, *version;
	bool was_5xx;
};

static void add(struct past *past, int64_t at_us, const char *fmt, ...) PRINTF_LIKE(3, 4);

static void
add(struct past *past, int64_t at_us, const char *fmt, ...)
{
	char at[CLOCK_TEXT_BYTES], what[WHAT_BYTES];
	va_list args;

	clock_text(at_us, at);
	va_start(args, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	json_array_append_new(past->entries, json_pack("{s:s, s:s}", "at", at, "what", what));
}

int64_t
timeline_moment(const json_t *row)
{
	const char *text = json_string_value(json_object_get(row, "observed_at"));
	int64_t at_us = 0;

	return text && clock_parse(text, &at_us) ? at_us : 0;
}

/* Rounds are on a grid, but a start is not: half an interval late is not yet a gap. */
static void
look_for_gap(struct past *past, int64_t next_us)
{
	int64_t missing = (next_us - past->at_us + past->every_us / 2) / past->every_us - 1;

	if (past->at_us && missing > 0)
		add(past, past->at_us + past->every_us, "no round: %lld %s missing",
		    (long long)missing, missing == 1 ? "is" : "are");
}

static const char *
first_error(const json_t *row)
{
	const json_t *errors = json_object_get(json_object_get(row, "notes"), "errors");
	const char *text = json_string_value(json_array_get(errors, 0));

	return text ? text : "";
}

static void
look_at_status(struct past *past, const json_t *row, int64_t at_us)
{
	const char *status = json_string_value(json_object_get(row, "status"));
	const char *error = first_error(row);
	bool is_5xx = replies_count_5xx(row) > 0;

	if (status && (!past->status || strcmp(status, past->status) != 0))
		add(past, at_us, "%s%s%s%s", past->status ? "" : "first round: ", status,
		    error[0] ? ": " : "", error);
	else if (is_5xx && !past->was_5xx)
		add(past, at_us, "5xx: %s", error);
	past->status = status ? status : past->status;
	past->was_5xx = is_5xx;
}

static void
look_at_version(struct past *past, const json_t *row, int64_t at_us)
{
	const json_t *target = json_object_get(json_object_get(row, "notes"), "target");
	const char *version = json_string_value(json_object_get(target, "commit"));

	if (!version)
		version = json_string_value(json_object_get(target, "version"));
	if (version && past->version && strcmp(version, past->version) != 0)
		add(past, at_us, "deploy: %.12s instead of %.12s", version, past->version);
	past->version = version ? version : past->version;
}

static void
look_for_start(struct past *past, const json_t *row, int64_t at_us)
{
	const json_t *events = json_object_get(row, "events");

	for (size_t i = 0; i < json_array_size(events); i++) {
		const json_t *detail = json_object_get(json_array_get(events, i), "detail_json");
		const char *event = json_string_value(json_object_get(detail, "event"));

		if (event && strcmp(event, "worker started") == 0)
			add(past, at_us, "a worker started");
	}
}

json_t *
timeline_make(const json_t *rows, int64_t every_ms, int64_t until_us)
{
	struct past past = { .entries = json_array(), .every_us = every_ms * 1000 };

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		int64_t at_us = timeline_moment(row);

		look_for_gap(&past, at_us);
		look_for_start(&past, row, at_us);
		look_at_version(&past, row, at_us);
		look_at_status(&past, row, at_us);
		past.at_us = at_us;
	}
	/* The next round is not due before a whole interval is over. */
	look_for_gap(&past, until_us - past.every_us / 2);
	return past.entries;
}
