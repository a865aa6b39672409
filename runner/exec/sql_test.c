/* usleep */
#define _DEFAULT_SOURCE
#include "exec/sql.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/base.h"
#include "base/clock.h"
#include "base/home.h"
#include "base/rows.h"
#include "embed/cluster.h"
#include "embed/site.h"

#define CANARY "85fe1119-b04c-41ac-80f1-829d23322598"
#define CREW   "57e82f78-0a2d-4a7c-a428-6287621d06c5"

static const char crew[] = "{\"sub\":\"" CREW "\",\"role\":\"authenticated\"}";
static const char foreign_hod[] =
	"{\"sub\":\"90c192cf-d3ac-44af-8f21-ddb66cad4a26\",\"role\":\"authenticated\"}";

/* A real server with the schema of the reference target, and what came back from it. */

struct kept {
	enum sql_status status;
	char sqlstate[6], message[256], function[64], table[64], constraint[64];
	long rows;
	json_t *values;
	int64_t queue_us, elapsed_us;
	bool leashed;
};

static struct {
	struct arena arena;
	struct site site;
	struct cluster cluster;
	const char *conninfo;
	struct loop *loop;
	struct sql *sql;
	struct kept kept[512];
	size_t sent, answered;
} t;

static void
start(void)
{
	struct home_places places = home_places(&t.arena);
	const char *slash = strrchr(places.executable, '/');
	struct error err = { 0 };
	const char *home;

	/* Initdb once for all tests of this program. */
	(void)setenv("XDG_CACHE_HOME",
		     arena_printf(&t.arena, "%.*s/cache", (int)(slash - places.executable),
				  places.executable),
		     1);
	(void)alarm(120); /* no test may hang */
	home = home_find(&t.arena, &err);
	cr_assert(home, "%s", err.message);
	cr_assert(site_open(&t.site, -1, clock_now_us() + 60000000, &err), "%s", err.message);
	cr_assert(cluster_start(&t.cluster, &t.site, home, &err), "%s", err.message);
	t.conninfo = cluster_conninfo(&t.cluster, &t.site, "postgres");
	t.loop = loop_new();
	t.sql = sql_new(t.loop, &(struct sql_options){ .conninfo = t.conninfo });
}

static void
stop(void)
{
	sql_free(t.sql);
	loop_free(t.loop);
	for (size_t i = 0; i < t.answered; i++)
		json_decref(t.kept[i].values);
	cluster_stop(&t.cluster);
	site_close(&t.site);
	arena_release(&t.arena);
}

TestSuite(sql, .init = start, .fini = stop);

static void
copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from ? from : "");
}

static void
keep(void *arg, const struct sql_reply *reply)
{
	struct kept *kept = arg;

	kept->status = reply->status;
	kept->rows = reply->rows;
	kept->leashed = reply->leashed;
	kept->values = json_incref(reply->values);
	kept->queue_us = reply->queue_us;
	kept->elapsed_us = reply->elapsed_us;
	copy(kept->sqlstate, sizeof(kept->sqlstate), reply->sqlstate);
	copy(kept->message, sizeof(kept->message), reply->message);
	copy(kept->function, sizeof(kept->function), reply->source_function);
	copy(kept->table, sizeof(kept->table), reply->table);
	copy(kept->constraint, sizeof(kept->constraint), reply->constraint);
	cr_expect_eq(reply->status == SQL_DONE, reply->message == NULL);
	t.answered++;
}

/* Queue a request; its reply will be in the place that is returned. */
static struct kept *
send_request(struct sql_request request)
{
	struct kept *kept = &t.kept[t.sent++];

	cr_assert_leq(t.sent, COUNTOF(t.kept));
	if (!request.timeout_ms)
		request.timeout_ms = 20000;
	if (!request.max_rows)
		request.max_rows = 100;
	sql_send(t.sql, &request, keep, kept);
	return kept;
}

