#define _GNU_SOURCE /* pipe2 */
#include "embed/embed.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libpq-fe.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/home.h"
#include "base/tree.h"

/* A home of our own: a schema of two files, and a program that says what a
 * target says, shows what it was given, and misbehaves on request. */
static char home[] = "/tmp/lensgate-embed-XXXXXX";
static struct arena arena;

static const char target[] =
	"#!/bin/sh\n"
	"case \"$*\" in\n"
	"*--list-faults*) printf 'lost_row\\tdatabase\\tA row is lost.\\n'; exit 0 ;;\n"
	"*silent*) exec sleep 60 ;;\n"
	"*broken*) echo 'cannot bind: in use' >&2; exit 1 ;;\n"
	"*babbling*) echo hello; exec sleep 60 ;;\n"
	"esac\n"
	"echo \"arguments: $*\" >&2\n"
	"env | sed \"s/^/$$ /\" >&2\n"
	"echo \"listening on http://127.0.0.1:$$\"\n"
	"exec sleep 60\n";

static void
put(const char *name, const char *text, mode_t mode)
{
	struct error err = { 0 };
	const char *path = arena_printf(&arena, "%s/%s", home, name);

	cr_assert(file_replace(path, text, strlen(text), &err), "%s", err.message);
	cr_assert_eq(chmod(path, mode), 0);
}

static void
enter(void)
{
	struct home_places places = home_places(&arena);
	const char *slash = strrchr(places.executable, '/');

	cr_assert_not_null(mkdtemp(home));
	put("build/lensgate-target", target, 0755);
	put("fixtures/db/20_table.sql", "create table notes (note text);\n", 0644);
	put("fixtures/db/10_roles.sql", "create role authenticator noinherit login;\n", 0644);
	put("fixtures/db/faults/lost_row.sql", "insert into notes values ('lost');\n", 0644);
	cr_assert_eq(setenv("LENSGATE_HOME", home, 1), 0);
	/* One cache for all these tests: only the first pays for initdb. */
	cr_assert_eq(setenv("XDG_CACHE_HOME",
			    arena_printf(&arena, "%.*s/cache", (int)(slash - places.executable),
					 places.executable),
			    1),
		     0);
	/* Whatever we leave running becomes our child, and can be counted. */
	cr_assert_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	(void)alarm(60); /* no test may hang */
}

static void
leave(void)
{
	cr_expect(tree_remove(home));
	arena_release(&arena);
}

TestSuite(embed, .init = enter, .fini = leave);

static struct embed *
started(const struct embed_options *options)
{
	struct error err = { 0 };
	struct embed *embed = embed_start(options, &err);

	cr_assert_not_null(embed, "%s", err.message);
	return embed;
}

static void
expect_failure(const struct embed_options *options, const char *message)
{
	struct error err = { 0 };
	struct embed *embed = embed_start(options, &err);

	cr_expect_null(embed);
	cr_expect_neq(err.code, ERROR_NONE);
	cr_expect_neq(strstr(err.message, message), NULL, "%s", err.message);
	/* What a target made of a script had started is ours once that has ended. */
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	cr_expect(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "something still runs");
}

/* The only value of the only row. */
static char *
answer(const char *database, const char *sql)
{
	PGconn *connection = PQconnectdb(database);
	PGresult *result = PQexec(connection, sql);
	char *text = PQntuples(result) == 1
			     ? arena_printf(&arena, "%s", PQgetvalue(result, 0, 0))
			     : arena_printf(&arena, "%s", PQerrorMessage(connection));

	PQclear(result);
	PQfinish(connection);
	return text;
}

static const char *
log_of(const struct embed *embed)
{
	struct error err = { 0 };
	size_t len = 0;
	char *text = file_read(arena_printf(&arena, "%s/target.log", embed_directory(embed)),
			       1 << 20, &len, &err);

	cr_assert_not_null(text, "%s", err.message);
	const char *copy = arena_text(&arena, text, len);
	free(text);
	return copy;
}

static bool
exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* The first path that matches, NULL when none does. */
static const char *
only(const char *pattern)
{
	glob_t found = { 0 };
	const char *path = NULL;

	if (glob(pattern, 0, NULL, &found) == 0)
		path = arena_printf(&arena, "%s", found.gl_pathv[0]);
	globfree(&found);
	return path;
}

