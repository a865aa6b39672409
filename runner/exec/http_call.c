#include "exec/http_call.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"

#define MAX_HEADER_LINES 1000

/* A reply buffer that grew beyond this is not kept for the next reply. */
#define KEPT_BODY_BYTES ((size_t)256 * 1024)

/* Common servers close a connection that was idle for five seconds (uvicorn) or more. */
#define MAX_IDLE_S 4L

static size_t
take_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct http_call *call = arg;
	size_t len = size * count;

	/* These bytes are decompressed already: a bomb is counted by what it becomes. */
	buf_add(&call->body, bytes, len);
	if (!call->body.truncated)
		return len;
	call->stop = HTTP_STOP_BODY;
	return 0;
}

/* Length of a header line without its end. */
static size_t
bare_len(const char *line, size_t len)
{
	while (len && (line[len - 1] == '\r' || line[len - 1] == '\n'))
		len--;
	return len;
}

/* Does this line state another length than one before it? */
static bool
contradicts(struct http_call *call, const char *line, size_t len)
{
	static const char name[] = "Content-Length:";
	char *end;

	if (len < sizeof(name) || strncasecmp(line, name, sizeof(name) - 1) != 0)
		return false;
	/* The line ends with a newline, which ends the number. */
	int64_t length = strtoll(line + sizeof(name) - 1, &end, 10);
	bool differs = call->length >= 0 && call->length != length;
	call->length = length;
	return differs;
}

static size_t
take_header(char *line, size_t size, size_t count, void *arg)
{
	struct http_call *call = arg;
	size_t len = size * count, bare = bare_len(line, len);

	call->head_bytes += len;
	if (++call->head_lines > MAX_HEADER_LINES ||
	    call->head_bytes > call->options->max_header_bytes) {
		call->stop = HTTP_STOP_HEADERS;
		return 0;
	}
	if (bare < len && contradicts(call, line, len)) {
		call->stop = HTTP_STOP_LENGTHS;
		return 0;
	}
	/* A status line comes first, or behind the empty line that ends an interim response.
	 * Anything else behind that line is a trailer, which we leave out. */
	bool first = call->head_lines == 1 || call->head_ended;
	if (first && len > 5 && memcmp(line, "HTTP/", 5) == 0) {
		buf_clear(&call->head);
		call->head_ended = false;
		call->length = -1;
	} else if (!bare) {
		call->head_ended = true;
	} else if (!call->head_ended) {
		buf_add(&call->head, line, bare);
		buf_add(&call->head, "\r\n", 2);
	}
	return len;
}

/* Instead of libcurl's own socket(): the address is judged before anything is sent to it, and
 * children that are started later do not inherit it. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct http_call *call = arg;

	(void)purpose;
	if (!http_guard_address(&to->addr, call->loopback, call->address)) {
		call->stop = HTTP_STOP_ADDRESS;
		errno = EACCES;
		return CURL_SOCKET_BAD;
	}
	int fd = socket(to->family, to->socktype, to->protocol);

	if (fd < 0)
		return CURL_SOCKET_BAD;
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	http_sockets_add(call->sockets, fd);
	call->opened = true;
	return fd;
}

static int
close_socket(void *arg, curl_socket_t fd)
{
	struct http_sockets *sockets = arg;

	http_sockets_remove(sockets, fd);
	return close(fd);
}

static bool
may_repeat(const char *method)
{
	static const char *const idempotent[] = {
		"GET", "HEAD", "OPTIONS", "DELETE", "PUT", "TRACE"
	};

	for (size_t i = 0; i < COUNTOF(idempotent); i++)
		if (strcmp(method, idempotent[i]) == 0)
			return true;
	return false;
}

/* A connection stands and the request is about to be sent on it: for the first time, or again
 * because a kept connection turned out to be closed. The type is libcurl's. */
static int /* NOLINTNEXTLINE(readability-non-const-parameter) */
before_request(void *arg, char *ip, char *local_ip, int port, int local_port)
{
	struct http_call *call = arg;

	(void)ip;
	(void)local_ip;
	(void)port;
	/* Over TLS what waits may be for TLS itself: new session tickets. */
	if (!call->opened && strncmp(call->url.text, "https:", 6) != 0 &&
	    http_sockets_pending(call->sockets, local_port)) {
		call->stop = HTTP_STOP_STALE;
		return CURL_PREREQFUNC_ABORT;
	}
	if (call->attempts++ == 0 || may_repeat(call->method))
		return CURL_PREREQFUNC_OK;
	call->stop = HTTP_STOP_SENT_TWICE;
	return CURL_PREREQFUNC_ABORT;
}

static void
set_text(CURL *easy, CURLoption option, const char *text)
{
	/* libcurl copies; it can only fail for want of memory. */
	if (curl_easy_setopt(easy, option, text))
		abort();
}

