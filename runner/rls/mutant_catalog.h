/* mutant_catalog.h - what mutants are made of, read from a database as one JSON document.
 *
 *   { tables:    [{ id, name, everywhere, readers: [id], view, rls, force, invoker,
 *                   columns: [name] }],
 *     grants:    [{ table, role, privileges: [name] }],  what owners have is left out
 *     policies:  [{ table, id, name, command, permissive, roles, using, check }],
 *     triggers:  [{ table, id, name, enable }],
 *     functions: [{ id, plain, name, definition, source, language, returns, rows, definer,
 *                   owner, arguments: [type], helper, guards: [name] }],
 *                helper: a policy or trigger calls it, of the tables that it guards
 *     roles:     [id],  those that BYPASSRLS could be given to
 *     tenant:    name or null,  of the likely tenant column
 *     anonymous: id or null }
 *
 * Every `id`, `plain`, `table`, `role`, `roles`, `owner` is quoted, to be put into SQL as it is;
 * `name` is as stored. Everything is sorted.
 */
#ifndef RLS_MUTANT_CATALOG_H
#define RLS_MUTANT_CATALOG_H

#include "rls/mutant.h"

/* NULL with ERROR_ENVIRONMENT when it cannot be read. The caller's. Names in it are qualified,
 * whatever the search_path of who uses them. */
json_t *mutant_catalog_read(struct sql_session *session, const struct mutant_scope *scope,
			    int64_t timeout_ms, struct error *err) MUST_USE;

#endif
