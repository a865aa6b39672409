#include "exec/webhook.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec/http.h"

#define HOST_BYTES 256

struct delivery {
	struct loop *loop;
	bool done, waited;
	enum webhook_end end;
	bool again;       /* a further try may help, and does no harm */
	int64_t after_ms; /* Retry-After; 0: it said nothing */
	char *problem;
	size_t size;
};

/* Who names an address allows its host, and no other. */
static bool
host_of(const char *url, char host[HOST_BYTES])
{
	CURLU *parsed = curl_url();
	char *part = NULL;
	bool ok = parsed && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
		  curl_url_get(parsed, CURLUPART_HOST, &part, 0) == CURLUE_OK;

	(void)snprintf(host, HOST_BYTES, "%s", part ? part : "");
	curl_free(part);
	curl_url_cleanup(parsed);
	return ok;
}

/* Seconds; the other form, a date, is not worth reading: WEBHOOK_LONGEST_MS would end it. */
static int64_t
retry_after_ms(const struct http_reply *reply)
{
	char text[24];
	long seconds = 0;

	if (http_header_find(reply->headers, reply->headers_len, "Retry-After", text, sizeof(text)))
		seconds = strtol(text, NULL, 10);
	if (seconds <= 0)
		return 0;
	return seconds < WEBHOOK_LONGEST_MS / 1000 ? seconds * 1000 : WEBHOOK_LONGEST_MS;
}

static void
judge_status(struct delivery *delivery, const struct http_reply *reply)
{
	if (reply->status >= 200 && reply->status < 300) {
		delivery->end = WEBHOOK_DELIVERED;
		return;
	}
	delivery->end = WEBHOOK_REFUSED;
	delivery->again = reply->status == 429 || reply->status >= 500;
	delivery->after_ms = retry_after_ms(reply);
	(void)snprintf(delivery->problem, delivery->size, "it answered %ld", reply->status);
}

static void
got_reply(void *arg, const struct http_reply *reply)
{
	struct delivery *delivery = arg;
	bool never_sent = reply->problem == HTTP_UNREACHABLE || reply->problem == HTTP_FORBIDDEN;

	delivery->done = true;
	delivery->again = false;
	delivery->after_ms = 0;
	if (reply->problem == HTTP_OK) {
		judge_status(delivery, reply);
	} else {
		delivery->end = never_sent ? WEBHOOK_REFUSED : WEBHOOK_UNKNOWN;
		delivery->again = reply->problem == HTTP_UNREACHABLE;
		(void)snprintf(delivery->problem, delivery->size, "%s%s", reply->sentence,
			       never_sent ? "" : "; it may have arrived");
	}
	loop_stop(delivery->loop);
}

static void
wake(void *arg)
{
	struct delivery *delivery = arg;

	delivery->waited = true;
	loop_stop(delivery->loop);
}

/* Whatever else stops the loop (a signal) does not end the waiting. False when the loop fails. */
static bool
turn_until(struct delivery *delivery, const bool *done)
{
	struct error err = { 0 };

	while (!*done) {
		if (loop_run(delivery->loop, &err))
			continue;
		(void)snprintf(delivery->problem, delivery->size, "%s", err.message);
		return false;
	}
	return true;
}

static bool
wait_before(struct delivery *delivery, const struct webhook *webhook, int try)
{
	int64_t wait_ms = webhook->backoff_ms;

	for (int i = 1; i < try && wait_ms < WEBHOOK_LONGEST_MS; i++)
		wait_ms *= 2;
	if (delivery->after_ms)
		wait_ms = delivery->after_ms;
	delivery->waited = false;
	(void)loop_after(delivery->loop,
			 wait_ms < WEBHOOK_LONGEST_MS ? wait_ms : WEBHOOK_LONGEST_MS, wake,
			 delivery);
	return turn_until(delivery, &delivery->waited);
}

enum webhook_end
webhook_post(struct loop *loop, const struct webhook *webhook, char *problem, size_t size)
{
	char host[HOST_BYTES];
	const char *const hosts[] = { host };
	const struct http_options options = { .allow_hosts = hosts,
					      .allow_host_count = 1,
					      .ca_file = webhook->ca_file };
	static const struct http_header headers[] = { { "Content-Type", "application/json" } };
	const struct http_request request = {
		.method = "POST",
		.url = webhook->url,
		.headers = headers,
		.header_count = 1,
		.body = webhook->body,
		.body_len = strlen(webhook->body),
		.timeout_ms = webhook->timeout_ms,
	};
	struct delivery delivery = {
		.loop = loop, .again = true, .problem = problem, .size = size
	};

	delivery.end = WEBHOOK_REFUSED;
	problem[0] = '\0';
	if (!host_of(webhook->url, host)) {
		(void)snprintf(problem, size, "it is no URL");
		return WEBHOOK_REFUSED;
	}
	struct http *http = http_new(loop, &options);
	for (int try = 0; try < webhook->tries && delivery.again; try++) {
		if (try > 0 && !wait_before(&delivery, webhook, try))
			break;
		delivery.done = false;
		http_send(http, http_identity(http, "webhook"), &request, got_reply, &delivery);
		if (!turn_until(&delivery, &delivery.done)) {
			delivery.end = WEBHOOK_UNKNOWN;
			break;
		}
	}
	http_free(http);
	return delivery.end;
}
