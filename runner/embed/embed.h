/* embed.h - the throw-away PostgreSQL and the reference target, as child processes.
 *
 * One start is a directory with a database, and one target or more that use it.
 * Starts do not know of each other. Everything is removed by embed_stop, and
 * also when this process ends in any other way. Secrets are new in every start;
 * they are in the targets' environment and nowhere else.
 *
 * To be called before the loop runs or between its turns: embed_start and embed_scenario
 * wait, up to their deadline, for a tenth of a second as a rule.
 */
#ifndef EMBED_EMBED_H
#define EMBED_EMBED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"

#define EMBED_DEADLINE_MS 30000

struct embed_options {
	/* Each goes to the target, and fixtures/db/faults/NAME.sql, when there is
	 * one, is applied to the database. */
	const char *const *faults;
	size_t fault_count;
	/* "NAME=VALUE" into the target's environment, "NAME" alone out of it; they win over what
	 * is there by default, such as SHOPPING_LIST_LENS_V1_ENABLED=true. */
	const char *const *flags;
	size_t flag_count;
	int port;        /* of the target; 0: any free one */
	int log_fd;      /* where target and server write their logs; -1: a file, which is
			  * quoted in error messages and removed with the rest */
	int deadline_ms; /* for embed_start, and for each embed_scenario; 0: EMBED_DEADLINE_MS */
};

/* A secret of this start, under the name fixtures/environments/embedded.yaml knows it by. */
struct embed_secret {
	const char *name, *value;
};

struct embed;

/* Start all of it. NULL with ERROR_ENVIRONMENT, or ERROR_USAGE for a fault or flag that cannot
 * be one, and everything already started is removed. The options are copied. */
struct embed *embed_start(const struct embed_options *options, struct error *err) MUST_USE;

/* Nobody asks it anything any more: it begins to end, while the caller has other things to do.
 * What is borrowed stays until embed_stop. NULL does nothing. */
void embed_dismiss(struct embed *embed);
/* Remove all of it. NULL does nothing. */
void embed_stop(struct embed *embed);

/* What follows is borrowed until embed_stop. */

/* "http://127.0.0.1:PORT" */
const char *embed_base_url(const struct embed *embed);
/* libpq connection string, as superuser. */
const char *embed_database(const struct embed *embed);
/* What the target says it is: 40 hexadecimal digits, the same for the same program. */
const char *embed_commit(const struct embed *embed);
/* The directory that holds it all. */
const char *embed_directory(const struct embed *embed);
/* The HS256 key, the password of every persona, the key of the password grant. */
const char *embed_jwt_secret(const struct embed *embed);
const char *embed_password(const struct embed *embed);
const char *embed_apikey(const struct embed *embed);
/* All of them as a table of *count rows. */
const struct embed_secret *embed_secrets(const struct embed *embed, size_t *count);

/* Another target on the same database, with the faults of the first and these flags on
 * top of the first's; with `database_down` its database cannot be reached. Asking
 * for the same again gives the one that runs. *base_url is borrowed. */
bool embed_scenario(struct embed *embed, const char *const *flags, size_t flag_count,
		    bool database_down, const char **base_url, struct error *err) MUST_USE;

/* True while target and database run; false, with which of them ended and its last words,
 * when one ended without being asked to. */
bool embed_running(struct embed *embed, struct error *err);

/* Take the database away under the running targets, for good. */
void embed_stop_database(struct embed *embed);

/* What `lensgate-target --list-faults` prints: name, layer and sentence, with tabs. */
bool embed_list_faults(FILE *out, struct error *err) MUST_USE;

#endif
