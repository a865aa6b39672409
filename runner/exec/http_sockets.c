#include "exec/http_sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/must.h"

void
http_sockets_release(struct http_sockets *sockets)
{
	free(sockets->items);
	*sockets = (struct http_sockets){ 0 };
}

void
http_sockets_add(struct http_sockets *sockets, int fd)
{
	if (sockets->count == sockets->room) {
		sockets->room = sockets->room ? sockets->room * 2 : 16;
		sockets->items =
			must(realloc(sockets->items, sockets->room * sizeof(*sockets->items)));
	}
	sockets->items[sockets->count++] = (struct http_socket){ .fd = fd };
}

void
http_sockets_remove(struct http_sockets *sockets, int fd)
{
	for (size_t i = 0; i < sockets->count; i++) {
		if (sockets->items[i].fd == fd) {
			sockets->items[i] = sockets->items[--sockets->count];
			return;
		}
	}
}

static int
local_port(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in four;
		struct sockaddr_in6 six;
	} address = { 0 };
	socklen_t size = sizeof(address);

	if (getsockname(fd, &address.any, &size) != 0)
		return 0;
	return ntohs(address.any.sa_family == AF_INET6 ? address.six.sin6_port
						       : address.four.sin_port);
}

bool
http_sockets_pending(struct http_sockets *sockets, int port)
{
	for (size_t i = 0; i < sockets->count; i++) {
		struct http_socket *item = &sockets->items[i];

		/* Asked for once: a socket has no port before it is connected. */
		if (!item->port)
			item->port = local_port(item->fd);
		if (item->port != port)
			continue;
		struct pollfd ready = { .fd = item->fd, .events = POLLIN };
		return poll(&ready, 1, 0) > 0;
	}
	return false;
}