static void
run(void)
{
	struct error err = { 0 };

	cr_assert(loop_run(t.loop, &err), "%s", err.message);
	cr_assert_eq(t.answered, t.sent);
}

static struct sql_request
as(const char *claims, const char *text)
{
	return (struct sql_request){ .identity = SQL_PERSONA,
				     .role = claims ? "authenticated" : "anon",
				     .claims = claims ? claims : "{\"role\":\"anon\"}",
				     .text = text };
}

static const struct kept *
ask(struct sql_request request)
{
	struct kept *kept = send_request(request);

	run();
	return kept;
}

static const struct kept *
ask_as(enum sql_identity identity, const char *text)
{
	return ask((struct sql_request){ .identity = identity, .text = text });
}

/* Do it, as janitor. */
static void
do_it(const char *text)
{
	const struct kept *kept = ask_as(SQL_JANITOR, text);

	cr_assert_eq(kept->status, SQL_DONE, "%s: %s", text, kept->message);
}

static const char *
text_at(const struct kept *kept, const char *column)
{
	const char *text =
		json_string_value(json_object_get(json_array_get(kept->values, 0), column));

	cr_assert(text, "no text %s (%s)", column, kept->message);
	return text;
}

static json_int_t
number_at(const struct kept *kept, const char *column)
{
	const json_t *value = json_object_get(json_array_get(kept->values, 0), column);

	cr_assert(json_is_integer(value), "no number %s (%s)", column, kept->message);
	return json_integer_value(value);
}

#define INSERT_ITEM(status, creator)                                                               \
	"insert into pms_shopping_list_items (yacht_id, part_name, is_candidate_part,"             \
	" quantity_requested, status, source_type, created_by) values ('" CANARY "', 'Hose',"      \
	" true, 2, '" status "', 'manual_add', '" creator "')"

static const struct {
	const char *claims; /* NULL: anon */
	const char *text;
	enum sql_status status;
	bool rows; /* some */
	const char *sqlstate, *function;
} outcomes[] = {
	{ crew, "select id from pms_shopping_list_items", SQL_DONE, true, "", "" },
	{ crew, INSERT_ITEM("candidate", CREW), SQL_DONE, true, "", "" },
	{ crew, INSERT_ITEM("candidate", CREW) " returning id", SQL_DONE, true, "", "" },
	{ foreign_hod, "select id from pms_shopping_list_items where yacht_id = '" CANARY "'",
	  SQL_DONE, false, "", "" },
	{ foreign_hod,
	  "update pms_shopping_list_items set part_name = 'x' where yacht_id = '" CANARY "'",
	  SQL_DONE, false, "", "" },
	{ crew, "delete from pms_shopping_list_items", SQL_DONE, false, "", "" },
	{ foreign_hod, INSERT_ITEM("candidate", CREW), SQL_DENIED, false, "42501",
	  "ExecWithCheckOptions" },
	{ NULL, "select id from pms_shopping_list_items", SQL_DENIED, false, "42501",
	  "aclcheck_error" },
	{ crew, "select * from nowhere", SQL_ERROR, false, "42P01", "parserOpenTable" },
	{ crew, "select 1/0", SQL_ERROR, false, "22012", "int4div" },
	{ crew, "selec", SQL_ERROR, false, "42601", "scanner_yyerror" },
	{ crew, "select 1; select 2", SQL_ERROR, false, "42601", "exec_parse_message" },
};

/* Rows in a loop here and below, not as parameters: each of those would start a server. */
Test(sql, outcomes_are_told_apart)
{
	for (size_t i = 0; i < COUNTOF(outcomes); i++) {
		const struct kept *kept = ask(as(outcomes[i].claims, outcomes[i].text));

		cr_expect_eq(kept->status, outcomes[i].status, "row %zu: %d %s %s", i, kept->status,
			     kept->sqlstate, kept->message);
		cr_expect_eq(kept->rows > 0, outcomes[i].rows, "row %zu: %ld rows", i, kept->rows);
		cr_expect_str_eq(kept->sqlstate, outcomes[i].sqlstate, "row %zu", i);
		cr_expect_str_eq(kept->function, outcomes[i].function, "row %zu: %s", i,
				 kept->function);
		/* Whatever happened, the connection is as new. */
		cr_expect_eq(number_at(ask(as(crew, "select 1 as one")), "one"), 1);
	}
}

