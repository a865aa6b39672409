/* http_problem.h - how a transfer ended, in words for people. */
#ifndef EXEC_HTTP_PROBLEM_H
#define EXEC_HTTP_PROBLEM_H

#include <curl/curl.h>
#include <stdint.h>

#include "exec/http.h"

enum http_stop {
	HTTP_STOP_NONE,       /* libcurl ended the transfer, not we */
	HTTP_STOP_ADDRESS,    /* every address of the host is one we never contact */
	HTTP_STOP_BODY,       /* body over the limit */
	HTTP_STOP_HEADERS,    /* header lines over the limit, in bytes or number */
	HTTP_STOP_LENGTHS,    /* two Content-Lengths that differ. Source: RFC 9110, 8.6 */
	HTTP_STOP_SENT_TWICE, /* it would have been sent a second time */
	HTTP_STOP_STALE       /* something waited on the kept connection; nothing was sent */
};

/* What is known about a transfer that ended. */
struct http_ending {
	CURLcode code;
	enum http_stop stop;
	long os_error;       /* errno of the connection, 0: none */
	const char *address; /* last one tried, "127.0.0.1:8080"; "" when none was */
	bool connected;      /* there was a connection to send on */
	int64_t total_us, timeout_ms, connect_timeout_ms;
	size_t header_bytes;
	int64_t body_bytes, body_expected; /* on the wire; expected -1 when not announced */
	size_t max_body_bytes, max_header_bytes;
	const char *detail; /* libcurl's own words, "" when none */
};

/* The problem, and what to say about it; `sentence` is "" for HTTP_OK. */
enum http_problem http_problem_of(const struct http_ending *ending, char *sentence, size_t size);

#endif
