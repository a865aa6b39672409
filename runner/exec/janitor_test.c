#include "exec/janitor.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/home.h"
#include "embed/cluster.h"
#include "embed/site.h"
#include "exec/sql_session.h"

/* A real server with two tables, one of which refers to the other. */
static struct {
	struct arena arena;
	struct site site;
	struct cluster cluster;
	struct loop *loop;
	struct sql_session *session;
	struct sql *sql;
	struct janitor *janitor;
	json_t *rows;
} t;

static void
script(const char *text)
{
	struct error err = { 0 };

	json_decref(t.rows);
	cr_assert(sql_session_script(t.session, text, 10000, &t.rows, &err), "%s", err.message);
}

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
	const struct sql_options options = { .conninfo = cluster_conninfo(&t.cluster, &t.site,
									  "postgres") };
	t.loop = loop_new();
	t.sql = sql_new(t.loop, &options);
	t.janitor = janitor_new();
	t.session = sql_session_open(t.loop, &options, &err);
	cr_assert(t.session, "%s", err.message);
	script("create table item (id text primary key, parent text references item);"
	       "create table kept (id text primary key);"
	       "create table part (of text references kept);"
	       "insert into item values ('a', null), ('b', 'a'), ('c', 'b'), ('other', null);"
	       "insert into kept values ('k'); insert into part values ('k')");
}

static void
stop(void)
{
	janitor_free(t.janitor);
	json_decref(t.rows);
	sql_session_close(t.session);
	sql_free(t.sql);
	loop_free(t.loop);
	cluster_stop(&t.cluster);
	site_close(&t.site);
	arena_release(&t.arena);
}

TestSuite(janitor, .init = start, .fini = stop);

static void
done(void *arg)
{
	loop_stop(arg);
}

static void
sweep(struct sql *sql)
{
	struct error err = { 0 };

	janitor_run(t.janitor, sql, done, t.loop);
	if (sql)
		cr_assert(loop_run(t.loop, &err), "%s", err.message);
}

static void
created(const char *table, const char *id)
{
	janitor_register(t.janitor, table, json_pack("{s:s}", "id", id));
}

static const char *
leftover(size_t index)
{
	const char *text = json_string_value(json_array_get(janitor_leftovers(t.janitor), index));

	return text ? text : "";
}

Test(janitor, rows_go_in_whatever_order_lets_them_and_nothing_else_goes)
{
	/* As if created first to last was the wrong way round. */
	created("item", "c");
	created("item", "b");
	created("item", "a");
	sweep(t.sql);
	cr_expect_eq(janitor_registered(t.janitor), 3);
	cr_expect_eq(janitor_removed(t.janitor), 3);
	cr_expect_eq(json_array_size(janitor_leftovers(t.janitor)), 0);
	script("select id from item");
	cr_assert_eq(json_array_size(t.rows), 1);
	cr_expect_str_eq(json_string_value(json_object_get(json_array_get(t.rows, 0), "id")),
			 "other");
}

Test(janitor, what_others_still_refer_to_stays_and_is_named_with_the_reason)
{
	created("item", "a");
	created("kept", "k");
	created("item", "b");
	created("item", "c");
	created("item", "never was");
	sweep(t.sql);
	cr_expect_eq(janitor_removed(t.janitor), 4, "a row that is gone is as good as removed");
	cr_assert_eq(json_array_size(janitor_leftovers(t.janitor)), 1);
	cr_expect(strstr(leftover(0), "kept {\"id\":\"k\"}: "), "%s", leftover(0));
	cr_expect(strstr(leftover(0), "violates foreign key constraint"), "%s", leftover(0));
	script("select id from item");
	cr_expect_eq(json_array_size(t.rows), 1);
}

Test(janitor, a_table_that_is_not_there_does_not_keep_the_rest_from_going)
{
	created("item", "c");
	created("no_such_table", "x");
	sweep(t.sql);
	cr_expect_eq(janitor_removed(t.janitor), 1);
	cr_expect(strstr(leftover(0), "no_such_table"), "%s", leftover(0));
	script("select id from item where id = 'c'");
	cr_expect_eq(json_array_size(t.rows), 0);
}

Test(janitor, a_value_is_never_part_of_the_statement)
{
	created("item", "x' or true --");
	sweep(t.sql);
	script("select id from item");
	cr_expect_eq(json_array_size(t.rows), 4);
}

Test(janitor, without_a_database_everything_stays_and_is_listed)
{
	created("item", "a");
	created("item", "b");
	sweep(NULL);
	cr_expect_eq(janitor_removed(t.janitor), 0);
	cr_expect_str_eq(leftover(1), "item {\"id\":\"b\"}: the environment names no database to "
				      "remove it with");
	script("select id from item");
	cr_expect_eq(json_array_size(t.rows), 4);
}
