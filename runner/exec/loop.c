#include "exec/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/must.h"

/* Nothing needs a wake-up this often; it bounds what a lost one could cost. */
#define MAX_WAIT_MS 1000

/* Idle connections kept per cache. libcurl's default is four times the handles under way, which
 * closes good connections each time a burst ends. */
#define KEPT_CONNECTIONS 1024L

struct watch {
	int fd;
	unsigned interest; /* 0: forgotten, the slot goes with the next gathering */
	uint64_t serial;   /* tells a watch from a later one on the same number */
	bool background;   /* does not keep the loop running */
	loop_fd_fn *fn;
	void *arg;
};

struct loop_timer {
	int64_t due_us;
	uint64_t serial; /* of two due at once the older goes first */
	size_t at;       /* own place in the heap */
	loop_timer_fn *fn;
	void *arg;
};

struct fetch {
	struct fetch *next_made, *next_free;
	loop_fetch_fn *fn;
	void *arg;
};

struct signals {
	loop_signal_fn *fn;
	void *arg;
	int ends[2];
	struct sigaction old_int, old_term, old_hup;
};

struct loop {
	CURLM *multi;
	size_t fetches; /* transfers started and not yet reported */
	struct fetch *made, *free;
	struct loop_timer **timers; /* binary heap, soonest first */
	size_t timer_count, timer_room;
	struct watch *watches;
	size_t watch_count, watch_room;
	struct curl_waitfd *fds; /* what is polled, as many as `watch_room` */
	uint64_t *fd_serials;    /* of the watch that fds[i] stands for */
	uint64_t serial;         /* given to the last watch or timer */
	struct signals *signals; /* NULL: not wanted */
	bool stopped;
};

/* Where the handler writes. A signal handler is given no argument, so this is the one place where
 * the process needs a variable of its own; -1 when no loop wants signals. */
static volatile sig_atomic_t signal_pipe = -1;

static void
check(CURLMcode status)
{
	/* Out of memory, or a handle used in two places: nothing a caller could mend. */
	if (status) {
		(void)fprintf(stderr, "lensgate: libcurl: %s\n", curl_multi_strerror(status));
		abort();
	}
}

int64_t
loop_now_ms(void)
{
	return clock_now_us() / 1000;
}

struct loop *
loop_new(void)
{
	struct loop *loop = must(calloc(1, sizeof(*loop)));

	loop->multi = must(curl_multi_init());
	check(curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, KEPT_CONNECTIONS));
	return loop;
}

static void
signals_free(struct signals *signals)
{
	(void)sigaction(SIGINT, &signals->old_int, NULL);
	(void)sigaction(SIGTERM, &signals->old_term, NULL);
	(void)sigaction(SIGHUP, &signals->old_hup, NULL);
	signal_pipe = -1;
	(void)close(signals->ends[0]);
	(void)close(signals->ends[1]);
	free(signals);
}

void
loop_free(struct loop *loop)
{
	if (!loop)
		return;
	if (loop->signals)
		signals_free(loop->signals);
	(void)curl_multi_cleanup(loop->multi);
	while (loop->made) {
		struct fetch *next = loop->made->next_made;
		free(loop->made);
		loop->made = next;
	}
	for (size_t i = 0; i < loop->timer_count; i++)
		free(loop->timers[i]);
	free(loop->timers);
	free(loop->watches);
	free(loop->fds);
	free(loop->fd_serials);
	free(loop);
}

static struct watch *
watch_find(struct loop *loop, int fd)
{
	for (size_t i = 0; i < loop->watch_count; i++)
		if (loop->watches[i].interest && loop->watches[i].fd == fd)
			return &loop->watches[i];
	return NULL;
}

static struct watch *
watch_add(struct loop *loop)
{
	if (loop->watch_count == loop->watch_room) {
		size_t room = loop->watch_room ? loop->watch_room * 2 : 16;

		loop->watches = must(realloc(loop->watches, room * sizeof(*loop->watches)));
		loop->fds = must(realloc(loop->fds, room * sizeof(*loop->fds)));
		loop->fd_serials =
			must(realloc(loop->fd_serials, room * sizeof(*loop->fd_serials)));
		loop->watch_room = room;
	}
	return &loop->watches[loop->watch_count++];
}

void
loop_watch(struct loop *loop, int fd, unsigned interest, loop_fd_fn *fn, void *arg)
{
	struct watch *watch = watch_find(loop, fd);

	if (!watch && !interest)
		return;
	if (!watch)
		watch = watch_add(loop);
	*watch = (struct watch){
		.fd = fd, .interest = interest, .serial = ++loop->serial, .fn = fn, .arg = arg
	};
}

static bool
sooner(const struct loop_timer *a, const struct loop_timer *b)
{
	return a->due_us != b->due_us ? a->due_us < b->due_us : a->serial < b->serial;
}

static void
heap_put(struct loop *loop, size_t at, struct loop_timer *timer)
{
	loop->timers[at] = timer;
	timer->at = at;
}

