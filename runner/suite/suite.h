/* suite.h - what to try: cases made of steps, plain data, const once loaded.
 *
 * Includes, matrices and generated cases are already expanded: what is here is what will
 * be planned, in file order. Persona, action and capture names have been checked.
 *
 * A suite mutates when a case it runs, a fixture or a clean-up has
 *   - an action that is MUTATE or SIGNED, or
 *   - an HTTP step with POST, PUT, PATCH or DELETE; not to /auth/, /v1/bootstrap,
 *     /v1/actions/suggestions or /v1/actions/NAME/preview, which write nothing.
 * What the step expects does not matter: a refused write succeeds on a broken target. Statements of
 * a persona are rolled back and never count.
 * Everything lives in the suite's arena or is borrowed from its document.
 */
#ifndef SUITE_SUITE_H
#define SUITE_SUITE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "document/document.h"
#include "suite/environment.h"
#include "suite/lens.h"
#include "suite/lens_cache.h"
#include "suite/outcome.h"
#include "suite/template.h"

enum step_kind { STEP_ACTION, STEP_HTTP, STEP_SQL, STEP_WAIT, STEP_KINDS };

#define EXPECT_ALTERNATIVES 4

/* One expectation. Alternatives are of one kind (all successes or all refusals), and have a reason.
 */
struct expectation {
	int status[EXPECT_ALTERNATIVES];
	size_t status_count; /* 0: not an HTTP expectation */
	const char *error[EXPECT_ALTERNATIVES];
	size_t error_count;
	struct outcome_pattern outcome[EXPECT_ALTERNATIVES];
	size_t outcome_count;
	const char *because; /* of the alternatives; NULL when there is one */
	struct template body;
	struct template headers; /* {name: pattern} */
	struct template rows;    /* pattern for the number of rows */
	struct template values;  /* pattern for the array of row objects */
	int64_t within_ms;       /* 0: no limit */
};

enum capture_source { CAPTURE_BODY, CAPTURE_HEADER, CAPTURE_ROWS };

struct capture {
	const char *name;
	enum capture_source source;
	const char *at;   /* JSON Pointer, or the header's name */
	const char *type; /* of $type; NULL: any but null */
	bool secret;      /* the value is masked wherever it comes up from then on */
	struct place place;
};

/* Rows that must be the same before and after the step. */
struct guard {
	const char *table;
	struct template where; /* {column: value} */
	struct template row;   /* of `stored`: pattern each such row must match; value NULL: none */
	bool empty;            /* there is none, before and after */
	struct place place;
};

enum body_kind { BODY_NONE, BODY_JSON, BODY_FORM, BODY_MULTIPART, BODY_TEXT, BODY_REPEAT };

/* One request, sent several times at once. */
struct together {
	int64_t times;
	int64_t succeed;              /* so many replies have to be as `expect` says */
	struct expectation otherwise; /* and the others so */
};

/* One request, sent many times. */
struct load {
	int64_t at_once;  /* in flight at any moment; 0: the open model */
	int64_t requests; /* in all */
	int64_t per_second, for_ms;
	int64_t warm_up;          /* of these, the first so many are not measured */
	struct template measured; /* a pattern for what was; NULL: every reply fits `expect` */
};

struct step {
	enum step_kind kind;
	const char *title; /* NULL: made from what it does */
	const char
		*as; /* persona; "witness" for SQL as connected, read only; NULL: none (no token) */
	const struct persona *persona; /* NULL for witness and none */
	struct place place;
	/* STEP_ACTION */
	const struct action *action;
	struct template payload;           /* NULL: {} */
	struct template context;           /* NULL: {yacht_id: the environment's} */
	const struct signature *signature; /* made and put into the payload; NULL: none */
	/* STEP_HTTP; headers and query for actions too */
	const char *method;
	struct template path; /* a text that begins with '/' */
	struct template query, headers;
	enum body_kind body_kind;
	struct template body; /* BODY_REPEAT: {text, times} */
	/* STEP_SQL */
	const char *sql;
	struct template params;    /* array */
	const char *target;        /* the table or function the statement is about; NULL: unclear */
	const struct guard *blind; /* the one row it is pointed at by a cursor; NULL: none */
	const struct guard
		*stored; /* what the witness finds before the rollback; NULL: not asked */
	const struct guard *commit; /* the one row it may leave behind; NULL: it is rolled back */
	/* STEP_WAIT */
	int64_t wait_ms;

