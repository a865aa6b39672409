/* memmem and strcasestr: what a request text is searched with. */
#define _GNU_SOURCE

#include "exec/http.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"
#include "base/rows.h"

/* A server in the same loop as the client: it says what its script says, and remembers what it was
 * asked on which connection. */

enum then { KEEP, CLOSE, RESET, DRIP, IGNORE };

struct line {
	const char *text;
	size_t len; /* 0: up to the NUL */
	enum then then;
};

struct connection {
	struct server *server;
	int fd;
	size_t number;
	char in[16384];
	size_t in_len;
	const struct line *line;
	size_t dripped;
};

struct request {
	char text[4096];
	size_t len;
	size_t connection;
};

struct server {
	struct loop *loop;
	int fd, port;
	const struct line *script; /* one line per request, the last one for all further ones */
	size_t script_len;
	struct connection connections[64];
	size_t connection_count;
	struct request requests[64];
	size_t request_count;
};

static void
hang_up(struct connection *c, bool reset)
{
	struct linger now = { .l_onoff = 1 };

	if (reset)
		(void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	loop_watch(c->server->loop, c->fd, 0, NULL, NULL);
	(void)close(c->fd);
	c->fd = -1;
}

static size_t
line_len(const struct line *line)
{
	return line->len ? line->len : strlen(line->text);
}

static void
drip(void *arg)
{
	struct connection *c = arg;

	if (c->fd < 0 || c->dripped == line_len(c->line))
		return;
	(void)!send(c->fd, c->line->text + c->dripped++, 1, MSG_NOSIGNAL);
	loop_after(c->server->loop, 10, drip, c);
}

static void
hang_up_later(void *arg)
{
	hang_up(arg, true);
}

static void
answer(struct connection *c)
{
	struct server *server = c->server;
	size_t n = server->request_count++;
	struct request *request = &server->requests[n];

	cr_assert_lt(n, COUNTOF(server->requests));
	request->connection = c->number;
	request->len = c->in_len < sizeof(request->text) ? c->in_len : sizeof(request->text) - 1;
	memcpy(request->text, c->in, request->len);
	c->in_len = 0;
	c->line = &server->script[n < server->script_len ? n : server->script_len - 1];
	if (c->line->then == IGNORE)
		return;
	if (c->line->then == DRIP) {
		c->dripped = 0;
		drip(c);
		return;
	}
	size_t len = line_len(c->line);
	for (size_t at = 0; at < len;) {
		ssize_t sent = send(c->fd, c->line->text + at, len - at, MSG_NOSIGNAL);

		if (sent <= 0)
			break;
		at += (size_t)sent;
	}
	/* A reset overtakes the bytes before it, unless the client had time to read them. */
	if (c->line->then == RESET)
		loop_after(server->loop, 50, hang_up_later, c);
	if (c->line->then == CLOSE)
		hang_up(c, false);
}

static bool
whole(const struct connection *c)
{
	const char *end = memmem(c->in, c->in_len, "\r\n\r\n", 4);
	const char *length = strcasestr(c->in, "\r\nContent-Length: ");

	if (!end)
		return false;
	size_t body = length && length < end ? strtoul(length + 18, NULL, 10) : 0;
	return c->in_len >= (size_t)(end + 4 - c->in) + body;
}

static void
readable(void *arg, unsigned ready)
{
	struct connection *c = arg;
	ssize_t got = recv(c->fd, c->in + c->in_len, sizeof(c->in) - 1 - c->in_len, 0);

	(void)ready;
	if (got <= 0) {
		hang_up(c, false);
		return;
	}
	c->in_len += (size_t)got;
	c->in[c->in_len] = '\0';
	if (whole(c))
		answer(c);
}

static void
acceptable(void *arg, unsigned ready)
{
	struct server *server = arg;
	size_t n = server->connection_count++;
	struct connection *c = &server->connections[n];

	(void)ready;
	cr_assert_lt(n, COUNTOF(server->connections));
	*c = (struct connection){ .server = server, .number = n };
	c->fd = accept(server->fd, NULL, NULL);
	cr_assert_geq(c->fd, 0);
	loop_watch(server->loop, c->fd, LOOP_READ, readable, c);
}

static void
server_start(struct server *server, struct loop *loop)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server->loop = loop;
	server->fd = socket(AF_INET, SOCK_STREAM, 0);
	cr_assert_eq(bind(server->fd, (struct sockaddr *)&address, sizeof(address)), 0);
	cr_assert_eq(listen(server->fd, 64), 0);
	cr_assert_eq(getsockname(server->fd, (struct sockaddr *)&address, &len), 0);
	server->port = ntohs(address.sin_port);
	loop_watch(loop, server->fd, LOOP_READ, acceptable, server);
}

