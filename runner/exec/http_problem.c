#include "exec/http_problem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"

/* CURLE_TOO_LARGE of libcurl 8.6; the headers we build with may be older. */
#define LINE_TOO_LONG ((CURLcode)100)

/* Fill `sentence` and return `problem`: one line per way to end. */
static PRINTF_LIKE(4, 5) enum http_problem
	say(enum http_problem problem, char *sentence, size_t size, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(sentence, size, fmt, args);
	va_end(args);
	return problem;
}

static enum http_problem
stopped(const struct http_ending *e, char *sentence, size_t size)
{
	switch (e->stop) {
	case HTTP_STOP_ADDRESS:
		return say(HTTP_FORBIDDEN, sentence, size,
			   "the host's address %s is one that is never contacted", e->address);
	case HTTP_STOP_BODY:
		return say(HTTP_TOO_LARGE, sentence, size, "the reply is larger than %zu bytes",
			   e->max_body_bytes);
	case HTTP_STOP_HEADERS:
		return say(HTTP_TOO_LARGE, sentence, size,
			   "the reply has too many header lines, or more than %zu bytes of them",
			   e->max_header_bytes);
	case HTTP_STOP_LENGTHS:
		return say(HTTP_BROKEN, sentence, size, "the reply states two lengths that differ");
	case HTTP_STOP_STALE:
		return say(HTTP_BROKEN, sentence, size,
			   "the server spoke on a kept connection before it was asked");
	case HTTP_STOP_SENT_TWICE:
		return say(HTTP_BROKEN, sentence, size,
			   "the server closed a kept connection without a reply; the request may "
			   "have been received, so it was not sent again");
	case HTTP_STOP_NONE:
		break;
	}
	return HTTP_OK;
}

static enum http_problem
not_connected(const struct http_ending *e, char *sentence, size_t size)
{
	if (e->os_error == ECONNREFUSED)
		return say(HTTP_UNREACHABLE, sentence, size, "connection refused by %s",
			   e->address);
	return say(HTTP_UNREACHABLE, sentence, size, "no connection to %s: %s", e->address,
		   e->os_error ? strerror((int)e->os_error) : e->detail);
}

static enum http_problem
timed_out(const struct http_ending *e, char *sentence, size_t size)
{
	if (!e->connected && e->total_us / 1000 < e->timeout_ms)
		return say(HTTP_UNREACHABLE, sentence, size, "no connection to %s within %lld ms",
			   e->address[0] ? e->address : "the host",
			   (long long)e->connect_timeout_ms);
	if (!e->connected)
		return say(HTTP_TIMEOUT, sentence, size, "no connection within %lld ms",
			   (long long)e->timeout_ms);
	return say(HTTP_TIMEOUT, sentence, size, "no whole reply within %lld ms",
		   (long long)e->timeout_ms);
}

/* The connection ended before the reply did; `how` is "closed" or "reset". */
static enum http_problem
cut_short(const struct http_ending *e, const char *how, char *sentence, size_t size)
{
	if (!e->header_bytes)
		return say(HTTP_BROKEN, sentence, size, "the connection was %s before a reply came",
			   how);
	if (e->body_bytes <= 0)
		return say(HTTP_BROKEN, sentence, size,
			   "the connection was %s before the body of the reply", how);
	if (e->body_expected > 0)
		return say(HTTP_BROKEN, sentence, size,
			   "the connection was %s after %lld of %lld bytes of the body", how,
			   (long long)e->body_bytes, (long long)e->body_expected);
	return say(HTTP_BROKEN, sentence, size,
		   "the connection was %s after %lld bytes of the body", how,
		   (long long)e->body_bytes);
}

static enum http_problem
failed(const struct http_ending *e, char *sentence, size_t size)
{
	const char *detail = e->detail[0] ? e->detail : curl_easy_strerror(e->code);

	/* libcurl has a hundred codes, and more with every release. */
	if (e->code == CURLE_COULDNT_RESOLVE_HOST)
		return say(HTTP_UNREACHABLE, sentence, size, "the host's name has no address");
	if (e->code == CURLE_COULDNT_CONNECT)
		return not_connected(e, sentence, size);
	/* Before the first byte of a request. */
	if (e->code == CURLE_PEER_FAILED_VERIFICATION || e->code == CURLE_SSL_CONNECT_ERROR ||
	    e->code == CURLE_SSL_CACERT_BADFILE)
		return say(HTTP_UNREACHABLE, sentence, size, "no TLS connection: %s", detail);
	if (e->code == CURLE_OPERATION_TIMEDOUT)
		return timed_out(e, sentence, size);
	if (e->code == CURLE_GOT_NOTHING || e->code == CURLE_PARTIAL_FILE)
		return cut_short(e, "closed", sentence, size);
	/* libcurl gives this code to broken chunks as well: there the bytes are wrong, not lacking.
	 */
	if (e->code == CURLE_RECV_ERROR && strstr(e->detail, "hunk"))
		return say(HTTP_BROKEN, sentence, size, "the body is broken: %s", e->detail);
	if (e->code == CURLE_RECV_ERROR)
		return cut_short(e, "reset", sentence, size);
	if (e->code == CURLE_SEND_ERROR)
		return say(HTTP_BROKEN, sentence, size,
			   "the connection was reset while the request was sent");
	/* libcurl keeps a header line of at most 100 KiB, and calls a longer one this. */
	if (e->code == CURLE_OUT_OF_MEMORY || e->code == LINE_TOO_LONG)
		return say(HTTP_TOO_LARGE, sentence, size,
			   "a header line of the reply is longer than 100 KiB");
	if (e->code == CURLE_BAD_CONTENT_ENCODING)
		return say(HTTP_BROKEN, sentence, size, "the body cannot be decompressed: %s",
			   detail);
	if (e->code == CURLE_UNSUPPORTED_PROTOCOL || e->code == CURLE_WEIRD_SERVER_REPLY)
		return say(HTTP_BROKEN, sentence, size, "the reply is not HTTP: %s", detail);
	return say(HTTP_BROKEN, sentence, size, "the transfer failed: %s", detail);
}

enum http_problem
http_problem_of(const struct http_ending *ending, char *sentence, size_t size)
{
	sentence[0] = '\0';
	if (ending->stop != HTTP_STOP_NONE)
		return stopped(ending, sentence, size);
	return ending->code == CURLE_OK ? HTTP_OK : failed(ending, sentence, size);
}