/* Move the timer at place `at` to where it belongs. */
static void
heap_settle(struct loop *loop, size_t at)
{
	struct loop_timer *timer = loop->timers[at];

	for (; at > 0 && sooner(timer, loop->timers[(at - 1) / 2]); at = (at - 1) / 2)
		heap_put(loop, at, loop->timers[(at - 1) / 2]);
	for (size_t child; (child = at * 2 + 1) < loop->timer_count; at = child) {
		if (child + 1 < loop->timer_count &&
		    sooner(loop->timers[child + 1], loop->timers[child]))
			child++;
		if (!sooner(loop->timers[child], timer))
			break;
		heap_put(loop, at, loop->timers[child]);
	}
	heap_put(loop, at, timer);
}

struct loop_timer *
loop_after(struct loop *loop, int64_t delay_ms, loop_timer_fn *fn, void *arg)
{
	struct loop_timer *timer = must(malloc(sizeof(*timer)));
	int64_t now = clock_now_us();

	if (delay_ms < 0)
		delay_ms = 0;
	if (delay_ms > (INT64_MAX - now) / 1000)
		delay_ms = (INT64_MAX - now) / 1000;
	if (loop->timer_count == loop->timer_room) {
		loop->timer_room = loop->timer_room ? loop->timer_room * 2 : 16;
		loop->timers =
			must(realloc(loop->timers, loop->timer_room * sizeof(struct loop_timer *)));
	}
	*timer = (struct loop_timer){
		.due_us = now + delay_ms * 1000, .serial = ++loop->serial, .fn = fn, .arg = arg
	};
	heap_put(loop, loop->timer_count++, timer);
	heap_settle(loop, timer->at);
	return timer;
}

/* Take the timer at place `at` out of the heap. */
static struct loop_timer *
heap_take(struct loop *loop, size_t at)
{
	struct loop_timer *timer = loop->timers[at];
	struct loop_timer *last = loop->timers[--loop->timer_count];

	if (at < loop->timer_count) {
		heap_put(loop, at, last);
		heap_settle(loop, at);
	}
	return timer;
}

void
loop_cancel(struct loop *loop, struct loop_timer *timer)
{
	if (timer)
		free(heap_take(loop, timer->at));
}

static void
on_signal(int number)
{
	int saved = errno;
	unsigned char byte = (unsigned char)number;

	/* A full pipe already holds more signals than anybody will read. */
	ssize_t written = write(signal_pipe, &byte, 1);
	(void)written;
	errno = saved;
}

static void
read_signals(void *arg, unsigned ready)
{
	struct loop *loop = arg;
	unsigned char byte;

	(void)ready;
	while (!loop->stopped && read(loop->signals->ends[0], &byte, 1) == 1)
		loop->signals->fn(loop->signals->arg, byte);
}

static bool
open_pipe(int ends[2])
{
	if (pipe(ends))
		return false;
	for (int i = 0; i < 2; i++) {
		(void)fcntl(ends[i], F_SETFD, FD_CLOEXEC);
		(void)fcntl(ends[i], F_SETFL, O_NONBLOCK);
	}
	return true;
}

void
loop_background(struct loop *loop, int fd)
{
	struct watch *watch = watch_find(loop, fd);

	if (watch)
		watch->background = true;
}

bool
loop_on_signals(struct loop *loop, loop_signal_fn *fn, void *arg, struct error *err)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	if (loop->signals) {
		loop->signals->fn = fn;
		loop->signals->arg = arg;
		return true;
	}
	struct signals *signals = must(calloc(1, sizeof(*signals)));

	if (!open_pipe(signals->ends)) {
		free(signals);
		return error_set(err, ERROR_ENVIRONMENT, "cannot make a pipe: %s", strerror(errno));
	}
	signals->fn = fn;
	signals->arg = arg;
	loop->signals = signals;
	signal_pipe = signals->ends[1];
	loop_watch(loop, signals->ends[0], LOOP_READ, read_signals, loop);
	loop_background(loop, signals->ends[0]);
	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGINT, &action, &signals->old_int);
	(void)sigaction(SIGTERM, &action, &signals->old_term);
	(void)sigaction(SIGHUP, NULL, &signals->old_hup);
	if (signals->old_hup.sa_handler != SIG_IGN) /* nohup stays nohup */
		(void)sigaction(SIGHUP, &action, NULL);
	return true;
}

void
loop_stop(struct loop *loop)
{
	loop->stopped = true;
}

static struct fetch *
fetch_take(struct loop *loop)
{
	struct fetch *fetch = loop->free;

	if (fetch) {
		loop->free = fetch->next_free;
		return fetch;
	}
	fetch = must(calloc(1, sizeof(*fetch)));
	fetch->next_made = loop->made;
	loop->made = fetch;
	return fetch;
}

