#include "rls/prober.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/home.h"
#include "embed/cluster.h"
#include "embed/site.h"

#define CLAIMS "{\"sub\":\"ada\",\"tenant_id\":\"t1\"}"

/* A real server, a session in a transaction, and one persona with a colleague elsewhere. */
static struct {
	struct arena arena;
	struct site site;
	struct cluster cluster;
	struct loop *loop;
	struct sql_session *session;
	struct actors actors;
	struct prober *prober;
	struct prober_options options;
	struct error err;
} t;

static void
start(void)
{
	struct home_places places = home_places(&t.arena);
	const char *slash = strrchr(places.executable, '/');
	const char *home;

	/* Initdb once for all tests of this program. */
	(void)setenv("XDG_CACHE_HOME",
		     arena_printf(&t.arena, "%.*s/cache", (int)(slash - places.executable),
				  places.executable),
		     1);
	(void)alarm(240); /* no test may hang */
	home = home_find(&t.arena, &t.err);
	cr_assert(home, "%s", t.err.message);
	cr_assert(site_open(&t.site, -1, clock_now_us() + 60000000, &t.err), "%s", t.err.message);
	cr_assert(cluster_start(&t.cluster, &t.site, home, &t.err), "%s", t.err.message);
	t.loop = loop_new();
	actors_add(&t.actors, &(struct actor){ .name = "ada",
					       .database_role = "authenticated",
					       .claims = CLAIMS,
					       .tenant = "t1",
					       .user = "ada" });
	t.options = (struct prober_options){ .tenant_column = "tenant_id", .timeout_ms = 20000 };
}

static void
stop(void)
{
	prober_close(t.prober);
	sql_session_close(t.session);
	actors_release(&t.actors);
	loop_free(t.loop);
	cluster_stop(&t.cluster);
	site_close(&t.site);
	arena_release(&t.arena);
}

TestSuite(prober, .init = start, .fini = stop);

static bool
connect_as(const char *user)
{
	const struct sql_options options = { .conninfo =
						     cluster_conninfo(&t.cluster, &t.site, user) };

	sql_session_close(t.session);
	t.session = sql_session_open(t.loop, &options, &t.err);
	return t.session && sql_session_script(t.session, "begin", 10000, NULL, &t.err);
}

static void
script(const char *text)
{
	cr_assert(sql_session_script(t.session, text, 30000, NULL, &t.err), "%s", t.err.message);
}

/* A schema of one table, and whatever else a test wants. */
static void
begin(const char *more)
{
	cr_assert(connect_as("postgres"), "%s", t.err.message);
	script("create schema s; grant usage on schema s to authenticated;"
	       " create table s.t (id int primary key, tenant_id text not null, v text);"
	       " insert into s.t values (1, 't1', 'a'), (2, 't2', 'b');"
	       " alter table s.t enable row level security;"
	       " grant select, insert, update, delete on s.t to authenticated;"
	       " create policy p on s.t using (tenant_id = nullif("
	       "  current_setting('request.jwt.claims', true), '')::jsonb ->> 'tenant_id')");
	script(more);
	static const char *const schemas[] = { "s" };
	t.options.schemas = schemas;
	t.options.schema_count = 1;
}

static json_t *
open_and_list(void)
{
	t.prober = prober_open(t.session, &t.actors, &t.options, &t.err);
	cr_assert(t.prober, "%s", t.err.message);
	json_t *relations = prober_relations(t.prober, &t.err);
	cr_assert(relations, "%s", t.err.message);
	return relations;
}

/* "SELECT other=." for each cell of the command, in order, joined by blanks. */
static const char *
letters(const json_t *cells, const char *command)
{
	const char *text = "";

	for (size_t i = 0; i < json_array_size(cells); i++) {
		const json_t *cell = json_array_get(cells, i);

		if (strcmp(json_string_value(json_object_get(cell, "command")), command) == 0)
			text = arena_printf(&t.arena, "%s%s%s=%s", text, *text ? " " : "",
					    json_string_value(json_object_get(cell, "class")),
					    json_string_value(json_object_get(cell, "letter")));
	}
	return text;
}

static const char *
reason_of(const json_t *cells, const char *command)
{
	for (size_t i = 0; i < json_array_size(cells); i++) {
		const json_t *cell = json_array_get(cells, i);

		if (strcmp(json_string_value(json_object_get(cell, "command")), command) == 0)
			return json_string_value(json_object_get(cell, "reason"));
	}
	return NULL;
}

