#include "embed/cluster.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/tree.h"
#include "embed/cache.h"

#define DATABASE   "lens"
#define SUPERUSER  "postgres"
#define SQL_MAX    ((size_t)16 * 1024 * 1024)
#define FAST_MS    10000 /* limit for a stop that loses nothing */
#define GRACE_MS   6000  /* a server told to go at once kills its children after 5 s */
#define READY_LINE 8     /* of postmaster.pid. Source: miscadmin.h, LOCK_FILE_LINE_PM_STATUS */

static const char *const initdb_options[] = {
	"--no-sync",    "--no-locale",       "--encoding=UTF8", "--username=postgres",
	"--auth=trust", "--no-instructions", "--wal-segsize=1",
};

/* As arguments, so that no file that is kept needs an edit. The memory for
 * parallel workers lives in files of the directory, not in /dev/shm, where it
 * could outlive a killed server. */
static const char *const settings[] = {
	"listen_addresses=",
	"fsync=off",
	"synchronous_commit=off",
	"full_page_writes=off",
	"wal_level=minimal",
	"max_wal_senders=0",
	"autovacuum=off",
	"shared_buffers=16MB",
	"max_connections=60",
	"min_wal_size=2MB",
	"max_wal_size=32MB",
	"lc_messages=C",
	"logging_collector=off",
	"log_timezone=UTC",
	"timezone=UTC",
	"jit=off",
	"dynamic_shared_memory_type=mmap",
	"restart_after_crash=off",
	/* Statements are refused by the hundred here, and those who sent them report it. */
	"log_min_messages=log",
	"log_min_error_statement=panic",
	"max_logical_replication_workers=0",
	"unix_socket_permissions=0700",
};

/* Everything one start needs to know, so that functions take one thing. */
struct start {
	struct cluster *cluster;
	struct site *site;
	struct words sql; /* paths, in order */
	struct words env;
	struct cache cache;
};

/* ---- which SQL, and what is kept for it ---- */

