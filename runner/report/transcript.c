#include "report/transcript.h"

#include <string.h>

#include "report/summary.h"

/* Header lines with LF, however they came. */
static void
add_headers(struct buf *out, const char *lines)
{
	while (lines && *lines) {
		size_t len = strcspn(lines, "\r\n");

		buf_add(out, lines, len);
		buf_add(out, "\n", 1);
		lines += len + strspn(lines + len, "\r\n");
	}
}

static void
add_body(struct buf *out, const char *body, size_t len)
{
	if (!body || len == 0)
		return;
	buf_add(out, "\n", 1);
	buf_add(out, body, len);
	if (body[len - 1] != '\n')
		buf_add(out, "\n", 1);
}

/* The path and query of `url`, and its host on a line of its own. */
static void
add_request_line(struct buf *out, const char *method, const char *url)
{
	const char *scheme = strstr(url, "://");
	const char *host = scheme ? scheme + 3 : NULL;
	const char *path = host ? host + strcspn(host, "/?#") : url;

	buf_printf(out, "%s %s%s HTTP/1.1\n", method, *path == '/' ? "" : "/", path);
	if (host)
		buf_printf(out, "Host: %.*s\n", (int)(path - host), host);
}

void
transcript_request(const struct http_exchange *http, struct buf *out)
{
	add_request_line(out, http->method ? http->method : "GET", http->url ? http->url : "");
	add_headers(out, http->request_headers);
	add_body(out, http->request_body, http->request_body_len);
}

void
transcript_reply(const struct http_exchange *http, struct buf *out)
{
	if (http->status)
		buf_printf(out, "HTTP/1.1 %ld\n", http->status);
	add_headers(out, http->response_headers);
	add_body(out, http->response_body, http->response_body_len);
	if (http->truncated)
		buf_printf(out, "[the first %zu of %zu bytes]\n", http->response_body_len,
			   http->response_bytes);
	if (http->problem)
		buf_printf(out, "[no whole reply: %s]\n", http->problem);
}

void
transcript_sql(const struct sql_exchange *sql, struct buf *out)
{
	buf_printf(out, "-- as %s", sql->identity ? sql->identity : "persona");
	if (sql->role)
		buf_printf(out, ", role %s", sql->role);
	if (sql->claims)
		buf_printf(out, ", claims %s", sql->claims);
	buf_printf(out, "\n%s\n", sql->text ? sql->text : "");
	if (sql->params)
		buf_printf(out, "-- parameters: %s\n", sql->params);
	buf_printf(out, "-- outcome: %s, %ld row%s", sql->outcome ? sql->outcome : "unknown",
		   sql->rows, sql->rows == 1 ? "" : "s");
	if (sql->sqlstate)
		buf_printf(out, ", SQLSTATE %s", sql->sqlstate);
	if (sql->message)
		buf_printf(out, ": %s", sql->message);
	buf_printf(out, "\n");
	if (sql->values)
		buf_printf(out, "-- rows: %s\n", sql->values);
}

void
transcript_line(const struct exchange *exchange, struct buf *out)
{
	buf_printf(out, "%s", purpose_name(exchange->purpose));
	if (exchange->step)
		buf_printf(out, " %d", exchange->step);
	if (exchange->title)
		buf_printf(out, " (%s)", exchange->title);
	if (exchange->attempt > 1)
		buf_printf(out, ", attempt %d", exchange->attempt);
	if (exchange->persona)
		buf_printf(out, ", as %s", exchange->persona);
	if (exchange->kind == EXCHANGE_HTTP) {
		const struct http_exchange *http = &exchange->http;

		buf_printf(out, ": %s %s -> ", http->method ? http->method : "GET",
			   http->url ? http->url : "");
		if (http->problem || !http->status)
			buf_printf(out, "%s", http->problem ? http->problem : "no reply");
		else
			buf_printf(out, "%ld", http->status);
		buf_printf(out, " in ");
		summary_time(http->timing.total_us, out);
	} else {
		const struct sql_exchange *sql = &exchange->sql;

		buf_printf(out, ": SQL as %s -> %s %ld in ",
			   sql->identity ? sql->identity : "persona",
			   sql->outcome ? sql->outcome : "unknown", sql->rows);
		summary_time(sql->elapsed_us, out);
	}
}

void
transcript_case(const struct run_case *run_case, struct buf *out)
{
	for (size_t i = 0; i < run_case->exchange_count; i++) {
		const struct exchange *exchange = &run_case->exchanges[i];

		buf_printf(out, "%s--- ", i ? "\n" : "");
		transcript_line(exchange, out);
		buf_printf(out, "\n");
		if (exchange->kind == EXCHANGE_SQL) {
			transcript_sql(&exchange->sql, out);
			continue;
		}
		transcript_request(&exchange->http, out);
		buf_printf(out, "\n");
		transcript_reply(&exchange->http, out);
	}
}
