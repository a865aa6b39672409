/* cluster.h - one throw-away PostgreSQL server, on a Unix socket only.
 *
 * It holds the database `lens` with every .sql file of fixtures/db loaded, in the order
 * of the names, as the superuser postgres. Nothing it stores outlives it, so nothing is
 * ever flushed. Recipe and times: design/rls.md, "Embedded PostgreSQL target".
 */
#ifndef EMBED_CLUSTER_H
#define EMBED_CLUSTER_H

#include <stdbool.h>

#include "embed/postgres.h"
#include "embed/site.h"

struct cluster {
	struct postgres postgres;
	const char *data;   /* the server's directory */
	const char *socket; /* the socket's directory */
	pid_t server;       /* 0: does not run */
	bool warm;          /* came from the cache */
};

/* Where it will be in `site`: enough for cluster_conninfo. */
void cluster_place(struct cluster *cluster, struct site *site);

/* Start it there, with the SQL of `home`. ERROR_ENVIRONMENT with the log's last
 * words when that fails; then nothing runs. */
bool cluster_start(struct cluster *cluster, struct site *site, const char *home,
		   struct error *err) MUST_USE;

/* Tell it to stop at once, as if the power failed, and do not wait. Both do nothing to a zeroed or
 * stopped one. */
void cluster_dismiss(const struct cluster *cluster);
void cluster_stop(struct cluster *cluster);

/* Run the SQL file `path` in it as superuser. */
bool cluster_load(const struct cluster *cluster, struct site *site, const char *path,
		  struct error *err) MUST_USE;

/* libpq connection string for `user`. Lives as long as the site. */
const char *cluster_conninfo(const struct cluster *cluster, struct site *site, const char *user);

#endif
