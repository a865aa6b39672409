#include "exec/sql_meaning.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/base.h"
#include "base/clock.h"
#include "base/home.h"
#include "embed/cluster.h"
#include "embed/site.h"
#include "exec/sql_session.h"

/* A real server, with a table for every way to be told no. */

static struct {
	struct arena arena;
	struct site site;
	struct cluster cluster;
	struct loop *loop;
	struct sql *sql;
	struct sql_session *session;
} t;

static const char schema[] =
	"create table m_items (id int primary key, owner text, n int check (n > 0),"
	" t text not null default 'x', u int unique, parent int references m_items);"
	"insert into m_items values (1, 'me', 1), (2, 'you', 1);"
	"insert into m_items values (3, 'me', 1, 'x', 3, 1);"
	"alter table m_items enable row level security;"
	"create policy s on m_items for select to authenticated using (owner = 'me');"
	"create policy i on m_items for insert to authenticated with check (owner = 'me');"
	"create policy u on m_items for update to authenticated using (owner = 'me');"
	"create policy d on m_items for delete to authenticated using (owner = 'me');"
	"create policy \"No nines\" on m_items as restrictive for insert to authenticated"
	" with check (id <> 9);"
	"grant all on m_items to authenticated;"
	"create table m_closed (id int); create table m_column (id int, secret int);"
	"grant select (id) on m_column to authenticated;"
	"create schema m_hidden; create table m_hidden.t (id int);"
	"grant all on m_hidden.t to authenticated;"
	/* What a policy, a view and a default may need. */
	"create function m_secret() returns boolean language sql as 'select true';"
	"revoke all on function m_secret() from public;"
	"create table m_by_table (id int); create table m_by_function (id int);"
	"insert into m_by_table values (1); insert into m_by_function values (1);"
	"alter table m_by_table enable row level security;"
	"alter table m_by_function enable row level security;"
	"create policy p on m_by_table using (exists (select from m_closed));"
	"create policy p on m_by_function using (m_secret());"
	"grant all on m_by_table, m_by_function to authenticated;"
	"create view m_view with (security_invoker) as select * from m_closed;"
	"create view m_mine as select * from m_items where n < 100 with check option;"
	"grant all on m_view, m_mine to authenticated;"
	"create table m_serial (id serial, n int generated always as identity);"
	"grant all on m_serial to authenticated;"
	"create function m_off() returns bigint language sql set row_security = off as"
	" 'select count(*) from m_items';"
	/* What an application says. */
	"create table m_said (id int primary key, n int);"
	"create function m_say() returns trigger language plpgsql as $$ begin"
	" if new.n = 42501 then raise exception 'not you' using errcode = '42501'; end if;"
	" if new.n = 1 then raise exception 'not now'; end if;"
	" if new.n = 23505 then insert into m_unique values (1); end if;"
	" if new.n = 0 then return null; end if;"
	" return new; end $$;"
	"create table m_unique (id int primary key); insert into m_unique values (1);"
	"create trigger t before insert on m_said for each row execute function m_say();"
	"alter table m_said enable row level security;"
	"create policy p on m_said with check (id > 0);"
	"grant all on m_said, m_unique to authenticated;"
	"create domain m_small as int constraint m_is_small check (value < 10);"
	"create table m_domain (n m_small); grant all on m_domain to authenticated;"
	"create table m_range (r int4range, constraint m_apart exclude using gist (r with &&));"
	"insert into m_range values ('[1,5)'); grant all on m_range to authenticated;"
	/* Policies that go round in circles, and that choke. */
	"create table m_circle (id int); alter table m_circle enable row level security;"
	"create policy p on m_circle using (exists (select from m_circle));"
	"create table m_deep (id int); insert into m_deep values (1);"
	"alter table m_deep enable row level security;"
	"create function m_dive() returns boolean language plpgsql as"
	" $$ begin return exists (select from m_deep); end $$;"
	"create policy p on m_deep using (m_dive());"
	"create table m_claims (id int); insert into m_claims values (1);"
	"alter table m_claims enable row level security;"
	"create policy p on m_claims using"
	" (id = (current_setting('request.jwt.claims')::json ->> 'n')::int);"
	"create table m_setting (id int); insert into m_setting values (1);"
	"alter table m_setting enable row level security;"
	"create policy p on m_setting using (current_setting('app.nowhere') = 'x');"
	"create function m_fail(state text) returns int language plpgsql as"
	" $$ begin raise exception 'failed' using errcode = state; end $$;"
	"create table m_lock (id int);"
	"grant all on m_circle, m_deep, m_claims, m_setting, m_lock to authenticated;";