Test(sql, a_persona_is_who_it_is_in_production_and_only_for_one_request)
{
	static const char who[] = "select session_user::text as s, current_user::text as c,"
				  " current_setting('is_superuser') as super,"
				  " current_setting('request.jwt.claims', true) as claims";
	const struct kept *kept = ask(as(crew, who));

	cr_expect_str_eq(text_at(kept, "s"), "authenticator");
	cr_expect_str_eq(text_at(kept, "c"), "authenticated");
	cr_expect_str_eq(text_at(kept, "super"), "off");
	cr_expect_str_eq(text_at(kept, "claims"), crew);
	kept = ask_as(SQL_WITNESS, who);
	cr_expect_str_eq(text_at(kept, "s"), "postgres");
	cr_expect_str_eq(text_at(kept, "c"), "postgres");
	cr_expect_str_eq(text_at(kept, "claims"), "");
	/* A role that authenticator may not become is taken by itself. */
	kept = ask((struct sql_request){ .role = "app_owner", .claims = "{}", .text = who });
	cr_expect_str_eq(text_at(kept, "s"), "postgres");
	cr_expect_str_eq(text_at(kept, "c"), "app_owner");
}

static const char *const escapes[] = {
	"reset role",
	"set session authorization default",
	"set role anon",
	"select set_config('request.jwt.claims', '{\"sub\":\"x\"}', false)",
	"set search_path = nowhere",
	"set statement_timeout = 1",
	"commit",
	"rollback",
	"commit and chain",
	"deallocate all",
	"select * from nowhere",
	"copy pms_parts to stdout",
};

Test(sql, nothing_a_persona_says_reaches_the_next_request)
{
	static const char state[] =
		"select concat_ws(' ', session_user, current_user, current_setting('search_path'),"
		" current_setting('request.jwt.claims')) as all, count(*) from pms_parts, "
		"pg_sleep(0.005)";
	const struct kept *before = ask(as(crew, state));
	const struct kept *after[4];

	for (size_t i = 0; i < COUNTOF(escapes); i++) {
		(void)send_request(as(crew, escapes[i]));
		for (size_t k = 0; k < COUNTOF(after); k++)
			after[k] = send_request(as(crew, state));
		run();
		for (size_t k = 0; k < COUNTOF(after); k++) {
			cr_assert_eq(after[k]->status, SQL_DONE, "%s: %s", escapes[i],
				     after[k]->message);
			cr_expect_str_eq(text_at(after[k], "all"), text_at(before, "all"), "%s",
					 escapes[i]);
			cr_expect_eq(number_at(after[k], "count"), number_at(before, "count"));
		}
	}
}

Test(sql, what_a_persona_writes_is_gone_and_what_a_janitor_writes_stays)
{
	do_it("create table t (n int)");
	do_it("grant all on t to authenticated");
	cr_expect_eq(ask(as(crew, "insert into t values (1), (2)"))->rows, 2);
	cr_expect_eq(number_at(ask_as(SQL_WITNESS, "select count(*) from t"), "count"), 0);
	cr_expect_eq(ask_as(SQL_JANITOR, "insert into t values (1), (2), (3)")->rows, 3);
	cr_expect_eq(number_at(ask_as(SQL_WITNESS, "select count(*) from t"), "count"), 3);

	const struct kept *kept = ask_as(SQL_WITNESS, "delete from t");
	cr_expect_eq(kept->status, SQL_HARNESS);
	cr_expect_str_eq(kept->sqlstate, "25006");
	cr_expect_eq(ask_as(SQL_JANITOR, "select 1/0")->status, SQL_ERROR);
	cr_expect_eq(number_at(ask_as(SQL_WITNESS, "select count(*) from t"), "count"), 3);
}

