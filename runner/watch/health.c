#include "watch/health.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/clock.h"
#include "base/digest.h"
#include "watch/replies.h"

#define SLOW_MS        5000
#define SENTENCE_BYTES 400

static const char *const status_names[] = { [HEALTH_HEALTHY] = "healthy",
					    [HEALTH_DEGRADED] = "degraded",
					    [HEALTH_UNHEALTHY] = "unhealthy" };

const char *
health_status_name(enum health_status status)
{
	return status_names[status];
}

/* A UUID of version 8 made of a digest: whoever judges the same moment makes the same row. */
static void
make_id(char id[HEALTH_ID_BYTES], const char *lens, const char *yacht, const char *moment, int part)
{
	char text[400], hex[DIGEST_HEX_BYTES];
	int len = snprintf(text, sizeof(text), "lensgate.watch\n%s\n%s\n%s\n%d", lens, yacht,
			   moment, part);

	digest_hex(text, len < (int)sizeof(text) ? (size_t)len : sizeof(text) - 1, hex);
	(void)snprintf(id, HEALTH_ID_BYTES, "%.8s-%.4s-8%.3s-a%.3s-%.12s", hex, hex + 8, hex + 12,
		       hex + 15, hex + 18);
}

void
health_begin(struct health_round *round, const char *lens, const char *yacht, int64_t observed_us)
{
	char moment[CLOCK_TEXT_BYTES];

	*round = (struct health_round){
		.lens = lens,
		.yacht = yacht,
		.observed_us = observed_us,
		.seen = json_object(),
		.target = json_object(),
		.events = json_array(),
	};
	clock_text(observed_us, moment);
	make_id(round->id, lens, yacht, moment, 0);
}

void
health_release(struct health_round *round)
{
	json_decref(round->seen);
	json_decref(round->target);
	json_decref(round->events);
	round->seen = round->target = round->events = NULL;
}

static void
worsen(struct health_round *round, enum health_status status)
{
	if (status > round->status)
		round->status = status;
}

static void
add_event(struct health_round *round, enum health_status status, const char *check,
	  const char *sentence)
{
	worsen(round, status);
	json_array_append_new(round->events,
			      json_pack("{s:s, s:{s:s, s:s}}", "level",
					status == HEALTH_UNHEALTHY ? "error" : "warning",
					"detail_json", "check", check, "message", sentence));
}

/* The last HTTP exchange that the check's own steps made; NULL when there was none. */
static const struct http_exchange *
last_reply(const struct run_case *run_case)
{
	for (size_t i = run_case->exchange_count; i > 0; i--) {
		const struct exchange *exchange = &run_case->exchanges[i - 1];
		if (exchange->kind == EXCHANGE_HTTP && exchange->purpose == PURPOSE_STEP)
			return &exchange->http;
	}
	return NULL;
}

static json_t *
parsed(const struct http_exchange *http)
{
	return http && http->response_body
		       ? json_loadb(http->response_body, http->response_body_len, 0, NULL)
		       : NULL;
}

static void
add_seen(struct health_round *round, const char *check, const struct run_case *run_case)
{
	const struct http_exchange *http = last_reply(run_case);
	json_t *seen = json_pack("{s:s}", "verdict", verdict_name(run_case->verdict));
	json_t *body = parsed(http);
	json_t *count = json_object_get(body, "total_count");

	if (http) {
		json_object_set_new(seen, "status_code", json_integer(http->status));
		json_object_set_new(seen, "latency_ms",
				    json_integer((http->timing.total_us + 500) / 1000));
	}
	if (json_is_integer(count))
		json_object_set(seen, "action_count", count);
	json_object_set_new(round->seen, check, seen);
	json_decref(body);
}

static void
count_reply(struct health_round *round, const struct exchange *exchange)
{
	bool whole = exchange->kind == EXCHANGE_HTTP && !exchange->http.problem;

	round->replies += whole;
	round->replies_5xx += whole && replies_is_5xx(exchange->http.status);
}