/* Until no child is left, ours or inherited. */
static bool
all_gone(void)
{
	int64_t deadline_us = clock_now_us() + 15000000;

	while (clock_now_us() < deadline_us) {
		pid_t ended = waitpid(-1, NULL, WNOHANG);
		if (ended < 0 && errno == ECHILD)
			return true;
		if (ended == 0)
			(void)poll(NULL, 0, 5);
	}
	return false;
}

Test(embed, the_database_holds_what_the_files_say_in_their_order)
{
	struct embed_options options = { .log_fd = -1 };
	struct embed *embed = started(&options);
	const char *directory = arena_printf(&arena, "%s", embed_directory(embed));

	cr_expect_str_eq(answer(embed_database(embed), "select count(*) from notes"), "0");
	cr_expect_str_eq(answer(embed_database(embed), "select current_user"), "postgres");
	cr_expect_str_eq(answer(embed_database(embed), "select current_database()"), "lens");
	cr_expect_eq(strlen(embed_commit(embed)), 40);
	cr_expect_eq(strlen(embed_jwt_secret(embed)), 64);
	embed_stop(embed);
	cr_expect_not(exists(directory));
	cr_expect(all_gone());
}

Test(embed, the_target_is_told_how_to_reach_the_database_and_nothing_of_the_users)
{
	struct embed_options options = { .log_fd = -1 };

	cr_assert_eq(setenv("PGHOST", "elsewhere", 1), 0);
	cr_assert_eq(setenv("SHOPPING_LIST_LENS_V1_ENABLED", "false", 1), 0);
	struct embed *embed = started(&options);
	const char *log = log_of(embed);

	cr_expect_neq(strstr(log, arena_printf(&arena,
					       " LENSGATE_DATABASE=host=%s/s port=5432 "
					       "dbname=lens user=authenticator\n",
					       embed_directory(embed))),
		      NULL, "%s", log);
	cr_expect_neq(strstr(log, " SHOPPING_LIST_LENS_V1_ENABLED=true\n"), NULL);
	cr_expect_neq(strstr(log, " ENVIRONMENT=embedded\n"), NULL);
	cr_expect_neq(strstr(log, arena_printf(&arena, " LENSGATE_JWT_SECRET=%s\n",
					       embed_jwt_secret(embed))),
		      NULL);
	cr_expect_neq(strstr(log, arena_printf(&arena, " GIT_COMMIT=%s\n", embed_commit(embed))),
		      NULL);
	cr_expect_eq(strstr(log, "PGHOST"), NULL);
	cr_expect_neq(strstr(log, "arguments: --port 0\n"), NULL);
	embed_stop(embed);
}

Test(embed, flags_replace_and_remove_what_the_target_is_given)
{
	const char *flags[] = { "SHOPPING_LIST_LENS_V1_ENABLED=false", "OTHER=1", "GIT_COMMIT" };
	struct embed_options options = { .log_fd = -1, .flags = flags, .flag_count = 3 };
	struct embed *embed = started(&options);
	const char *log = log_of(embed);

	cr_expect_neq(strstr(log, " SHOPPING_LIST_LENS_V1_ENABLED=false\n"), NULL);
	cr_expect_neq(strstr(log, " OTHER=1\n"), NULL);
	cr_expect_eq(strstr(log, "GIT_COMMIT"), NULL);
	embed_stop(embed);
}

Test(embed, two_starts_at_once_do_not_share_anything)
{
	struct embed_options options = { .log_fd = -1 };
	struct embed *one = started(&options), *two = started(&options);

	cr_expect_str_neq(embed_base_url(one), embed_base_url(two));
	cr_expect_str_neq(embed_jwt_secret(one), embed_jwt_secret(two));
	(void)answer(embed_database(one), "insert into notes values ('mine') returning note");
	cr_expect_str_eq(answer(embed_database(one), "select count(*) from notes"), "1");
	cr_expect_str_eq(answer(embed_database(two), "select count(*) from notes"), "0");
	embed_stop(one);
	cr_expect_str_eq(answer(embed_database(two), "select count(*) from notes"), "0");
	embed_stop(two);
	cr_expect(all_gone());
}

Test(embed, what_is_dismissed_goes_by_itself_and_what_was_borrowed_stays)
{
	struct embed_options options = { .log_fd = -1 };
	struct embed *embed = started(&options);
	char directory[256];

	(void)snprintf(directory, sizeof(directory), "%s", embed_directory(embed));
	cr_assert(exists(directory));
	embed_dismiss(embed);
	for (int waited = 0; waited < 1000 && exists(directory); waited++)
		(void)poll(NULL, 0, 10);
	cr_expect_not(exists(directory));
	cr_expect_str_eq(embed_directory(embed), directory);
	cr_expect_not_null(strstr(embed_base_url(embed), "http://127.0.0.1:"));
	embed_stop(embed);
	cr_expect(all_gone());
	embed_dismiss(NULL);
}

