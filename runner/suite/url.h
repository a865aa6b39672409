/* url.h - the few facts about an address that are checked before anything is sent. */
#ifndef SUITE_URL_H
#define SUITE_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* The sentence that says why `url` cannot be the base of requests, NULL when it can: http or
 * https, a host, perhaps a port and a path; no user, password, query or fragment. */
const char *url_mistake(const char *url);

/* The host of such a URL in lower case, without brackets and port, in `arena`. */
const char *url_host(const char *url, struct arena *arena);

/* 8-4-4-4-12 hexadecimal digits. Source: RFC 4122, section 3. */
bool uuid_valid(const char *text);

#endif