/* Count the replies; the first that is bad by itself becomes a sentence. */
static bool
look_at_replies(struct health_round *round, const struct run_case *run_case, char *sentence)
{
	bool bad = false;

	for (size_t i = 0; i < run_case->exchange_count; i++) {
		const struct http_exchange *http = &run_case->exchanges[i].http;

		if (run_case->exchanges[i].kind != EXCHANGE_HTTP)
			continue;
		count_reply(round, &run_case->exchanges[i]);
		if (!http->problem)
			histogram_add(&round->times_us, http->timing.total_us);
		if (bad || (!http->problem && http->status < 500))
			continue;
		bad = true;
		if (http->problem) {
			(void)snprintf(sentence, SENTENCE_BYTES, "%s", http->problem);
			continue;
		}
		json_t *body = parsed(http);
		const char *code = json_string_value(json_object_get(body, "error_code"));
		(void)snprintf(sentence, SENTENCE_BYTES, "%s %s answered %ld %s", http->method,
			       http->url, http->status, code ? code : "");
		json_decref(body);
	}
	return bad;
}

/* True when `tag` is one of the blank-separated `tags`. */
static bool
has_tag(const char *tags, const char *tag)
{
	size_t len = strlen(tag);

	for (const char *at = tags; at && (at = strstr(at, tag)); at += len) {
		if ((at == tags || at[-1] == ' ') && (at[len] == '\0' || at[len] == ' '))
			return true;
	}
	return false;
}

void
health_case(struct health_round *round, const struct planned_case *planned,
	    const struct run_case *run_case)
{
	char sentence[SENTENCE_BYTES] = "";
	bool judged = run_case->verdict == VERDICT_FAIL;
	const char *message =
		run_case->findings.count ? run_case->findings.items[0].message : run_case->reason;

	if (run_case->verdict == VERDICT_SKIP)
		return;
	round->checks++;
	add_seen(round, planned->id, run_case);
	bool bad = look_at_replies(round, run_case, sentence);
	if (run_case->verdict == VERDICT_PASS)
		return;
	round->wrong++;
	if (!bad)
		(void)snprintf(sentence, sizeof(sentence), "%s%s",
			       judged ? "" : "could not be judged: ", message ? message : "");
	bool lost =
		run_case->trouble == TROUBLE_TRANSPORT || run_case->trouble == TROUBLE_PREFLIGHT;
	if (run_case->trouble == TROUBLE_PREFLIGHT && json_array_size(round->events) > 0)
		return; /* one reason for all of them */
	bool mild = !bad && !lost && (!judged || has_tag(planned->tags, "degraded"));
	add_event(round, mild ? HEALTH_DEGRADED : HEALTH_UNHEALTHY,
		  run_case->trouble == TROUBLE_PREFLIGHT ? "preflight" : planned->id, sentence);
}

void
health_refused(struct health_round *round, const struct exchange *exchanges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct http_exchange *http = &exchanges[i].http;

		if (exchanges[i].kind != EXCHANGE_HTTP || http->status < 500)
			continue;
		json_t *body = parsed(http);
		const char *code = json_string_value(json_object_get(body, "error_code"));
		bool off = code && strcmp(code, "FEATURE_DISABLED") == 0;
		json_object_set_new(round->seen, off ? "feature_flags" : "preflight",
				    json_pack("{s:s, s:I, s:I}", "verdict", "FAIL", "status_code",
					      (json_int_t)http->status, "latency_ms",
					      (json_int_t)((http->timing.total_us + 500) / 1000)));
		json_decref(body);
	}
}

void
health_target(struct health_round *round, const json_t *target)
{
	static const char *const members[] = { "commit", "version", "environment" };

	for (size_t i = 0; i < COUNTOF(members); i++) {
		json_t *said = json_object_get(target, members[i]);

		if (json_string_length(said))
			json_object_set(round->target, members[i], said);
	}
}

