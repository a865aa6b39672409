#include "rls/measuring.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/home.h"
#include "embed/cluster.h"
#include "embed/site.h"

#define PROBERS 2

/* A real server with five tables, and two probers on connections of their own. */
static struct {
	struct arena arena;
	struct site site;
	struct cluster cluster;
	struct loop *loop;
	struct sql_session *sessions[PROBERS];
	struct prober *probers[PROBERS];
	struct prober_options options;
	struct actors actors;
	json_t *relations;
	const char *order; /* what was handed over, "0.0 0.1 1.0" */
	const char *found; /* "s.a SELECT own=A" and so on, of the first actor */
	struct error err;
} t;

static const char schema[] =
	"create schema s; grant usage on schema s to authenticated;"
	"do $$ declare name text; begin foreach name in array array['a', 'b', 'c', 'd', 'e'] loop"
	" execute format('create table s.%1$I (id int primary key, tenant_id text not null, v "
	"text);"
	"  insert into s.%1$I values (1, ''t1'', ''a''), (2, ''t2'', ''b'');"
	"  alter table s.%1$I enable row level security;"
	"  grant select, insert, update, delete on s.%1$I to authenticated;"
	"  create policy p on s.%1$I using (tenant_id = nullif("
	"   current_setting(''request.jwt.claims'', true), '''')::jsonb ->> ''tenant_id'')', name);"
	" end loop; end $$";

/* An UPDATE of s.a takes its time, and has all rows of s.b meanwhile; s.b is slow to read, so that
 * whoever tries it meets those locks. */
static const char in_the_way[] =
	"create function s.hold() returns trigger language plpgsql security definer as $$ begin"
	" perform from s.b for update; perform pg_sleep(1.5); return new; end $$;"
	"create trigger hold before update on s.a for each row execute function s.hold();"
	"create policy slow on s.b as restrictive for select using (pg_sleep(0.2) is not null)";

static void
open_probers(const char *more)
{
	static const char *const schemas[] = { "s" };
	const struct sql_options connect = { .conninfo = cluster_conninfo(&t.cluster, &t.site,
									  "postgres") };

	t.options = (struct prober_options){ .schemas = schemas,
					     .schema_count = 1,
					     .tenant_column = "tenant_id",
					     .timeout_ms = 30000 };
	t.loop = loop_new();
	for (size_t i = 0; i < PROBERS; i++) {
		t.sessions[i] = sql_session_open(t.loop, &connect, &t.err);
		cr_assert(t.sessions[i], "%s", t.err.message);
		for (size_t k = 0; i == 0 && k < 2; k++)
			cr_assert(sql_session_script(t.sessions[i], k == 0 ? schema : more, 30000,
						     NULL, &t.err),
				  "%s", t.err.message);
		cr_assert(sql_session_script(t.sessions[i], "begin; set local lock_timeout = 100",
					     10000, NULL, &t.err));
		t.probers[i] = prober_open(t.sessions[i], &t.actors, &t.options, &t.err);
		cr_assert(t.probers[i], "%s", t.err.message);
	}
	t.relations = prober_relations(t.probers[0], &t.err);
	cr_assert_eq(json_array_size(t.relations), 5);
}

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
	actors_add(&t.actors, &(struct actor){ .name = "ada",
					       .database_role = "authenticated",
					       .claims = "{\"tenant_id\":\"t1\"}",
					       .tenant = "t1" });
	t.order = t.found = "";
}

static void
stop(void)
{
	json_decref(t.relations);
	for (size_t i = 0; i < PROBERS; i++) {
		prober_close(t.probers[i]);
		sql_session_close(t.sessions[i]);
	}
	loop_free(t.loop);
	actors_release(&t.actors);
	cluster_stop(&t.cluster);
	site_close(&t.site);
	arena_release(&t.arena);
}

TestSuite(measuring, .init = start, .fini = stop);

static void
keep(void *arg, const json_t *cells, size_t relation, size_t actor)
{
	(void)arg;
	t.order = arena_printf(&t.arena, "%s%s%zu.%zu", t.order, *t.order ? " " : "", relation,
			       actor);
	for (size_t i = 0; actor == 0 && i < json_array_size(cells); i++) {
		const json_t *cell = json_array_get(cells, i);

		t.found = arena_printf(&t.arena, "%s[%s %s %s=%s]", t.found,
				       json_string_value(json_object_get(
					       json_array_get(t.relations, relation), "name")),
				       json_string_value(json_object_get(cell, "command")),
				       json_string_value(json_object_get(cell, "class")),
				       json_string_value(json_object_get(cell, "letter")));
	}
}

static void
measure(size_t probers)
{
	const struct measuring measuring = { t.probers, probers, t.relations, &t.actors,
					     keep,      NULL,    NULL };

	t.order = t.found = "";
	cr_assert(measuring_run(&measuring, &t.err), "%s", t.err.message);
}

Test(measuring, what_one_connection_has_locked_is_told_by_the_other_once_it_is_free)
{
	static const char *const told[] = { "[s.a UPDATE own=A]", "[s.b UPDATE own=A]",
					    "[s.b UPDATE other=.]", "[s.b DELETE own=A]",
					    "[s.e UPDATE own=A]" };

	open_probers(in_the_way);
	measure(PROBERS);
	for (size_t i = 0; i < COUNTOF(told); i++)
		cr_expect(strstr(t.found, told[i]), "%s is not in %s", told[i], t.found);
}

Test(measuring, cells_come_in_order_and_are_the_same_whoever_found_them)
{
	const char *expected = "";

	open_probers("select 1");
	for (size_t r = 0; r < json_array_size(t.relations); r++)
		for (size_t a = 0; a < t.actors.count; a++)
			expected = arena_printf(&t.arena, "%s%s%zu.%zu", expected,
						*expected ? " " : "", r, a);
	measure(PROBERS);
	const char *by_both = t.found;
	cr_expect_str_eq(t.order, expected);
	measure(1);
	cr_expect_str_eq(t.order, expected);
	cr_expect_str_eq(by_both, t.found);
}

Test(measuring, a_connection_that_is_gone_ends_it_with_a_sentence)
{
	json_t *pids = NULL;

	open_probers("select 1");
	cr_assert(sql_session_script(t.sessions[1], "select pg_backend_pid()::text as pid", 10000,
				     &pids, &t.err));
	const char *pid = json_string_value(json_object_get(json_array_get(pids, 0), "pid"));
	cr_assert(sql_session_ask(t.sessions[0], "select pg_terminate_backend($1::int)", &pid, 1,
				  10000, NULL, &t.err));
	const struct measuring measuring = { t.probers, PROBERS, t.relations, &t.actors,
					     keep,      NULL,    NULL };
	cr_expect_not(measuring_run(&measuring, &t.err));
	cr_expect_eq(t.err.code, ERROR_ENVIRONMENT);
	cr_expect_gt(strlen(t.err.message), 0);
	json_decref(pids);
}