static void
script(const char *text)
{
	struct error err = { 0 };

	cr_assert(sql_session_script(t.session, text, 20000, NULL, &err), "%s", err.message);
}

static void
start(void)
{
	struct home_places places = home_places(&t.arena);
	const char *slash = strrchr(places.executable, '/');
	struct error err = { 0 };
	const char *home;

	(void)setenv("XDG_CACHE_HOME",
		     arena_printf(&t.arena, "%.*s/cache", (int)(slash - places.executable),
				  places.executable),
		     1);
	(void)alarm(180); /* no test may hang */
	home = home_find(&t.arena, &err);
	cr_assert(home, "%s", err.message);
	cr_assert(site_open(&t.site, -1, clock_now_us() + 60000000, &err), "%s", err.message);
	cr_assert(cluster_start(&t.cluster, &t.site, home, &err), "%s", err.message);
	struct sql_options options = { .conninfo =
					       cluster_conninfo(&t.cluster, &t.site, "postgres"),
				       .connections = 1 };
	t.loop = loop_new();
	t.sql = sql_new(t.loop, &options);
	t.session = sql_session_open(t.loop, &options, &err);
	cr_assert(t.session, "%s", err.message);
	script(schema);
}

static void
stop(void)
{
	sql_session_close(t.session);
	sql_free(t.sql);
	loop_free(t.loop);
	cluster_stop(&t.cluster);
	site_close(&t.site);
	arena_release(&t.arena);
}

TestSuite(sql_meaning, .init = start, .fini = stop);

/* What is asked, and everything that came of it. */
struct asked {
	struct sql_request request;
	struct sql_meaning meaning;
	enum sql_status status;
	char sqlstate[6], message[200];
	long rows, looked;
	int aimed;
};

static void
take(void *arg, const struct sql_reply *reply)
{
	struct asked *asked = arg;

	asked->meaning = sql_meaning(reply, asked->request.text);
	asked->status = reply->status;
	asked->rows = reply->rows;
	asked->aimed = reply->aimed;
	asked->looked =
		reply->after && reply->after[0] ? (long)json_array_size(reply->after[0]) : -1;
	memcpy(asked->sqlstate, reply->sqlstate, sizeof(asked->sqlstate));
	(void)snprintf(asked->message, sizeof(asked->message), "%s %s (%s)", reply->sqlstate,
		       reply->message ? reply->message : "",
		       reply->source_function ? reply->source_function : "");
}

static void
ask(struct asked *asked)
{
	struct error err = { 0 };

	asked->request.role = "authenticated";
	if (!asked->request.claims)
		asked->request.claims = "{\"n\": \"not a number\"}";
	asked->request.timeout_ms = 30000;
	asked->request.max_rows = 10;
	sql_send(t.sql, &asked->request, take, asked);
	cr_assert(loop_run(t.loop, &err), "%s", err.message);
}

static struct asked
ask_text(const char *text)
{
	struct asked asked = { .request = { .identity = SQL_PERSONA, .text = text } };

	ask(&asked);
	return asked;
}

