#include "rls/copy.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/home.h"
#include "embed/cluster.h"
#include "embed/site.h"

#define TIMEOUT_MS 20000

static struct {
	struct arena arena;
	struct site site;
	struct cluster cluster;
	struct loop *loop;
	struct copy *copy;
	struct error err;
} t;

static void
start(void)
{
	struct home_places places = home_places(&t.arena);
	const char *slash = strrchr(places.executable, '/');

	/* Initdb once for all tests of this program. */
	(void)setenv("XDG_CACHE_HOME",
		     arena_printf(&t.arena, "%.*s/cache", (int)(slash - places.executable),
				  places.executable),
		     1);
	(void)alarm(120); /* no test may hang */
	const char *home = home_find(&t.arena, &t.err);
	cr_assert(home, "%s", t.err.message);
	cr_assert(site_open(&t.site, -1, clock_now_us() + 60000000, &t.err), "%s", t.err.message);
	cr_assert(cluster_start(&t.cluster, &t.site, home, &t.err), "%s", t.err.message);
	t.loop = loop_new();
}

static void
stop(void)
{
	copy_close(t.copy);
	loop_free(t.loop);
	cluster_stop(&t.cluster);
	site_close(&t.site);
	arena_release(&t.arena);
}

TestSuite(copy, .init = start, .fini = stop);

static void
open_copy(bool renew)
{
	t.copy =
		copy_open(t.loop, cluster_conninfo(&t.cluster, &t.site, "postgres"), renew, &t.err);
	cr_assert(t.copy, "%s", t.err.message);
}

static json_int_t
count_yachts(void)
{
	json_t *rows = NULL;

	cr_assert(sql_session_ask(copy_session(t.copy),
				  "select count(*) as count from public.yacht_registry", NULL, 0,
				  TIMEOUT_MS, &rows, &t.err),
		  "%s", t.err.message);
	json_int_t count = json_integer_value(json_object_get(json_array_get(rows, 0), "count"));
	json_decref(rows);
	return count;
}

static const struct mutant harmless = { .apply = "select 1", .undo = "select 2" };
/* As if the mutant had let somebody write. */
static const struct mutant writing = {
	.apply = "insert into public.yacht_registry (id, name) values (gen_random_uuid(), 'More')",
	.undo = "select 1",
};

static void
try(const struct mutant *mutant)
{
	bool refused;

	cr_assert(copy_apply(t.copy, mutant, &refused, &t.err), "%s", t.err.message);
	cr_assert(copy_undo(t.copy, mutant, &t.err), "%s", t.err.message);
}

Test(copy, what_a_mutant_let_others_write_is_gone_for_the_next_one)
{
	open_copy(true);
	json_int_t before = count_yachts();
	try(&writing);
	try(&harmless);
	cr_expect_eq(count_yachts(), before);
}

/* As a mutant whose undoing writes back what it changed. */
static const struct mutant tidy = {
	.apply = "update public.yacht_registry set name = name || '!'",
	.undo = "update public.yacht_registry set name = left(name, -1)",
};

static json_int_t
count_sessions(void)
{
	json_t *rows = NULL;

	cr_assert(sql_session_ask(copy_session(t.copy),
				  "select count(*) as count from pg_stat_activity "
				  "where datname = current_database()",
				  NULL, 0, TIMEOUT_MS, &rows, &t.err));
	json_int_t count = json_integer_value(json_object_get(json_array_get(rows, 0), "count"));
	json_decref(rows);
	return count;
}

Test(copy, who_is_connected_stays_so_while_the_rows_are_what_they_were)
{
	struct sql_options options = { .conninfo =
					       cluster_conninfo(&t.cluster, &t.site, "postgres") };

	open_copy(true);
	struct sql_session *other = sql_session_open(t.loop, &options, &t.err);
	cr_assert(other, "%s", t.err.message);
	try(&tidy);
	try(&harmless);
	cr_expect_eq(count_sessions(), 2);
	try(&writing);
	try(&harmless);
	cr_expect_eq(count_sessions(), 1);
	sql_session_close(other);
}

Test(copy, a_database_that_is_not_ours_to_drop_is_not_dropped)
{
	open_copy(false);
	json_int_t before = count_yachts();
	try(&writing);
	try(&harmless);
	cr_expect_eq(count_yachts(), before + 1);
}

Test(copy, a_mutant_the_server_refuses_does_no_harm)
{
	static const struct mutant broken = { .apply = "drop policy nothing on nowhere" };
	bool refused = false;

	open_copy(true);
	cr_expect_not(copy_apply(t.copy, &broken, &refused, &t.err));
	cr_expect(refused);
	t.err = (struct error){ 0 };
	try(&harmless);
	cr_expect_gt(count_yachts(), 0);
}

static bool
is_untouched(const json_t *tables, const char *name)
{
	size_t i;
	json_t *table;

	json_array_foreach(tables, i, table)
	{
		if (strcmp(json_string_value(table), name) == 0)
			return true;
	}
	return false;
}

Test(copy, a_table_that_another_session_read_is_not_untouched)
{
	struct sql_options options = { .conninfo =
					       cluster_conninfo(&t.cluster, &t.site, "postgres") };
	json_t *tables = NULL;

	open_copy(true);
	cr_assert(copy_watch(t.copy, &t.err), "%s", t.err.message);
	struct sql_session *other = sql_session_open(t.loop, &options, &t.err);
	cr_assert(other, "%s", t.err.message);
	cr_assert(sql_session_script(other, "select * from public.pms_parts", TIMEOUT_MS, NULL,
				     &t.err));
	cr_assert(copy_untouched(t.copy, &tables, &t.err), "%s", t.err.message);
	cr_expect(is_untouched(tables, "public.pms_health_checks"));
	cr_expect_not(is_untouched(tables, "public.pms_parts"));
	json_decref(tables);
	sql_session_close(other);
}

Test(copy, a_twin_is_another_copy_and_what_happens_in_one_is_not_in_the_other)
{
	struct sql_session *twin = NULL, *again = NULL;
	json_t *rows = NULL;

	open_copy(true);
	json_int_t before = count_yachts();
	cr_assert(copy_twin(t.copy, &twin, &t.err), "%s", t.err.message);
	cr_assert(twin);
	try(&writing);
	cr_assert(sql_session_ask(twin, "select count(*) as count from public.yacht_registry", NULL,
				  0, TIMEOUT_MS, &rows, &t.err),
		  "%s", t.err.message);
	cr_expect_eq(json_integer_value(json_object_get(json_array_get(rows, 0), "count")), before);
	json_decref(rows);
	/* The other copy can be made anew beside it. */
	try(&harmless);
	cr_expect_eq(count_yachts(), before);
	cr_assert(copy_twin(t.copy, &again, &t.err));
	cr_expect_eq(again, twin);
}

Test(copy, a_database_that_is_not_ours_has_no_twin)
{
	struct sql_session *twin = NULL;

	open_copy(false);
	cr_assert(copy_twin(t.copy, &twin, &t.err), "%s", t.err.message);
	cr_expect_null(twin);
}
