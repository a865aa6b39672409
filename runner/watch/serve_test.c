#include "watch/serve.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "exec/http.h"

static struct loop *loop;
static struct http *http;
static struct serve *serve;
static struct metrics metrics;

struct got {
	struct loop *loop;
	long status;
	char type[120], body[4000];
};

static void
start(void)
{
	static const char *const hosts[] = { "127.0.0.1" };
	struct error err = { 0 };

	loop = loop_new();
	http = http_new(loop,
			&(struct http_options){ .allow_hosts = hosts, .allow_host_count = 1 });
	metrics = (struct metrics){ .lens = "boats", .yacht = "y", .every_us = 60000000 };
	serve = serve_new(loop, "127.0.0.1:0", &metrics, &err);
	cr_assert_not_null(serve, "%s", err.message);
}

static void
stop(void)
{
	serve_free(serve);
	http_free(http);
	loop_free(loop);
}

TestSuite(serve, .init = start, .fini = stop);

static void
take(void *arg, const struct http_reply *reply)
{
	struct got *got = arg;

	got->status = reply->status;
	(void)snprintf(got->type, sizeof(got->type), "%s",
		       reply->content_type ? reply->content_type : "");
	(void)snprintf(got->body, sizeof(got->body), "%s", reply->body);
	loop_stop(got->loop);
}

/* The service has no thread: it answers while this loop turns. */
static struct got
ask(const char *method, const char *path)
{
	struct got got = { .loop = loop };
	struct error err = { 0 };
	char url[100];

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", serve_port(serve), path);
	http_send(http, http_identity(http, "probe"),
		  &(struct http_request){ .method = method, .url = url, .timeout_ms = 3000 }, take,
		  &got);
	cr_assert(loop_run(loop, &err), "%s", err.message);
	return got;
}

/* A round at this moment. */
static void
round_of(enum health_status status)
{
	metrics.any = metrics.leader = true;
	metrics.status = status;
	metrics.observed_us = clock_wall_us();
	metrics.checks = 5;
	metrics.wrong = status == HEALTH_HEALTHY ? 0 : 2;
}

Test(serve, before_the_first_round_the_verdict_is_503)
{
	struct got got = ask("GET", "/verdict");

	cr_expect_eq(got.status, 503);
	cr_expect_str_eq(got.body, "no round was made yet\n");
}

Test(serve, the_verdict_is_that_of_the_last_round)
{
	round_of(HEALTH_HEALTHY);
	cr_expect_eq(ask("GET", "/verdict").status, 200);
	round_of(HEALTH_DEGRADED);
	struct got got = ask("GET", "/verdict");
	cr_expect_eq(got.status, 503);
	cr_expect_str_eq(got.body, "degraded: 3 of 5 checks as expected, P95 0 ms\n");
}

Test(serve, metrics_are_openmetrics_to_the_end)
{
	round_of(HEALTH_HEALTHY);
	struct got got = ask("GET", "/metrics");

	cr_expect_eq(got.status, 200);
	cr_expect_not_null(strstr(got.type, "application/openmetrics-text"), "%s", got.type);
	cr_expect_not_null(strstr(got.body, "# EOF\n"), "%s", got.body);
}

Test(serve, rounds_that_are_late_are_no_sign_of_life)
{
	round_of(HEALTH_HEALTHY);
	cr_expect_eq(ask("GET", "/healthz").status, 200);
	metrics.observed_us -= 4 * metrics.every_us;
	cr_expect_eq(ask("GET", "/healthz").status, 503);
}

Test(serve, other_paths_and_methods_are_refused)
{
	cr_expect_eq(ask("GET", "/").status, 404);
	cr_expect_eq(ask("POST", "/verdict").status, 405);
}

Test(serve, an_address_that_is_none_or_taken_is_told)
{
	static const char *const wrong[] = { "9464", "localhost:9464", "127.0.0.1:99999",
					     "127.0.0.1:" };
	struct error err = { 0 };
	char taken[32];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		cr_expect_null(serve_new(loop, wrong[i], &metrics, &err), "%s", wrong[i]);
		cr_expect_eq(err.code, ERROR_USAGE, "%s", wrong[i]);
	}
	(void)snprintf(taken, sizeof(taken), "127.0.0.1:%d", serve_port(serve));
	cr_expect_null(serve_new(loop, taken, &metrics, &err));
}