static const struct {
	const char *text;
	enum outcome outcome;
	enum sql_doubt doubt;
	const char *named;
} meanings[] = {
	{ "select * from m_items where id = 1", OUTCOME_ALLOWED, 0, "" },
	{ "select * from m_items where id = 2", OUTCOME_FILTERED, 0, "" },
	{ "update m_items set n = 2 where id = 2", OUTCOME_FILTERED, 0, "" },
	{ "delete from m_items where id = 2", OUTCOME_FILTERED, 0, "" },
	/* 42501 */
	{ "insert into m_items values (7, 'you', 1)", OUTCOME_DENIED_POLICY, 0, "" },
	{ "insert into m_items values (9, 'me', 1)", OUTCOME_DENIED_POLICY, 0, "No nines" },
	{ "update m_items set owner = 'you' where id = 1", OUTCOME_DENIED_POLICY, 0, "" },
	{ "insert into m_items values (2, 'me', 1) on conflict (id) do update set n = 2",
	  OUTCOME_DENIED_POLICY, 0, "" },
	{ "select * from m_closed", OUTCOME_DENIED_GRANT, 0, "" },
	{ "select * from m_items i join m_closed c on true", OUTCOME_DENIED_GRANT, 0, "" },
	{ "select secret from m_column", OUTCOME_DENIED_GRANT, 0, "" },
	{ "truncate m_column", OUTCOME_DENIED_GRANT, 0, "" },
	{ "select * from m_hidden.t", OUTCOME_DENIED_GRANT, 0, "" },
	{ "select m_secret()", OUTCOME_DENIED_GRANT, 0, "" },
	{ "select m_secret() from m_items", OUTCOME_ERROR, 0, "" },
	{ "select * from m_by_table", OUTCOME_BROKEN, 0, "" },
	{ "select * from m_by_function", OUTCOME_BROKEN, 0, "" },
	{ "select * from m_view", OUTCOME_BROKEN, 0, "" },
	{ "insert into m_serial default values", OUTCOME_BROKEN, 0, "" },
	{ "select m_off()", OUTCOME_NONE, 0, "" },
	{ "insert into m_said values (1, 42501)", OUTCOME_DENIED_APPLICATION, 0, "" },
	{ "insert into m_mine values (8, 'me', 200)", OUTCOME_DENIED_VIEW, 0, "" },
	{ "copy m_items from stdin", OUTCOME_DENIED_FEATURE, 0, "" },
	/* Constraints: the policy had said yes. */
	{ "insert into m_items values (7, 'me', -1)", OUTCOME_ALLOWED_CONSTRAINT, 0,
	  "m_items_n_check" },
	{ "insert into m_items values (7, 'me', 1, null)", OUTCOME_ALLOWED_CONSTRAINT, 0, "" },
	{ "insert into m_items values (2, 'me', 1)", OUTCOME_ALLOWED_CONSTRAINT, 0,
	  "m_items_pkey" },
	{ "insert into m_items values (7, 'me', 1, 'x', null, 77)", OUTCOME_ALLOWED_CONSTRAINT, 0,
	  "m_items_parent_fkey" },
	{ "delete from m_items where id = 1", OUTCOME_ALLOWED_CONSTRAINT, 0,
	  "m_items_parent_fkey" },
	{ "insert into m_range values ('[2,3)')", OUTCOME_ALLOWED_CONSTRAINT, 0, "m_apart" },
	/* Not the table's own. */
	{ "insert into m_domain values (11)", OUTCOME_ERROR, DOUBT_TRIGGER, "" },
	{ "insert into m_said values (1, 23505)", OUTCOME_ERROR, DOUBT_TRIGGER, "" },
	{ "insert into m_said values (1, 1)", OUTCOME_ERROR, DOUBT_TRIGGER, "" },
	/* Policies that cannot be evaluated. */
	{ "select * from m_circle", OUTCOME_BROKEN, 0, "" },
	{ "select * from m_deep", OUTCOME_BROKEN, 0, "" },
	{ "select * from m_claims", OUTCOME_ERROR, DOUBT_STATEMENT, "" },
	{ "select * from m_setting", OUTCOME_ERROR, DOUBT_STATEMENT, "" },
	/* The check itself. */
	{ "select 'x'::int", OUTCOME_ERROR, DOUBT_STATEMENT, "" },
	{ "select no_such_function()", OUTCOME_ERROR, DOUBT_STATEMENT, "" },
	{ "select * from m_nowhere", OUTCOME_ERROR, 0, "" },
	{ "select m_no.where()", OUTCOME_ERROR, 0, "" },
	{ "select no_such_column from m_items", OUTCOME_ERROR, 0, "" },
	{ "insert into m_serial (id, n) values (1, 1)", OUTCOME_ERROR, 0, "" },
	{ "insert into m_items (id) values (1, 2)", OUTCOME_ERROR, 0, "" },
	/* Time-outs, deadlocks, connections: no answer at all. */
	{ "select m_fail('40001')", OUTCOME_NONE, 0, "" },
	{ "select m_fail('40P01')", OUTCOME_NONE, 0, "" },
	{ "select m_fail('55P03')", OUTCOME_NONE, 0, "" },
	{ "select m_fail('57014')", OUTCOME_NONE, 0, "" },
	{ "select m_fail('53300')", OUTCOME_NONE, 0, "" },
	{ "select m_fail('08006')", OUTCOME_NONE, 0, "" },
	{ "select m_fail('28000')", OUTCOME_NONE, 0, "" },
	{ "select m_fail('25P02')", OUTCOME_NONE, 0, "" },
	{ "select m_fail('25006')", OUTCOME_NONE, 0, "" },
};