/* Options that no request changes. */
static void
set_up(struct http_call *call, CURLSH *share)
{
	CURL *easy = call->easy;
	int64_t connect_ms = call->options->connect_timeout_ms;

	(void)curl_easy_setopt(easy, CURLOPT_SHARE, share);
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, MAX_IDLE_S);
	if (call->options->ca_file)
		set_text(easy, CURLOPT_CAINFO, call->options->ca_file);
	(void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
			       connect_ms > LONG_MAX ? LONG_MAX : (long)connect_ms);
	/* No file: it only turns cookies on, which then live in the share. */
	set_text(easy, CURLOPT_COOKIEFILE, "");
	set_text(easy, CURLOPT_NOPROXY, "*");
	set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	/* Decompresses these; the header line itself is among http_lines. */
	set_text(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
	(void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->detail);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
	(void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	(void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, call);
	/* Called when the connection goes, which may be after this handle did. */
	(void)curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	(void)curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, call->sockets);
	(void)curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request);
	(void)curl_easy_setopt(easy, CURLOPT_PREREQDATA, call);
}

void
http_call_init(struct http_call *call, const struct http_options *options, struct http_guard *guard,
	       struct http_sockets *sockets, CURLSH *share)
{
	*call = (struct http_call){ .options = options, .guard = guard, .sockets = sockets };
	call->easy = curl_easy_init();
	if (!call->easy)
		abort();
	buf_init(&call->url, SIZE_MAX / 4);
	buf_init(&call->body, options->max_body_bytes);
	buf_init(&call->head, options->max_header_bytes);
	http_lines_init(&call->lines);
	set_up(call, share);
}

void
http_call_release(struct http_call *call)
{
	curl_easy_cleanup(call->easy);
	curl_url_cleanup(call->parts);
	http_lines_release(&call->lines);
	buf_release(&call->url);
	buf_release(&call->body);
	buf_release(&call->head);
}

void
http_call_trim(struct http_call *call)
{
	if (call->body.size <= KEPT_BODY_BYTES)
		return;
	buf_release(&call->body);
	buf_init(&call->body, call->options->max_body_bytes);
}

static void
forget(struct http_call *call)
{
	buf_clear(&call->body);
	buf_clear(&call->head);
	call->stop = HTTP_STOP_NONE;
	call->attempts = 0;
	call->opened = call->head_ended = false;
	call->head_bytes = call->head_lines = 0;
	call->length = -1;
	call->address[0] = call->sentence[0] = call->detail[0] = '\0';
}

static bool
refuse(struct http_call *call, const char *sentence)
{
	(void)snprintf(call->sentence, sizeof(call->sentence), "%s", sentence);
	return false;
}

static void
set_url(struct http_call *call, const char *url)
{
	size_t len = strlen(url);

	if (len == call->url.len && len && memcmp(url, call->url.text, len) == 0)
		return;
	buf_clear(&call->url);
	buf_add(&call->url, url, len);
	set_text(call->easy, CURLOPT_URL, url);
	/* A URL taken apart is copied for each transfer; as a text it is parsed, put together again
	 * and copied each time, which costs a fifth of all of libcurl's work. What cannot be taken
	 * apart is left to libcurl to complain about. The flags are those it sets itself; what was
	 * there goes first, since a URL without a scheme would be taken as relative to it. */
	CURLU *parts = curl_url();
	if (!parts)
		abort();
	bool whole = curl_url_set(parts, CURLUPART_URL, url,
				  CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK;
	(void)curl_easy_setopt(call->easy, CURLOPT_CURLU, whole ? parts : NULL);
	curl_url_cleanup(call->parts);
	call->parts = parts;
}

/* Tell the handle the kind of request. A method without a body is sent as GET or HEAD under its own
 * name; POST, PUT and PATCH say "Content-Length: 0". */
static void
set_method(struct http_call *call, const char *method, bool with_body)
{
	if (with_body == call->with_body && strcmp(method, call->method) == 0)
		return;
	(void)snprintf(call->method, sizeof(call->method), "%s", method);
	call->with_body = with_body;
	if (with_body)
		(void)curl_easy_setopt(call->easy, CURLOPT_POST, 1L);
	else if (strcmp(method, "HEAD") == 0)
		(void)curl_easy_setopt(call->easy, CURLOPT_NOBODY, 1L);
	else
		(void)curl_easy_setopt(call->easy, CURLOPT_HTTPGET, 1L);
	set_text(call->easy, CURLOPT_CUSTOMREQUEST, method);
}

static bool
sends_length(const char *method)
{
	return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
	       strcmp(method, "PATCH") == 0;
}

static bool
is_method(const char *method)
{
	size_t len = strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_");

	return len && len < HTTP_METHOD_BYTES && !method[len];
}

bool
http_call_prepare(struct http_call *call, const struct http_request *request)
{
	bool with_body = request->body || sends_length(request->method);
	bool changed;

	forget(call);
	if (!is_method(request->method))
		return refuse(call, "not the name of an HTTP method");
	if (request->body && strcmp(request->method, "HEAD") == 0)
		return refuse(call, "a HEAD request has no body");
	if (!http_guard_url(call->guard, request->url, &call->loopback, call->sentence,
			    sizeof(call->sentence)) ||
	    !http_lines_set(&call->lines, request->headers, request->header_count, &changed,
			    call->sentence, sizeof(call->sentence)))
		return false;
	if (changed)
		(void)curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->lines.list);
	set_url(call, request->url);
	set_method(call, request->method, with_body);
	if (with_body) {
		(void)curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE,
				       (curl_off_t)(request->body ? request->body_len : 0));
		(void)curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS,
				       request->body ? request->body : "");
	}
	long timeout_ms =
		request->timeout_ms > LONG_MAX / 1000 ? LONG_MAX / 1000 : (long)request->timeout_ms;
	if (timeout_ms != call->timeout_ms)
		(void)curl_easy_setopt(call->easy, CURLOPT_TIMEOUT_MS, timeout_ms);
	call->timeout_ms = timeout_ms;
	return true;
}