void
loop_fetch(struct loop *loop, CURL *easy, loop_fetch_fn *fn, void *arg)
{
	struct fetch *fetch = fetch_take(loop);

	fetch->fn = fn;
	fetch->arg = arg;
	(void)curl_easy_setopt(easy, CURLOPT_PRIVATE, fetch);
	check(curl_multi_add_handle(loop->multi, easy));
	loop->fetches++;
}

/* Take `easy` back from libcurl, with any message about it that is still unread. */
static void
fetch_end(struct loop *loop, CURL *easy, struct fetch *fetch)
{
	check(curl_multi_remove_handle(loop->multi, easy));
	(void)curl_easy_setopt(easy, CURLOPT_PRIVATE, NULL);
	fetch->next_free = loop->free;
	loop->free = fetch;
	loop->fetches--;
}

void
loop_fetch_cancel(struct loop *loop, CURL *easy)
{
	struct fetch *fetch = NULL;

	(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &fetch);
	if (fetch)
		fetch_end(loop, easy, fetch);
}

static void
run_fetches(struct loop *loop)
{
	CURLMsg *msg;
	int queued;

	while (!loop->stopped && (msg = curl_multi_info_read(loop->multi, &queued)) != NULL) {
		CURL *easy = msg->easy_handle; /* `msg` dies with the removal below */
		CURLcode status = msg->data.result;
		struct fetch *fetch = NULL;

		(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &fetch);
		if (!fetch)
			continue;

		loop_fetch_fn *fn = fetch->fn;
		void *arg = fetch->arg;
		fetch_end(loop, easy, fetch);
		fn(arg, status);
	}
}

static void
run_timers(struct loop *loop)
{
	int64_t now = clock_now_us();

	while (!loop->stopped && loop->timer_count && loop->timers[0]->due_us <= now) {
		struct loop_timer *timer = heap_take(loop, 0);
		loop_timer_fn *fn = timer->fn;
		void *arg = timer->arg;

		free(timer);
		fn(arg);
	}
}

/* Drop forgotten watches, and list the others for one poll. True when one of them is a reason to go
 * on. */
static bool
gather(struct loop *loop)
{
	size_t kept = 0;
	bool reason = false;

	for (size_t i = 0; i < loop->watch_count; i++) {
		struct watch *watch = &loop->watches[i];

		if (!watch->interest)
			continue;
		reason |= !watch->background;
		loop->fds[kept] = (struct curl_waitfd){
			.fd = watch->fd,
			.events = (short)((watch->interest & LOOP_READ ? CURL_WAIT_POLLIN : 0) |
					  (watch->interest & LOOP_WRITE ? CURL_WAIT_POLLOUT : 0)),
		};
		loop->fd_serials[kept] = watch->serial;
		loop->watches[kept++] = *watch;
	}
	loop->watch_count = kept;
	return reason;
}

/* Deliver what the poll of the first `count` descriptors found. A callback may add watches and drop
 * them: the arrays may move and grow, but what was polled stays at its place in both until the next
 * gathering, and only a watch that is still the polled one is called. */
static void
run_watches(struct loop *loop, size_t count)
{
	for (size_t i = 0; i < count && !loop->stopped; i++) {
		struct watch watch = loop->watches[i];
		unsigned ready = (loop->fds[i].revents & CURL_WAIT_POLLIN ? LOOP_READ : 0U) |
				 (loop->fds[i].revents & CURL_WAIT_POLLOUT ? LOOP_WRITE : 0U);

		if (!ready || !watch.interest || watch.serial != loop->fd_serials[i])
			continue;
		/* A hang-up reaches who only wants to write, too: else it would be polled forever.
		 */
		watch.fn(watch.arg, ready & watch.interest ? ready & watch.interest : ready);
	}
}

static int
wait_ms(const struct loop *loop)
{
	if (!loop->timer_count)
		return MAX_WAIT_MS;

	int64_t left_us = loop->timers[0]->due_us - clock_now_us();
	if (left_us <= 0)
		return 0;
	/* Rounded up: a timer is late rather than early. */
	int64_t left_ms = (left_us + 999) / 1000;
	return left_ms > MAX_WAIT_MS ? MAX_WAIT_MS : (int)left_ms;
}

bool
loop_run(struct loop *loop, struct error *err)
{
	CURLMcode status = CURLM_OK;
	int running;

	loop->stopped = false;
	while (!status && !loop->stopped) {
		if (loop->fetches)
			status = curl_multi_perform(loop->multi, &running);
		/* A transfer can end inside perform: its callback comes before any waiting. */
		run_fetches(loop);
		run_timers(loop);
		if (loop->stopped || status)
			break;

		bool reason = gather(loop);
		if (!reason && !loop->fetches && !loop->timer_count)
			return true;

		size_t count = loop->watch_count;
		status = curl_multi_poll(loop->multi, loop->fds, (unsigned)count, wait_ms(loop),
					 NULL);
		run_watches(loop, count);
	}
	if (status)
		return error_set(err, ERROR_ENVIRONMENT, "cannot wait for I/O: %s",
				 curl_multi_strerror(status));
	return true;
}
