#define _DEFAULT_SOURCE /* inet_pton's address types in microhttpd.h */
#include "watch/serve.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/must.h"

#define TEXT_BYTES  ((size_t)64 * 1024)
#define CONNECTIONS 32
#define IDLE_S      10
#define OPENMETRICS "application/openmetrics-text; version=1.0.0; charset=utf-8"
#define PLAIN       "text/plain; charset=utf-8"

struct serve {
	struct loop *loop;
	const struct metrics *metrics;
	struct MHD_Daemon *daemon;
	int epoll_fd;
};

static enum MHD_Result
reply(struct MHD_Connection *connection, unsigned status, const char *type, const char *text)
{
	char *copy = strdup(text);
	struct MHD_Response *response =
		copy ? MHD_create_response_from_buffer(strlen(copy), copy, MHD_RESPMEM_MUST_FREE)
		     : NULL;
	enum MHD_Result queued = MHD_NO;

	if (!response)
		return MHD_NO;
	if (MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type) == MHD_YES)
		queued = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return queued;
}

static enum MHD_Result
reply_verdict(struct MHD_Connection *connection, const struct metrics *metrics)
{
	char text[200];
	bool good = metrics->any && metrics->status == HEALTH_HEALTHY;

	if (metrics->any)
		(void)snprintf(
			text, sizeof(text), "%s: %ld of %ld checks as expected, P95 %lld ms\n",
			health_status_name(metrics->status), metrics->checks - metrics->wrong,
			metrics->checks, (long long)metrics->p95_ms);
	else
		(void)snprintf(text, sizeof(text), "no round was made yet\n");
	return reply(connection, good ? 200 : 503, PLAIN, text);
}

static enum MHD_Result
reply_metrics(struct MHD_Connection *connection, const struct metrics *metrics)
{
	struct buf out;

	buf_init(&out, TEXT_BYTES);
	metrics_text(metrics, &out);
	enum MHD_Result queued = reply(connection, 200, OPENMETRICS, out.text);
	buf_release(&out);
	return queued;
}

static enum MHD_Result /* NOLINTNEXTLINE(readability-function-size): the library's parameters */
answer(void *arg, struct MHD_Connection *connection, const char *url, const char *method,
       const char *version, const char *body, size_t *body_len, void **state)
{
	const struct serve *serve = arg;
	const struct metrics *metrics = serve->metrics;

	(void)version;
	(void)body;
	(void)state;
	*body_len = 0;
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		return reply(connection, 405, PLAIN, "only GET\n");
	if (strcmp(url, "/metrics") == 0)
		return reply_metrics(connection, metrics);
	if (strcmp(url, "/verdict") == 0)
		return reply_verdict(connection, metrics);
	if (strcmp(url, "/healthz") == 0 && metrics_alive(metrics, clock_wall_us()))
		return reply(connection, 200, PLAIN, "ok\n");
	if (strcmp(url, "/healthz") == 0)
		return reply(connection, 503, PLAIN, "rounds are late\n");
	return reply(connection, 404, PLAIN, "/metrics, /healthz or /verdict\n");
}

static void
ready(void *arg, unsigned what)
{
	struct serve *serve = arg;

	(void)what;
	(void)MHD_run(serve->daemon);
}

/* "127.0.0.1:9464" */
static bool
parse(const char *address, struct sockaddr_in *in, struct error *err)
{
	char host[64];
	const char *colon = strrchr(address, ':');
	char *end = NULL;
	long port = colon ? strtol(colon + 1, &end, 10) : -1;

	*in = (struct sockaddr_in){ .sin_family = AF_INET };
	if (!colon || end == colon + 1 || *end || port < 0 || port > 65535 ||
	    (size_t)(colon - address) >= sizeof(host))
		return error_set(err, ERROR_USAGE, "`%s` is no ADDRESS:PORT", address);
	(void)snprintf(host, sizeof(host), "%.*s", (int)(colon - address), address);
	in->sin_port = htons((uint16_t)port);
	return inet_pton(AF_INET, host, &in->sin_addr) == 1 ||
	       error_set(err, ERROR_USAGE, "`%s` is no IPv4 address", host);
}

struct serve *
serve_new(struct loop *loop, const char *address, const struct metrics *metrics, struct error *err)
{
	struct sockaddr_in in;
	struct serve *serve;

	if (!parse(address, &in, err))
		return NULL;
	serve = must(calloc(1, sizeof(*serve)));
	serve->loop = loop;
	serve->metrics = metrics;
	serve->daemon =
		MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, answer, serve, MHD_OPTION_SOCK_ADDR,
				 &in, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS,
				 MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S, MHD_OPTION_END);
	if (!serve->daemon) {
		free(serve);
		error_set(err, ERROR_ENVIRONMENT, "cannot listen on %s", address);
		return NULL;
	}
	serve->epoll_fd = MHD_get_daemon_info(serve->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	loop_watch(loop, serve->epoll_fd, LOOP_READ, ready, serve);
	loop_background(loop, serve->epoll_fd);
	return serve;
}

void
serve_free(struct serve *serve)
{
	if (!serve)
		return;
	loop_watch(serve->loop, serve->epoll_fd, 0, NULL, NULL);
	MHD_stop_daemon(serve->daemon);
	free(serve);
}

int
serve_port(const struct serve *serve)
{
	return MHD_get_daemon_info(serve->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}
