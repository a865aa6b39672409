#include "embed/target.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/rows.h"

static struct site site;

static void
enter(void)
{
	struct error err = { 0 };

	cr_assert(site_open(&site, -1, clock_now_us() + 3000000, &err), "%s", err.message);
	(void)alarm(30); /* no test may hang */
}

static void
leave(void)
{
	site_close(&site);
}

TestSuite(target, .init = enter, .fini = leave);

static bool
started(struct target *target, const char *script, struct error *err)
{
	const char *program = site_path(&site, "program");
	struct words env = site_environment(&site);
	struct target_spec spec = { .program = program, .port = 8080, .env = &env };
	const char *text = arena_printf(&site.arena, "#!/bin/sh\n%s\n", script);

	cr_assert(file_replace(program, text, strlen(text), err), "%s", err->message);
	cr_assert_eq(chmod(program, 0755), 0);
	return target_begin(target, &site, &spec, err) && target_await(target, &site, err);
}

Test(target, where_it_listens_is_what_it_says)
{
	struct target target;
	struct error err = { 0 };

	cr_assert(started(&target, "echo listening on http://127.0.0.1:$2; exec sleep 60", &err),
		  "%s", err.message);
	cr_expect_str_eq(target.base_url, "http://127.0.0.1:8080");
	target_stop(&target);
	target_stop(&target);
	int status;
	while (waitpid(-1, &status, WNOHANG) > 0)
		cr_expect_fail("the target still had to be waited for");
}

static const struct {
	const char *script, *message;
} failures[] = {
	{ "echo 'no such fault' >&2; exit 2", "the target did not start: no such fault" },
	{ "printf 'listening on http://127.0.0.1:1'", "the target did not start: " },
	{ "echo listening on http://0.0.0.0:1",
	  "the target began with 'listening on http://0.0.0.0:1', not with where it listens" },
	{ "head -c 1000 /dev/zero", "the target did not start: " },
	{ "exec sleep 60", "the target did not start: " },
};

ParameterizedTestParameters(target, one_that_does_not_say_where_is_stopped)
{
	return rows_of(COUNTOF(failures));
}

ParameterizedTest(size_t *row, target, one_that_does_not_say_where_is_stopped)
{
	struct target target;
	struct error err = { 0 };

	cr_expect_not(started(&target, failures[*row].script, &err), "row %zu", *row);
	cr_expect_eq(err.code, ERROR_ENVIRONMENT);
	cr_expect_str_eq(err.message, failures[*row].message, "row %zu", *row);
	cr_expect_eq(target.pid, 0);
}