Test(prober, a_strict_table_is_open_to_its_own_tenant_only)
{
	begin("select 1");
	json_t *relations = open_and_list();
	cr_assert_eq(json_array_size(relations), 1);
	json_t *cells =
		prober_probe(t.prober, json_array_get(relations, 0), &t.actors.items[0], &t.err);

	cr_assert(cells, "%s", t.err.message);
	cr_expect_str_eq(letters(cells, "SELECT"), "own=A other=.");
	cr_expect_str_eq(letters(cells, "INSERT"), "own=A other=D");
	cr_expect_str_eq(letters(cells, "UPDATE"), "own=A other=.");
	cr_expect_str_eq(letters(cells, "MOVE"), "own>other=D other>own=.");
	cr_expect_str_eq(letters(cells, "DELETE"), "own=A other=.");
	cr_expect_str_eq(letters(cells, "TRUNCATE"), "all=G");
	json_decref(cells);
	json_decref(relations);
}

Test(prober, a_statement_that_hangs_is_unknown_and_costs_its_time_once)
{
	int64_t began = loop_now_ms();

	begin("create policy slow on s.t for update using (pg_sleep(60) is not null)");
	t.options.timeout_ms = 500;
	json_t *relations = open_and_list();
	const json_t *relation = json_array_get(relations, 0);
	for (size_t i = 0; i < t.actors.count; i++) {
		const struct actor *actor = &t.actors.items[i];
		json_t *cells = prober_probe(t.prober, relation, actor, &t.err);

		cr_assert(cells, "%s", t.err.message);
		if (strcmp(actor->database_role, "anon") != 0) {
			cr_expect_str_eq(letters(cells, "UPDATE"), "own=? other=?", "%s",
					 actor->name);
			cr_expect(strstr(reason_of(cells, "UPDATE"), "500 ms"), "%s",
				  reason_of(cells, "UPDATE"));
			cr_expect_str_eq(letters(cells, "DELETE"),
					 strcmp(actor->name, "no-claims") == 0 ? "own=. other=."
									       : "own=A other=.");
		}
		json_decref(cells);
	}
	cr_expect_lt(loop_now_ms() - began, 60000);
	json_decref(relations);
}

Test(prober, a_table_that_vanished_is_unknown_with_the_servers_sentence)
{
	begin("select 1");
	json_t *relations = open_and_list();
	script("drop table s.t; savepoint lensgate_probes");
	json_t *cells =
		prober_probe(t.prober, json_array_get(relations, 0), &t.actors.items[0], &t.err);

	cr_assert(cells, "%s", t.err.message);
	cr_expect_str_eq(letters(cells, "SELECT"), "own=? other=?");
	cr_expect_str_eq(letters(cells, "TRUNCATE"), "all=?");
	cr_expect(strstr(reason_of(cells, "SELECT"), "no longer there"), "%s",
		  reason_of(cells, "SELECT"));
	json_decref(cells);
	json_decref(relations);
}

Test(prober, what_is_asked_leaves_nothing_behind)
{
	static const char sum[] =
		"select md5(coalesce((select string_agg(x::text, '') from s.t x), '')) as rows,"
		" current_setting('session_replication_role') as replica, current_user::text as "
		"who,"
		" current_setting('request.jwt.claims', true) as claims,"
		" to_regprocedure('pg_temp.lensgate_cells(jsonb)')::text as fn";
	json_t *before = NULL, *after = NULL;

	begin("create function s.touch() returns trigger language plpgsql as"
	      " $$ begin new.v := new.v || '!'; return new; end $$;"
	      " create trigger touch before insert or update on s.t"
	      "  for each row execute function s.touch()");
	cr_assert(sql_session_script(t.session, sum, 10000, &before, &t.err));
	json_t *relations = open_and_list();
	for (size_t i = 0; i < t.actors.count; i++)
		json_decref(prober_probe(t.prober, json_array_get(relations, 0), &t.actors.items[i],
					 &t.err));
	prober_close(t.prober);
	t.prober = NULL;
	cr_assert(sql_session_script(t.session, sum, 10000, &after, &t.err), "%s", t.err.message);
	cr_expect(json_equal(before, after));
	json_decref(relations);
	json_decref(before);
	json_decref(after);
}

