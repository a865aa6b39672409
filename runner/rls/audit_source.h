/* audit_source.h - where in a folder of SQL files an object of the database is made.
 *
 * Code scanning shows a finding at a line of a file; the catalog does not know one. So the files
 * are searched for the statement that makes (or last replaces) the object: `create policy x`,
 * `create table x`, `create view x`... A text search: what is put together at run time is not
 * found.
 */
#ifndef RLS_AUDIT_SOURCE_H
#define RLS_AUDIT_SOURCE_H

#include <stdbool.h>

#include "base/error.h"
#include "rls/audit.h"

struct audit_sources;

struct audit_spot {
	const char *path; /* begins with the folder as it was given; borrowed */
	long line;        /* 1-based */
};

/* Read every .sql file of `folder` and of its folders, in the order of their names, at most 16 MiB.
 * NULL with ERROR_USAGE when it cannot be read. */
struct audit_sources *audit_sources_load(const char *folder, struct error *err) MUST_USE;
/* NULL does nothing. */
void audit_sources_free(struct audit_sources *sources);

/* The last place that makes the object of `finding`; false when there is none, or no sources. */
bool audit_sources_find(const struct audit_sources *sources, const struct audit_finding *finding,
			struct audit_spot *spot);

#endif
