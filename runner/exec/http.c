#include "exec/http.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/must.h"
#include "exec/http_call.h"
#include "exec/http_guard.h"

#define DEFAULT_BODY_BYTES   ((size_t)8 * 1024 * 1024)
#define DEFAULT_HEADER_BYTES ((size_t)256 * 1024)
#define DEFAULT_CONNECT_MS   10000
/* A request under way, or a handle waiting for one on its identity's idle list. */
struct call {
	struct http_call http;
	struct call *next_made, *next_idle;
	struct http_identity *identity;
	struct loop_timer *refusal; /* delivers the reply to what was never sent; NULL else */
	http_reply_fn *fn;
	void *arg;
};

struct http_identity {
	struct http_identity *next;
	struct http *http;
	char *name;
	CURLSH *share; /* its connections, cookies and TLS sessions */
	struct call *made, *idle;
};

struct http {
	struct loop *loop;
	struct http_options options;
	struct http_guard guard;
	struct http_sockets sockets;
	struct http_identity *identities;
};

struct http *
http_new(struct loop *loop, const struct http_options *options)
{
	struct http *http = must(calloc(1, sizeof(*http)));

	http->loop = loop;
	http->options = *options;
	if (!http->options.max_body_bytes)
		http->options.max_body_bytes = DEFAULT_BODY_BYTES;
	if (!http->options.max_header_bytes)
		http->options.max_header_bytes = DEFAULT_HEADER_BYTES;
	if (!http->options.connect_timeout_ms)
		http->options.connect_timeout_ms = DEFAULT_CONNECT_MS;
	http_guard_init(&http->guard, options->allow_hosts, options->allow_host_count);
	return http;
}

static void
call_free(struct call *call)
{
	struct loop *loop = call->identity->http->loop;

	loop_cancel(loop, call->refusal);
	loop_fetch_cancel(loop, call->http.easy);
	http_call_release(&call->http);
	free(call);
}

static void
identity_free(struct http_identity *identity)
{
	while (identity->made) {
		struct call *next = identity->made->next_made;
		call_free(identity->made);
		identity->made = next;
	}
	/* After its handles: a share that is in use cannot go. */
	(void)curl_share_cleanup(identity->share);
	free(identity->name);
	free(identity);
}

void
http_free(struct http *http)
{
	if (!http)
		return;
	while (http->identities) {
		struct http_identity *next = http->identities->next;
		identity_free(http->identities);
		http->identities = next;
	}
	http_guard_release(&http->guard);
	http_sockets_release(&http->sockets);
	free(http);
}

struct http_identity *
http_identity(struct http *http, const char *name)
{
	struct http_identity *identity;

	for (identity = http->identities; identity; identity = identity->next)
		if (strcmp(identity->name, name) == 0)
			return identity;

	identity = must(calloc(1, sizeof(*identity)));
	identity->http = http;
	identity->name = must(strdup(name));
	/* One thread: the share needs no locks. What is in it never meets another identity's. */
	identity->share = must(curl_share_init());
	(void)curl_share_setopt(identity->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT);
	(void)curl_share_setopt(identity->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
	(void)curl_share_setopt(identity->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
	identity->next = http->identities;
	http->identities = identity;
	return identity;
}

/* An idle handle, the one used last first: it has most in common with what comes. */
static struct call *
call_take(struct http_identity *identity)
{
	struct http *http = identity->http;
	struct call *call = identity->idle;

	if (call) {
		identity->idle = call->next_idle;
		return call;
	}
	call = must(calloc(1, sizeof(*call)));
	http_call_init(&call->http, &http->options, &http->guard, &http->sockets, identity->share);
	call->identity = identity;
	call->next_made = identity->made;
	identity->made = call;
	return call;
}

static void
deliver(struct call *call, const struct http_reply *reply)
{
	call->fn(call->arg, reply);
	http_call_trim(&call->http);
	call->next_idle = call->identity->idle;
	call->identity->idle = call;
}

static void
deliver_refusal(void *arg)
{
	struct call *call = arg;

	call->refusal = NULL;
	deliver(call, &(struct http_reply){ .problem = HTTP_FORBIDDEN,
					    .sentence = call->http.sentence,
					    .headers = "",
					    .body = "" });
}

static void
finished(void *arg, CURLcode code)
{
	struct call *call = arg;

	/* Each time a connection is closed that was no good, so this comes to an end. */
	if (code && http_call_again(&call->http)) {
		loop_fetch(call->identity->http->loop, call->http.easy, finished, call);
		return;
	}
	struct http_reply reply = http_call_reply(&call->http, code);
	deliver(call, &reply);
}

void
http_send(struct http *http, struct http_identity *identity, const struct http_request *request,
	  http_reply_fn *fn, void *arg)
{
	struct call *call = call_take(identity);

	assert(request->timeout_ms > 0 && http == identity->http);
	call->fn = fn;
	call->arg = arg;
	if (http_call_prepare(&call->http, request))
		loop_fetch(http->loop, call->http.easy, finished, call);
	else
		call->refusal = loop_after(http->loop, 0, deliver_refusal, call);
}

bool
http_header_find(const char *headers, size_t len, const char *name, char *value, size_t size)
{
	size_t name_len = strlen(name);

	for (const char *line = headers, *end = headers + len; line < end;) {
		const char *next = memchr(line, '\n', (size_t)(end - line));
		const char *stop = next ? next : end;

		next = next ? next + 1 : end;
		if ((size_t)(stop - line) > name_len && line[name_len] == ':' &&
		    strncasecmp(line, name, name_len) == 0) {
			const char *text = line + name_len + 1;

			while (text < stop && (*text == ' ' || *text == '\t'))
				text++;
			while (stop > text && strchr(" \t\r", stop[-1]))
				stop--;
			(void)snprintf(value, size, "%.*s", (int)(stop - text), text);
			return true;
		}
		line = next;
	}
	return false;
}

void
http_escape(struct buf *out, const char *text, size_t len)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
		char escaped[3] = { '%', hex[c >> 4], hex[c & 15] };

		buf_add(out, plain ? text + i : escaped, plain ? 1 : 3);
	}
}