static const struct {
	const char *user, *prepare, *role, *sentence;
} refusals[] = {
	{ "authenticator", "select 1", "authenticated",
	  "connected as authenticator, whom policies" },
	{ "measurer", "select 1", "authenticated", "may not become the database role" },
	{ "postgres", "select 1", "nobody_here", "there is no database role nobody_here" },
	{ "postgres", "select 1", "service_role",
	  "no policy holds the database role service_role" },
	{ "postgres", "set transaction read only", "authenticated",
	  "the database takes no writes" },
};

Test(prober, whoever_could_not_judge_is_told_why)
{
	cr_assert(connect_as("postgres"));
	script("create role measurer login bypassrls; commit");
	for (size_t i = 0; i < COUNTOF(refusals); i++) {
		struct actor *actor = &t.actors.items[0];

		t.err = (struct error){ 0 };
		cr_assert(connect_as(refusals[i].user), "%s", t.err.message);
		script(refusals[i].prepare);
		actor->database_role = refusals[i].role;
		cr_expect_null(prober_open(t.session, &t.actors, &t.options, &t.err), "row %zu", i);
		cr_expect_eq(t.err.code, ERROR_ENVIRONMENT, "row %zu", i);
		cr_expect(strstr(t.err.message, refusals[i].sentence), "row %zu: %s", i,
			  t.err.message);
	}
}

Test(prober, a_login_that_is_no_superuser_measures_what_it_can)
{
	cr_assert(connect_as("postgres"));
	script("create role measurer login bypassrls; grant authenticated, anon to measurer;"
	       " grant create on database lens to measurer; commit");
	begin("grant usage on schema s to measurer; grant all on s.t to measurer; commit");
	cr_assert(connect_as("measurer"), "%s", t.err.message);
	json_t *relations = open_and_list();
	json_t *cells =
		prober_probe(t.prober, json_array_get(relations, 0), &t.actors.items[0], &t.err);
	cr_assert(cells, "%s", t.err.message);
	cr_expect_str_eq(letters(cells, "SELECT"), "own=A other=.");
	cr_expect_str_eq(letters(cells, "UPDATE"), "own=A other=.");
	cr_expect_str_eq(letters(cells, "INSERT"), "own=A other=D");
	json_decref(cells);
	json_decref(relations);
}

/* ---- what a reviewer planted, that was not seen or was cried over ---- */

/* The cells of one relation for the first persona. */
static json_t *
probe_of(const char *name)
{
	json_t *relations = open_and_list(), *cells = NULL;
	size_t i;
	json_t *relation;

	json_array_foreach(relations, i, relation)
	{
		if (strcmp(json_string_value(json_object_get(relation, "name")), name) == 0)
			cells = prober_probe(t.prober, relation, &t.actors.items[0], &t.err);
	}
	cr_assert(cells, "%s: %s", name, t.err.message);
	json_decref(relations);
	return cells;
}

/* Somebody else's row comes last, after very many of one's own. */
Test(prober, a_row_is_seen_wherever_in_a_large_table_it_stands)
{
	begin("alter table s.t disable row level security; delete from s.t where id = 2;"
	      " insert into s.t select n, 't1', 'a' from generate_series(3, 25000) n;"
	      " insert into s.t values (2, 't2', 'b')");
	json_t *cells = probe_of("s.t");

	cr_expect_str_eq(letters(cells, "SELECT"), "own=A other=A");
	json_decref(cells);
}

static void
hint(const char *text)
{
	t.options.hints = json_loads(text, 0, NULL);
	cr_assert(t.options.hints);
}

/* A policy more for SELECT, on a column more, and one row of another tenant planted shows what it
 * lets through. */
static const struct {
	const char *column, *condition;
} doors[] = {
	{ "c jsonb not null default '{}'", "c ->> 'seen by' = 'all'" },
	{ "c jsonb not null default '{}'", "c @> '{\"public\": true}'" },
	{ "c jsonb not null default '{}'", "(c ->> 'shared')::boolean" },
	{ "c text[] not null default '{}'", "'shared' = any (c)" },
	{ "c text[] not null default '{}'", "c && array['spam', 'trash']" },
	{ "c tstzrange", "upper(c) < '2000-01-01'" },
	{ "c int4range not null default '[1,2)'", "isempty(c)" },
	{ "c date default '2020-01-01'", "c is null" },
	{ "c text not null default ''", "c ~ '^DEMO'" },
	{ "c text not null default ''", "length(c) > 200" },
	{ "c numeric not null default 1", "c < 0.5" },
	{ "c int not null default 1", "c = -7" },
	{ "\"C \"\"x\"\"\" text not null default ''", "\"C \"\"x\"\"\" = 'open'" },
	{ "c s.spot", "(c).town = 'Berlin'" },
	{ "c s.mood not null default 'calm'", "c = 'rough' and v <> 'manager'" },
};

