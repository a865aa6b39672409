#include "evidence/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* posix_spawn wants writable words, and writes to none of them. */
static char *const *
writable(const char *const *argv)
{
	char *const *words;

	memcpy(&words, &argv, sizeof(words));
	return words;
}

static int
start(const char *const *argv, const char *input, int out, pid_t *pid)
{
	posix_spawn_file_actions_t actions;

	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input ? input : "/dev/null",
					       O_RDONLY, 0);
	(void)posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	(void)posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
	int failed = posix_spawnp(pid, argv[0], &actions, NULL, writable(argv), environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	return failed;
}

static void
read_all(int fd, struct buf *out)
{
	char piece[4096];
	ssize_t got;

	while ((got = read(fd, piece, sizeof(piece))) > 0 || (got < 0 && errno == EINTR)) {
		if (got > 0)
			buf_add(out, piece, (size_t)got);
	}
}

int
tool_run(const char *const *argv, const char *input, struct buf *out, struct error *err)
{
	int ends[2], status = 0;
	pid_t pid = 0;

	if (pipe(ends) != 0) {
		error_set(err, ERROR_ENVIRONMENT, "cannot make a pipe: %s", strerror(errno));
		return -1;
	}
	/* The child must not hold the end we read from. */
	(void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	int failed = start(argv, input, ends[1], &pid);
	(void)close(ends[1]);
	if (!failed)
		read_all(ends[0], out);
	(void)close(ends[0]);
	if (failed) {
		error_set(err, ERROR_ENVIRONMENT, "cannot run %s: %s", argv[0], strerror(failed));
		return -1;
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			break;
	}
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	error_set(err, ERROR_ENVIRONMENT, "%s was killed by signal %d", argv[0], WTERMSIG(status));
	return -1;
}
