/* audit.h - what the catalog says about row-level security: findings, made by reading only.
 *
 * One transaction, READ ONLY, with an empty search_path; no privilege beyond connecting is needed,
 * for the catalogs are everybody's to read. Sees what no statement of a persona can show:
 * back doors for one user, functions with arguments, what the next table will be granted, missing
 * indexes, flaws of the server. Does not see rows: who can really do what is the matrix's.
 */
#ifndef RLS_AUDIT_H
#define RLS_AUDIT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "exec/sql_session.h"
#include "rls/audit_check.h"

/* A list of names; what is not given (count 0) is found out. */
struct audit_names {
	const char *const *items;
	size_t count;
};

struct audit_options {
	struct audit_names
		schemas; /* default: those client roles may use, but the platform's own */
	struct audit_names
		roles;      /* client roles; default: anon and authenticated, else who has grants */
	const char *tenant; /* tenant column; NULL: the likely name that most tables have */
	int server_version; /* judge as if it were this one (150018); 0: the server's */
	int64_t timeout_ms; /* of each statement; 0: 30000 */
};

struct audit_finding {
	const struct audit_check *check;
	const char *kind;   /* "table", "policy", "function", ... */
	const char *object; /* "public.items.items_select" */
	const char *detail; /* a sentence about this object */
	const char *fix;    /* SQL, or a sentence where no statement can be written down */
	const char *reason; /* why it is accepted (audit_baseline.h); NULL: it is not */
	const char *until;  /* date of that acceptance; NULL: none */
};

struct audit {
	struct arena arena; /* holds every text here */
	const char *version, *database;
	struct audit_names schemas, roles;
	const char *tenant; /* NULL: no column is known: checks about tenants found nothing */
	bool tenant_guessed;
	long tables, tenant_tables, views, policies, functions;
	/* Errors first; then in the order of the checks, of objects, of details. */
	struct audit_finding *findings;
	size_t finding_count;
};

/* Look, in the transaction that sql_session_look() has begun, and end it. The caller releases
 * `audit` in either case. ERROR_USAGE when a schema or role that was named is not there, or there
 * is nothing to look at; ERROR_ENVIRONMENT when the server will not answer. */
bool audit_run(struct sql_session *session, const struct audit_options *options,
	       struct audit *audit, struct error *err) MUST_USE;
void audit_release(struct audit *audit);

/* How many findings of this severity are not accepted. */
size_t audit_count(const struct audit *audit, enum audit_severity severity);
/* How many are accepted. */
size_t audit_accepted(const struct audit *audit);

#endif
