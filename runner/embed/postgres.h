/* postgres.h - the PostgreSQL programs of this machine. */
#ifndef EMBED_POSTGRES_H
#define EMBED_POSTGRES_H

#include <stdbool.h>

#include "base/error.h"
#include "embed/site.h"

/* Views that run as their caller (security_invoker) came with this one. */
#define POSTGRES_OLDEST 15

struct postgres {
	const char *bindir;  /* holds postgres, initdb and psql */
	const char *version; /* "15.18" */
};

/* Find them: $PG_BINDIR, and nothing else when it is set; else what `pg_config
 * --bindir` says, the highest /usr/lib/postgresql/N/bin, and the directories of PATH, the
 * first that is complete and at least POSTGRES_OLDEST. Texts live as long as
 * the site. ERROR_ENVIRONMENT says where we looked and what was too old. */
bool postgres_find(struct postgres *postgres, struct site *site, struct error *err) MUST_USE;

/* The major version in the answer of `postgres --version`, and the start of the
 * number in *number; 0 when it is none. */
int postgres_version(const char *answer, const char **number);

#endif
