/* loop.h - the only place the process waits.
 *
 * One thread, one wait: HTTP transfers, PostgreSQL sockets, signals and timers
 * all meet in curl_multi_poll(). Callbacks run from loop_run(), never from
 * inside loop_watch(), loop_after() or loop_fetch().
 */
#ifndef EXEC_LOOP_H
#define EXEC_LOOP_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct loop;

enum loop_ready { LOOP_READ = 1, LOOP_WRITE = 2 };

typedef void loop_fd_fn(void *arg, unsigned ready);
typedef void loop_timer_fn(void *arg);
typedef void loop_fetch_fn(void *arg, CURLcode status);

struct loop *loop_new(void);
void loop_free(struct loop *loop);

/* Call `fn` whenever `fd` is ready for one of `interest` (LOOP_READ|LOOP_WRITE).
 * Replaces any earlier watch on the same fd; an interest of 0 stops watching. Hang-up and errors
 * count as readable, and an error as writable too. */
void loop_watch(struct loop *loop, int fd, unsigned interest, loop_fd_fn *fn, void *arg);

/* The watch on `fd` is a service beside the work: it does not keep loop_run() running. */
void loop_background(struct loop *loop, int fd);

/* Call `fn` once, no sooner than `delay_ms` milliseconds from now. The handle is good for
 * loop_cancel() until `fn` is called. */
struct loop_timer;
struct loop_timer *loop_after(struct loop *loop, int64_t delay_ms, loop_timer_fn *fn, void *arg);
/* Forget a timer that has not fired; NULL does nothing. */
void loop_cancel(struct loop *loop, struct loop_timer *timer);

/* Call `fn` from the loop when SIGINT, SIGTERM or SIGHUP arrives (self-pipe); `signal_number` is
 * passed. The handlers are taken back by loop_free(). */
typedef void loop_signal_fn(void *arg, int signal_number);
bool loop_on_signals(struct loop *loop, loop_signal_fn *fn, void *arg, struct error *err) MUST_USE;

/* Leave loop_run() after the current callback, whatever is still under way. A later loop_run() goes
 * on where this one stopped. */
void loop_stop(struct loop *loop);

/* Start the transfer and call `fn` when it ends. The caller keeps `easy` and
 * must not clean it up before then; its CURLOPT_PRIVATE belongs to the loop.
 * No allocation per transfer: the few bytes it needs are recycled. */
void loop_fetch(struct loop *loop, CURL *easy, loop_fetch_fn *fn, void *arg);

/* Take back a transfer that was started and not yet reported; `fn` is not called. Does nothing to a
 * handle that has been reported, or was never started. */
void loop_fetch_cancel(struct loop *loop, CURL *easy);

/* Run until nothing is left to wait for, or loop_stop(). Watches that are only there for signals do
 * not keep it running. */
bool loop_run(struct loop *loop, struct error *err) MUST_USE;

/* Milliseconds on the monotonic clock; only differences mean anything. */
int64_t loop_now_ms(void);

#endif