static int
by_name(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static bool
list_sql(struct words *sql, struct arena *arena, const char *home, struct error *err)
{
	DIR *folder = opendir(arena_printf(arena, "%s/fixtures/db", home));
	const struct dirent *entry;

	while (folder && (entry = readdir(folder)) != NULL) {
		const char *end = strrchr(entry->d_name, '.');
		if (end && strcmp(end, ".sql") == 0 && entry->d_name[0] != '.')
			words_add(sql, arena, "%s/fixtures/db/%s", home, entry->d_name);
	}
	if (folder)
		(void)closedir(folder);
	if (sql->count == 0)
		return error_set(err, ERROR_ENVIRONMENT, "there is no SQL in %s/fixtures/db", home);
	qsort(sql->items, sql->count, sizeof(*sql->items), by_name);
	return true;
}

static bool
add_sql(struct buf *text, const char *path, struct error *err)
{
	size_t len = 0;
	char *sql = file_read(path, SQL_MAX, &len, err);

	if (!sql)
		return false;
	buf_printf(text, "\n%s %zu\n", strrchr(path, '/'), len);
	buf_add(text, sql, len);
	free(sql);
	return true;
}

/* What was kept is as good as new when nothing differs that went into it. */
static bool
find_cached(struct start *start, struct error *err)
{
	char hex[DIGEST_HEX_BYTES];
	const char *version = start->cluster->postgres.version;
	struct buf text;
	bool ok = true;

	buf_init(&text, 4 * SQL_MAX);
	buf_printf(&text, "%s", version);
	for (size_t i = 0; i < COUNTOF(initdb_options); i++)
		buf_printf(&text, " %s", initdb_options[i]);
	for (size_t i = 0; i < COUNTOF(settings); i++)
		buf_printf(&text, " %s", settings[i]);
	for (size_t i = 0; ok && i < start->sql.count; i++)
		ok = add_sql(&text, start->sql.items[i], err);
	digest_hex(text.text, text.len, hex);
	start->cache = cache_find(arena_printf(&start->site->arena, "pg-%s-%.16s", version, hex),
				  start->site);
	buf_release(&text);
	return ok;
}

/* ---- programs ---- */

static void
add_program(struct words *argv, const struct cluster *cluster, struct site *site, const char *name)
{
	words_add(argv, &site->arena, "%s/%s", cluster->postgres.bindir, name);
}

/* "initdb failed" alone helps nobody: the log knows why. */
static bool
run(struct site *site, struct child_spec *spec, struct error *err)
{
	struct error why = { 0 };

	if (child_run(spec, site->deadline_us, &why))
		return true;
	return error_set(err, ERROR_ENVIRONMENT, "%s: %s", why.message,
			 site_last_words(site, LOG_DATABASE));
}

static bool
initialise(const struct start *start, struct error *err)
{
	struct site *site = start->site;
	struct words argv = { 0 };

	add_program(&argv, start->cluster, site, "initdb");
	for (size_t i = 0; i < COUNTOF(initdb_options); i++)
		words_add(&argv, &site->arena, "%s", initdb_options[i]);
	words_add(&argv, &site->arena, "--pgdata=%s", start->cluster->data);
	struct child_spec spec = site_child(site, &argv, &start->env);
	spec.user = &site->user;
	return run(site, &spec, err);
}

static void
add_psql(struct words *argv, const struct cluster *cluster, struct site *site, const char *database)
{
	add_program(argv, cluster, site, "psql");
	words_add(argv, &site->arena, "--no-psqlrc");
	words_add(argv, &site->arena, "--quiet");
	words_add(argv, &site->arena, "--output=/dev/null");
	words_add(argv, &site->arena, "--set=ON_ERROR_STOP=1");
	words_add(argv, &site->arena, "--host=%s", cluster->socket);
	words_add(argv, &site->arena, "--username=" SUPERUSER);
	words_add(argv, &site->arena, "--dbname=%s", database);
}

static bool
run_psql(struct site *site, const struct words *argv, struct error *err)
{
	struct words env = site_environment(site);

	words_set(&env, &site->arena, "PGOPTIONS=-c client_min_messages=warning");
	struct child_spec spec = site_child(site, argv, &env);
	return run(site, &spec, err);
}

/* Files cost more than anything else at a warm start, and two thirds of them belong to
 * databases nobody uses: of the three that initdb made one is renamed, the others go. Whoever
 * needs a second database makes it with TEMPLATE lens. */
static bool
load_all(const struct start *start, struct error *err)
{
	struct site *site = start->site;
	struct words argv = { 0 };

	add_psql(&argv, start->cluster, site, "template1");
	words_add(&argv, &site->arena, "--command=ALTER DATABASE postgres RENAME TO " DATABASE);
	words_add(&argv, &site->arena, "--command=\\connect " DATABASE);
	words_add(&argv, &site->arena, "--command=UPDATE pg_database SET datistemplate = false");
	words_add(&argv, &site->arena, "--command=DROP DATABASE template0");
	words_add(&argv, &site->arena, "--command=DROP DATABASE template1");
	for (size_t i = 0; i < start->sql.count; i++)
		words_add(&argv, &site->arena, "--file=%s", start->sql.items[i]);
	return run_psql(site, &argv, err);
}

/* ---- the server ---- */

static bool
is_ready(struct site *site, const char *data)
{
	struct error ignored = { 0 };
	size_t len = 0;
	char *text = file_read(arena_printf(&site->arena, "%s/postmaster.pid", data), 4096, &len,
			       &ignored);
	const char *line = text;

	for (int i = 1; line && i < READY_LINE; i++) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	bool ready = line && strncmp(line, "ready", 5) == 0;
	free(text);
	return ready;
}

/* The server writes its state to a file: two milliseconds between looks cost
 * less than the connection that would be refused while it starts. */
static bool
await_ready(struct cluster *cluster, struct site *site, struct error *err)
{
	int status;

	while (!is_ready(site, cluster->data)) {
		if (waitpid(cluster->server, &status, WNOHANG) == cluster->server) {
			cluster->server = 0;
			return error_set(err, ERROR_ENVIRONMENT, "PostgreSQL did not start: %s",
					 site_last_words(site, LOG_DATABASE));
		}
		if (child_left_ms(site->deadline_us) == 0)
			return error_set(err, ERROR_ENVIRONMENT,
					 "PostgreSQL was not ready in time: %s",
					 site_last_words(site, LOG_DATABASE));
		(void)poll(NULL, 0, 2);
	}
	return true;
}

static bool
serve(const struct start *start, struct error *err)
{
	struct cluster *cluster = start->cluster;
	struct site *site = start->site;
	struct words argv = { 0 };

	add_program(&argv, cluster, site, "postgres");
	words_add(&argv, &site->arena, "-D");
	words_add(&argv, &site->arena, "%s", cluster->data);
	for (size_t i = 0; i < COUNTOF(settings); i++) {
		words_add(&argv, &site->arena, "-c");
		words_add(&argv, &site->arena, "%s", settings[i]);
	}
	words_add(&argv, &site->arena, "-c");
	words_add(&argv, &site->arena, "unix_socket_directories=%s", cluster->socket);
	struct child_spec spec = site_child(site, &argv, &start->env);
	spec.user = &site->user;
	spec.death_signal = SIGQUIT; /* the immediate shutdown: it ends its children first */
	cluster->server = child_start(&spec, err);
	if (cluster->server && await_ready(cluster, site, err))
		return true;
	cluster_stop(cluster);
	return false;
}

/* ---- the whole ---- */

static bool
start_warm(const struct start *start)
{
	struct error unfit = { 0 };

	if (!cache_take(&start->cache, start->cluster->data, &start->site->user))
		return false;
	start->cluster->warm = serve(start, &unfit);
	if (!start->cluster->warm) {
		cache_discard(&start->cache);
		(void)tree_remove(start->cluster->data);
	}
	return start->cluster->warm;
}

/* Only a cleanly stopped server leaves a directory that the next one opens without recovery. */
static bool
keep_and_restart(const struct start *start, struct error *err)
{
	if (!start->cache.folder)
		return true;
	child_stop(&start->cluster->server, SIGINT, FAST_MS);
	cache_keep(&start->cache, start->cluster->data);
	return serve(start, err);
}

static bool
start_cold(const struct start *start, struct error *err)
{
	if (initialise(start, err) && serve(start, err) && load_all(start, err) &&
	    keep_and_restart(start, err))
		return true;
	cluster_stop(start->cluster);
	return false;
}

/* Initdb makes its directory itself only where it may write: the site's is ours. */
static bool
make_folders(const struct start *start, struct error *err)
{
	const struct child_user *user = &start->site->user;
	const char *socket = start->cluster->socket;
	const char *parent = site_path(start->site, "db");

	if (mkdir(socket, 0700) == 0 && mkdir(parent, 0700) == 0 &&
	    (!user->drop || (chown(socket, user->uid, user->gid) == 0 &&
			     chown(parent, user->uid, user->gid) == 0)))
		return true;
	return error_set(err, ERROR_ENVIRONMENT, "cannot prepare %s: %s", start->site->directory,
			 strerror(errno));
}

void
cluster_place(struct cluster *cluster, struct site *site)
{
	*cluster = (struct cluster){ .data = site_path(site, "db/data"),
				     .socket = site_path(site, "s") };
}

bool
cluster_start(struct cluster *cluster, struct site *site, const char *home, struct error *err)
{
	struct start start = { .cluster = cluster, .site = site, .env = site_environment(site) };

	cluster_place(cluster, site);
	return postgres_find(&cluster->postgres, site, err) &&
	       list_sql(&start.sql, &site->arena, home, err) && find_cached(&start, err) &&
	       make_folders(&start, err) && (start_warm(&start) || start_cold(&start, err));
}

void
cluster_dismiss(const struct cluster *cluster)
{
	if (cluster->server)
		(void)kill(cluster->server, SIGQUIT);
}

void
cluster_stop(struct cluster *cluster)
{
	child_stop(&cluster->server, SIGQUIT, GRACE_MS);
}

bool
cluster_load(const struct cluster *cluster, struct site *site, const char *path, struct error *err)
{
	struct words argv = { 0 };

	add_psql(&argv, cluster, site, DATABASE);
	words_add(&argv, &site->arena, "--file=%s", path);
	return run_psql(site, &argv, err);
}

const char *
cluster_conninfo(const struct cluster *cluster, struct site *site, const char *user)
{
	return arena_printf(&site->arena, "host=%s port=5432 dbname=" DATABASE " user=%s",
			    cluster->socket, user);
}