bool
http_call_again(struct http_call *call)
{
	if (call->stop != HTTP_STOP_STALE)
		return false;
	forget(call);
	return true;
}

static int64_t
info_us(const struct http_call *call, CURLINFO info)
{
	curl_off_t value = 0;

	(void)curl_easy_getinfo(call->easy, info, &value);
	return value;
}

static int64_t
between(int64_t from_us, int64_t to_us)
{
	/* A phase that was never reached has time 0. */
	return to_us > from_us ? to_us - from_us : 0;
}

/* libcurl counts every phase from the start of the transfer. */
static void
read_times(const struct http_call *call, struct http_reply *reply)
{
	long connects = 0;

	reply->total_us = info_us(call, CURLINFO_TOTAL_TIME_T);
	reply->first_byte_us = between(info_us(call, CURLINFO_PRETRANSFER_TIME_T),
				       info_us(call, CURLINFO_STARTTRANSFER_TIME_T));
	(void)curl_easy_getinfo(call->easy, CURLINFO_NUM_CONNECTS, &connects);
	if (!connects)
		return;

	int64_t named_us = info_us(call, CURLINFO_NAMELOOKUP_TIME_T);
	int64_t connected_us = info_us(call, CURLINFO_CONNECT_TIME_T);
	reply->dns_us = named_us;
	reply->connect_us = between(named_us, connected_us);
	reply->tls_us = between(connected_us, info_us(call, CURLINFO_APPCONNECT_TIME_T));
}

/* The slow path: something went wrong. */
static enum http_problem
explain(struct http_call *call, CURLcode code, int64_t body_bytes, int64_t total_us)
{
	const struct http_options *options = call->options;
	struct http_ending ending = {
		.code = code,
		.stop = call->stop,
		.address = call->address,
		.connected = call->attempts > 0,
		.total_us = total_us,
		.timeout_ms = call->timeout_ms,
		.connect_timeout_ms = options->connect_timeout_ms,
		.header_bytes = call->head_bytes,
		.body_bytes = body_bytes,
		.body_expected = info_us(call, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T),
		.max_body_bytes = options->max_body_bytes,
		.max_header_bytes = options->max_header_bytes,
		.detail = call->detail,
	};

	(void)curl_easy_getinfo(call->easy, CURLINFO_OS_ERRNO, &ending.os_error);
	/* One address of several was forbidden, another was tried and failed by itself. */
	if (ending.stop == HTTP_STOP_ADDRESS && call->opened)
		ending.stop = HTTP_STOP_NONE;
	return http_problem_of(&ending, call->sentence, sizeof(call->sentence));
}

struct http_reply
http_call_reply(struct http_call *call, CURLcode code)
{
	int64_t body_bytes = info_us(call, CURLINFO_SIZE_DOWNLOAD_T);
	struct http_reply reply = {
		.headers = call->head.text,
		.headers_len = call->head.len,
		.body = call->body.text,
		.body_len = call->body.len,
		.wire_bytes = call->head_bytes + (size_t)body_bytes,
	};

	(void)curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &reply.status);
	(void)curl_easy_getinfo(call->easy, CURLINFO_CONTENT_TYPE, &reply.content_type);
	read_times(call, &reply);
	if (code) {
		reply.problem = explain(call, code, body_bytes, reply.total_us);
		reply.sentence = call->sentence;
	}
	return reply;
}
