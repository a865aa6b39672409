/* MHD_start_daemon's address types. */
#define _DEFAULT_SOURCE
#include "exec/webhook.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

/* A real receiver, with a thread of its own: answers as its script says, keeps the last body. */
static struct receiver {
	struct MHD_Daemon *daemon;
	const unsigned *script; /* a status for each request; the last for all others; 0: none */
	size_t script_len, asked;
	const char *retry_after;
	char body[1000];
	size_t body_len;
} receiver;

static char problem[300];

static enum MHD_Result
answer(void *arg, struct MHD_Connection *connection, const char *url, const char *method,
       const char *version, const char *body, size_t *body_len, void **state)
{
	struct receiver *r = arg;
	static int begun;

	(void)url;
	(void)method;
	(void)version;
	if (!*state) {
		*state = &begun;
		r->body_len = 0;
		return MHD_YES;
	}
	if (*body_len) {
		memcpy(r->body + r->body_len, body, *body_len);
		r->body_len += *body_len;
		*body_len = 0;
		return MHD_YES;
	}
	unsigned status = r->script[r->asked < r->script_len ? r->asked : r->script_len - 1];
	r->asked++;
	if (status == 0)
		return MHD_NO; /* hangs up */
	struct MHD_Response *response =
		MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	if (r->retry_after)
		(void)MHD_add_response_header(response, "Retry-After", r->retry_after);
	enum MHD_Result queued = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return queued;
}

static void
receive(const unsigned *script, size_t count)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	receiver.script = script;
	receiver.script_len = count;
	receiver.daemon =
		MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL, 0, NULL, NULL,
				 answer, &receiver, MHD_OPTION_SOCK_ADDR, &in, MHD_OPTION_END);
	cr_assert_not_null(receiver.daemon);
}

/* Post to the receiver, or to `url`. */
static enum webhook_end
post(const char *url)
{
	struct loop *loop = loop_new();
	char address[64];
	struct webhook webhook = { .url = url ? url : address,
				   .body = "{\"text\":\"hello\"}",
				   .tries = 3,
				   .timeout_ms = 2000,
				   .backoff_ms = 20 };

	if (receiver.daemon)
		(void)snprintf(
			address, sizeof(address), "http://127.0.0.1:%d/hook?secret",
			MHD_get_daemon_info(receiver.daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
	enum webhook_end end = webhook_post(loop, &webhook, problem, sizeof(problem));
	if (receiver.daemon)
		MHD_stop_daemon(receiver.daemon);
	loop_free(loop);
	return end;
}

Test(webhook, a_message_arrives_once_as_it_is)
{
	receive((const unsigned[]){ 200 }, 1);
	cr_expect_eq(post(NULL), WEBHOOK_DELIVERED, "%s", problem);
	cr_expect_eq(receiver.asked, 1);
	cr_expect_eq(receiver.body_len, 16);
	cr_expect_arr_eq(receiver.body, "{\"text\":\"hello\"}", 16);
	cr_expect_str_empty(problem);
}

Test(webhook, what_was_refused_for_now_is_sent_again)
{
	receive((const unsigned[]){ 503, 429, 204 }, 3);
	cr_expect_eq(post(NULL), WEBHOOK_DELIVERED, "%s", problem);
	cr_expect_eq(receiver.asked, 3);
}

Test(webhook, after_the_last_try_it_is_refused)
{
	receive((const unsigned[]){ 500 }, 1);
	cr_expect_eq(post(NULL), WEBHOOK_REFUSED);
	cr_expect_eq(receiver.asked, 3);
	cr_expect_str_eq(problem, "it answered 500");
}

Test(webhook, what_was_refused_for_good_is_not_sent_again)
{
	receive((const unsigned[]){ 404, 200 }, 2);
	cr_expect_eq(post(NULL), WEBHOOK_REFUSED);
	cr_expect_eq(receiver.asked, 1);
	cr_expect_str_eq(problem, "it answered 404");
}

Test(webhook, what_may_have_arrived_is_not_sent_again)
{
	receive((const unsigned[]){ 0, 200 }, 2);
	cr_expect_eq(post(NULL), WEBHOOK_UNKNOWN);
	cr_expect_eq(receiver.asked, 1);
	cr_expect_not_null(strstr(problem, "it may have arrived"), "%s", problem);
	cr_expect_null(strstr(problem, "secret"), "the address is in the sentence: %s", problem);
}

Test(webhook, the_receiver_says_when_to_try_again)
{
	int64_t before_us = clock_now_us();

	receiver.retry_after = "1";
	receive((const unsigned[]){ 429, 200 }, 2);
	cr_expect_eq(post(NULL), WEBHOOK_DELIVERED);
	cr_expect_geq(clock_now_us() - before_us, 1000000);
}

Test(webhook, where_nobody_listens_is_tried_again_and_refused)
{
	int64_t before_us = clock_now_us();

	cr_expect_eq(post("http://127.0.0.1:1/"), WEBHOOK_REFUSED);
	cr_expect_geq(clock_now_us() - before_us, 60000, "not 20 and 40 ms apart");
	cr_expect_not_null(strstr(problem, "refused"), "%s", problem);
}

Test(webhook, what_is_no_address_is_refused)
{
	cr_expect_eq(post("ops@example.test"), WEBHOOK_REFUSED);
}