Test(prober, a_row_with_what_a_policy_names_is_planted_whatever_the_type)
{
	for (size_t i = 0; i < COUNTOF(doors); i++) {
		begin(arena_printf(
			&t.arena,
			"create type s.spot as (street text, town text);"
			" create type s.mood as enum ('calm', 'rough');"
			" alter table s.t add %s;"
			" create policy more on s.t for select to authenticated using (%s)",
			doors[i].column, doors[i].condition));
		json_t *cells = probe_of("s.t");
		cr_expect_str_eq(letters(cells, "SELECT"), "own=A other=~", "%s",
				 doors[i].condition);
		cr_expect_str_eq(letters(cells, "DELETE"), "own=A other=.", "%s",
				 doors[i].condition);
		json_decref(cells);
		prober_close(t.prober);
		t.prober = NULL;
	}
}

/* Constants that no row can carry make nothing unknown, and a key that is taken is no obstacle. */
Test(prober, a_row_that_cannot_be_planted_is_nobodys)
{
	begin("create extension if not exists btree_gist;"
	      " alter table s.t add state text not null default 'new' check (state in ('new', "
	      "'old')),"
	      "  add during tstzrange default '[2020-01-01,2021-01-01)';"
	      " update s.t set during = '[2019-01-01,2020-01-01)' where id = 1;"
	      " alter table s.t add exclude using gist (during with &&);"
	      " create policy roles on s.t as restrictive using (state <> 'owner' and"
	      "  (state in ('new', 'old') or v = 'admin'))");
	json_t *cells = probe_of("s.t");
	cr_expect_str_eq(letters(cells, "UPDATE"), "own=A other=.");
	cr_expect_str_eq(letters(cells, "DELETE"), "own=A other=.");
	json_decref(cells);
}

Test(prober, ones_own_row_is_tried_in_another_tenant_too)
{
	hint("{\"t\": {\"owner\": \"v\"}}");
	begin("update s.t set v = 'ada' where id = 1; create policy join_any on s.t for insert"
	      " with check (v = nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> "
	      "'sub')");
	json_t *cells = probe_of("s.t");
	cr_expect_str_eq(letters(cells, "INSERT"), "mine=A colleague=A other=A");
	json_decref(cells);
}

Test(prober, an_insert_that_takes_some_rows_only_is_told_from_one_that_takes_all)
{
	begin("alter table s.t add state text not null default 'new';"
	      " insert into s.t values (3, 't1', 'c', 'paid');"
	      " create policy fresh on s.t as restrictive for insert with check (state = 'new')");
	json_t *cells = probe_of("s.t");
	cr_expect_str_eq(letters(cells, "INSERT"), "own=~ other=D");
	json_decref(cells);
	prober_close(t.prober);
	t.prober = NULL;
	begin("alter table s.t add state text not null default 'new'; update s.t set state = "
	      "'paid';"
	      " create policy fresh on s.t as restrictive for insert with check (state = 'new')");
	cells = probe_of("s.t");
	cr_expect_str_eq(letters(cells, "INSERT"), "own=~ other=D", "not as it is");
	json_decref(cells);
	prober_close(t.prober);
	t.prober = NULL;
	begin("alter table s.t add state text not null default 'new';"
	      " insert into s.t values (3, 't1', 'c', 'paid');"
	      " create policy fresh on s.t as restrictive for insert with check (state <> 'none')");
	cells = probe_of("s.t");
	cr_expect_str_eq(letters(cells, "INSERT"), "own=A other=D");
	json_decref(cells);
}

