/* mutant_catalog.h - what mutants are made of, read from a database as one JSON document.
 *
 *   { tables:    [{ id, name, readers: [id], owned_readers: [id], view, rls, force, invoker,
 *                   columns: [name] }],
 *                view: or a materialized one
 *     grants:    [{ table, role, privileges: [name] }],  what owners have is left out
 *     column_grants: [{ table, role, privilege, columns: [id] }],  to single columns
 *     sequences: [{ id, relation, readers: [id], grants: [{ role, privileges: [name] }] }],
 *                relation: name of the table that it numbers, or null
 *     policies:  [{ table, id, name, command, permissive, roles, using, check }],
 *     triggers:  [{ table, id, name, enable }],
 *     functions: [{ id, plain, name, definition, source, language, returns, rows, definer,
 *                   owner, arguments: [type], helper, guards: [name], readers: [id], open }],
 *                helper: a policy or trigger calls it, of the tables that it guards;
 *                open: whoever has no login may call it
 *     roles:     [id],  those that BYPASSRLS could be given to
 *     memberships: [{ role, of }],  one of these, and a role with more rights that it is not in
 *     tenant:    name or null,  of the likely tenant column
 *     anonymous: id or null }
 *
 * `readers` are the relations (a function that returns rows is one, too) whose rows, or what may be
 * done to them, can depend on a table, a sequence or a function: by policies, triggers, views,
 * defaults, checks, cascades, and by functions that name it in their bodies. `owned_readers` reach
 * it by what runs as its owner. Too many of them cost time; one too few would call a mistake
 * equivalent that is none.
 *
 * Every `id`, `plain`, `table`, `role`, `roles`, `owner`, `of` is quoted, to be put into SQL as it
 * is; `name` is as stored. Everything is sorted.
 */
#ifndef RLS_MUTANT_CATALOG_H
#define RLS_MUTANT_CATALOG_H

#include "rls/mutant.h"

/* NULL with ERROR_ENVIRONMENT when it cannot be read. The caller's. Names in it are qualified,
 * whatever the search_path of who uses them. */
json_t *mutant_catalog_read(struct sql_session *session, const struct mutant_scope *scope,
			    int64_t timeout_ms, struct error *err) MUST_USE;

#endif
