/* http_guard.h - which hosts may be contacted: by name before anything happens, by address once the
 * name is resolved. A name on the allow list that resolves to the cloud's metadata service is still
 * refused. */
#ifndef EXEC_HTTP_GUARD_H
#define EXEC_HTTP_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct sockaddr;

/* Bytes of an address with its port as http_guard_address writes it. */
#define HTTP_GUARD_ADDRESS_BYTES 64

struct http_guard {
	const char *const *hosts; /* borrowed: names or addresses, any case */
	size_t host_count;
	struct buf origin; /* scheme and authority last let through; parsing each URL costs more
			      than sending it */
	bool loopback;     /* of that origin */
};

void http_guard_init(struct http_guard *guard, const char *const *hosts, size_t host_count);
void http_guard_release(struct http_guard *guard);

/* May `url` be asked for? *loopback: its host is a loopback name or address, so such addresses are
 * meant. Otherwise false, and why in `sentence`. */
bool http_guard_url(struct http_guard *guard, const char *url, bool *loopback, char *sentence,
		    size_t size);

/* May this address be connected to? `text` becomes "127.0.0.1:8080" or "[::1]:8080". Link-local
 * addresses never may; loopback and the unspecified address only when `loopback`. IPv4 addresses
 * inside IPv6 ones (mapped, NAT64) are judged as what they are. */
bool http_guard_address(const struct sockaddr *address, bool loopback,
			char text[HTTP_GUARD_ADDRESS_BYTES]);

#endif