/* One test: a loop, a server, a client, and what came back, copied. */

struct kept {
	enum http_problem problem;
	long status;
	char sentence[256], headers[1024], body[1024], content_type[64];
	size_t body_len, wire_bytes;
	int64_t dns_us, connect_us, first_byte_us, total_us;
};

struct bench {
	struct loop *loop;
	struct server server;
	struct http *http;
	struct kept kept[64];
	size_t kept_count, wanted;
};

static const char *const loopback_only[] = { "127.0.0.1" };

static struct bench *
bench_new(const struct line *script, size_t script_len, struct http_options options)
{
	struct bench *b = calloc(1, sizeof(*b));

	cr_assert(b);
	b->loop = loop_new();
	b->server.script = script;
	b->server.script_len = script_len;
	server_start(&b->server, b->loop);
	options.allow_hosts = loopback_only;
	options.allow_host_count = COUNTOF(loopback_only);
	b->http = http_new(b->loop, &options);
	return b;
}

static void
bench_free(struct bench *b)
{
	http_free(b->http);
	loop_free(b->loop);
	(void)close(b->server.fd);
	for (size_t i = 0; i < b->server.connection_count; i++)
		if (b->server.connections[i].fd >= 0)
			(void)close(b->server.connections[i].fd);
	free(b);
}

static void
keep(void *arg, const struct http_reply *reply)
{
	struct bench *b = arg;
	struct kept *kept = &b->kept[b->kept_count++];
	size_t body_len = reply->body_len < sizeof(kept->body) ? reply->body_len : 0;

	kept->problem = reply->problem;
	kept->status = reply->status;
	kept->body_len = reply->body_len;
	kept->wire_bytes = reply->wire_bytes;
	kept->dns_us = reply->dns_us;
	kept->connect_us = reply->connect_us;
	kept->first_byte_us = reply->first_byte_us;
	kept->total_us = reply->total_us;
	cr_expect_eq(reply->problem == HTTP_OK, reply->sentence == NULL);
	cr_expect_eq(reply->body[reply->body_len], '\0');
	memcpy(kept->body, reply->body, body_len);
	(void)snprintf(kept->sentence, sizeof(kept->sentence), "%s",
		       reply->sentence ? reply->sentence : "");
	(void)snprintf(kept->headers, sizeof(kept->headers), "%.*s", (int)reply->headers_len,
		       reply->headers);
	(void)snprintf(kept->content_type, sizeof(kept->content_type), "%s",
		       reply->content_type ? reply->content_type : "");
	if (b->kept_count == b->wanted)
		loop_stop(b->loop);
}

/* Send `request` as `who`, to `path` when its URL is NULL. */
static void
send_as(struct bench *b, const char *who, const char *path, struct http_request request)
{
	char url[128];

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", b->server.port, path);
	if (!request.url)
		request.url = url;
	if (!request.method)
		request.method = "GET";
	if (!request.timeout_ms)
		request.timeout_ms = 5000;
	b->wanted++;
	http_send(b->http, http_identity(b->http, who), &request, keep, b);
}

static void
run(struct bench *b)
{
	struct error err = { 0 };

	cr_assert(loop_run(b->loop, &err), "%s", err.message);
	cr_assert_eq(b->kept_count, b->wanted);
}

/* Send, wait, and give back the reply. */
static const struct kept *
ask(struct bench *b, const char *who, const char *path, struct http_request request)
{
	send_as(b, who, path, request);
	run(b);
	return &b->kept[b->kept_count - 1];
}

