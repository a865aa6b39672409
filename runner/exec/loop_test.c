#include "exec/loop.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"
#include "base/clock.h"

/* What happened, one letter each, in order. */
struct trace {
	struct loop *loop;
	struct loop_timer *timer;
	CURL *easy;
	int fd, other_fd;
	char order[400];
	size_t n;
};

static void
run(struct loop *loop)
{
	struct error err = { 0 };

	cr_assert(loop_run(loop, &err), "%s", err.message);
}

static void
note(struct trace *t, char letter)
{
	cr_assert_lt(t->n, sizeof(t->order) - 1);
	t->order[t->n++] = letter;
}

static void
note_a(void *arg)
{
	note(arg, 'a');
}

static void
note_b(void *arg)
{
	note(arg, 'b');
}

static void
drain(void *arg, unsigned ready)
{
	struct trace *t = arg;
	char byte;

	cr_expect_eq(ready, LOOP_READ);
	cr_expect_eq(read(t->fd, &byte, 1), 1);
	note(t, byte);
	loop_watch(t->loop, t->fd, 0, NULL, NULL);
}

static void
fetched(void *arg, CURLcode status)
{
	note(arg, status == CURLE_OK ? 'o' : 'e');
}

/* A port that takes connections and never says a word; *fd listens. */
static void
silent_url(char url[64], int *fd)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	*fd = socket(AF_INET, SOCK_STREAM, 0);
	cr_assert_geq(*fd, 0);
	cr_assert_eq(bind(*fd, (struct sockaddr *)&address, sizeof(address)), 0);
	cr_assert_eq(listen(*fd, 16), 0);
	cr_assert_eq(getsockname(*fd, (struct sockaddr *)&address, &len), 0);
	(void)snprintf(url, 64, "http://127.0.0.1:%d/", ntohs(address.sin_port));
}

static CURL *
easy_new(const char *url)
{
	CURL *easy = curl_easy_init();

	cr_assert(easy);
	(void)curl_easy_setopt(easy, CURLOPT_URL, url);
	(void)curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	return easy;
}

Test(loop, nothing_to_wait_for_is_no_wait)
{
	struct loop *loop = loop_new();
	int64_t start_us = clock_now_us();

	run(loop);
	cr_expect_lt(clock_now_us() - start_us, 500000);
	loop_free(loop);
	loop_free(NULL);
}

Test(loop, timers_fire_in_due_order_never_early_and_then_the_loop_ends)
{
	struct trace t = { .loop = loop_new() };
	int64_t start_us = clock_now_us();

	loop_after(t.loop, 20, note_b, &t);
	loop_after(t.loop, 5, note_a, &t);
	run(t.loop);
	cr_expect_geq(clock_now_us() - start_us, 20000);
	cr_expect_str_eq(t.order, "ab");
	loop_free(t.loop);
}

Test(loop, timers_due_together_fire_in_the_order_they_were_set)
{
	struct trace t = { .loop = loop_new() };

	for (int i = 0; i < 50; i++)
		loop_after(t.loop, 0, i % 2 ? note_b : note_a, &t);
	run(t.loop);
	cr_expect_eq(t.n, 50);
	for (size_t i = 0; i < 50; i++)
		cr_expect_eq(t.order[i], i % 2 ? 'b' : 'a', "timer %zu", i);
	loop_free(t.loop);
}

Test(loop, a_cancelled_timer_stays_silent_wherever_it_stands)
{
	/* Cancelling each of twenty in turn visits the head, the tail and the middle of the heap.
	 */
	for (int gone = 0; gone < 20; gone++) {
		struct trace t = { .loop = loop_new() };
		struct loop_timer *timers[20];

		for (int i = 0; i < 20; i++)
			timers[i] =
				loop_after(t.loop, (i * 7) % 5, i == gone ? note_b : note_a, &t);
		loop_cancel(t.loop, timers[gone]);
		loop_cancel(t.loop, NULL);
		run(t.loop);
		cr_expect_eq(t.n, 19);
		cr_expect_null(strchr(t.order, 'b'), "timer %d", gone);
		loop_free(t.loop);
	}
}

static void
cancel_the_other(void *arg)
{
	struct trace *t = arg;

	note(t, 'c');
	loop_cancel(t->loop, t->timer);
	loop_after(t->loop, 0, note_a, t);
}

Test(loop, a_timer_may_cancel_another_that_is_due_and_set_a_new_one)
{
	struct trace t = { .loop = loop_new() };

	loop_after(t.loop, 0, cancel_the_other, &t);
	t.timer = loop_after(t.loop, 0, note_b, &t);
	run(t.loop);
	cr_expect_str_eq(t.order, "ca");
	loop_free(t.loop);
}