void
health_started(struct health_round *round)
{
	json_array_append_new(round->events,
			      json_pack("{s:s, s:{s:s, s:s, s:s}}", "level", "info", "detail_json",
					"event", "worker started", "check", "worker", "message",
					"the worker started"));
}

static long
larger(long a, long b)
{
	return a > b ? a : b;
}

void
health_count(struct health_round *round, const struct invariants *counted,
	     const struct exchange *preflight, size_t count)
{
	round->replies = larger(round->replies, counted->replies);
	round->replies_5xx = larger(round->replies_5xx, counted->replies_5xx);
	for (size_t i = 0; i < count; i++)
		count_reply(round, &preflight[i]);
}

int64_t
health_p95_ms(const struct health_round *round)
{
	return (histogram_percentile(&round->times_us, 95) + 500) / 1000;
}

double
health_error_rate_percent(const struct health_round *round)
{
	return round->checks ? 100.0 * (double)round->wrong / (double)round->checks : 100.0;
}

void
health_conclude(struct health_round *round)
{
	char sentence[SENTENCE_BYTES];

	if (round->checks == 0)
		add_event(round, HEALTH_UNHEALTHY, "round", "not one check was made");
	if (round->replies_5xx > 0 && round->status != HEALTH_UNHEALTHY) {
		(void)snprintf(sentence, sizeof(sentence),
			       "%ld of %ld replies were 5xx, beside what the checks were judged by",
			       round->replies_5xx, round->replies);
		add_event(round, HEALTH_UNHEALTHY, "round", sentence);
	}
	if (health_p95_ms(round) > SLOW_MS) {
		(void)snprintf(sentence, sizeof(sentence), "P95 is %lld ms, more than %d",
			       (long long)health_p95_ms(round), SLOW_MS);
		add_event(round, HEALTH_DEGRADED, "latency", sentence);
	}
}

static json_t *
messages(const struct health_round *round)
{
	json_t *errors = json_array();
	char text[SENTENCE_BYTES + 100];

	for (size_t i = 0; i < json_array_size(round->events); i++) {
		const json_t *event = json_array_get(round->events, i);
		const json_t *detail = json_object_get(event, "detail_json");

		if (strcmp(json_string_value(json_object_get(event, "level")), "info") == 0)
			continue;
		(void)snprintf(text, sizeof(text), "%s: %s",
			       json_string_value(json_object_get(detail, "check")),
			       json_string_value(json_object_get(detail, "message")));
		json_array_append_new(errors, json_string(text));
	}
	return errors;
}

json_t *
health_row(const struct health_round *round)
{
	char moment[CLOCK_TEXT_BYTES], id[HEALTH_ID_BYTES];
	json_t *events = json_deep_copy(round->events);

	clock_text(round->observed_us, moment);
	for (size_t i = 0; i < json_array_size(events); i++) {
		make_id(id, round->lens, round->yacht, moment, (int)i + 1);
		json_object_set_new(json_array_get(events, i), "id", json_string(id));
	}
	json_t *notes = json_pack("{s:O, s:o, s:I, s:I}", "checks", round->seen, "errors",
				  messages(round), "replies", (json_int_t)round->replies,
				  "replies_5xx", (json_int_t)round->replies_5xx);
	if (json_object_size(round->target))
		json_object_set(notes, "target", round->target);
	if (round->run)
		json_object_set_new(notes, "run", json_string(round->run));
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:I, s:f, s:I, s:s, s:o, s:o}", "id", round->id, "yacht_id",
		round->yacht, "lens_id", round->lens, "status", health_status_name(round->status),
		"p95_latency_ms", (json_int_t)health_p95_ms(round), "error_rate_percent",
		floor(health_error_rate_percent(round) * 100 + 0.5) / 100, "sample_size",
		(json_int_t)round->checks, "observed_at", moment, "notes", notes, "events", events);
}