/* A leash on the first of two rows, as the caller's attempt makes it. */
static const struct kept *
ask_leashed(const char *text)
{
	static const struct sql_leash leash = {
		.before = { "select set_config('lensgate.others',"
			    " (select sum(n)::text from t where k <> 1), true)",
			    NULL, 0 },
		.after = { "select 1 / ((select sum(n)::text from t where k <> 1)"
			   " = current_setting('lensgate.others'))::int",
			   NULL, 0 },
	};
	struct sql_request request = as(crew, text);

	request.leash = &leash;
	return ask(request);
}

Test(sql, a_leash_lets_a_persona_commit_what_it_names_and_nothing_else)
{
	do_it("create table t (k int, n int)");
	do_it("grant all on t to authenticated");
	do_it("insert into t values (1, 10), (2, 10)");
	cr_expect_eq(ask_leashed("update t set n = 11 where k = 1")->rows, 1);
	cr_expect_eq(number_at(ask_as(SQL_WITNESS, "select sum(n) from t"), "sum"), 21);

	const struct kept *kept = ask_leashed("update t set n = 12");
	cr_expect_eq(kept->status, SQL_HARNESS);
	cr_expect(kept->leashed);
	cr_expect_eq(number_at(ask_as(SQL_WITNESS, "select sum(n) from t"), "sum"), 21);
	kept = ask_leashed("update t set n = 1 / 0 where k = 1");
	cr_expect_eq(kept->status, SQL_ERROR);
	cr_expect(!kept->leashed);
}

Test(sql, what_is_held_to_reading_does_not_even_take_a_number)
{
	struct sql_request request = as(crew, "select nextval('s')");

	do_it("create sequence s");
	do_it("grant all on sequence s to authenticated");
	request.read_only = true;
	cr_expect_str_eq(ask(request)->sqlstate, "25006");
	cr_expect_eq(number_at(ask_as(SQL_WITNESS, "select is_called::int as n from s"), "n"), 0);
}

Test(sql, a_constraint_deferred_to_the_end_is_seen)
{
	do_it("create table p (id int primary key, parent int constraint of_p references p"
	      " deferrable initially deferred)");
	do_it("grant all on p to authenticated");

	const struct kept *kept = ask(as(crew, "insert into p values (1, 2)"));
	cr_expect_eq(kept->status, SQL_ERROR);
	cr_expect_str_eq(kept->sqlstate, "23503");
	cr_expect_str_eq(kept->constraint, "of_p");
	cr_expect_str_eq(kept->table, "p");
	/* The same at a janitor's commit. */
	kept = ask_as(SQL_JANITOR, "insert into p values (1, 2)");
	cr_expect_str_eq(kept->sqlstate, "23503");
	cr_expect_eq(number_at(ask_as(SQL_WITNESS, "select count(*) from p"), "count"), 0);
}

Test(sql, a_role_that_cannot_be_taken_is_not_a_denial)
{
	const struct kept *kept = ask(
		(struct sql_request){ .role = "nobody_here", .claims = "{}", .text = "select 1" });

	cr_expect_eq(kept->status, SQL_HARNESS);
	cr_expect_str_eq(kept->sqlstate, "22023");

	/* Not a superuser, and no member either: 42501, but it is ours. */
	const char *conninfo = cluster_conninfo(&t.cluster, &t.site, "authenticator");
	sql_free(t.sql);
	t.sql = sql_new(t.loop, &(struct sql_options){ .conninfo = conninfo });
	kept = ask((struct sql_request){ .role = "app_owner", .claims = "{}", .text = "select 1" });
	cr_expect_eq(kept->status, SQL_HARNESS);
	cr_expect_str_eq(kept->sqlstate, "42501");
	cr_expect_eq(ask(as(crew, "select 1"))->status, SQL_DONE);
}

