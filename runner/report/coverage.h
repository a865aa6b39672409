/* coverage.h - which actions, roles, layers and tables of the lenses the cases of a run touched. */
#ifndef REPORT_COVERAGE_H
#define REPORT_COVERAGE_H

#include "run/run.h"

enum layer { LAYER_LIST, LAYER_EXECUTE, LAYER_RLS, LAYERS };

const char *layer_name(enum layer layer); /* "list", "execute", "rls" */

/* One action for one role at one layer. */
struct cell {
	bool applies; /* false: the lens declares nothing to try, as no SQL statement */
	bool allowed; /* what the lens declares */
	long cases;
	long judged;        /* of these, PASS or FAIL */
	enum verdict worst; /* FAIL, ERROR, PASS, SKIP, in this order; NONE without cases */
	const char *actual; /* of the worst; NULL: unknown */
};

struct touched {
	const char *name;
	bool seen;
};

struct lens_coverage {
	const char *name;
	size_t action_count, role_count, table_count, error_count;
	const char **actions, **roles;
	struct touched *tables; /* seen in a statement */
	struct touched *errors; /* seen in what a judged case got */
	long transitions;       /* declared */
	struct cell *cells;
};

struct coverage {
	struct arena arena;
	struct lens_coverage *lenses;
	size_t lens_count;
};

/* What the lenses of `run` declare, none of it touched; then each case that was run. */
void coverage_declare(struct coverage *coverage, const struct run *run);
/* The same for several runs: a lens they share counts once. */
void coverage_declare_all(struct coverage *coverage, const struct run *const *runs, size_t count);
void coverage_case(struct coverage *coverage, const struct planned_case *planned,
		   const struct run_case *run_case);

/* Both for every case of `run`. */
bool coverage_init(struct coverage *coverage, const struct run *run, struct error *err) MUST_USE;
void coverage_release(struct coverage *coverage);

struct cell *coverage_cell(const struct lens_coverage *lens, size_t action, size_t role,
			   enum layer layer);

#endif
