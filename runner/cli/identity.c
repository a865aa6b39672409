#define _DEFAULT_SOURCE /* getentropy */

#include "cli/identity.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

extern char **environ;

static void
make_run_id(struct identity *identity, int64_t wall_us)
{
	unsigned char bytes[16];
	uint64_t ms = (uint64_t)wall_us / 1000;

	if (getentropy(bytes, sizeof(bytes)) != 0)
		abort();
	for (int i = 0; i < 6; i++)
		bytes[i] = (unsigned char)(ms >> (8 * (5 - i)));
	bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x70);
	bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
	char *at = identity->run_id;
	for (int i = 0; i < 16; i++)
		at += snprintf(at, 4, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x",
			       bytes[i]);
}

/* Seconds in base 36, then two random places: short, and new in every run. */
static void
make_prefix(struct identity *identity, int64_t wall_us)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	unsigned char random[2];
	uint64_t rest = (uint64_t)wall_us / 1000000;
	char reversed[16];
	size_t len = 0, at = 0;

	if (getentropy(random, sizeof(random)) != 0)
		abort();
	for (; rest && len < 8; rest /= 36)
		reversed[len++] = digits[rest % 36];
	identity->unique[at++] = 't';
	while (len > 0)
		identity->unique[at++] = reversed[--len];
	identity->unique[at++] = digits[random[0] % 36];
	identity->unique[at++] = digits[random[1] % 36];
	identity->unique[at++] = 'x';
	identity->unique[at] = '\0';
}

/* Start `git describe` for the working directory. */
static void
ask_git(struct identity *identity)
{
	/* posix_spawn wants writable words. */
	char words[][16] = {
		"git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"
	};
	char *argv[] = { words[0], words[1], words[2], words[3], words[4], words[5], NULL };
	posix_spawn_file_actions_t actions;
	int ends[2];

	if (pipe(ends) != 0)
		return;
	/* Others may be started before git has answered. */
	(void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	(void)posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	bool started = posix_spawnp(&identity->git, "git", &actions, NULL, argv, environ) == 0;
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)close(ends[1]);
	identity->answer = ends[0];
	if (!started) {
		(void)close(ends[0]);
		identity->git = 0;
	}
}

void
identity_begin(struct identity *identity)
{
	int64_t wall_us = clock_wall_us();

	*identity = (struct identity){ 0 };
	make_run_id(identity, wall_us);
	make_prefix(identity, wall_us);
	ask_git(identity);
}

void
identity_end(struct identity *identity)
{
	char line[128];
	int status = 0;

	if (!identity->git)
		return;
	ssize_t len = read(identity->answer, line, sizeof(line) - 1);
	(void)close(identity->answer);
	bool known = waitpid(identity->git, &status, 0) == identity->git && status == 0 && len > 0;
	identity->git = 0;
	if (!known)
		return;
	line[len] = '\0';
	line[strcspn(line, "\n")] = '\0';
	char *dash = strchr(line, '-');
	identity->dirty = dash != NULL;
	if (dash)
		*dash = '\0';
	(void)snprintf(identity->commit, sizeof(identity->commit), "%.40s", line);
}

void
identity_make(struct identity *identity)
{
	identity_begin(identity);
	identity_end(identity);
}