Test(sql, settings_of_a_role_come_with_it)
{
	do_it("alter role authenticated set app.flavour = 'salt, and \"pepper\"'");
	do_it("alter role authenticated set statement_timeout = '1ms'");
	do_it("alter role authenticated in database lens set search_path = pg_catalog");

	const struct kept *kept =
		ask(as(crew, "select current_setting('app.flavour', true) as f,"
			     " current_setting('search_path') as p, session_user::text as s"));
	/* The connection is older than the settings. */
	cr_expect_eq(kept->status, SQL_DONE, "%s", kept->message);
	sql_free(t.sql);
	t.sql = sql_new(t.loop, &(struct sql_options){ .conninfo = t.conninfo });
	kept = ask(as(crew, "select current_setting('app.flavour') as f,"
			    " current_setting('search_path') as p, session_user::text as s,"
			    " pg_sleep(0.01)"));
	cr_assert_eq(kept->status, SQL_DONE, "%s", kept->message);
	cr_expect_str_eq(text_at(kept, "f"), "salt, and \"pepper\"");
	cr_expect_str_eq(text_at(kept, "p"), "pg_catalog");
	cr_expect_str_eq(text_at(kept, "s"), "authenticator");
	kept = ask_as(SQL_WITNESS, "select current_setting('app.flavour', true) as f");
	cr_expect_str_eq(text_at(kept, "f"), "");
}

Test(sql, rows_are_objects_typed_by_column)
{
	const char *const params[] = { "7", NULL, "it's; drop table x --" };
	const struct kept *kept = ask((struct sql_request){
		.identity = SQL_WITNESS,
		.text = "select $1::int as i, $2::text as n, $3::text as t, 2.50 as d,"
			" true as b, '{\"a\":[1]}'::jsonb as j",
		.params = params,
		.param_count = COUNTOF(params) });
	char *text = json_dumps(kept->values, JSON_COMPACT | JSON_SORT_KEYS);

	cr_expect_str_eq(text, "[{\"b\":true,\"d\":2.5,\"i\":7,\"j\":{\"a\":[1]},\"n\":null,"
			       "\"t\":\"it's; drop table x --\"}]");
	free(text);
}

Test(sql, rows_beyond_the_limit_are_counted_not_kept)
{
	const struct kept *kept =
		ask((struct sql_request){ .identity = SQL_WITNESS,
					  .text = "select n from generate_series(1, 5000) n",
					  .max_rows = 10 });

	cr_expect_eq(kept->rows, 5000);
	cr_expect_eq(json_array_size(kept->values), 10);
	kept = ask_as(SQL_WITNESS, "select 1 where false");
	cr_expect_eq(kept->rows, 0);
	cr_expect_eq(json_array_size(kept->values), 0);
	/* Rows that came before an error are no rows. */
	kept = ask_as(SQL_WITNESS, "select 1 / (3 - n) from generate_series(1, 5) n");
	cr_expect_eq(kept->status, SQL_ERROR);
	cr_expect_eq(kept->rows, 0);
	cr_expect_null(kept->values);
}

Test(sql, two_hundred_requests_share_four_connections_and_keep_apart)
{
	static char claims[200][64];
	static const char text[] = "select current_setting('request.jwt.claims') as c,"
				   " pg_backend_pid() as pid";
	json_int_t pids[8] = { 0 };
	size_t pid_count = 0;

	for (int i = 0; i < 200; i++) {
		(void)snprintf(claims[i], sizeof(claims[i]), "{\"n\": %d}", i);
		/* One in five fails, each in its own way. */
		(void)send_request(as(claims[i], i % 5    ? text
						 : i % 10 ? "select 1/0"
							  : "select * from nowhere"));
	}
	run();
	for (int i = 0; i < 200; i++) {
		size_t known = 0;

		if (i % 5 == 0) {
			cr_expect_str_eq(t.kept[i].sqlstate, i % 10 ? "22012" : "42P01");
			continue;
		}
		cr_assert_eq(t.kept[i].status, SQL_DONE, "%d: %s", i, t.kept[i].message);
		cr_expect_str_eq(text_at(&t.kept[i], "c"), claims[i]);
		while (known < pid_count && pids[known] != number_at(&t.kept[i], "pid"))
			known++;
		cr_assert_lt(known, COUNTOF(pids));
		if (known == pid_count)
			pids[pid_count++] = number_at(&t.kept[i], "pid");
	}
	cr_expect_leq(pid_count, 4);
}