Test(loop, a_readable_descriptor_beats_a_later_timer)
{
	struct trace t = { .loop = loop_new() };
	int ends[2];

	cr_assert_eq(pipe(ends), 0);
	t.fd = ends[0];
	cr_assert_eq(write(ends[1], "r", 1), 1);
	loop_after(t.loop, 30, note_a, &t);
	loop_watch(t.loop, t.fd, LOOP_READ, drain, &t);
	run(t.loop);
	cr_expect_str_eq(t.order, "ra");
	loop_free(t.loop);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

Test(loop, three_hundred_descriptors_are_watched_at_once)
{
	struct trace traces[300] = { 0 };
	struct loop *loop = loop_new();
	int writers[300];

	for (size_t i = 0; i < COUNTOF(traces); i++) {
		int ends[2];

		cr_assert_eq(pipe(ends), 0);
		traces[i] = (struct trace){ .loop = loop, .fd = ends[0] };
		writers[i] = ends[1];
		loop_watch(loop, ends[0], LOOP_READ, drain, &traces[i]);
	}
	for (size_t i = 0; i < COUNTOF(traces); i++)
		cr_assert_eq(write(writers[i], "x", 1), 1);
	run(loop);
	for (size_t i = 0; i < COUNTOF(traces); i++) {
		cr_expect_str_eq(traces[i].order, "x", "descriptor %zu", i);
		(void)close(traces[i].fd);
		(void)close(writers[i]);
	}
	loop_free(loop);
}

static void
hung_up(void *arg, unsigned ready)
{
	struct trace *t = arg;

	(void)ready;
	note(t, 'h');
	loop_watch(t->loop, t->fd, 0, NULL, NULL);
}

Test(loop, a_hang_up_reaches_a_watch_for_reading)
{
	struct trace t = { .loop = loop_new() };
	int ends[2];

	cr_assert_eq(pipe(ends), 0);
	(void)close(ends[1]);
	t.fd = ends[0];
	loop_watch(t.loop, t.fd, LOOP_READ, hung_up, &t);
	run(t.loop);
	cr_expect_str_eq(t.order, "h");
	loop_free(t.loop);
	(void)close(ends[0]);
}

static void
steal(void *arg, unsigned ready)
{
	struct trace *t = arg;
	int ends[2];

	(void)ready;
	note(t, 's');
	loop_watch(t->loop, t->fd, 0, NULL, NULL);
	/* The other descriptor is ready too. It is closed, and its number given to an empty pipe.
	 */
	loop_watch(t->loop, t->other_fd, 0, NULL, NULL);
	cr_assert_eq(pipe(ends), 0);
	cr_assert_eq(dup2(ends[0], t->other_fd), t->other_fd);
	loop_watch(t->loop, t->other_fd, LOOP_READ, hung_up, t);
	loop_after(t->loop, 20, note_a, t);
	(void)ends[1]; /* stays open: the new descriptor is never readable */
}

static void
stop(void *arg)
{
	struct trace *t = arg;

	note(t, '.');
	loop_stop(t->loop);
}

Test(loop, readiness_of_a_closed_descriptor_is_not_given_to_its_successor)
{
	struct trace t = { .loop = loop_new() };
	int first[2], second[2];

	cr_assert_eq(pipe(first), 0);
	cr_assert_eq(pipe(second), 0);
	t.fd = first[0];
	t.other_fd = second[0];
	cr_assert_eq(write(first[1], "x", 1), 1);
	cr_assert_eq(write(second[1], "x", 1), 1);
	loop_watch(t.loop, t.fd, LOOP_READ, steal, &t);
	loop_watch(t.loop, t.other_fd, LOOP_READ, hung_up, &t);
	loop_after(t.loop, 40, stop, &t);
	run(t.loop);
	cr_expect_str_eq(t.order, "sa.");
	loop_free(t.loop);
}

Test(loop, a_refused_transfer_is_reported_not_lost)
{
	struct trace t = { .loop = loop_new() };
	CURL *easy = easy_new("http://127.0.0.1:1/");

	loop_fetch(t.loop, easy, fetched, &t);
	run(t.loop);
	cr_expect_str_eq(t.order, "e");
	curl_easy_cleanup(easy);
	loop_free(t.loop);
}

static void
fetched_again(void *arg, CURLcode status)
{
	struct trace *t = arg;

	fetched(t, status);
	if (t->n < 100)
		loop_fetch(t->loop, t->easy, fetched_again, t);
}

Test(loop, a_transfer_that_ends_inside_perform_waits_for_nothing)
{
	struct trace t = { .loop = loop_new(), .easy = easy_new("nosuch://127.0.0.1/") };
	int64_t start_us = clock_now_us();

	loop_fetch(t.loop, t.easy, fetched_again, &t);
	run(t.loop);
	cr_expect_eq(t.n, 100);
	/* One lost wake-up each would be a hundred seconds. */
	cr_expect_lt(clock_now_us() - start_us, 2000000);
	curl_easy_cleanup(t.easy);
	loop_free(t.loop);
}

static void
cancel_fetch(void *arg)
{
	struct trace *t = arg;

	note(t, 'c');
	loop_fetch_cancel(t->loop, t->easy);
	loop_fetch_cancel(t->loop, t->easy);
}

Test(loop, a_cancelled_transfer_is_not_reported_and_keeps_nothing_running)
{
	struct trace t = { .loop = loop_new() };
	char url[64];
	int fd;

	silent_url(url, &fd);
	t.easy = easy_new(url);
	loop_fetch_cancel(t.loop, t.easy);
	loop_fetch(t.loop, t.easy, fetched, &t);
	loop_after(t.loop, 20, cancel_fetch, &t);
	run(t.loop);
	cr_expect_str_eq(t.order, "c");
	curl_easy_cleanup(t.easy);
	loop_free(t.loop);
	(void)close(fd);
}

static void
fetched_first(void *arg, CURLcode status)
{
	struct trace *t = arg;

	(void)status;
	cancel_fetch(t);
}

Test(loop, an_ended_transfer_can_be_cancelled_before_it_is_reported)
{
	struct trace t = { .loop = loop_new(), .easy = easy_new("nosuch://two/") };
	CURL *first = easy_new("nosuch://one/");

	/* Both end within one perform; the report of the first takes the second back. */
	loop_fetch(t.loop, first, fetched_first, &t);
	loop_fetch(t.loop, t.easy, fetched, &t);
	run(t.loop);
	cr_expect_str_eq(t.order, "c");
	curl_easy_cleanup(first);
	curl_easy_cleanup(t.easy);
	loop_free(t.loop);
}

Test(loop, a_stopped_loop_leaves_the_rest_and_can_go_on)
{
	struct trace t = { .loop = loop_new() };
	char url[64];
	int fd;

	silent_url(url, &fd);
	t.easy = easy_new(url);
	loop_fetch(t.loop, t.easy, fetched, &t);
	loop_after(t.loop, 0, stop, &t);
	loop_after(t.loop, 0, note_a, &t);
	run(t.loop);
	cr_expect_str_eq(t.order, ".");
	loop_after(t.loop, 10, stop, &t);
	run(t.loop);
	cr_expect_str_eq(t.order, ".a.");
	/* The loop may go before the handle: a run that was interrupted ends so. */
	loop_free(t.loop);
	curl_easy_cleanup(t.easy);
	(void)close(fd);
}

static void
signalled(void *arg, int number)
{
	note(arg, number == SIGINT ? 'I' : number == SIGTERM ? 'T' : '?');
}

static void
raise_both(void *arg)
{
	note(arg, 'r');
	(void)raise(SIGTERM);
	(void)raise(SIGINT);
}

Test(loop, signals_arrive_as_callbacks_in_order)
{
	struct trace t = { .loop = loop_new() };
	struct error err = { 0 };

	cr_assert(loop_on_signals(t.loop, signalled, &t, &err), "%s", err.message);
	loop_after(t.loop, 5, raise_both, &t);
	loop_after(t.loop, 50, note_a, &t);
	run(t.loop);
	cr_expect_str_eq(t.order, "rTIa");
	loop_free(t.loop);
}

Test(loop, waiting_for_signals_alone_keeps_nothing_running)
{
	struct trace t = { .loop = loop_new() };
	struct error err = { 0 };

	cr_assert(loop_on_signals(t.loop, signalled, &t, &err), "%s", err.message);
	run(t.loop);
	cr_expect_eq(t.n, 0);
	loop_free(t.loop);
}

Test(loop, a_freed_loop_gives_signals_back, .signal = SIGTERM)
{
	struct trace t = { .loop = loop_new() };
	struct error err = { 0 };

	cr_assert(loop_on_signals(t.loop, signalled, &t, &err), "%s", err.message);
	loop_free(t.loop);
	(void)raise(SIGTERM);
}