/* Starts, tells where, and lives on until it is killed. */
static pid_t
fork_starter(char directory[256])
{
	int ends[2];

	cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
	pid_t starter = fork();
	if (starter == 0) {
		struct error err = { 0 };
		struct embed_options options = { .log_fd = -1 };
		struct embed *embed = embed_start(&options, &err);
		const char *told = embed ? embed_directory(embed) : "";
		_exit(write(ends[1], told, strlen(told) + 1) > 1 ? pause() : 1);
	}
	(void)close(ends[1]);
	ssize_t len = read(ends[0], directory, 255);
	(void)close(ends[0]);
	cr_assert_gt(len, 1);
	return starter;
}

Test(embed, nothing_is_left_when_the_starter_is_killed)
{
	char directory[256] = "";
	pid_t starter = fork_starter(directory);

	cr_assert(exists(directory));
	cr_assert_eq(kill(starter, SIGKILL), 0);
	cr_expect(all_gone(), "a process outlived its starter");
	cr_expect_not(exists(directory), "%s outlived its starter", directory);
}

Test(embed, nothing_is_left_when_the_starter_is_killed_while_it_starts)
{
	/* At several moments of a cold start: initdb, the first server, the SQL. */
	cr_assert_eq(setenv("XDG_CACHE_HOME", home, 1), 0);
	cr_assert_eq(setenv("TMPDIR", home, 1), 0);
	for (int after_ms = 20; after_ms <= 600; after_ms = after_ms * 3) {
		pid_t starter = fork();
		if (starter == 0) {
			struct error err = { 0 };
			struct embed_options options = { .log_fd = -1 };
			_exit(embed_start(&options, &err) ? pause() : 1);
		}
		(void)poll(NULL, 0, after_ms);
		cr_assert_eq(kill(starter, SIGKILL), 0);
		cr_expect(all_gone(), "a process outlived a starter killed after %d ms", after_ms);
	}
	cr_expect_null(only(arena_printf(&arena, "%s/lensgate-??????", home)),
		       "a directory outlived its starter");
}

Test(embed, a_fault_reaches_the_target_and_the_database)
{
	const char *faults[] = { "lost_row", "of_the_target_only" };
	struct embed_options options = { .log_fd = -1, .faults = faults, .fault_count = 2 };
	struct embed *embed = started(&options);

	cr_expect_str_eq(answer(embed_database(embed), "select note from notes"), "lost");
	cr_expect_neq(strstr(log_of(embed),
			     "arguments: --port 0 --fault lost_row --fault of_the_target_only\n"),
		      NULL);
	embed_stop(embed);
}

Test(embed, a_scenario_is_another_target_on_the_same_database)
{
	const char *off[] = { "SHOPPING_LIST_LENS_V1_ENABLED=false" };
	const char *unset[] = { "SHOPPING_LIST_LENS_V1_ENABLED" };
	struct embed_options options = { .log_fd = -1 };
	struct embed *embed = started(&options);
	const char *first = NULL, *again = NULL, *second = NULL, *down = NULL;
	struct error err = { 0 };

	cr_assert(embed_scenario(embed, off, 1, false, &first, &err), "%s", err.message);
	cr_assert(embed_scenario(embed, off, 1, false, &again, &err), "%s", err.message);
	cr_assert(embed_scenario(embed, unset, 1, false, &second, &err), "%s", err.message);
	cr_assert(embed_scenario(embed, NULL, 0, true, &down, &err), "%s", err.message);
	cr_expect_str_eq(first, again);
	cr_expect_str_neq(first, second);
	cr_expect_str_neq(first, embed_base_url(embed));

	/* The stand-in gives its process id for a port, and writes it before each variable. */
	const char *log = log_of(embed);
	const char *port = strrchr(first, ':') + 1;
	cr_expect_neq(
		strstr(log, arena_printf(&arena, "%s SHOPPING_LIST_LENS_V1_ENABLED=false\n", port)),
		NULL);
	cr_expect_eq(strstr(log, arena_printf(&arena, "%s SHOPPING_LIST_LENS_V1_ENABLED",
					      strrchr(second, ':') + 1)),
		     NULL);
	cr_expect_neq(strstr(log, arena_printf(&arena, "%s LENSGATE_DATABASE=host=%s/nobody",
					       strrchr(down, ':') + 1, embed_directory(embed))),
		      NULL);
	embed_stop(embed);
	cr_expect(all_gone());
}

