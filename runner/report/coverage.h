/* coverage.h - which actions, roles, layers, tables, transitions and errors of the lenses the cases
 * of a run touched. */
#ifndef REPORT_COVERAGE_H
#define REPORT_COVERAGE_H

#include "run/run.h"

enum layer { LAYER_LIST, LAYER_EXECUTE, LAYER_RLS, LAYERS };

const char *layer_name(enum layer layer); /* "list", "execute", "rls" */

enum answer { ANSWER_UNKNOWN, ANSWER_ALLOWED, ANSWER_REFUSED };

/* One action for one role at one layer. */
struct cell {
	bool applies; /* false: the lens declares nothing to try, as no SQL statement */
	bool allowed; /* what the lens declares */
	long cases;
	long judged;        /* of these, PASS or FAIL */
	long asked;         /* by judged cases of any other kind, as this role */
	enum verdict worst; /* FAIL, ERROR, PASS, SKIP, in this order; NONE without cases */
	const char *actual; /* of the worst; NULL: unknown */
	enum answer answer; /* of the worst, when that is FAIL: what the layer did all the same */
	const char *fault;  /* of the worst, when that is FAIL: its first finding; NULL: none */
};

struct touched {
	const char *name;
	bool seen;
	bool by_persona; /* a table: by a statement that was not the witness's */
};

struct transition {
	const char *column, *from, *to;
	bool seen; /* some row went this way */
};

struct lens_coverage {
	const char *name;
	size_t action_count, role_count, table_count, error_count;
	const char **actions, **roles;
	struct touched *tables;  /* seen in a statement */
	struct touched *errors;  /* seen in what a judged case got */
	long transitions;        /* declared */
	struct transition *ways; /* these */
	const char **statements; /* by action: what tries it in SQL; NULL: unknown */
	struct cell *cells;
};

/* A persona that can stand for its role: its token is good, and its yacht the environment's. */
struct stand_in {
	const char *persona, *role;
};

struct coverage {
	struct arena arena;
	struct lens_coverage *lenses;
	size_t lens_count;
	struct stand_in *stand_ins;
	size_t stand_in_count;
};

/* What the lenses of `run` declare, none of it touched; then each case that was run. */
void coverage_declare(struct coverage *coverage, const struct run *run);
/* The same for several runs: a lens they share counts once. */
void coverage_declare_all(struct coverage *coverage, const struct run *const *runs, size_t count);
void coverage_case(struct coverage *coverage, const struct planned_case *planned,
		   const struct run_case *run_case);

/* What the case's exchanges show: which actions were asked for as which role, and which transitions
 * rows made. For coverage_case. */
void coverage_exchanges(struct coverage *coverage, struct lens_coverage *lens,
			const struct planned_case *planned, const struct run_case *run_case);

/* What the exchanges of a case that failed show its layer to have done: a reply may be late, or a
 * refusal write, and still be the answer. Unknown when the case did not come to its own action, or
 * got a 5xx. For coverage_case. */
enum answer coverage_answer(const struct lens_coverage *lens, const struct planned_case *planned,
			    const struct run_case *run_case, const struct cell *cell,
			    enum layer layer);

/* Both for every case of `run`. */
bool coverage_init(struct coverage *coverage, const struct run *run, struct error *err) MUST_USE;
void coverage_release(struct coverage *coverage);

struct cell *coverage_cell(const struct lens_coverage *lens, size_t action, size_t role,
			   enum layer layer);

#endif
