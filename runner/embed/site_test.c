#include "embed/site.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/tree.h"

static void
enter(void)
{
	(void)alarm(60); /* no test may hang */
}

TestSuite(site, .init = enter);

static void
opened(struct site *site)
{
	struct error err = { 0 };

	cr_assert(site_open(site, -1, clock_now_us() + 10000000, &err), "%s", err.message);
}

Test(site, closing_it_removes_the_directory_and_the_keeper)
{
	struct site site;

	opened(&site);
	char *directory = strdup(site.directory);
	cr_expect_eq(access(directory, X_OK), 0);
	cr_assert_eq(write(site.logs[LOG_TARGET], "x", 1), 1);
	site_close(&site);
	cr_expect_neq(access(directory, F_OK), 0);
	cr_expect(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
	free(directory);
}

Test(site, the_keeper_outlives_every_signal_a_terminal_or_a_service_manager_sends)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct site site;

	opened(&site);
	char *directory = strdup(site.directory);
	cr_expect_neq(getpgid(site.keeper), getpgrp());
	for (size_t i = 0; i < COUNTOF(signals); i++)
		cr_assert_eq(kill(site.keeper, signals[i]), 0);
	cr_expect_eq(kill(site.keeper, 0), 0);
	site_close(&site);
	cr_expect_neq(access(directory, F_OK), 0);
	free(directory);
}

Test(site, the_directory_stays_as_long_as_a_child_lives)
{
	struct site site;
	struct words argv = { 0 };
	struct error err = { 0 };

	opened(&site);
	char *directory = strdup(site.directory);
	struct words env = site_environment(&site);
	words_add(&argv, &site.arena, "/bin/sh");
	words_add(&argv, &site.arena, "-c");
	/* It fails, and we see it, if the directory is gone before it is. */
	words_add(&argv, &site.arena, "sleep 0.3; test -f target.log");
	struct child_spec spec = site_child(&site, &argv, &env);
	pid_t child = child_start(&spec, &err);
	cr_assert_gt(child, 0, "%s", err.message);
	site_close(&site);
	int status = -1;
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_expect_eq(status, 0);
	cr_expect_neq(access(directory, F_OK), 0);
	free(directory);
}

Test(site, a_place_that_needs_quoting_is_not_used)
{
	char odd[] = "/tmp/lensgate odd'-XXXXXX";
	struct site site;

	cr_assert_not_null(mkdtemp(odd));
	cr_assert_eq(setenv("TMPDIR", odd, 1), 0);
	opened(&site);
	cr_expect_eq(strncmp(site.directory, odd, strlen(odd)) == 0, false);
	cr_expect_leq(strlen(site.directory), 80);
	site_close(&site);
	cr_expect(tree_remove(odd));
}

Test(site, the_last_words_are_whole_lines_on_one_line)
{
	struct site site;
	char line[400];

	opened(&site);
	cr_expect_str_eq(site_last_words(&site, LOG_TARGET), "");
	memset(line, 'x', sizeof(line));
	cr_assert_eq(write(site.logs[LOG_TARGET], line, sizeof(line)), (ssize_t)sizeof(line));
	cr_assert_eq(write(site.logs[LOG_TARGET], "\nfirst\n\tsecond\n\n", 16), 16);
	cr_expect_str_eq(site_last_words(&site, LOG_TARGET), "first; second");
	site_close(&site);
}
