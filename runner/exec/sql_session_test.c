#include "exec/sql_session.h"

#include <signal.h>

#include "exec/sample_database.h"

static struct {
	struct sample_database database;
	struct error err;
	json_t *rows;
} t;

static void
start(void)
{
	sample_database_start(&t.database);
}

static void
stop(void)
{
	json_decref(t.rows);
	sample_database_stop(&t.database);
}

TestSuite(sql_session, .init = start, .fini = stop);

static bool
script_within(const char *text, int64_t timeout_ms)
{
	json_decref(t.rows);
	t.err = (struct error){ 0 };
	return sql_session_script(t.database.session, text, timeout_ms, &t.rows, &t.err);
}

static bool
script(const char *text)
{
	return script_within(text, 10000);
}

static const json_t *
cell(const char *column)
{
	return json_object_get(json_array_get(t.rows, 0), column);
}

Test(sql_session, a_script_gives_the_rows_of_the_last_statement_that_returned_any)
{
	cr_assert(script("select 1 as a; select 2 as b, null as c union all select 3, null;"
			 " create temp table z (n int)"));
	cr_expect_eq(json_array_size(t.rows), 2);
	cr_expect_eq(json_integer_value(cell("b")), 2);
	cr_expect(json_is_null(cell("c")));
	cr_assert(script("insert into z values (1)"));
	cr_expect_eq(json_array_size(t.rows), 0);
	cr_assert(sql_session_script(t.database.session, "select 1", 1000, NULL, &t.err));
}

Test(sql_session, parameters_are_values_and_never_text_of_the_statement)
{
	const char *const params[] = { "'; drop table x --", NULL };

	cr_assert(sql_session_ask(t.database.session, "select $1::text as a, $2::int as b", params,
				  2, 1000, &t.rows, &t.err));
	cr_expect_str_eq(json_string_value(cell("a")), params[0]);
	cr_expect(json_is_null(cell("b")));
}

Test(sql_session, a_transaction_is_the_callers_and_so_is_its_end)
{
	cr_assert(script("begin; create table held (n int)"));
	cr_assert_not(script("select 1/0"));
	cr_expect_str_eq(sql_session_state(t.database.session), "22012");
	cr_expect_str_eq(t.err.message, "division by zero");
	cr_expect_null(t.rows);
	cr_assert_not(script("select 1"));
	cr_expect_str_eq(sql_session_state(t.database.session), "25P02");
	cr_assert(script("rollback"), "%s", t.err.message);
	cr_expect_str_eq(sql_session_state(t.database.session), "");
	cr_assert(script("select to_regclass('held') as it"));
	cr_expect(json_is_null(cell("it")));
}

Test(sql_session, a_message_that_takes_too_long_ends_and_the_session_goes_on)
{
	int64_t began = loop_now_ms();

	/* The limit holds inside a transaction, and after a rollback took settings back. */
	cr_assert(script("begin; select 1; rollback"));
	cr_assert_not(script_within("begin; select pg_sleep(30)", 100));
	cr_expect_str_eq(sql_session_state(t.database.session), "57014");
	cr_assert(script("rollback"));
	cr_assert_not(script_within("select pg_sleep(30)", 100));
	cr_expect_lt(loop_now_ms() - began, 5000);
	cr_expect(sql_session_alive(t.database.session));
	cr_assert(script("select pg_sleep(0.2)"), "%s", t.err.message);
}

Test(sql_session, a_server_that_no_longer_answers_is_left)
{
	cr_assert(script("select pg_backend_pid() as pid"));

	pid_t pid = (pid_t)json_integer_value(cell("pid"));
	cr_assert_eq(kill(pid, SIGSTOP), 0);
	cr_expect_not(script_within("select 1", 100));
	(void)kill(pid, SIGCONT);
	cr_expect_str_eq(t.err.message, "no answer from the database in time");
	cr_expect_not(sql_session_alive(t.database.session));
	cr_expect_not(script("select 1"));
	cr_expect_str_eq(t.err.message, "no answer from the database in time");
}

