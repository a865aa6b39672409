/* http_sockets.h - the sockets a client has open, and whether something nobody asked for waits on
 * one. Internal to http.
 *
 * A server may say something on an idle connection: "408 Request Timeout" before it hangs up, or a
 * second reply to the last request. libcurl before 8.1 sends the next request on such a connection
 * all the same, and takes what waits for the answer to it: a verdict about another request.
 */
#ifndef EXEC_HTTP_SOCKETS_H
#define EXEC_HTTP_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>

struct http_sockets {
	struct http_socket {
		int fd, port; /* local port; 0: not looked up yet */
	} * items;
	size_t count, room;
};

void http_sockets_release(struct http_sockets *sockets);

void http_sockets_add(struct http_sockets *sockets, int fd);
void http_sockets_remove(struct http_sockets *sockets, int fd);

/* True when bytes, or the end of the connection, wait on the socket bound to this local port. A
 * port nobody knows is none of ours: false. */
bool http_sockets_pending(struct http_sockets *sockets, int port);

#endif
