/* trial.h - a real database with the health tables, for one test. */
#ifndef WATCH_TRIAL_H
#define WATCH_TRIAL_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/home.h"
#include "embed/cluster.h"
#include "embed/site.h"
#include "exec/sql_session.h"
#include "watch/migration.h"

#define TRIAL_YACHT "85fe1119-b04c-41ac-80f1-829d23322598"

struct trial {
	struct arena arena;
	struct site site;
	struct cluster cluster;
	const char *conninfo;
	struct loop *loop;
	struct sql_session *session;
	struct error err;
	char folder[32]; /* of the test's own */
};

static inline void
trial_start(struct trial *t)
{
	struct home_places places = home_places(&t->arena);
	const char *slash = strrchr(places.executable, '/');

	/* Initdb once for all tests of this program. */
	(void)setenv("XDG_CACHE_HOME",
		     arena_printf(&t->arena, "%.*s/cache", (int)(slash - places.executable),
				  places.executable),
		     1);
	(void)alarm(120); /* no test may hang */
	(void)snprintf(t->folder, sizeof(t->folder), "/tmp/trial-XXXXXX");
	cr_assert_not_null(mkdtemp(t->folder));
	const char *home = home_find(&t->arena, &t->err);
	cr_assert(home && site_open(&t->site, -1, clock_now_us() + 60000000, &t->err) &&
			  cluster_start(&t->cluster, &t->site, home, &t->err),
		  "%s", t->err.message);
	t->conninfo = cluster_conninfo(&t->cluster, &t->site, "postgres");
	t->loop = loop_new();
	t->session = sql_session_open(t->loop, &(struct sql_options){ .conninfo = t->conninfo },
				      &t->err);
	/* What the embedded database begins with is not this test's. */
	cr_assert(t->session && migration_apply(t->session, NULL, &t->err) &&
			  sql_session_script(t->session,
					     "truncate public.pms_health_checks cascade", 10000,
					     NULL, &t->err),
		  "%s", t->err.message);
}

static inline void
trial_stop(struct trial *t)
{
	sql_session_close(t->session);
	loop_free(t->loop);
	cluster_stop(&t->cluster);
	site_close(&t->site);
	arena_release(&t->arena);
}

/* The first column, called n, of the only row of `sql`: a count. */
static inline long
trial_count(struct trial *t, const char *sql)
{
	json_t *rows = NULL;

	cr_assert(sql_session_script(t->session, sql, 10000, &rows, &t->err), "%s: %s", sql,
		  t->err.message);
	long n = (long)json_integer_value(json_object_get(json_array_get(rows, 0), "n"));
	json_decref(rows);
	return n;
}

#endif
