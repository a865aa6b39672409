/* site.h - the temporary directory of one start, and the process that removes it.
 *
 * The keeper, a forked child of ours, makes the directory, and removes it when
 * we let go of it, on purpose or by dying in any way (SIGKILL too). It knows by
 * two pipes: the leash, whose write end only we hold, and the life line, which
 * every child started here holds as well: their end is awaited before anything
 * is removed. It is a session of its own and ignores the signals that end us.
 */
#ifndef EMBED_SITE_H
#define EMBED_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "embed/child.h"

/* Who writes where: what the database says must not hide what the target says. */
enum site_log {
	LOG_DATABASE, /* "database.log" */
	LOG_TARGET,   /* "target.log", all targets */
	SITE_LOGS
};

struct site {
	struct arena arena;     /* texts that live as long as the site */
	const char *directory;  /* absolute, short, of letters, digits and "/._-" only */
	struct child_user user; /* who PostgreSQL must be run as */
	int life;               /* to be given to every child */
	int leash;
	pid_t keeper;
	int logs[SITE_LOGS]; /* where children write what they have to say */
	bool own_logs;       /* they are files in the directory */
	int64_t deadline_us; /* for everything that start does */
};

/* Make it. `log_fd` is where logs go, -1: to files in the directory.
 * The caller has nothing to release after a failure (ERROR_ENVIRONMENT). */
bool site_open(struct site *site, int log_fd, int64_t deadline_us, struct error *err) MUST_USE;

/* Let go, and do not wait: the directory is removed once the children have ended. Texts live on. */
void site_leave(struct site *site);

/* Let go: returns when the directory is removed. Children still alive are waited
 * for, but not for ever. Does nothing to a zeroed site. */
void site_close(struct site *site);

/* "DIRECTORY/name", for one line of code. */
const char *site_path(struct site *site, const char *name);

/* The last words in a log, on one line, for an error message; "" when the log is not ours. */
const char *site_last_words(struct site *site, enum site_log log);

/* What a child of this site is started with: as the user we are, killed with us, its
 * output in the database's log. The caller changes what is different. */
struct child_spec site_child(const struct site *site, const struct words *argv,
			     const struct words *env);

/* The environment every child begins with: nothing of the user's that could
 * change what a program does, only what it needs to be found and loaded. */
struct words site_environment(struct site *site);

#endif