Test(sql_meaning, every_row_of_the_table_is_told_apart_by_a_real_server)
{
	for (size_t i = 0; i < COUNTOF(meanings); i++) {
		struct asked asked = ask_text(meanings[i].text);

		cr_expect_eq(asked.meaning.outcome, meanings[i].outcome, "%s: %s, %s",
			     meanings[i].text, outcome_name(asked.meaning.outcome), asked.message);
		cr_expect_eq(asked.meaning.doubt, meanings[i].doubt, "%s: %s", meanings[i].text,
			     asked.message);
		cr_expect_str_eq(asked.meaning.named, meanings[i].named, "%s", meanings[i].text);
	}
}

Test(sql_meaning, an_insert_that_vanished_is_unknown_and_never_filtered)
{
	struct asked asked = ask_text("insert into m_said values (1, 0)");

	cr_expect_eq(asked.status, SQL_DONE);
	cr_expect_not_null(asked.meaning.unknown);
	asked = ask_text("insert into m_unique values (1) on conflict do nothing");
	cr_expect_not_null(asked.meaning.unknown);
	asked = ask_text("update m_said set n = 1 where id = 1");
	cr_expect_null(asked.meaning.unknown);
}

/* Asked again without triggers, as the runner does with a doubt. */
static struct sql_meaning
resolve(const char *text)
{
	struct asked live = ask_text(text), again = live;

	cr_expect_eq(live.meaning.doubt, DOUBT_TRIGGER, "%s: %s", text, live.message);
	again.request.without_triggers = true;
	ask(&again);
	return sql_meaning_without_triggers(&live.meaning, &again.meaning);
}

Test(sql_meaning, a_trigger_that_objects_does_not_hide_what_the_policy_says)
{
	struct sql_meaning meaning = resolve("insert into m_said values (1, 1)");

	cr_expect_eq(meaning.outcome, OUTCOME_ALLOWED_TRIGGER);
	meaning = resolve("insert into m_said values (-1, 1)");
	cr_expect_eq(meaning.outcome, OUTCOME_DENIED_POLICY);
	meaning = resolve("insert into m_said values (1, 23505)");
	cr_expect_eq(meaning.outcome, OUTCOME_ALLOWED_TRIGGER);
	/* A domain has nothing to do with triggers. */
	meaning = resolve("insert into m_domain values (11)");
	cr_expect_not_null(meaning.unknown);
}