Test(sql, a_statement_that_takes_too_long_is_stopped_and_nobody_else_is)
{
	struct sql_request slow = as(crew, "select pg_sleep(30)");
	struct kept *kept, *others[20];

	slow.timeout_ms = 200;
	kept = send_request(slow);
	for (size_t i = 0; i < COUNTOF(others); i++)
		others[i] = send_request(as(crew, "select 1 as one"));
	run();
	cr_expect_eq(kept->status, SQL_LOST);
	cr_expect_str_eq(kept->sqlstate, "57014");
	cr_expect_geq(kept->elapsed_us, 190000);
	for (size_t i = 0; i < COUNTOF(others); i++) {
		cr_expect_eq(others[i]->status, SQL_DONE, "%s", others[i]->message);
		cr_expect_lt(others[i]->elapsed_us, 190000);
	}
}

static void
stop_or_go_on(int number)
{
	const struct kept *kept = ask_as(SQL_WITNESS, "select pg_backend_pid() as pid");

	cr_assert_eq(kill((pid_t)number_at(kept, "pid"), number), 0);
}

Test(sql, a_server_that_does_not_answer_costs_one_request_and_not_its_neighbours)
{
	struct sql_request first = as(crew, "select 1 as one");
	struct kept *kept, *others[10];

	stop_or_go_on(SIGSTOP);
	first.timeout_ms = 100;
	kept = send_request(first);
	for (size_t i = 0; i < COUNTOF(others); i++)
		others[i] = send_request(as(crew, "select 1 as one"));
	run();
	cr_expect_eq(kept->status, SQL_LOST);
	cr_expect_str_eq(kept->message, "no answer from the database within 100 ms");
	for (size_t i = 0; i < COUNTOF(others); i++)
		cr_expect_eq(others[i]->status, SQL_DONE, "%s", others[i]->message);
}

static void
ignore(void *arg, const struct sql_reply *reply)
{
	(void)arg;
	cr_expect_eq(reply->status, SQL_DONE, "%s", reply->message);
}

static void
end_all_others(void *arg)
{
	sql_send(arg,
		 &(struct sql_request){
			 .identity = SQL_WITNESS,
			 .text = "select pg_terminate_backend(pid)"
				 " from pg_stat_activity where pid <> pg_backend_pid()"
				 " and backend_type = 'client backend'",
			 .timeout_ms = 5000 },
		 ignore, NULL);
}

Test(sql, what_was_under_way_on_broken_connections_is_lost_and_the_next_request_is_not)
{
	struct sql *other = sql_new(t.loop, &(struct sql_options){ .conninfo = t.conninfo });
	struct kept *kept[20];

	for (size_t i = 0; i < COUNTOF(kept); i++)
		kept[i] = send_request(as(crew, "select pg_sleep(20)"));
	loop_after(t.loop, 1000, end_all_others, other);
	run();
	for (size_t i = 0; i < COUNTOF(kept); i++) {
		cr_expect_eq(kept[i]->status, SQL_LOST);
		cr_expect(kept[i]->message[0]);
	}
	/* Connections that were idle end in their own time. */
	(void)usleep(300000);
	const struct kept *after = ask(as(crew, "select 1 as one"));
	cr_assert_eq(after->status, SQL_DONE, "%s", after->message);
	cr_expect_eq(number_at(after, "one"), 1);
	sql_free(other);
}

