/* http.h - HTTP requests over the loop: one pool of connections and one cookie jar per identity.
 *
 * Connections and cookies carry identity, so they are never shared between personas. Redirects are
 * not followed, only http and https are spoken, the proxy environment is ignored, and only hosts on
 * the allow list are contacted: checked for the URL's host before, and for the address after name
 * resolution (link-local addresses never, loopback only when the listed host is a loopback name or
 * address). The caller bounds how many requests are in flight; a request starts at once.
 *
 * A server may close a kept connection just when the next request goes out. libcurl then sends the
 * request again, on a new connection: right for methods that may be repeated (RFC 9110, 9.2.2), and
 * left to it. Any other method (POST, PATCH) may have had its effect already, and is never sent
 * twice: it ends as HTTP_BROKEN. To make this rare, connections idle for some seconds are not used.
 */
#ifndef EXEC_HTTP_H
#define EXEC_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "exec/loop.h"

struct http;
struct http_identity;

struct http_options {
	const char *const *allow_hosts; /* borrowed */
	size_t allow_host_count;
	/* For each of these 0 means the default. */
	size_t max_body_bytes;   /* a longer reply, after decompression, ends the transfer; 8 MiB */
	size_t max_header_bytes; /* all header lines together, of which 1000 at most; 256 KiB */
	int64_t connect_timeout_ms; /* 10000; timeout_ms counts all the same */
	const char *ca_file; /* PEM: certificates of who may sign a host's; NULL: the system's */
};

struct http_header {
	const char *name, *value; /* value "" sends an empty one; no CR or LF may be inside */
};

/* Everything is borrowed until the reply is delivered. */
struct http_request {
	const char *method, *url;
	const struct http_header *headers;
	size_t header_count;
	const void *body; /* NULL: none */
	size_t body_len;
	int64_t timeout_ms; /* from start to last byte; 0 is not allowed */
};

enum http_problem {
	HTTP_OK,          /* a whole reply, whatever its status */
	HTTP_UNREACHABLE, /* refused, no route, no such host, no TLS: nothing was sent */
	HTTP_TIMEOUT,     /* no whole reply within timeout_ms */
	HTTP_BROKEN,      /* reset, cut short, not HTTP, bad encoding */
	HTTP_TOO_LARGE,   /* body or headers over the limit */
	HTTP_FORBIDDEN    /* the host or its address is not allowed, or the request is none we could
			     send (method, header, URL): nothing was sent */
};

/* Borrowed from the client, valid during the callback only. */
struct http_reply {
	enum http_problem problem;
	const char *sentence; /* "connection refused by 127.0.0.1:8080"; NULL when HTTP_OK */
	long status;          /* 0: none arrived */
	const char *headers;  /* final response's lines, CRLF separated, without the status line */
	size_t headers_len;
	const char *body; /* what arrived, decompressed, up to max_body_bytes; NUL-terminated */
	size_t body_len;
	size_t wire_bytes;
	const char *content_type; /* NULL: none */
	/* As libcurl splits them, each a duration; the first three are 0 on a kept connection. */
	int64_t dns_us, connect_us, tls_us;
	int64_t first_byte_us; /* from the request's first byte to the reply's */
	int64_t total_us;      /* from start to end */
};

typedef void http_reply_fn(void *arg, const struct http_reply *reply);

struct http *http_new(struct loop *loop, const struct http_options *options);
/* Requests under way are dropped, their callbacks not called. Not from inside a callback. */
void http_free(struct http *http);

/* The identity called `name`, made on first use; lives as long as the client. */
struct http_identity *http_identity(struct http *http, const char *name);

/* Start `request`; `fn` is called from the loop, never from in here, exactly once. */
void http_send(struct http *http, struct http_identity *identity,
	       const struct http_request *request, http_reply_fn *fn, void *arg);

/* The first value of header `name` (any case) in a reply's header lines, copied to `value`
 * (cut at `size`); false when absent. */
bool http_header_find(const char *headers, size_t len, const char *name, char *value, size_t size);

/* Append `text` percent-encoded (RFC 3986 unreserved kept). */
void http_escape(struct buf *out, const char *text, size_t len);

#endif
