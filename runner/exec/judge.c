#define _GNU_SOURCE /* strcasestr: media types have no case */
#include "exec/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "check/pattern.h"
#include "document/node.h"

#define LINE_BYTES     240
#define SHORTEST_TOKEN 16 /* what is shorter may be in a reply by chance */

const char *
judge_line(struct arena *arena, const char *fmt, ...)
{
	char text[LINE_BYTES];
	va_list args;

	va_start(args, fmt);
	int len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (len < 0)
		len = 0;
	return arena_text(arena, text, (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1);
}

static void
trouble(struct judgement *judgement, enum trouble kind, const char *reason)
{
	if (judgement->trouble == TROUBLE_NONE) {
		judgement->trouble = kind;
		judgement->reason = reason;
	}
}

bool
judge_status_expected(const struct step *step, long status)
{
	for (size_t i = 0; i < step->expect.status_count; i++) {
		if (step->expect.status[i] == status)
			return true;
	}
	return false;
}

static const char *
error_code(const json_t *body)
{
	return json_string_value(json_object_get(body, "error_code"));
}

/* "403 INSUFFICIENT_PERMISSIONS", or "403 or 404 ...". */
static const char *
expected_line(const struct expectation *expect, struct arena *arena)
{
	char text[LINE_BYTES];
	size_t len = 0;

	for (size_t i = 0; i < expect->status_count; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%d", i ? " or " : "",
					expect->status[i]);
	for (size_t i = 0; i < expect->error_count && len < sizeof(text) - 80; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%.60s", i ? " or " : " ",
					expect->error[i]);
	return len ? arena_text(arena, text, len) : "a reply that matches";
}

static const char *
actual_line(const struct http_reply *reply, const json_t *body, struct arena *arena)
{
	const char *code = error_code(body);

	return code ? judge_line(arena, "%ld %s", reply->status, code)
		    : judge_line(arena, "%ld", reply->status);
}

static bool
holds(const char *bytes, size_t len, const char *text)
{
	size_t text_len = strlen(text);
	const char *end = bytes + len;

	while ((size_t)(end - bytes) >= text_len) {
		const char *at = memchr(bytes, text[0], (size_t)(end - bytes) - text_len + 1);
		if (!at)
			return false;
		if (memcmp(at, text, text_len) == 0)
			return true;
		bytes = at + 1;
	}
	return false;
}

/* Replies are logged, cached and shown to people: a token in one is a token in all of these. */
static void
judge_exposure(const struct http_reply *reply, struct judgement *judgement)
{
	const char *token =
		judgement->authorization ? strrchr(judgement->authorization, ' ') : NULL;

	if (!token || strlen(++token) < SHORTEST_TOKEN)
		return;
	judgement->assertions++;
	bool body = reply->body_len > 0 && holds(reply->body, reply->body_len, token);
	if (body || (reply->headers && holds(reply->headers, reply->headers_len, token)))
		finding_add(judgement->findings, FINDING_EXPOSED, "", "no credential in the reply",
			    body ? "a token in the body" : "a token in the headers",
			    "the reply repeats the token that it was sent");
}

static void
judge_status(const struct step *step, const struct http_reply *reply, const json_t *body,
	     struct findings *findings, struct judgement *judgement)
{
	const struct expectation *expect = &step->expect;

	if (expect->status_count == 0) {
		judgement->assertions++;
		if (reply->status >= 500)
			finding_add(findings, FINDING_INVARIANT, "", "no 5xx", judgement->actual,
				    "the reply was %ld, which no step expected", reply->status);
		return;
	}
	judgement->assertions++;
	if (judge_status_expected(step, reply->status)) {
		if (expect->status_count > 1)
			judgement->note =
				judge_line(findings->arena, "status %ld, allowed because %s",
					   reply->status, expect->because);
		return;
	}
	const char *message = json_string_value(json_object_get(body, "message"));
	finding_add(findings, reply->status >= 500 ? FINDING_INVARIANT : FINDING_STATUS, "",
		    judgement->expected, judgement->actual, "expected status %s, got %s%s%.120s",
		    judgement->expected, judgement->actual, message ? ": " : "",
		    message ? message : "");
}

/* Fill a pattern and match it; a ${} without a value is a trouble. */
static void
match(const struct template *pattern, const struct scope *scope, const json_t *actual,
      const char *pointer, enum finding_type type, struct judgement *judgement)
{
	struct findings *findings = judgement->findings;
	struct error err = { 0 };
	json_t *filled = template_fill(pattern->value, scope, &err);

	if (!filled) {
		trouble(judgement, TROUBLE_VARIABLE,
			judge_line(findings->arena, "%s", err.message));
		return;
	}
	judgement->assertions++;
	pattern_match(filled, actual, pointer, type, findings);
	json_decref(filled);
}

/* The envelope: the lens's `success` or `refusal`, with ${action} and ${error} filled in. */
static void
match_envelope(const struct template *pattern, const struct step *step, const struct scope *scope,
	       const char *code, const json_t *body, struct judgement *judgement)
{
	struct scope local = *scope;

	if (!pattern->value)
		return;
	local.captures = json_pack("{s:s?, s:s?}", "error", code, "action",
				   step->action ? step->action->name : NULL);
	match(pattern, &local, body, "", FINDING_SCHEMA, judgement);
	json_decref(node_writable(local.captures));
}

/* The code that came when it is one of the expected, else the first expected. */
static const char *
expected_code(const struct expectation *expect, const char *actual)
{
	for (size_t i = 0; actual && i < expect->error_count; i++) {
		if (strcmp(expect->error[i], actual) == 0)
			return actual;
	}
	return expect->error_count ? expect->error[0] : NULL;
}

static void
judge_error(const struct step *step, const struct scope *scope, const json_t *body,
	    struct findings *findings, struct judgement *judgement)
{
	const struct expectation *expect = &step->expect;
	const char *actual = error_code(body);
	const char *code = expected_code(expect, actual);

	if (actual && strcmp(actual, code) != 0) {
		judgement->assertions++;
		finding_add(findings, FINDING_STATUS, "/error_code", code, actual,
			    "refused for another reason: expected %s, got %s", code, actual);
		/* The shape is judged with the code that came: one mistake, one finding. */
		code = actual;
	}
	if (scope->lens && scope->lens->refusal.value) {
		match_envelope(&scope->lens->refusal, step, scope, code, body, judgement);
	} else if (!actual) {
		finding_add(findings, FINDING_SCHEMA, "/error_code", code, "absent",
			    "the error body has no error_code");
	}
	if (expect->error_count > 1 && actual)
		judgement->note = judge_line(findings->arena, "error %s, allowed because %s",
					     actual, expect->because);
}

static void
judge_headers(const struct step *step, const struct scope *scope, const struct http_reply *reply,
	      struct findings *findings, struct judgement *judgement)
{
	struct error err = { 0 };
	const char *name;
	json_t *pattern;
	char value[4096], pointer[128];

	if (!step->expect.headers.value)
		return;
	json_t *headers = template_fill(step->expect.headers.value, scope, &err);
	if (!headers) {
		trouble(judgement, TROUBLE_VARIABLE,
			judge_line(findings->arena, "%s", err.message));
		return;
	}
	json_object_foreach(headers, name, pattern)
	{
		bool there = http_header_find(reply->headers, reply->headers_len, name, value,
					      sizeof(value));
		json_t *actual = there ? json_string(value) : NULL;
		(void)snprintf(pointer, sizeof(pointer), "/%s", name);
		judgement->assertions++;
		pattern_match(pattern, actual, pointer, FINDING_HEADER, findings);
		json_decref(actual);
	}
	json_decref(headers);
}

static bool
wants_body(const struct step *step, const struct scope *scope)
{
	if (step->expect.body.value || step->expect.error_count > 0)
		return true;
	for (size_t i = 0; i < step->capture_count; i++) {
		if (step->captures[i].source == CAPTURE_BODY)
			return true;
	}
	return step->kind == STEP_ACTION && !step->refusal && scope->lens &&
	       scope->lens->success.value;
}

/* A whole reply without JSON where JSON is needed. With another content type the target has
 * answered the wrong thing; with its own it is malformed, and nothing can be said. */
static void
judge_no_json(const struct http_reply *reply, struct findings *findings,
	      struct judgement *judgement)
{
	const char *type = reply->content_type;

	if (type && !strcasestr(type, "json")) {
		finding_add(findings, FINDING_SCHEMA, "", "JSON",
			    judge_line(findings->arena, "%.60s", type),
			    "the reply is %.60s, not JSON", type);
		return;
	}
	trouble(judgement, TROUBLE_MALFORMED,
		judge_line(findings->arena, "the reply's body (%zu bytes) is not JSON",
			   reply->body_len));
}

void
judge_http(const struct step *step, const struct scope *scope, const struct http_reply *reply,
	   const json_t *body, struct judgement *judgement)
{
	struct findings *findings = judgement->findings;
	int64_t within_ms = judgement->within_ms;
	struct arena *arena = findings->arena;

	judgement->expected = expected_line(&step->expect, arena);
	if (reply->problem != HTTP_OK) {
		judgement->actual = "no reply";
		trouble(judgement, TROUBLE_TRANSPORT, judge_line(arena, "%s", reply->sentence));
		return;
	}
	judgement->actual = actual_line(reply, body, arena);
	judge_status(step, reply, body, findings, judgement);
	bool as_expected = findings->count == 0;
	if (within_ms > 0) {
		judgement->assertions++;
		if (reply->total_us > within_ms * 1000)
			finding_add(
				findings, FINDING_LATENCY, "",
				judge_line(arena, "within %lld ms", (long long)within_ms),
				judge_line(arena, "%lld ms", (long long)(reply->total_us / 1000)),
				"the reply took %lld ms, the limit is %lld ms",
				(long long)(reply->total_us / 1000), (long long)within_ms);
	}
	judge_headers(step, scope, reply, findings, judgement);
	judge_exposure(reply, judgement);
	/* Another status has another body: judging it by this pattern would only add noise. */
	if (!as_expected || !wants_body(step, scope))
		return;
	/* An empty body is a whole answer that says nothing: patterns see it as absent. */
	if (!body && reply->body_len > 0) {
		judge_no_json(reply, findings, judgement);
		return;
	}
	if (step->expect.error_count > 0)
		judge_error(step, scope, body, findings, judgement);
	if (step->kind == STEP_ACTION && reply->status < 300 && scope->lens)
		match_envelope(&scope->lens->success, step, scope, NULL, body, judgement);
	if (step->expect.body.value)
		match(&step->expect.body, scope, body, "", FINDING_BODY, judgement);
}

static json_t *
capture_value(const struct capture *capture, const struct http_reply *reply, const json_t *body,
	      const json_t *rows)
{
	char value[4096];
	const json_t *found = NULL;

	switch (capture->source) {
	case CAPTURE_BODY:
		found = body ? pointer_get(body, capture->at) : NULL;
		break;
	case CAPTURE_ROWS:
		found = rows ? pointer_get(rows, capture->at) : NULL;
		break;
	case CAPTURE_HEADER:
		if (reply && http_header_find(reply->headers, reply->headers_len, capture->at,
					      value, sizeof(value)))
			return json_string(value);
		break;
	}
	return json_is_null(found) ? NULL : json_incref(node_writable(found));
}

void
judge_captures(const struct step *step, const struct http_reply *reply, const json_t *body,
	       const json_t *rows, json_t *captures, struct findings *findings)
{
	for (size_t i = 0; i < step->capture_count; i++) {
		const struct capture *capture = &step->captures[i];
		json_t *value = capture_value(capture, reply, body, rows);

		if (!value) {
			const json_t *from = capture->source == CAPTURE_ROWS ? rows : body;
			const char *nearest =
				capture->source == CAPTURE_HEADER || !from
					? "nothing"
					: pointer_nearest(from, capture->at, findings->arena);
			finding_add(findings, FINDING_CAPTURE, capture->at, "a value", nearest,
				    "capture `%s` finds nothing at %s", capture->name, capture->at);
			continue;
		}
		if (capture->type) {
			json_t *pattern = json_pack("{s:s}", "$type", capture->type);
			pattern_match(pattern, value, capture->at, FINDING_CAPTURE, findings);
			json_decref(pattern);
		}
		json_object_set_new(captures, capture->name, value);
	}
}