static const struct request *
asked(const struct bench *b, size_t n)
{
	cr_assert_lt(n, b->server.request_count);
	return &b->server.requests[n];
}

/* {"ok":true,"text":"xxx..."} of 221 bytes, and 200000 times "a". */
static const char small_gzip[] =
	"\037\213\010\000\000\000\000\000\002\003\253\126\312\317\126\262\052\051\052\115"
	"\325\121\052\111\255\050\121\262\122\252\030\046\100\251\026\000\166\212\244\274"
	"\335\000\000\000";

static const char bomb_gzip[] =
	"\037\213\010\000\000\000\000\000\002\003\355\301\061\001\000\000\000\302\240\254"
	"\353\137\302\014\376\100\001\000\000\000\000\000\000\000\000\000\000\000\000\000"
	"\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
	"\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
	"\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
	"\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
	"\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
	"\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
	"\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
	"\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
	"\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
	"\257\001\233\123\151\340\100\015\003\000";

#define OK_REPLY(body, length)                                                                     \
	"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " length             \
	"\r\n\r\n" body

static const struct line ok[] = { { .text = OK_REPLY("{}", "2") } };

Test(http, a_reply_is_delivered_whole)
{
	static const char text[] = "HTTP/1.1 201 Created\r\nContent-Type: text/x\r\nX-One:  1 \r\n"
				   "Content-Length: 5\r\n\r\na\0b\0c";
	const struct line script[] = { { .text = text, .len = sizeof(text) - 1 } };
	struct bench *b = bench_new(script, 1, (struct http_options){ 0 });
	const struct kept *kept = ask(b, "hod", "/a?b=c", (struct http_request){ 0 });
	char value[16];

	cr_expect_eq(kept->problem, HTTP_OK, "%s", kept->sentence);
	cr_expect_eq(kept->status, 201);
	cr_expect_eq(kept->body_len, 5);
	cr_expect_arr_eq(kept->body, "a\0b\0c", 5);
	cr_expect_str_eq(kept->content_type, "text/x");
	cr_expect_eq(kept->wire_bytes, sizeof(text) - 1);
	cr_expect_str_eq(kept->headers,
			 "Content-Type: text/x\r\nX-One:  1 \r\nContent-Length: 5\r\n");
	cr_expect(http_header_find(kept->headers, strlen(kept->headers), "x-one", value,
				   sizeof(value)));
	cr_expect_str_eq(value, "1");
	cr_expect_eq(strncmp(asked(b, 0)->text, "GET /a?b=c HTTP/1.1\r\n", 21), 0);
	bench_free(b);
}

Test(http, one_identity_keeps_its_connection_and_its_times_say_so)
{
	struct bench *b = bench_new(ok, 1, (struct http_options){ 0 });

	for (int i = 0; i < 5; i++)
		ask(b, "hod", "/", (struct http_request){ 0 });
	cr_expect_eq(b->server.request_count, 5);
	cr_expect_eq(b->server.connection_count, 1);
	cr_expect_gt(b->kept[0].connect_us, 0);
	cr_expect_eq(b->kept[4].connect_us, 0);
	cr_expect_eq(b->kept[4].dns_us, 0);
	cr_expect_gt(b->kept[4].first_byte_us, 0);
	cr_expect_leq(b->kept[4].first_byte_us, b->kept[4].total_us);
	bench_free(b);
}

Test(http, two_identities_never_share_a_connection_or_a_cookie)
{
	static const struct line script[] = {
		{ .text = "HTTP/1.1 200 OK\r\nSet-Cookie: session=hods; Path=/\r\n"
			  "Content-Length: 2\r\n\r\n{}" },
		{ .text = OK_REPLY("{}", "2") },
	};
	struct bench *b = bench_new(script, COUNTOF(script), (struct http_options){ 0 });
	size_t owner[64] = { 0 };

	ask(b, "hod", "/hod", (struct http_request){ 0 });
	/* Several in flight each, twice: enough for a pool to mix them up if it could. */
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 6; i++) {
			send_as(b, "hod", "/hod", (struct http_request){ 0 });
			send_as(b, "crew", "/crew", (struct http_request){ 0 });
		}
		run(b);
	}
	cr_assert_eq(b->server.request_count, 25);
	for (size_t i = 0; i < b->server.request_count; i++) {
		const struct request *request = asked(b, i);
		size_t who = strstr(request->text, "GET /hod ") ? 1 : 2;

		cr_expect(!owner[request->connection] || owner[request->connection] == who,
			  "request %zu came over the other's connection", i);
		owner[request->connection] = who;
		cr_expect_eq(strstr(request->text, "Cookie: session=hods") != NULL,
			     who == 1 && i > 0, "request %zu: %s", i, request->text);
	}
	/* The second round needed no new connection. */
	cr_expect_leq(b->server.connection_count, 12);
	bench_free(b);
}

