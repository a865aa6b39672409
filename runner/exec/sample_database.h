/* sample_database.h - for tests: a real server with the tables of fixtures/db, and one privileged
 * session on it. Stopped by sample_database_stop(), also when it did not start whole. */
#ifndef EXEC_SAMPLE_DATABASE_H
#define EXEC_SAMPLE_DATABASE_H

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/home.h"
#include "embed/cluster.h"
#include "embed/site.h"
#include "exec/sql_session.h"

struct sample_database {
	struct arena arena;
	struct site site;
	struct cluster cluster;
	struct loop *loop;
	struct sql_session *session;
};

static inline void
sample_database_start(struct sample_database *t)
{
	struct home_places places = home_places(&t->arena);
	const char *slash = strrchr(places.executable, '/');
	struct error err = { 0 };

	/* Initdb once for all tests of this program. */
	(void)setenv("XDG_CACHE_HOME",
		     arena_printf(&t->arena, "%.*s/cache", (int)(slash - places.executable),
				  places.executable),
		     1);
	(void)alarm(120); /* no test may hang */
	const char *home = home_find(&t->arena, &err);
	cr_assert(home && site_open(&t->site, -1, clock_now_us() + 60000000, &err) &&
			  cluster_start(&t->cluster, &t->site, home, &err),
		  "%s", err.message);
	t->loop = loop_new();
	const struct sql_options options = { .conninfo = cluster_conninfo(&t->cluster, &t->site,
									  "postgres") };
	t->session = sql_session_open(t->loop, &options, &err);
	cr_assert(t->session, "%s", err.message);
}

static inline void
sample_database_stop(struct sample_database *t)
{
	sql_session_close(t->session);
	loop_free(t->loop);
	cluster_stop(&t->cluster);
	site_close(&t->site);
	arena_release(&t->arena);
}

#endif