static struct sql_meaning
explain(const char *text)
{
	struct asked live = ask_text(text), explained = { .request = { .identity = SQL_WITNESS } };
	char explaining[200];

	cr_expect_eq(live.meaning.doubt, DOUBT_STATEMENT, "%s: %s", text, live.message);
	(void)snprintf(explaining, sizeof(explaining), "explain %s", text);
	explained.request.text = explaining;
	ask(&explained);
	struct sql_reply reply = { .status = explained.status };
	memcpy(reply.sqlstate, explained.sqlstate, sizeof(reply.sqlstate));
	return sql_meaning_explained(&live.meaning, live.sqlstate, &reply);
}

Test(sql_meaning, an_error_the_witness_does_not_get_is_the_policys)
{
	cr_expect_eq(explain("select * from m_claims").outcome, OUTCOME_BROKEN);
	cr_expect_eq(explain("select * from m_setting").outcome, OUTCOME_BROKEN);
	cr_expect_eq(explain("select 'x'::int").outcome, OUTCOME_ERROR);
	cr_expect_eq(explain("delete from m_items where no_such_function()").outcome,
		     OUTCOME_ERROR);
}

Test(sql_meaning, a_table_locked_by_another_is_no_answer)
{
	script("begin; lock table m_lock in access exclusive mode");
	struct asked asked = ask_text("select * from m_lock");

	cr_expect_eq(asked.status, SQL_LOST);
	cr_expect_str_eq(asked.sqlstate, "55P03", "%s", asked.message);
	script("rollback");
	cr_expect_eq(ask_text("select * from m_lock").status, SQL_DONE);
}

/* ---- one row through a cursor ---- */

static struct asked
ask_blind(const char *text, const char *row)
{
	static const struct sql_look look = { .statement = { .text = "select * from m_blind" },
					      .after = true };
	struct asked asked = { .request = { .identity = SQL_PERSONA,
					    .text = text,
					    .row = { .text = row },
					    .looks = &look,
					    .look_count = 1 } };

	ask(&asked);
	return asked;
}

#define DELETE "delete from m_blind where current of " SQL_ROW_CURSOR
#define UPDATE "update m_blind set n = 7 where current of " SQL_ROW_CURSOR

Test(sql_meaning, a_lax_write_policy_behind_a_strict_select_policy_is_seen_blind)
{
	script("create table m_blind (id int, n int); insert into m_blind values (1, 1), (2, 1);"
	       "alter table m_blind enable row level security;"
	       "create policy s on m_blind for select using (id = 1);"
	       "create policy d on m_blind for delete using (true);"
	       "create policy u on m_blind for update using (id = 1);"
	       "grant delete, update on m_blind to authenticated");
	/* Whoever reads a column needs the grant, and falls under the SELECT policy. */
	struct asked asked = ask_text("delete from m_blind where id = 2");
	cr_expect_eq(asked.meaning.outcome, OUTCOME_DENIED_GRANT);
	script("grant select on m_blind to authenticated");
	asked = ask_text("delete from m_blind where id = 2");
	cr_expect_eq(asked.meaning.outcome, OUTCOME_FILTERED);
	script("revoke select on m_blind from authenticated");

	asked = ask_blind(DELETE, "select from m_blind where id = 2");
	cr_expect_eq(asked.meaning.outcome, OUTCOME_ALLOWED, "%s", asked.message);
	cr_expect_eq(asked.rows, 1);
	cr_expect_eq(asked.aimed, 1);
	/* As connected again, before the rollback. */
	cr_expect_eq(asked.looked, 1);
	asked = ask_blind(UPDATE, "select from m_blind where id = 2");
	cr_expect_eq(asked.meaning.outcome, OUTCOME_FILTERED, "%s", asked.message);
	cr_expect_eq(asked.aimed, 1);
	cr_expect_eq(asked.looked, 2);
	/* And nothing of it stays. */
	asked = ask_blind(DELETE, "select from m_blind");
	cr_expect_eq(asked.aimed, 2);
	asked = ask_blind(DELETE, "select from m_blind where id = 3");
	cr_expect_eq(asked.aimed, 0);
	cr_expect_neq(asked.meaning.outcome, OUTCOME_ALLOWED);
}