Test(http, what_is_asked_arrives_as_asked)
{
	static const struct http_header headers[] = { { "Authorization", "Bearer " },
						      { "X-Empty", "" },
						      { "X-Blank", "  " } };
	struct bench *b = bench_new(ok, 1, (struct http_options){ 0 });
	const char *text;

	ask(b, "hod", "/",
	    (struct http_request){ .method = "POST",
				   .headers = headers,
				   .header_count = COUNTOF(headers),
				   .body = "a\0b",
				   .body_len = 3 });
	text = asked(b, 0)->text;
	cr_expect_eq(strncmp(text, "POST / HTTP/1.1\r\n", 17), 0);
	cr_expect(strstr(text, "\r\nAuthorization: Bearer \r\n"), "%s", text);
	cr_expect(strstr(text, "\r\nX-Empty:\r\n"), "%s", text);
	cr_expect(strstr(text, "\r\nX-Blank:\r\n"), "%s", text);
	cr_expect(strstr(text, "\r\nAccept-Encoding: gzip, deflate\r\n"), "%s", text);
	cr_expect(strstr(text, "\r\nContent-Length: 3\r\n"), "%s", text);
	cr_expect_null(strcasestr(text, "\r\nExpect"));
	cr_expect_null(strcasestr(text, "\r\nContent-Type"));
	cr_expect_arr_eq(text + asked(b, 0)->len - 3, "a\0b", 3);
	bench_free(b);
}

Test(http, a_handle_forgets_the_request_before)
{
	static const struct http_header token = { "Authorization", "Bearer one" };
	static const struct http_header other = { "Authorization", "Bearer two" };
	static const struct line script[] = {
		{ .text = OK_REPLY("{}", "2") },
		{ .text = OK_REPLY("{}", "2") },
		{ .text = "HTTP/1.1 200 OK\r\nContent-Length: 250\r\n\r\n" },
		{ .text = OK_REPLY("{}", "2") },
	};
	struct bench *b = bench_new(script, COUNTOF(script), (struct http_options){ 0 });

	ask(b, "hod", "/1",
	    (struct http_request){ .method = "PUT",
				   .headers = &token,
				   .header_count = 1,
				   .body = "{}",
				   .body_len = 2 });
	ask(b, "hod", "/2", (struct http_request){ .method = "DELETE" });
	ask(b, "hod", "/3",
	    (struct http_request){ .method = "HEAD", .headers = &other, .header_count = 1 });
	ask(b, "hod", "/4", (struct http_request){ .headers = &token, .header_count = 1 });
	ask(b, "hod", "/5", (struct http_request){ .method = "PATCH" });
	cr_expect_eq(b->server.connection_count, 1);
	cr_expect(strstr(asked(b, 0)->text, "PUT /1 "));
	cr_expect(strstr(asked(b, 0)->text, "Bearer one"));
	cr_expect(strstr(asked(b, 1)->text, "DELETE /2 "));
	cr_expect_null(strstr(asked(b, 1)->text, "Bearer"));
	cr_expect_null(strstr(asked(b, 1)->text, "Content-Length"));
	cr_expect(strstr(asked(b, 2)->text, "HEAD /3 "));
	cr_expect(strstr(asked(b, 2)->text, "Bearer two"));
	cr_expect_eq(b->kept[2].problem, HTTP_OK, "%s", b->kept[2].sentence);
	cr_expect_eq(b->kept[2].body_len, 0);
	cr_expect(strstr(asked(b, 3)->text, "GET /4 "));
	cr_expect(strstr(asked(b, 3)->text, "Bearer one"));
	cr_expect_str_eq(b->kept[3].body, "{}");
	cr_expect(strstr(asked(b, 4)->text, "PATCH /5 "));
	cr_expect(strstr(asked(b, 4)->text, "\r\nContent-Length: 0\r\n"));
	bench_free(b);
}

