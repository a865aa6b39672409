/* sql_roles.h - what a connection knows about database roles: who may become whom as in production,
 * and the settings a role brings along. Internal to sql. */
#ifndef EXEC_SQL_ROLES_H
#define EXEC_SQL_ROLES_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

/* Two statements of a connection's set-up. Neither takes parameters.
 *
 * SETTINGS is for the whole session. request.jwt.claims is '' after any transaction that set it, so
 * it is '' from the start: what comes first must not make a difference.
 *
 * ROLES gives one row per role worth knowing: its name, whether `authenticator` exists, is a member
 * of it, and may be assumed by us; names and values of the settings that ALTER ROLE gave it, as two
 * arrays in text. SET ROLE does not apply those, PostgREST does; time-outs and settings that not
 * everybody may set are left out, as are those that would change our framing. */
extern const char sql_session_settings[];
extern const char sql_role_facts[];

struct sql_role {
	char *name;
	bool by_authenticator;
	char *setting_names, *setting_values; /* NULL: none */
};

struct sql_roles {
	struct sql_role *items;
	size_t count;
};

/* Take in the rows of sql_role_facts. */
void sql_roles_read(struct sql_roles *roles, const PGresult *result);
void sql_roles_release(struct sql_roles *roles);

/* NULL: nothing is known of it. */
const struct sql_role *sql_roles_find(const struct sql_roles *roles, const char *name);

#endif
