#include <stdlib.h>
#include <string.h>

#include "exec/attempt_state.h"

/* Is it masked where it stands? Then it is a secret wherever the suite takes it: an access_token
 * in a body, a session in a Set-Cookie header. */
static bool
is_secret_there(const struct attempt *attempt, const struct capture *capture, const char *value)
{
	const char *last = strrchr(capture->at, '/');
	struct buf text;

	buf_init(&text, strlen(value) + 4096);
	if (capture->source == CAPTURE_HEADER)
		buf_printf(&text, "%s: %s\r\n", capture->at, value);
	else
		buf_printf(&text, "{\"%s\": \"%s\"}", last ? last + 1 : "", value);
	bool known = credentials_know(attempt->session->credentials, text.text);
	buf_release(&text);
	return known;
}

static void
hide_capture(struct attempt *attempt, const struct capture *capture, const char *value)
{
	struct error err = { 0 };

	if (!capture->secret && !is_secret_there(attempt, capture, value))
		return;
	if (!credentials_hide(attempt->session->credentials, capture->name, value, &err) &&
	    capture->secret)
		finding_add(&attempt->result.findings, FINDING_CAPTURE, capture->at, "a secret",
			    "too short", "capture `%s`: %s", capture->name, err.message);
}

void
attempt_take_captures(struct attempt *attempt, const struct http_reply *reply, const json_t *rows)
{
	const struct step *step = attempt->now.step;

	judge_captures(step, reply, attempt->now.reply, rows, attempt->captures,
		       &attempt->result.findings);
	for (size_t i = 0; i < step->capture_count; i++) {
		const struct capture *capture = &step->captures[i];
		const json_t *value = json_object_get(attempt->captures, capture->name);

		if (json_is_string(value)) {
			hide_capture(attempt, capture, json_string_value(value));
		} else if (value && capture->secret) {
			char *text = json_dumps(value, JSON_ENCODE_ANY);
			hide_capture(attempt, capture, text ? text : "");
			free(text);
		}
	}
}