Test(http, a_redirect_is_a_reply_like_any_other)
{
	static const struct line script[] = { { .text = "HTTP/1.1 302 Found\r\nLocation: /other\r\n"
							"Content-Length: 0\r\n\r\n" } };
	struct bench *b = bench_new(script, 1, (struct http_options){ 0 });

	cr_expect_eq(ask(b, "hod", "/", (struct http_request){ 0 })->status, 302);
	cr_expect_eq(b->server.request_count, 1);
	bench_free(b);
}

Test(http, only_the_final_response_counts)
{
	static const struct line script[] = {
		{ .text = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
			  "HTTP/1.1 200 OK\r\nX-HTTP/1.1: no status line\r\n"
			  "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-Trailer: "
			  "1\r\n\r\n" }
	};
	struct bench *b = bench_new(script, 1, (struct http_options){ 0 });
	const struct kept *kept = ask(b, "hod", "/", (struct http_request){ 0 });

	cr_expect_eq(kept->status, 200);
	cr_expect_str_eq(kept->body, "{}");
	cr_expect_str_eq(kept->headers,
			 "X-HTTP/1.1: no status line\r\nTransfer-Encoding: chunked\r\n");
	bench_free(b);
}

Test(http, a_compressed_body_is_delivered_plain)
{
	struct line script[1] = { { .then = KEEP } };
	char text[256];
	int len =
		snprintf(text, sizeof(text),
			 "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n",
			 sizeof(small_gzip) - 1);

	memcpy(text + len, small_gzip, sizeof(small_gzip) - 1);
	script[0].text = text;
	script[0].len = (size_t)len + sizeof(small_gzip) - 1;

	struct bench *b = bench_new(script, 1, (struct http_options){ 0 });
	const struct kept *kept = ask(b, "hod", "/", (struct http_request){ 0 });

	cr_expect_eq(kept->problem, HTTP_OK, "%s", kept->sentence);
	cr_expect_eq(kept->body_len, 221);
	cr_expect_eq(strncmp(kept->body, "{\"ok\":true,", 11), 0);
	cr_expect_eq(kept->wire_bytes, script[0].len);
	bench_free(b);
}

#define CHUNKED_GZIP "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"