/* "own=~" for the cells of the group `state`. */
static char
state_letter(const char *check)
{
	char letter = ' ';

	begin(arena_printf(
		&t.arena,
		"alter table s.t add state text not null default 'new'"
		"  check (state in ('new', 'sent', 'paid'));"
		" insert into s.t values (3, 't1', 'c', 'paid');"
		" create policy states on s.t as restrictive for update using (state <> 'paid')"
		"  with check (%s)",
		check));
	json_t *cells = probe_of("s.t");
	for (size_t i = 0; i < json_array_size(cells); i++) {
		const json_t *cell = json_array_get(cells, i);

		if (strcmp(json_string_value(json_object_get(cell, "grp")), "state") == 0 &&
		    strcmp(json_string_value(json_object_get(cell, "class")), "own") == 0)
			letter = *json_string_value(json_object_get(cell, "letter"));
	}
	json_decref(cells);
	prober_close(t.prober);
	t.prober = NULL;
	return letter;
}

Test(prober, a_state_that_may_be_set_to_some_values_is_told_from_one_set_to_any)
{
	hint("{\"t\": {\"state\": \"state\"}}");
	cr_expect_eq(state_letter("state in ('new', 'sent')"), '~');
	cr_expect_eq(state_letter("state is not null"), 'A');
	cr_expect_eq(state_letter("state = 'new'"), 'D');
}

Test(prober, nobodys_rows_that_only_some_show_are_part_of_them)
{
	begin("alter table s.t alter tenant_id drop not null, add shared boolean not null default "
	      "true;"
	      " insert into s.t values (3, null, 'c');"
	      " create policy shared on s.t for select using (tenant_id is null and shared)");
	json_t *cells = probe_of("s.t");
	cr_expect_str_eq(letters(cells, "SELECT"), "own=A other=. null=~");
	json_decref(cells);
}

Test(prober, a_tenant_is_found_by_a_key_of_several_columns)
{
	begin("alter table s.t add yr int not null default 1, add unique (yr, id);"
	      " create table s.lines (yr int, id int, n int, primary key (yr, id, n),"
	      "  foreign key (yr, id) references s.t (yr, id));"
	      " insert into s.lines select yr, id, 1 from s.t;"
	      " alter table s.lines enable row level security;"
	      " grant select, insert, update, delete on s.lines to authenticated;"
	      " create policy p on s.lines using (exists (select from s.t"
	      "  where (t.yr, t.id) = (lines.yr, lines.id))) with check (true)");
	json_t *cells = probe_of("s.lines");
	cr_expect_str_eq(letters(cells, "SELECT"), "own=A other=.");
	cr_expect_str_eq(letters(cells, "INSERT"), "own=A other=A");
	cr_expect_str_eq(letters(cells, "MOVE"), "own>other=B other>own=.");
	json_decref(cells);
}

/* "UPDATE+v" for each column of the command that is granted by name, joined by blanks. */
static const char *
granted(const json_t *cells, const char *command)
{
	const char *text = "";

	for (size_t i = 0; i < json_array_size(cells); i++) {
		const json_t *cell = json_array_get(cells, i);
		const char *group = json_string_value(json_object_get(cell, "grp"));

		if (*group &&
		    strcmp(json_string_value(json_object_get(cell, "command")), command) == 0)
			text = arena_printf(&t.arena, "%s%s%s", text, *text ? " " : "", group);
	}
	return text;
}

Test(prober, columns_that_are_granted_by_name_are_cells_of_their_own)
{
	begin("revoke select, update on s.t from authenticated;"
	      " grant select (id, tenant_id), update (v) on s.t to authenticated");
	json_t *cells = probe_of("s.t");
	cr_expect_str_eq(granted(cells, "SELECT"), "id tenant_id");
	cr_expect_str_eq(granted(cells, "UPDATE"), "v");
	cr_expect_str_eq(granted(cells, "INSERT"), "", "the table is granted");
	/* Whoever may read some columns finds his rows by them: that is no blind write. */
	cr_expect_str_eq(letters(cells, "DELETE"), "own=A other=.");
	json_decref(cells);
}

