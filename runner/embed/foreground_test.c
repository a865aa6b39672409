#include "embed/foreground.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/home.h"
#include "base/tree.h"
#include "embed/child.h"

static char home[] = "/tmp/lensgate-foreground-XXXXXX";
static struct arena arena;

static const char *
below(const char *name)
{
	return arena_printf(&arena, "%s/%s", home, name);
}

static void
put(const char *name, const char *text, mode_t mode)
{
	struct error err = { 0 };

	cr_assert(file_replace(below(name), text, strlen(text), &err), "%s", err.message);
	cr_assert_eq(chmod(below(name), mode), 0);
}

static void
enter(void)
{
	struct home_places places = home_places(&arena);
	const char *slash = strrchr(places.executable, '/');

	cr_assert_not_null(mkdtemp(home));
	put("build/lensgate-target",
	    "#!/bin/sh\n"
	    "echo listening on http://127.0.0.1:4242\n"
	    "case \"$*\" in *brief*) echo 'out of order' >&2; exit 1 ;; esac\n"
	    "exec sleep 60\n",
	    0755);
	put("fixtures/db/10_roles.sql", "create role authenticator noinherit login;\n", 0644);
	put("fixtures/environments/embedded.yaml",
	    "base_url: ${embedded.base_url}\n"
	    "expect: { commit: \"${embedded.commit}\", other: ${embedded.other} }\n"
	    "auth: ${secret.LENSGATE_TARGET_JWT_SECRET}\n",
	    0644);
	cr_assert_eq(setenv("LENSGATE_HOME", home, 1), 0);
	cr_assert_eq(setenv("XDG_CACHE_HOME",
			    arena_printf(&arena, "%.*s/cache", (int)(slash - places.executable),
					 places.executable),
			    1),
		     0);
	(void)alarm(60); /* no test may hang */
}

static void
leave(void)
{
	cr_expect(tree_remove(home));
	arena_release(&arena);
}

TestSuite(foreground, .init = enter, .fini = leave);

/* Run it in a child, which writes what it prints to a pipe, and read up to its last line. */
static pid_t
begin(const struct foreground_options *options, char *text, size_t size)
{
	int ends[2];

	cr_assert_eq(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		struct error err = { 0 };
		FILE *out = fdopen(ends[1], "w");
		(void)close(ends[0]);
		_exit(foreground_run(options, out, &err) ? 0 : error_exit_status(&err));
	}
	(void)close(ends[1]);
	size_t len = 0;
	ssize_t n = 1;
	while (n > 0 && !strstr(text, "Ctrl-C")) {
		n = read(ends[0], text + len, size - 1 - len);
		len += n > 0 ? (size_t)n : 0;
		text[len] = '\0';
	}
	(void)close(ends[0]);
	return pid;
}

static int
end(pid_t pid)
{
	int status = 0;

	cr_assert(child_wait(pid, clock_now_us() + 20000000, &status), "it does not end");
	cr_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* The rest of the line that begins so. */
static const char *
line_of(const char *text, const char *begins)
{
	const char *at = strstr(text, begins);

	cr_assert_not_null(at, "%s", text);
	at += strlen(begins);
	return arena_text(&arena, at, strcspn(at, "\n"));
}

Test(foreground, it_says_where_everything_is_and_SIGTERM_removes_it)
{
	struct foreground_options options = { .embed = { .log_fd = -1 } };
	char text[4096] = "";
	struct stat info;
	pid_t pid = begin(&options, text, sizeof(text));
	const char *secrets = line_of(text, "secrets      ");

	cr_expect_str_eq(line_of(text, "base URL     "), "http://127.0.0.1:4242");
	cr_expect_eq(strncmp(line_of(text, "database     "), "host=/", 6), 0);
	cr_assert_eq(stat(secrets, &info), 0, "%s", secrets);
	cr_expect_eq(info.st_mode & 07777, 0600);
	cr_expect_eq(access(line_of(text, "environment  "), R_OK), 0);
	cr_expect_eq(strstr(text, "export "), NULL);
	cr_assert_eq(kill(pid, SIGTERM), 0);
	cr_expect_eq(end(pid), 0);
	cr_expect_neq(access(secrets, F_OK), 0);
}

Test(foreground, the_environment_file_is_filled_in_and_holds_no_secret)
{
	struct foreground_options options = { .embed = { .log_fd = -1 },
					      .write_env = below("out.yaml"),
					      .show_secrets = true };
	char text[4096] = "";
	struct error err = { 0 };
	size_t len = 0;
	pid_t pid = begin(&options, text, sizeof(text));
	char *file = file_read(below("out.yaml"), 4096, &len, &err);

	cr_assert_not_null(file, "%s", err.message);
	cr_expect_neq(strstr(file, "base_url: http://127.0.0.1:4242\n"), NULL, "%s", file);
	cr_expect_eq(strstr(file, "${embedded.commit}"), NULL);
	cr_expect_neq(strstr(file, "other: ${embedded.other} }"), NULL, "%s", file);
	cr_expect_neq(strstr(file, "auth: ${secret.LENSGATE_TARGET_JWT_SECRET}\n"), NULL);
	const char *secret = line_of(text, "export LENSGATE_TARGET_JWT_SECRET=");
	cr_expect_eq(strlen(secret), 64);
	cr_expect_eq(strstr(file, secret), NULL);
	free(file);
	cr_assert_eq(kill(pid, SIGINT), 0);
	cr_expect_eq(end(pid), 0);
	cr_expect_eq(access(below("out.yaml"), F_OK), 0);
}

Test(foreground, a_target_that_ends_by_itself_is_an_error)
{
	const char *faults[] = { "brief" };
	struct foreground_options options = {
		.embed = { .log_fd = -1, .faults = faults, .fault_count = 1 },
	};
	struct error err = { 0 };
	FILE *out = fopen("/dev/null", "w");

	cr_expect_not(foreground_run(&options, out, &err));
	cr_expect_str_eq(err.message, "the target ended: out of order");
	(void)fclose(out);
}
