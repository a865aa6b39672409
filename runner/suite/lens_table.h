/* lens_table.h - what a lens says of one table: whose its rows are, and who may do what with them
 *in SQL. Compared with what `matrix` measures.
 *
 *	pms_shopping_list_items:
 *	  tenant: yacht_id                 # column with the yacht
 *	  owner: created_by                # column with the user
 *	  state: status                    # column whose transitions the lens gives
 *	  allow: { select: [everyone], update: [crew, hod] }
 *	  others: { update: [hod] }        # where it is somebody else's row of the same yacht
 *	  roleless: [select]               # what personas without a role may do
 *	  personal: true                   # rows of other tenants are one's own too, with one's
 *name on guarded_columns: approval: { columns: [approved_by, approved_at], update: [hod] }
 *
 * `allow` speaks of the columns that no group guards, and of all rows of the tenant where `others`
 * does not say otherwise. Nobody may ever touch another tenant's rows: that is not said here.
 */
#ifndef SUITE_LENS_TABLE_H
#define SUITE_LENS_TABLE_H

#include <jansson.h>
#include <stdbool.h>

#include "suite/roster.h"

struct lens_group {
	const char *name;
	const char *const *columns;
	size_t column_count;
};

struct lens_rule {
	const char *command; /* select, insert, update or delete */
	const char *group;   /* of columns; NULL: those that no group guards */
	bool others;         /* of rows that are somebody else's, in the same tenant */
	const char *const *roles;
	size_t role_count;
};

struct lens_table {
	const char *name;
	const char *tenant, *owner, *state; /* columns; NULL: none */
	bool personal;                      /* an owner's rows are his in every tenant */
	const json_t *allow; /* {command: [roles, groups or everyone]}; NULL: not stated */
	const struct lens_group *groups;
	size_t group_count;
	const struct lens_rule *rules;
	size_t rule_count;
	const char *const *roleless; /* commands */
	size_t roleless_count;
};

/* Read the member `name` of a lens's `tables`. */
void lens_table_read(const struct roster *roster, const struct node *node, const char *name,
		     struct lens_table *table);

/* What holds for `command` on the columns of `group` (NULL: the unguarded ones), for rows that are
 * somebody else's or not. NULL: the lens does not say. */
const struct lens_rule *lens_table_rule(const struct lens_table *table, const char *command,
					const char *group, bool others);

/* Whether `role` is among the rule's; NULL is a persona without one, and is in no rule. */
bool lens_rule_allows(const struct lens_rule *rule, const char *role);

/* Whether a persona without a role may do it on rows of its own. */
bool lens_table_roleless(const struct lens_table *table, const char *command);

#endif