Test(prober, a_write_through_a_view_is_tried_on_a_row_of_each_class)
{
	begin("create view s.as_owner as select id, tenant_id, v from s.t;"
	      " create view s.as_caller with (security_invoker) as select id, tenant_id, v from "
	      "s.t;"
	      " create view s.checked as select id, tenant_id, v from s.t where tenant_id = nullif("
	      "  current_setting('request.jwt.claims', true), '')::jsonb ->> 'tenant_id'"
	      "  with cascaded check option;"
	      " create view s.blind as select id, tenant_id from s.t;"
	      " grant select, insert, update, delete on s.as_owner, s.as_caller, s.checked to "
	      "authenticated;"
	      " grant update, delete on s.blind to authenticated");
	actors_add(&t.actors, &(struct actor){ .name = "bob",
					       .database_role = "authenticated",
					       .claims = "{\"sub\":\"bob\",\"tenant_id\":\"t2\"}",
					       .tenant = "t2" });
	json_t *cells = probe_of("s.as_owner");
	cr_expect_str_eq(letters(cells, "INSERT"), "own=A other=A");
	cr_expect_str_eq(letters(cells, "UPDATE"), "own=A other=A");
	cr_expect_str_eq(letters(cells, "DELETE"), "own=A other=A");
	json_decref(cells);
	prober_close(t.prober);
	cells = probe_of("s.as_caller");
	cr_expect_str_eq(letters(cells, "INSERT"), "own=A other=D");
	cr_expect_str_eq(letters(cells, "UPDATE"), "own=A other=.");
	cr_expect_str_eq(letters(cells, "DELETE"), "own=A other=.");
	json_decref(cells);
	prober_close(t.prober);
	cells = probe_of("s.checked");
	cr_expect_str_eq(letters(cells, "INSERT"), "own=? other=?",
			 "the key speaks before the view");
	cr_expect_str_eq(letters(cells, "UPDATE"), "own=A other=.");
	json_decref(cells);
	prober_close(t.prober);
	cells = probe_of("s.blind");
	cr_expect_str_eq(letters(cells, "DELETE"), "own=A other=A");
	cr_expect_str_eq(letters(cells, "UPDATE"), "any=?");
	cr_expect(strstr(reason_of(cells, "UPDATE"), "not read"));
	json_decref(cells);
}

/* The application sets who somebody is; the functions that show rows go by it. */
Test(prober, settings_make_a_persona_and_bear_witness_to_what_is_hidden)
{
	t.actors.items[0].settings = "{\"app.tenant\":\"t1\"}";
	actors_add(&t.actors, &(struct actor){ .name = "bob",
					       .database_role = "authenticated",
					       .claims = "{\"sub\":\"bob\"}",
					       .settings = "{\"app.tenant\":\"t2\"}",
					       .tenant = "t2" });
	begin("drop policy p on s.t; create policy p on s.t using"
	      " (tenant_id = current_setting('app.tenant', true));"
	      " create function s.mine() returns setof s.t stable security definer language sql as"
	      " $$ select * from s.t where tenant_id = current_setting('app.tenant', true) $$");
	json_t *cells = probe_of("s.t");
	cr_expect_str_eq(letters(cells, "SELECT"), "own=A other=.");
	cr_expect_str_eq(letters(cells, "UPDATE"), "own=A other=.");
	json_decref(cells);
	prober_close(t.prober);
	cells = probe_of("s.mine()");
	cr_expect_str_eq(letters(cells, "SELECT"), "own=A other=.");
	json_decref(cells);
}

/* With the row already there each looks for others like it: they would wait for each other. */
Test(prober, a_table_with_an_exclusion_constraint_is_tried_by_one_run_at_a_time)
{
	static const char held[] = "select count(*) as n from pg_locks where locktype = 'advisory'";
	struct sql_session *other;
	json_t *rows = NULL;

	begin("create extension if not exists btree_gist;"
	      " alter table s.t add exclude using gist (v with =); commit; begin");
	other = t.session;
	script("select pg_advisory_lock(hashtextextended('lensgate s.t', 0))");
	t.session = NULL;
	cr_assert(connect_as("postgres"), "%s", t.err.message);
	int64_t began = loop_now_ms();
	json_t *cells = probe_of("s.t");
	cr_expect_geq(loop_now_ms() - began, 900, "it waited for the other one, but not forever");
	cr_expect_str_eq(letters(cells, "INSERT"), "own=A other=D");
	json_decref(cells);
	sql_session_close(other);
	prober_close(t.prober);
	cells = probe_of("s.t");
	cr_assert(sql_session_script(t.session, held, 10000, &rows, &t.err));
	cr_expect_eq(json_integer_value(json_object_get(json_array_get(rows, 0), "n")), 0,
		     "what was held is held no more");
	json_decref(rows);
	json_decref(cells);
}