static const struct {
	struct line line;
	enum http_problem problem;
	const char *sentence; /* in it */
} endings[] = {
	{ { "", 0, IGNORE }, HTTP_TIMEOUT, "no whole reply within 300 ms" },
	{ { "HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n................................"
	    "..................................................................",
	    0, DRIP },
	  HTTP_TIMEOUT,
	  "no whole reply within 300 ms" },
	{ { "", 0, CLOSE }, HTTP_BROKEN, "the connection was closed before a reply came" },
	{ { "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n0123456789", 0, CLOSE },
	  HTTP_BROKEN,
	  "the connection was closed after 10 of 50 bytes of the body" },
	{ { "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n0123456789", 0, RESET },
	  HTTP_BROKEN,
	  "the connection was reset after 10 of 50 bytes of the body" },
	{ { "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n0123456789", 0, RESET },
	  HTTP_BROKEN,
	  "the connection was reset after 10 bytes of the body" },
	{ { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n", 0, CLOSE },
	  HTTP_BROKEN,
	  "the connection was closed after" },
	{ { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n01234\r\n", 0, CLOSE },
	  HTTP_BROKEN,
	  "chunk" },
	{ { "SSH-2.0-OpenSSH_9.2\r\n", 0, CLOSE }, HTTP_BROKEN, "the reply is not HTTP" },
	{ { CHUNKED_GZIP "this is no gzip at all, not even a little", 0, CLOSE },
	  HTTP_BROKEN,
	  "decompress" },
	{ { OK_REPLY("0123456789012345678901234567890123456789", "40"), 0, KEEP }, HTTP_OK, "" },
};

ParameterizedTestParameters(http, endings)
{
	return rows_of(COUNTOF(endings));
}

ParameterizedTest(size_t *row, http, endings)
{
	struct bench *b = bench_new(&endings[*row].line, 1, (struct http_options){ 0 });
	const struct kept *kept =
		ask(b, "hod", "/", (struct http_request){ .method = "POST", .timeout_ms = 300 });

	cr_expect_eq(kept->problem, endings[*row].problem, "row %zu: %d, %s", *row, kept->problem,
		     kept->sentence);
	cr_expect(strstr(kept->sentence, endings[*row].sentence), "row %zu: %s", *row,
		  kept->sentence);
	bench_free(b);
}

Test(http, a_reply_that_states_two_lengths_is_none)
{
	static const struct line script[] = {
		{ .text = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}" },
		{ .text = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}" },
	};
	struct bench *b = bench_new(script, 2, (struct http_options){ 0 });

	cr_expect_eq(ask(b, "hod", "/", (struct http_request){ 0 })->problem, HTTP_OK);
	const struct kept *kept = ask(b, "hod", "/", (struct http_request){ 0 });
	cr_expect_eq(kept->problem, HTTP_BROKEN);
	cr_expect_str_eq(kept->sentence, "the reply states two lengths that differ");
	bench_free(b);
}

static void
stop(void *arg)
{
	loop_stop(arg);
}

Test(http, what_a_server_says_unasked_is_not_taken_for_a_reply)
{
	static const struct line script[] = {
		{ .text = OK_REPLY("{}", "2") },
		{ .text = OK_REPLY("{\"mine\":1}", "10") },
	};
	static const char unasked[] = OK_REPLY("{\"not\":1}", "9");
	struct bench *b = bench_new(script, 2, (struct http_options){ 0 });
	struct error err = { 0 };

	(void)ask(b, "hod", "/", (struct http_request){ .method = "POST" });
	cr_assert_gt(send(b->server.connections[0].fd, unasked, sizeof(unasked) - 1, 0), 0);
	loop_after(b->loop, 20, stop, b->loop);
	cr_assert(loop_run(b->loop, &err));
	const struct kept *kept = ask(b, "hod", "/", (struct http_request){ .method = "POST" });
	cr_expect_eq(kept->problem, HTTP_OK, "%s", kept->sentence);
	cr_expect_str_eq(kept->body, "{\"mine\":1}");
	/* On a connection of its own, and sent once. */
	cr_expect_eq(b->server.request_count, 2);
	cr_expect_eq(asked(b, 1)->connection, 1);
	bench_free(b);
}

Test(http, a_refused_connection_names_the_address)
{
	struct bench *b = bench_new(ok, 1, (struct http_options){ 0 });
	const struct kept *kept =
		ask(b, "hod", "", (struct http_request){ .url = "http://127.0.0.1:1/" });

	cr_expect_eq(kept->problem, HTTP_UNREACHABLE);
	cr_expect_eq(kept->status, 0);
	cr_expect_str_eq(kept->sentence, "connection refused by 127.0.0.1:1");
	bench_free(b);
}

Test(http, a_body_over_the_limit_ends_the_transfer_and_keeps_its_head)
{
	static const struct line script[] = { { .text = OK_REPLY("0123456789", "10") } };
	struct bench *b = bench_new(script, 1, (struct http_options){ .max_body_bytes = 9 });
	const struct kept *kept = ask(b, "hod", "/", (struct http_request){ 0 });

	cr_expect_eq(kept->problem, HTTP_TOO_LARGE);
	cr_expect_str_eq(kept->sentence, "the reply is larger than 9 bytes");
	cr_expect_eq(kept->status, 200);
	cr_expect_str_eq(kept->body, "012345678");
	bench_free(b);
}

Test(http, a_bomb_is_counted_by_what_it_becomes)
{
	char text[512] = CHUNKED_GZIP;
	size_t len = strlen(text);
	struct line script[1] = { { .text = text, .then = CLOSE } };

	memcpy(text + len, bomb_gzip, sizeof(bomb_gzip) - 1);
	script[0].len = len + sizeof(bomb_gzip) - 1;

	struct bench *b = bench_new(script, 1, (struct http_options){ .max_body_bytes = 100000 });
	const struct kept *kept = ask(b, "hod", "/", (struct http_request){ 0 });

	cr_expect_eq(kept->problem, HTTP_TOO_LARGE, "%s", kept->sentence);
	cr_expect_eq(kept->body_len, 100000);
	bench_free(b);
}

Test(http, header_lines_are_limited_in_bytes_and_in_number)
{
	static char many[20000];
	struct line script[1] = { { .text = many, .then = CLOSE } };
	size_t at = (size_t)snprintf(many, sizeof(many), "HTTP/1.1 200 OK\r\n");

	for (int i = 0; i < 1500; i++)
		at += (size_t)snprintf(many + at, sizeof(many) - at, "A: %d\r\n", i);
	(void)snprintf(many + at, sizeof(many) - at, "\r\n");

	struct bench *b = bench_new(script, 1, (struct http_options){ 0 });
	cr_expect_eq(ask(b, "hod", "/", (struct http_request){ 0 })->problem, HTTP_TOO_LARGE);
	bench_free(b);

	b = bench_new(ok, 1, (struct http_options){ .max_header_bytes = 40 });
	cr_expect_eq(ask(b, "hod", "/", (struct http_request){ 0 })->problem, HTTP_TOO_LARGE);
	bench_free(b);
}

static const struct http_header split = { "X-A", "1\r\nX-B: 2" };
static const struct http_header odd_name = { "X A", "1" };

static const struct {
	struct http_request request;
	const char *sentence;
} refused[] = {
	{ { .url = "http://localhost/" },
	  "the host localhost is not on the environment's allow list" },
	{ { .url = "ftp://127.0.0.1/" }, "only http and https are spoken, not ftp" },
	{ { .url = "127.0.0.1/" }, "not a URL" },
	{ { .url = "http://127.0.0.1:x/" }, "not a URL" },
	{ { .headers = &split, .header_count = 1 },
	  "the header `X-A` has a value of more than one line" },
	{ { .headers = &odd_name, .header_count = 1 }, "the header `X A` is not a header's name" },
	{ { .method = "GET / HTTP/1.1\r\nX: y\r\n\r\nGET" }, "not the name of an HTTP method" },
	{ { .method = "" }, "not the name of an HTTP method" },
	{ { .method = "HEAD", .body = "x", .body_len = 1 }, "a HEAD request has no body" },
};

ParameterizedTestParameters(http, refused_requests)
{
	return rows_of(COUNTOF(refused));
}

ParameterizedTest(size_t *row, http, refused_requests)
{
	struct bench *b = bench_new(ok, 1, (struct http_options){ 0 });

	send_as(b, "hod", "/", refused[*row].request);
	cr_expect_eq(b->kept_count, 0, "called back from inside http_send");
	run(b);
	cr_expect_eq(b->kept[0].problem, HTTP_FORBIDDEN);
	cr_expect(strstr(b->kept[0].sentence, refused[*row].sentence), "row %zu: %s", *row,
		  b->kept[0].sentence);
	cr_expect_eq(b->server.connection_count, 0);
	/* The handle is good for the next request. */
	cr_expect_eq(ask(b, "hod", "/", (struct http_request){ 0 })->status, 200);
	bench_free(b);
}

Test(http, an_address_that_is_never_contacted_is_refused_after_resolution)
{
	static const char *const listed[] = { "169.254.169.254" };
	const struct http_options options = { .allow_hosts = listed, .allow_host_count = 1 };
	struct bench *b = bench_new(ok, 1, (struct http_options){ 0 });

	http_free(b->http);
	b->http = http_new(b->loop, &options);
	const struct kept *kept =
		ask(b, "hod", "", (struct http_request){ .url = "http://169.254.169.254/latest" });
	cr_expect_eq(kept->problem, HTTP_FORBIDDEN);
	cr_expect_str_eq(kept->sentence, "the host's address 169.254.169.254:80 is one that is "
					 "never contacted");
	bench_free(b);
}

Test(http, the_proxy_environment_is_ignored)
{
	(void)setenv("http_proxy", "http://127.0.0.1:1", 1);
	(void)setenv("ALL_PROXY", "http://127.0.0.1:1", 1);

	struct bench *b = bench_new(ok, 1, (struct http_options){ 0 });
	const struct kept *kept = ask(b, "hod", "/", (struct http_request){ 0 });

	cr_expect_eq(kept->status, 200, "%s", kept->sentence);
	bench_free(b);
}

/* The server takes the second request on the kept connection and hangs up without a word. */
static const struct line hangs_up_once[] = {
	{ .text = OK_REPLY("{}", "2") },
	{ .text = "", .then = CLOSE },
	{ .text = OK_REPLY("[]", "2") },
};

Test(http, a_post_is_never_sent_twice)
{
	struct bench *b =
		bench_new(hangs_up_once, COUNTOF(hangs_up_once), (struct http_options){ 0 });
	const struct http_request post = { .method = "POST", .body = "{}", .body_len = 2 };

	ask(b, "hod", "/", post);
	const struct kept *kept = ask(b, "hod", "/", post);
	cr_expect_eq(kept->problem, HTTP_BROKEN);
	cr_expect(strstr(kept->sentence, "it was not sent again"), "%s", kept->sentence);
	cr_expect_eq(b->server.request_count, 2);
	bench_free(b);
}

Test(http, a_get_is_asked_again_when_a_kept_connection_was_closed)
{
	struct bench *b =
		bench_new(hangs_up_once, COUNTOF(hangs_up_once), (struct http_options){ 0 });

	ask(b, "hod", "/", (struct http_request){ 0 });
	const struct kept *kept = ask(b, "hod", "/", (struct http_request){ 0 });
	cr_expect_eq(kept->problem, HTTP_OK, "%s", kept->sentence);
	cr_expect_str_eq(kept->body, "[]");
	cr_expect_eq(b->server.request_count, 3);
	bench_free(b);
}

Test(http, a_client_may_be_freed_with_requests_under_way)
{
	static const struct line script[] = { { .text = "", .then = IGNORE } };
	struct bench *b = bench_new(script, 1, (struct http_options){ 0 });
	struct error err = { 0 };

	for (int i = 0; i < 5; i++)
		send_as(b, i % 2 ? "hod" : "crew", "/", (struct http_request){ 0 });
	send_as(b, "hod", "/", (struct http_request){ .method = "" });
	http_free(b->http);
	b->http = NULL;
	loop_watch(b->loop, b->server.fd, 0, NULL, NULL);
	cr_expect(loop_run(b->loop, &err), "%s", err.message);
	cr_expect_eq(b->kept_count, 0);
	bench_free(b);
}

static const struct {
	const char *headers, *name, *value; /* NULL: absent */
} finds[] = {
	{ "A: 1\r\nBB: 2\r\n", "bb", "2" },
	{ "A: 1\r\nA: 2\r\n", "a", "1" },
	{ "AB: 1\r\n", "a", NULL },
	{ "A:\r\n", "A", "" },
	{ "A: \t x y \t\r\n", "A", "x y" },
	{ "A: 0123456789012345678901234567890123456789\r\n", "A", "012345678901234" },
	{ "A: last", "A", "last" },
	{ "X: A: 1\r\n", "A", NULL },
	{ "", "A", NULL },
};

ParameterizedTestParameters(http, finds)
{
	return rows_of(COUNTOF(finds));
}

ParameterizedTest(size_t *row, http, finds)
{
	char value[16] = "untouched";
	bool found = http_header_find(finds[*row].headers, strlen(finds[*row].headers),
				      finds[*row].name, value, sizeof(value));

	cr_expect_eq(found, finds[*row].value != NULL, "row %zu", *row);
	if (finds[*row].value)
		cr_expect_str_eq(value, finds[*row].value, "row %zu", *row);
}

Test(http, escaping_keeps_the_unreserved_and_nothing_else)
{
	struct buf out;

	buf_init(&out, 100);
	http_escape(&out, "aZ09-._~ /?&=+%\0\xc3\xa9", 18);
	cr_expect_str_eq(out.text, "aZ09-._~%20%2F%3F%26%3D%2B%25%00%C3%A9");
	buf_release(&out);
}