Test(embed, a_stopped_database_answers_no_more)
{
	struct embed_options options = { .log_fd = -1 };
	struct embed *embed = started(&options);

	embed_stop_database(embed);
	PGconn *connection = PQconnectdb(embed_database(embed));
	cr_expect_neq(PQstatus(connection), CONNECTION_OK);
	PQfinish(connection);
	embed_stop(embed);
}

Test(embed, without_PostgreSQL_there_is_a_sentence)
{
	struct embed_options options = { .log_fd = -1 };

	cr_assert_eq(setenv("PG_BINDIR", "/nonexistent", 1), 0);
	expect_failure(&options, "PG_BINDIR is /nonexistent, which does not hold postgres");
}

Test(embed, without_a_target_there_is_a_sentence)
{
	struct embed_options options = { .log_fd = -1 };

	cr_assert_eq(unlink(arena_printf(&arena, "%s/build/lensgate-target", home)), 0);
	cr_assert_eq(setenv("PATH", "/nonexistent", 1), 0);
	expect_failure(&options, "lensgate-target is neither beside this program nor on PATH");
}

Test(embed, bad_SQL_is_quoted_and_leaves_nothing)
{
	struct embed_options options = { .log_fd = -1 };

	put("fixtures/db/30_bad.sql", "create tabel x ();\n", 0644);
	expect_failure(&options, "30_bad.sql:1: ERROR:  syntax error at or near \"tabel\"");
}

Test(embed, a_target_that_fails_is_quoted_and_leaves_nothing)
{
	const char *faults[] = { "broken" };
	struct embed_options options = { .log_fd = -1, .faults = faults, .fault_count = 1 };

	expect_failure(&options, "the target did not start: ");
	struct error err = { 0 };
	cr_expect_null(embed_start(&options, &err));
	cr_expect_neq(strstr(err.message, "cannot bind: in use"), NULL, "%s", err.message);
}

Test(embed, a_target_that_says_something_else_is_not_taken)
{
	const char *faults[] = { "babbling" };
	struct embed_options options = { .log_fd = -1, .faults = faults, .fault_count = 1 };

	expect_failure(&options, "the target began with 'hello'");
}

Test(embed, a_silent_target_is_not_waited_for_longer_than_the_deadline)
{
	const char *faults[] = { "silent" };
	struct embed_options options = {
		.log_fd = -1, .faults = faults, .fault_count = 1, .deadline_ms = 8000
	};
	int64_t begin_us = clock_now_us();

	expect_failure(&options, "the target did not start");
	cr_expect_leq(clock_now_us() - begin_us, 12000000);
}

Test(embed, a_fault_or_flag_that_cannot_be_one_is_a_usage_error)
{
	const char *bad[] = { "../../etc/x" };
	struct error err = { 0 };

	expect_failure(&(struct embed_options){ .log_fd = -1, .faults = bad, .fault_count = 1 },
		       "'../../etc/x' cannot be a fault");
	cr_expect_null(embed_start(
		&(struct embed_options){ .log_fd = -1, .flags = bad, .flag_count = 1 }, &err));
	cr_expect_eq(err.code, ERROR_USAGE);
}

Test(embed, what_a_cache_holds_is_never_trusted_to_be_whole)
{
	struct embed_options options = { .log_fd = -1 };

	cr_assert_eq(setenv("XDG_CACHE_HOME", home, 1), 0);
	embed_stop(started(&options));
	cr_assert_eq(truncate(only(arena_printf(&arena, "%s/lensgate/pg-*", home)), 1 << 20), 0);
	struct embed *embed = started(&options);
	cr_expect_str_eq(answer(embed_database(embed), "select count(*) from notes"), "0");
	embed_stop(embed);
}

Test(embed, without_a_place_for_a_cache_it_starts_all_the_same)
{
	struct embed_options options = { .log_fd = -1 };

	cr_assert_eq(setenv("XDG_CACHE_HOME", "/proc/nowhere", 1), 0);
	struct embed *embed = started(&options);
	cr_expect_str_eq(answer(embed_database(embed), "select count(*) from notes"), "0");
	embed_stop(embed);
}

Test(embed, the_faults_are_the_targets_own_words)
{
	struct error err = { 0 };
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	cr_assert(embed_list_faults(out, &err), "%s", err.message);
	(void)fclose(out);
	cr_expect_str_eq(text, "lost_row\tdatabase\tA row is lost.\n");
	free(text);
}
