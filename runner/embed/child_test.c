#include "embed/child.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/rows.h"

static struct arena arena;
static const struct child_user as_we_are;

static void
leave(void)
{
	arena_release(&arena);
}

static void
enter(void)
{
	(void)alarm(30); /* no test may hang */
}

TestSuite(child, .init = enter, .fini = leave);

static struct child_spec
shell(struct words *argv, struct words *env, const char *script)
{
	words_add(argv, &arena, "/bin/sh");
	words_add(argv, &arena, "-c");
	words_add(argv, &arena, "%s", script);
	words_add(env, &arena, "NAME=value");
	return (struct child_spec){ .argv = argv,
				    .env = env,
				    .directory = "/tmp",
				    .user = &as_we_are,
				    .out = STDERR_FILENO,
				    .errors = STDERR_FILENO,
				    .life = -1,
				    .death_signal = SIGKILL };
}

static int64_t
soon(void)
{
	return clock_now_us() + 10000000;
}

static const struct {
	const char *script, *output;
} outputs[] = {
	{ "echo one; echo two", "one\ntwo" },
	{ "pwd", "/tmp" },
	{ "printf %s \"$NAME\"", "value" },
	{ "printf %s \"$HOME\"", "" },                     /* nothing of our environment */
	{ "cat", "" },                                     /* its input is empty */
	{ "ls /proc/self/fd | tr '\\n' ' '", "0 1 2 3 " }, /* 3 is what ls reads */
};

ParameterizedTestParameters(child, a_child_gets_what_is_given_and_nothing_else)
{
	return rows_of(COUNTOF(outputs));
}

ParameterizedTest(size_t *row, child, a_child_gets_what_is_given_and_nothing_else)
{
	struct words argv = { 0 }, env = { 0 };
	struct child_spec spec = shell(&argv, &env, outputs[*row].script);
	struct error err = { 0 };
	int leak = open("/dev/null", O_RDONLY);
	const char *output = child_output(&spec, soon(), &arena, &err);

	cr_assert_not_null(output, "row %zu: %s", *row, err.message);
	cr_expect_str_eq(output, outputs[*row].output, "row %zu: %s", *row, output);
	(void)close(leak);
}

static const struct {
	const char *script, *message;
} ends[] = {
	{ "exit 0", NULL },
	{ "exit 7", "/bin/sh ended with status 7" },
	{ "kill -9 $$", "/bin/sh was ended by signal 9" },
};

ParameterizedTestParameters(child, how_it_ended_is_told)
{
	return rows_of(COUNTOF(ends));
}

ParameterizedTest(size_t *row, child, how_it_ended_is_told)
{
	struct words argv = { 0 }, env = { 0 };
	struct child_spec spec = shell(&argv, &env, ends[*row].script);
	struct error err = { 0 };

	cr_expect_eq(child_run(&spec, soon(), &err), ends[*row].message == NULL);
	cr_expect_str_eq(err.message, ends[*row].message ? ends[*row].message : "");
}

Test(child, a_program_that_is_not_there_is_named_with_the_reason)
{
	struct words argv = { 0 }, env = { 0 };
	struct child_spec spec = shell(&argv, &env, "");
	struct error err = { 0 };

	argv.items[0] = arena_printf(&arena, "/nonexistent/program");
	cr_expect_eq(child_start(&spec, &err), 0);
	cr_expect_str_eq(err.message,
			 "cannot start /nonexistent/program: No such file or directory");
	spec.directory = "/nonexistent";
	struct error where = { 0 };
	cr_expect_eq(child_start(&spec, &where), 0);
	cr_expect_str_eq(where.message, "cannot enter the directory of /nonexistent/program: "
					"No such file or directory");
}

Test(child, one_that_takes_too_long_is_killed)
{
	struct words argv = { 0 }, env = { 0 };
	struct child_spec spec = shell(&argv, &env, "exec sleep 60");
	struct error err = { 0 };
	int64_t begin_us = clock_now_us();

	cr_expect_not(child_run(&spec, begin_us + 50000, &err));
	cr_expect_str_eq(err.message, "/bin/sh was not done in time");
	cr_expect_lt(clock_now_us() - begin_us, 5000000);
	cr_expect(waitpid(-1, NULL, WNOHANG) < 0);
}

Test(child, one_that_ignores_the_signal_is_killed_after_its_grace)
{
	struct words argv = { 0 }, env = { 0 };
	struct child_spec spec = shell(&argv, &env, "trap '' TERM; while :; do sleep 1; done");
	struct error err = { 0 };
	pid_t pid = child_start(&spec, &err);

	cr_assert_gt(pid, 0, "%s", err.message);
	child_stop(&pid, SIGTERM, 50);
	cr_expect_eq(pid, 0);
	cr_expect(waitpid(-1, NULL, WNOHANG) < 0);
}

Test(child, it_is_not_in_our_process_group)
{
	struct words argv = { 0 }, env = { 0 };
	struct child_spec spec = shell(&argv, &env, "exec sleep 60");
	struct error err = { 0 };
	pid_t pid = child_start(&spec, &err);

	cr_assert_gt(pid, 0, "%s", err.message);
	cr_expect_eq(getpgid(pid), pid);
	child_stop(&pid, SIGKILL, 1000);
}

Test(child, what_we_block_and_ignore_it_does_not)
{
	struct words argv = { 0 }, env = { 0 };
	struct child_spec spec =
		shell(&argv, &env, "awk '/^Sig(Blk|Ign)/ { print $2 }' /proc/self/status");
	struct error err = { 0 };
	sigset_t all;

	(void)sigfillset(&all);
	cr_assert_eq(sigprocmask(SIG_BLOCK, &all, NULL), 0);
	cr_assert_neq(signal(SIGPIPE, SIG_IGN), SIG_ERR);
	const char *output = child_output(&spec, soon(), &arena, &err);
	cr_assert_not_null(output, "%s", err.message);
	/* Signal 32 is the C library's own, and may come ignored from whoever started us. */
	char *end = NULL;
	unsigned long long blocked = strtoull(output, &end, 16), ignored = strtoull(end, NULL, 16);
	cr_expect_eq(blocked, 0, "%s", output);
	cr_expect_eq(ignored & 0x7fffffff, 0, "%s", output);
}
