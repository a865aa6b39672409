/* child.h - programs we start: they never outlive us, and we never wait for them without a limit.
 *
 * Every child is a session of its own, so that Ctrl-C at the terminal reaches
 * only us and we stop it in order; it gets `death_signal` when we end in any
 * way; and it holds no descriptor of ours but the ones given.
 */
#ifndef EMBED_CHILD_H
#define EMBED_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"
#include "embed/words.h"

/* Whom to become. PostgreSQL refuses to run as root. */
struct child_user {
	bool drop;
	uid_t uid;
	gid_t gid;
};

struct child_spec {
	const struct words *argv; /* the first is the program's path */
	const struct words *env;  /* all of it */
	const char *directory;    /* where it runs */
	const struct child_user *user;
	int out, errors;  /* descriptors for its stdout and stderr; its stdin is empty */
	int life;         /* one more descriptor it holds as long as it lives; -1: none */
	int death_signal; /* sent to it when this process ends */
};

/* Start it. 0 with ERROR_ENVIRONMENT when it cannot be started, the reason
 * ("no such file...") included; then nothing runs. */
pid_t child_start(const struct child_spec *spec, struct error *err) MUST_USE;

/* Wait until `deadline_us` (clock_now_us) for it to end. True: *status is set
 * as waitpid does, and the process is gone. False: it still runs. */
bool child_wait(pid_t pid, int64_t deadline_us, int *status) MUST_USE;

/* Send `signal`, wait `grace_ms`, then kill. Afterwards *pid is gone, and 0.
 * Does nothing when *pid is 0. */
void child_stop(pid_t *pid, int signal, int64_t grace_ms);

/* Start, and wait for a successful end. ERROR_ENVIRONMENT, and nothing runs,
 * when it cannot start, fails, or is not done by `deadline_us`. */
bool child_run(const struct child_spec *spec, int64_t deadline_us, struct error *err) MUST_USE;

/* child_run with its stdout as the result, without the last newline; lives as
 * long as `arena`. At most 64 KiB are read. spec->out is not used. */
const char *child_output(const struct child_spec *spec, int64_t deadline_us, struct arena *arena,
			 struct error *err) MUST_USE;

/* Milliseconds from now to `deadline_us`, for poll: 0 when it has passed. */
int child_left_ms(int64_t deadline_us);

#endif