static void
stop_server(void *arg)
{
	(void)arg;
	cluster_stop(&t.cluster);
}

Test(sql, a_server_that_dies_loses_everything_asked_for)
{
	for (size_t i = 0; i < 100; i++)
		(void)send_request(as(crew, "select pg_sleep(20)"));
	loop_after(t.loop, 1000, stop_server, NULL);
	run();
	(void)ask(as(crew, "select 1 as one"));
	for (size_t i = 0; i < t.answered; i++) {
		cr_expect_eq(t.kept[i].status, SQL_LOST, "%zu", i);
		cr_expect(t.kept[i].message[0]);
	}
}

Test(sql, an_idle_connection_that_was_closed_is_not_a_lost_request)
{
	const struct kept *kept = ask_as(SQL_WITNESS, "select pg_backend_pid() as pid");

	cr_assert_eq(kill((pid_t)number_at(kept, "pid"), SIGTERM), 0);
	(void)usleep(200000);
	cr_expect_eq(ask(as(crew, "select 1"))->status, SQL_DONE);
}

Test(sql, without_a_server_everything_is_lost_and_said_so)
{
	static const char *const nowhere[] = { "host=/nowhere/at/all dbname=x", "nonsense",
					       "host=127.0.0.1 port=1 dbname=x" };

	for (size_t i = 0; i < COUNTOF(nowhere); i++) {
		struct kept *kept[3];

		sql_free(t.sql);
		t.sql = sql_new(t.loop, &(struct sql_options){ .conninfo = nowhere[i] });
		for (size_t k = 0; k < COUNTOF(kept); k++)
			kept[k] = send_request(as(crew, "select 1"));
		run();
		for (size_t k = 0; k < COUNTOF(kept); k++) {
			cr_expect_eq(kept[k]->status, SQL_LOST);
			cr_expect(kept[k]->message[0] && !strchr(kept[k]->message, '\n'));
		}
	}
}

Test(sql, fewer_connections_than_wanted_are_enough)
{
	do_it("alter role authenticator connection limit 1");
	sql_free(t.sql);
	t.sql = sql_new(t.loop,
			&(struct sql_options){ .conninfo = cluster_conninfo(&t.cluster, &t.site,
									    "authenticator") });
	for (int i = 0; i < 60; i++)
		(void)send_request(as(crew, "select 1 as one"));
	run();
	for (size_t i = 1; i < t.answered; i++)
		cr_expect_eq(t.kept[i].status, SQL_DONE, "%zu: %s", i, t.kept[i].message);
}

static void
stop_loop(void *arg)
{
	loop_stop(arg);
}

Test(sql, a_pool_may_be_freed_with_requests_under_way)
{
	struct error err = { 0 };

	for (int i = 0; i < 40; i++)
		(void)send_request(as(crew, "select pg_sleep(10)"));
	loop_after(t.loop, 100, stop_loop, t.loop);
	cr_expect(loop_run(t.loop, &err), "%s", err.message);
	sql_free(t.sql);
	t.sql = NULL;
	cr_expect(loop_run(t.loop, &err), "%s", err.message);
	cr_expect_eq(t.answered, 0);
}

static const struct {
	const char *name, *quoted;
} names[] = {
	{ "pms_parts", "\"pms_parts\"" },
	{ "public.pms_parts", "\"public\".\"pms_parts\"" },
	{ "a\"b", "\"a\"\"b\"" },
	{ "a.b.c", "\"a\".\"b.c\"" },
	{ "x; drop table y", "\"x; drop table y\"" },
	{ "", "\"\"" },
};

ParameterizedTestParameters(sql_quote, names)
{
	return rows_of(COUNTOF(names));
}

ParameterizedTest(size_t *row, sql_quote, names)
{
	struct buf out;

	buf_init(&out, 100);
	sql_quote_name(&out, names[*row].name);
	cr_expect_str_eq(out.text, names[*row].quoted);
	buf_release(&out);
}
