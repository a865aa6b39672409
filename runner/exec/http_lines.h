/* http_lines.h - the header lines of a request as libcurl wants them, rebuilt only when they
 * change. */
#ifndef EXEC_HTTP_LINES_H
#define EXEC_HTTP_LINES_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "exec/http.h"

struct http_lines {
	struct curl_slist *list; /* borrowed by the easy handle it was set on */
	struct buf key;          /* names and values the list was built of, NUL after each */
};

void http_lines_init(struct http_lines *lines);
void http_lines_release(struct http_lines *lines);

/* Make the list stand for these headers. *changed: it is another list, and must be set again; the
 * old one is gone. False, with why in `sentence` and the list as it was, when a name is no token
 * (RFC 9110, 5.6.2) or a value would end its line. */
bool http_lines_set(struct http_lines *lines, const struct http_header *headers, size_t count,
		    bool *changed, char *sentence, size_t size);

#endif
