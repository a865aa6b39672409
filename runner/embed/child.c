#define _GNU_SOURCE /* pipe2, setgroups, close_range */
#include "embed/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

#define OUTPUT_MAX ((size_t)64 * 1024)

/* What a child that could not become the program tells us over a pipe. */
struct failure {
	int number; /* errno */
	char stage[28];
};

static void
give_up(int report, const char *stage)
{
	struct failure failure = { .number = errno };

	(void)snprintf(failure.stage, sizeof(failure.stage), "%s", stage);
	ssize_t told = write(report, &failure, sizeof(failure));
	/* If nobody reads, nobody is there to be told. */
	_exit(told == (ssize_t)sizeof(failure) ? 127 : 126);
}

/* Our handlers are gone after exec by themselves; what we ignore and block is not. */
static void
reset_signals(void)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };
	sigset_t none;

	/* All that are not real-time; for the two that cannot be changed it does nothing. */
	for (int number = 1; number < 32; number++)
		(void)sigaction(number, &standard, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool
set_descriptors(const struct child_spec *spec)
{
	/* Copied out of the way first: either may be 0, 1 or 2 itself. */
	int out = fcntl(spec->out, F_DUPFD_CLOEXEC, 3);
	int errors = fcntl(spec->errors, F_DUPFD_CLOEXEC, 3);
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (out < 0 || errors < 0 || in < 0)
		return false;
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(errors, 2) < 0)
		return false;
	/* Libraries of ours may have opened some without close-on-exec. An old
	 * kernel does not know the call: then those few are inherited. */
	(void)close_range(3, UINT_MAX, CLOSE_RANGE_CLOEXEC);
	return (in != 0 || fcntl(0, F_SETFD, 0) == 0) &&
	       (spec->life < 0 || fcntl(spec->life, F_SETFD, 0) == 0);
}

static bool
become_user(const struct child_user *user)
{
	return !user->drop ||
	       (setgroups(0, NULL) == 0 && setgid(user->gid) == 0 && setuid(user->uid) == 0);
}

/* Runs in the child: system calls only, because the memory is a copy of a
 * process in whatever state it was. */
static void
become(const struct child_spec *spec, int report, pid_t parent)
{
	(void)setsid();
	reset_signals();
	if (!set_descriptors(spec))
		give_up(report, "set up descriptors for");
	if (chdir(spec->directory) != 0)
		give_up(report, "enter the directory of");
	if (!become_user(spec->user))
		give_up(report, "change the user for");
	/* Only now: a change of user clears the death signal. */
	if (prctl(PR_SET_PDEATHSIG, spec->death_signal) != 0)
		give_up(report, "set the death signal of");
	/* We may have been orphaned before the signal was armed. */
	if (getppid() != parent)
		_exit(126);
	(void)execve(spec->argv->items[0], spec->argv->items, spec->env->items);
	give_up(report, "start");
}

pid_t
child_start(const struct child_spec *spec, struct error *err)
{
	struct failure failure = { 0 };
	pid_t parent = getpid();
	int report[2];

	if (pipe2(report, O_CLOEXEC) != 0) {
		error_set(err, ERROR_ENVIRONMENT, "cannot make a pipe: %s", strerror(errno));
		return 0;
	}
	pid_t pid = fork();
	if (pid == 0)
		become(spec, report[1], parent);
	(void)close(report[1]);
	if (pid < 0)
		error_set(err, ERROR_ENVIRONMENT, "cannot start %s: %s", spec->argv->items[0],
			  strerror(errno));
	ssize_t told = 0;
	while (pid > 0 && (told = read(report[0], &failure, sizeof(failure))) < 0 && errno == EINTR)
		;
	(void)close(report[0]);
	if (pid > 0 && told != 0) {
		(void)waitpid(pid, NULL, 0);
		error_set(err, ERROR_ENVIRONMENT, "cannot %s %s: %s", failure.stage,
			  spec->argv->items[0], strerror(failure.number));
		return 0;
	}
	return pid > 0 ? pid : 0;
}

int
child_left_ms(int64_t deadline_us)
{
	int64_t left_ms = (deadline_us - clock_now_us() + 999) / 1000;

	if (left_ms < 0)
		return 0;
	return left_ms < INT_MAX ? (int)left_ms : INT_MAX;
}

bool
child_wait(pid_t pid, int64_t deadline_us, int *status)
{
	for (;;) {
		pid_t ended = waitpid(pid, status, WNOHANG);

		if (ended == pid || (ended < 0 && errno != EINTR)) {
			if (ended != pid)
				*status = 0;
			return true;
		}
		if (child_left_ms(deadline_us) == 0)
			return false;
		/* A descriptor of the process would wake us exactly, but pidfd_open
		 * is missing or forbidden in some containers. */
		(void)poll(NULL, 0, 1);
	}
}

void
child_stop(pid_t *pid, int signal, int64_t grace_ms)
{
	int status;

	if (*pid == 0)
		return;
	(void)kill(*pid, signal);
	if (!child_wait(*pid, clock_now_us() + grace_ms * 1000, &status)) {
		(void)kill(*pid, SIGKILL);
		(void)waitpid(*pid, &status, 0);
	}
	*pid = 0;
}

static bool
ended_well(const char *program, int status, struct error *err)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	if (WIFSIGNALED(status))
		return error_set(err, ERROR_ENVIRONMENT, "%s was ended by signal %d", program,
				 WTERMSIG(status));
	return error_set(err, ERROR_ENVIRONMENT, "%s ended with status %d", program,
			 WEXITSTATUS(status));
}

static bool
finish(pid_t pid, const char *program, int64_t deadline_us, struct error *err)
{
	int status;

	if (child_wait(pid, deadline_us, &status))
		return ended_well(program, status, err);
	child_stop(&pid, SIGKILL, 0);
	return error_set(err, ERROR_ENVIRONMENT, "%s was not done in time", program);
}

bool
child_run(const struct child_spec *spec, int64_t deadline_us, struct error *err)
{
	pid_t pid = child_start(spec, err);

	return pid > 0 && finish(pid, spec->argv->items[0], deadline_us, err);
}

/* Read to the end, the limit or the deadline, whichever comes first. */
static void
drain(int fd, int64_t deadline_us, struct buf *text)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	char chunk[4096];

	while (!text->truncated) {
		int ready = poll(&wait, 1, child_left_ms(deadline_us));
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return;
		ssize_t n = read(fd, chunk, sizeof(chunk));
		if (n <= 0)
			return;
		buf_add(text, chunk, (size_t)n);
	}
}

const char *
child_output(const struct child_spec *spec, int64_t deadline_us, struct arena *arena,
	     struct error *err)
{
	struct child_spec piped = *spec;
	const char *result = NULL;
	struct buf text;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0) {
		error_set(err, ERROR_ENVIRONMENT, "cannot make a pipe: %s", strerror(errno));
		return NULL;
	}
	buf_init(&text, OUTPUT_MAX);
	piped.out = ends[1];
	pid_t pid = child_start(&piped, err);
	(void)close(ends[1]);
	if (pid > 0)
		drain(ends[0], deadline_us, &text);
	(void)close(ends[0]);
	if (pid > 0 && finish(pid, spec->argv->items[0], deadline_us, err)) {
		bool newline = text.len > 0 && text.text[text.len - 1] == '\n';
		result = arena_text(arena, text.text, text.len - newline);
	}
	buf_release(&text);
	return result;
}
