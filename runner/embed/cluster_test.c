#include "embed/cluster.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/tree.h"

static char home[] = "/tmp/lensgate-cluster-XXXXXX";
static struct site site;

static void
put(const char *name, const char *text)
{
	struct error err = { 0 };
	const char *path = arena_printf(&site.arena, "%s/%s", home, name);

	cr_assert(file_replace(path, text, strlen(text), &err), "%s", err.message);
}

static void
open_site(void)
{
	struct error err = { 0 };

	cr_assert(site_open(&site, -1, clock_now_us() + 50000000, &err), "%s", err.message);
}

static void
enter(void)
{
	cr_assert_not_null(mkdtemp(home));
	cr_assert_eq(setenv("XDG_CACHE_HOME", home, 1), 0);
	open_site();
	put("fixtures/db/1.sql", "create table t (n int); insert into t values (1);\n");
	(void)alarm(100); /* no test may hang */
}

static void
leave(void)
{
	site_close(&site);
	cr_expect(tree_remove(home));
}

TestSuite(cluster, .init = enter, .fini = leave);

static const char *
answer(const struct cluster *cluster, const char *sql)
{
	PGconn *connection = PQconnectdb(cluster_conninfo(cluster, &site, "postgres"));
	PGresult *result = PQexec(connection, sql);
	const char *text = arena_printf(&site.arena, "%s",
					PQntuples(result) == 1 ? PQgetvalue(result, 0, 0)
							       : PQerrorMessage(connection));

	PQclear(result);
	PQfinish(connection);
	return text;
}

Test(cluster, the_second_start_is_warm_until_the_SQL_changes)
{
	struct cluster cluster;
	struct error err = { 0 };

	cr_assert(cluster_start(&cluster, &site, home, &err), "%s", err.message);
	cr_expect_not(cluster.warm);
	cr_expect_str_eq(answer(&cluster, "delete from t returning n"), "1");
	cluster_stop(&cluster);
	site_close(&site);

	open_site();
	cr_assert(cluster_start(&cluster, &site, home, &err), "%s", err.message);
	cr_expect(cluster.warm);
	cr_expect_str_eq(answer(&cluster, "select n from t"), "1");
	cluster_stop(&cluster);
	site_close(&site);

	open_site();
	put("fixtures/db/2.sql", "update t set n = 2;\n");
	cr_assert(cluster_start(&cluster, &site, home, &err), "%s", err.message);
	cr_expect_not(cluster.warm);
	cr_expect_str_eq(answer(&cluster, "select n from t"), "2");
	cluster_stop(&cluster);
}

Test(cluster, it_listens_on_its_socket_only_and_another_database_can_be_made_of_it)
{
	struct cluster cluster;
	struct error err = { 0 };

	cr_assert(cluster_start(&cluster, &site, home, &err), "%s", err.message);
	cr_expect_str_eq(answer(&cluster, "show listen_addresses"), "");
	cr_expect_str_eq(answer(&cluster, "select count(*) from pg_database"), "1");
	put("copy.sql", "create database another template lens;\n");
	cr_assert(
		cluster_load(&cluster, &site, arena_printf(&site.arena, "%s/copy.sql", home), &err),
		"%s", err.message);
	cr_expect_str_eq(answer(&cluster, "select count(*) from pg_database"), "2");
	cluster_stop(&cluster);
}

Test(cluster, without_SQL_nothing_starts)
{
	struct cluster cluster;
	struct error err = { 0 };

	cr_expect_not(cluster_start(&cluster, &site, "/nonexistent", &err));
	cr_expect_str_eq(err.message, "there is no SQL in /nonexistent/fixtures/db");
}
