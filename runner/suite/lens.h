/* lens.h - what a feature promises: actions, who may run them, what they write, tables.
 *
 * Read from suites/LENS/lens.yaml. Role matrices, denial tests, the proof behind every success and
 * the list of what was not tested are derived from it.
 */
#ifndef SUITE_LENS_H
#define SUITE_LENS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "document/document.h"
#include "suite/lens_table.h"
#include "suite/signature.h"
#include "suite/template.h"

enum variant { VARIANT_READ, VARIANT_MUTATE, VARIANT_SIGNED };

/* Stands in a lens for what nobody has filled in yet: as `payload` or `writes`, or in a payload. */
#define LENS_FILL_IN "FILL_IN"

/* Rows a success promises: looked at by the witness after each 2xx reply to the action. */
struct promise {
	const char *table;
	struct template where; /* {column: value}: compared as text, null as IS NULL */
	struct template row;   /* pattern each such row must match; value NULL: none */
	long rows;             /* exactly so many, default 1 */
	struct place place;
};

/* A row a 2xx reply creates, expected or not: the janitor removes it at the end. */
struct creation {
	const char *table;
	struct template where; /* {column: value}, over payload.* and reply.* */
};

/* Rows that must not be there after a refusal: generated cases prove a refused create with it. */
struct absence {
	const char *table;
	struct template where; /* {column: value}, over payload.* and persona.* */
};

/* What an action needs before it can run, for generated cases. */
struct prerequisite {
	const char *name;    /* variable it fills */
	const char *made_by; /* action; NULL with `from` */
	const char *from;    /* another need, whose reply has this one too; NULL */
	const char *at;      /* JSON Pointer into that reply; default: the action's `id` */
};

/* What a SIGNED action wants signed. */
struct signed_text {
	enum signature_type type; /* how generated cases sign it */
	struct template over;     /* text over payload.*, without its signature; value NULL: none */
};

struct action {
	const char *name;
	enum variant variant;
	bool unfilled;            /* `payload` or `writes` is FILL_IN: only refusals can be tried */
	const char *const *allow; /* roles, groups resolved, in the order of the lens's roles */
	size_t allow_count;
	const char *const *required; /* required payload fields */
	size_t required_count;
	const char *id; /* JSON Pointer to the id of what it made or changed, NULL */
	const struct prerequisite *needs;
	size_t need_count;
	struct template payload; /* a payload that succeeds */
	int refusal_status;      /* default 403 */
	const char *refusal_error;
	const struct promise *writes;
	size_t write_count;
	const struct creation *creates;
	size_t create_count;
	const struct absence *absent;
	size_t absent_count;
	struct signed_text signature; /* `over` has no value: it is not signed */
	const char *sql;              /* the same write (or read) made directly; NULL: none */
	struct template sql_params;   /* array, $1... */
	const struct prerequisite *sql_needs; /* beyond `needs` */
	size_t sql_need_count;
	const char *const *refused; /* how `sql` may end for other roles: denied, filtered */
	size_t refused_count;       /* default both */
	struct place place;
};

struct role {
	const char *name;
	const char *persona; /* who stands for it: the persona of that name unless `personas` says
				otherwise */
};

struct lens {
	struct arena arena;
	struct document *document;
	const char *name, *domain;
	const char *const *flags;
	size_t flag_count;
	const struct role *roles;
	size_t role_count;
	const char *const *without_role; /* personas the target knows but gives no role */
	size_t without_role_count;
	const struct action *actions;
	size_t action_count;
	const struct lens_table *tables;
	size_t table_count;
	struct template success;   /* pattern every 2xx reply to an action matches; value NULL: none
				    */
	struct template refusal;   /* pattern every error body matches */
	const json_t *transitions; /* {column: {from: [to]}}; NULL */
	const json_t *derived;     /* further personas: {NAME: {like, token, claims}} */
	json_t *expanded;          /* array that owns the values no file holds */
};

/* Load `path`. All mistakes go to `errors`; NULL if there were any. */
struct lens *lens_load(const char *path, struct errors *errors) MUST_USE;
void lens_free(struct lens *lens);
/* NULL when there is none of that name. */
const struct action *lens_action(const struct lens *lens, const char *name);
bool action_allows(const struct action *action, const char *role);

#endif
