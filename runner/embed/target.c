#define _GNU_SOURCE /* pipe2 */
#include "embed/target.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define READY      "listening on "
#define LINE_BYTES 256

/* It has a request or two to finish, and nothing to save. */
#define GRACE_MS 1000

/* Read one line, without its newline. False at the end of the stream, at the
 * deadline, or when the line is longer than any we expect. */
static bool
read_line(int fd, int64_t deadline_us, char line[LINE_BYTES])
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	size_t len = 0;

	while (len < LINE_BYTES) {
		int ready = poll(&wait, 1, child_left_ms(deadline_us));
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0 || read(fd, line + len, 1) != 1)
			return false;
		if (line[len] == '\n') {
			line[len] = '\0';
			return true;
		}
		len++;
	}
	return false;
}

static bool
listens(struct target *target, struct site *site, struct error *err)
{
	char line[LINE_BYTES];

	if (!read_line(target->out, site->deadline_us, line))
		return error_set(err, ERROR_ENVIRONMENT, "the target did not start: %s",
				 site_last_words(site, LOG_TARGET));
	if (strncmp(line, READY "http://127.0.0.1:", strlen(READY "http://127.0.0.1:")) != 0)
		return error_set(err, ERROR_ENVIRONMENT,
				 "the target began with '%.80s', not with where it listens", line);
	target->base_url = arena_printf(&site->arena, "%s", line + strlen(READY));
	return true;
}

bool
target_begin(struct target *target, struct site *site, const struct target_spec *spec,
	     struct error *err)
{
	struct words argv = { 0 };
	int ends[2];

	*target = (struct target){ .out = -1 };
	words_add(&argv, &site->arena, "%s", spec->program);
	words_add(&argv, &site->arena, "--port");
	words_add(&argv, &site->arena, "%d", spec->port);
	for (size_t i = 0; i < spec->fault_count; i++) {
		words_add(&argv, &site->arena, "--fault");
		words_add(&argv, &site->arena, "%s", spec->faults[i]);
	}
	if (pipe2(ends, O_CLOEXEC) != 0)
		return error_set(err, ERROR_ENVIRONMENT, "cannot make a pipe: %s", strerror(errno));
	struct child_spec child = site_child(site, &argv, spec->env);
	child.out = ends[1];
	child.errors = site->logs[LOG_TARGET];
	target->out = ends[0];
	target->pid = child_start(&child, err);
	(void)close(ends[1]);
	if (target->pid)
		return true;
	target_stop(target);
	return false;
}

bool
target_await(struct target *target, struct site *site, struct error *err)
{
	if (listens(target, site, err))
		return true;
	target_stop(target);
	return false;
}

void
target_dismiss(const struct target *target)
{
	if (target->pid)
		(void)kill(target->pid, SIGTERM);
}

void
target_stop(struct target *target)
{
	if (target->pid || target->base_url || target->out > 0) {
		child_stop(&target->pid, SIGTERM, GRACE_MS);
		(void)close(target->out);
	}
	*target = (struct target){ 0 };
}