Test(sql_session, a_connection_that_breaks_is_said_and_stays_so)
{
	cr_assert_not(script("select pg_terminate_backend(pg_backend_pid())"));
	cr_expect_eq(t.err.code, ERROR_ENVIRONMENT);
	cr_expect_neq(t.err.message[0], '\0');
	cr_expect_not(sql_session_alive(t.database.session));
	cr_expect_not(script("select 1"));
}

Test(sql_session, what_cannot_be_connected_to_gives_a_sentence)
{
	struct error err = { 0 };
	struct sql_options options = { .conninfo = "host=/nowhere/at/all dbname=x user=y",
				       .connect_timeout_ms = 2000 };

	cr_expect_null(sql_session_open(t.database.loop, &options, &err));
	cr_expect_eq(err.code, ERROR_ENVIRONMENT);
	cr_expect(strstr(err.message, "/nowhere/at/all"), "%s", err.message);
}

Test(sql_session, copy_is_refused_and_does_not_hang)
{
	cr_assert_not(script("copy pg_class to stdout"));
	cr_expect_str_eq(t.err.message, "COPY cannot be used in a script");
	cr_expect_not(sql_session_alive(t.database.session));
}

static void
note(void *arg)
{
	*(bool *)arg = true;
}

Test(sql_session, whatever_else_the_loop_serves_goes_on_meanwhile)
{
	bool fired = false;

	(void)loop_after(t.database.loop, 20, note, &fired);
	cr_assert(script("select pg_sleep(0.2)"));
	cr_expect(fired);
}

Test(sql_session, a_rollback_takes_back_the_settings_of_a_session_that_began_in_a_transaction)
{
	const struct sql_options options = {
		.conninfo = cluster_conninfo(&t.database.cluster, &t.database.site, "postgres")
	};
	static const char settings[] = "select string_agg(name || ' = ' || setting, '; ' order by "
				       "name) as text from pg_settings"
				       " where source = 'session' and name <> 'application_name'";

	sql_session_close(t.database.session);
	t.database.session = sql_session_begin(t.database.loop, &options, &t.err);
	cr_assert(t.database.session, "%s", t.err.message);
	cr_assert(sql_session_script(t.database.session, "select 1", 7000, NULL, &t.err));
	cr_assert(sql_session_script(t.database.session, settings, 7000, &t.rows, &t.err));
	cr_expect(strstr(json_string_value(json_object_get(json_array_get(t.rows, 0), "text")),
			 "lock_timeout = 1000"));
	json_decref(t.rows);
	cr_assert(sql_session_script(t.database.session, "rollback", 7000, NULL, &t.err));
	cr_assert(sql_session_script(t.database.session, settings, 7000, &t.rows, &t.err));
	cr_expect_null(strstr(json_string_value(json_object_get(json_array_get(t.rows, 0), "text")),
			      "lock_timeout"));
}

Test(sql_session, who_only_looks_sees_one_snapshot_and_cannot_write)
{
	struct sql_options options = {
		.conninfo = cluster_conninfo(&t.database.cluster, &t.database.site, "postgres"),
	};

	sql_session_close(t.database.session);
	t.database.session = sql_session_look(t.database.loop, &options, &t.err);
	cr_assert(t.database.session, "%s", t.err.message);
	cr_expect_not(
		sql_session_script(t.database.session, "create table seen ()", 7000, NULL, &t.err));
	cr_expect(strstr(t.err.message, "read-only"), "%s", t.err.message);
	t.err = (struct error){ 0 };
	cr_assert(
		sql_session_script(t.database.session,
				   "rollback; do $$ begin if current_setting('lock_timeout') <> '0'"
				   " then raise 'kept'; end if; end $$",
				   7000, NULL, &t.err),
		"%s", t.err.message);
}
