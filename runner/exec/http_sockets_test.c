#include "exec/http_sockets.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* Two ends of a TCP connection over loopback; *port is that of `here`. */
static void
connect_ends(int *here, int *there, int *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	cr_assert_eq(bind(listener, (struct sockaddr *)&address, size), 0);
	cr_assert_eq(listen(listener, 1), 0);
	cr_assert_eq(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	*here = socket(AF_INET, SOCK_STREAM, 0);
	cr_assert_eq(connect(*here, (struct sockaddr *)&address, size), 0);
	*there = accept(listener, NULL, NULL);
	cr_assert_eq(getsockname(*here, (struct sockaddr *)&address, &size), 0);
	*port = ntohs(address.sin_port);
	(void)close(listener);
}

Test(http_sockets, what_waits_on_a_socket_is_seen_and_stays_there)
{
	struct http_sockets sockets = { 0 };
	int here, there, port;
	char byte;

	connect_ends(&here, &there, &port);
	http_sockets_add(&sockets, here);
	cr_expect_not(http_sockets_pending(&sockets, port));
	cr_assert_eq(send(there, "x", 1, 0), 1);
	cr_expect(http_sockets_pending(&sockets, port));
	cr_assert_eq(recv(here, &byte, 1, 0), 1);
	cr_expect_not(http_sockets_pending(&sockets, port));
	(void)close(there);
	cr_expect(http_sockets_pending(&sockets, port), "the end is something, too");
	(void)close(here);
	http_sockets_release(&sockets);
}

Test(http_sockets, a_socket_that_was_taken_out_is_not_looked_at)
{
	struct http_sockets sockets = { 0 };
	int here[20], there[20], port[20];

	for (size_t i = 0; i < 20; i++) {
		connect_ends(&here[i], &there[i], &port[i]);
		http_sockets_add(&sockets, here[i]);
		cr_assert_eq(send(there[i], "x", 1, 0), 1);
	}
	http_sockets_remove(&sockets, here[3]);
	http_sockets_remove(&sockets, -7);
	for (size_t i = 0; i < 20; i++) {
		cr_expect_eq(http_sockets_pending(&sockets, port[i]), i != 3, "socket %zu", i);
		(void)close(here[i]);
		(void)close(there[i]);
	}
	cr_expect_not(http_sockets_pending(&sockets, 0));
	http_sockets_release(&sockets);
}
