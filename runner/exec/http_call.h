/* http_call.h - one easy handle, used for one request after the other.
 *
 * Making a handle, or telling it again what it knows, costs more than sending a request: it
 * remembers what it was told, and options are set only when they change. Internal to http.
 */
#ifndef EXEC_HTTP_CALL_H
#define EXEC_HTTP_CALL_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "exec/http.h"
#include "exec/http_guard.h"
#include "exec/http_lines.h"
#include "exec/http_problem.h"
#include "exec/http_sockets.h"

#define HTTP_METHOD_BYTES 32

struct http_call {
	const struct http_options *options; /* of the client, defaults filled in */
	struct http_guard *guard;
	struct http_sockets *sockets; /* of the client */
	CURL *easy;

	/* What the handle was last told. */
	struct buf url;
	CURLU *parts; /* the same, taken apart; borrowed by the handle */
	char method[HTTP_METHOD_BYTES];
	bool with_body;
	long timeout_ms;
	struct http_lines lines;

	/* This transfer. */
	bool loopback;     /* such addresses are meant */
	bool opened;       /* a socket to an allowed address */
	unsigned attempts; /* times the request was about to be sent */
	enum http_stop stop;
	struct buf body, head;
	size_t head_bytes, head_lines; /* of interim responses too */
	bool head_ended;
	int64_t length;                         /* the reply states; -1: none */
	char address[HTTP_GUARD_ADDRESS_BYTES]; /* tried last */
	char sentence[256];
	char detail[CURL_ERROR_SIZE];
};

/* `share` holds what the handle has in common with others of its identity. A transfer under way
 * must be taken back from the loop before the call is released, the call before the share, and the
 * share before `sockets`. */
void http_call_init(struct http_call *call, const struct http_options *options,
		    struct http_guard *guard, struct http_sockets *sockets, CURLSH *share);
void http_call_release(struct http_call *call);

/* Turn the request into options, forgetting the last transfer. False, with `sentence`, when it must
 * not be sent. */
bool http_call_prepare(struct http_call *call, const struct http_request *request);

/* True when the transfer was ended before anything was sent, because the kept connection it had was
 * no good. That connection is gone, and the transfer may be started again, all else forgotten. */
bool http_call_again(struct http_call *call);

/* What became of the transfer that ended with `code`; valid until the next is prepared. */
struct http_reply http_call_reply(struct http_call *call, CURLcode code);

/* Give back the memory of a huge reply. */
void http_call_trim(struct http_call *call);

#endif