	struct expectation expect;
	const struct together *together; /* NULL: it is not sent several times at once */
	const struct load *load;         /* NULL: it is not sent many times */
	const struct capture *captures;
	size_t capture_count;
	const struct guard *unchanged;
	size_t unchanged_count;
	const char *control;  /* id of the case that must pass for this refusal to count; NULL */
	bool control_implied; /* nobody named it: it reaches the same table in SQL */
	const char *unproved; /* why a refusal has neither control nor unchanged; NULL */
	int64_t timeout_ms;   /* 0: the command line's */
	int64_t eventually_within_ms; /* 0: once */
	int64_t eventually_every_ms;
	bool refusal; /* it expects to be refused: 4xx/503, denied or filtered */
};

struct step_list {
	const struct step *items;
	size_t count;
};

/* A named list of steps made once and shared: `once`, `setup`. */
struct fixture {
	const char *id; /* "setup" or the name under `once` */
	struct step_list steps, cleanup;
	const char *const *needs; /* other fixtures */
	size_t need_count;
	struct place place;
};

struct suite_case {
	const char *id; /* unique in the suite: letters, digits, . _ - */
	const char *title;
	const char *group;        /* "list", "execute", "rls" of a generated matrix; NULL */
	const char *as;           /* default persona of its steps, NULL */
	const char *const *needs; /* ids of cases or `once` names of this suite */
	size_t need_count;
	const char *const *tags; /* the suite's and its own */
	size_t tag_count;
	struct step_list steps, cleanup;
	const char *skip;    /* reason; NULL: run it */
	const json_t *flags; /* scenario: {NAME: true|false|null}; NULL: as the environment is */
	const char *outage;  /* scenario: "database"; NULL */
	const json_t
		*covers; /* {action, role, layer} of a generated case, for the role matrix; NULL */
	int64_t timeout_ms; /* of the whole case, 0: none */
	struct place place;
};

struct suite {
	struct arena arena;
	struct document **documents; /* the suite's file first, then what it includes */
	size_t document_count;
	const char *name; /* shopping_list.rls */
	const char *title;
	const char *evidence;    /* path of its evidence document in a hand-over folder, NULL */
	const struct lens *lens; /* borrowed; NULL: none */
	const json_t *vars;      /* an object; NULL */
	bool serial;             /* one case at a time, in file order */
	bool mutates; /* some step may write: the environment lists its yacht in `mutations` */
	const struct fixture *fixtures; /* `setup` first if there is one, then `once` */
	size_t fixture_count;
	bool has_setup;
	struct step_list cleanup; /* after all cases, always */
	const struct suite_case *cases;
	size_t case_count;
	const struct persona
		*derived; /* personas the lens or the suite derives from the environment's */
	size_t derived_count;
	json_t *expanded; /* array that owns what includes, matrices and generators made */
};

/* Load `path` and expand it. `lenses` finds the lens a suite names: lens.yaml beside it, or below
 * `root`. `environment` supplies the personas; never NULL. All mistakes of the file and what it
 * includes go to `errors`; NULL if there were any. `root`: the directory includes must stay below.
 * The suite borrows its lens from `lenses` and its personas from `environment`. */
struct suite *suite_load(const char *path, const char *root, struct lens_cache *lenses,
			 const struct environment *environment, struct errors *errors) MUST_USE;
void suite_free(struct suite *suite);

/* The persona `name`, the environment's or a derived one; NULL when there is none. */
const struct persona *suite_persona(const struct suite *suite,
				    const struct environment *environment, const char *name);

const char *step_kind_name(enum step_kind kind);

#endif
