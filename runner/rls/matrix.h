/* matrix.h - who can do what to whose rows, as measured: cells by relation, actor, command, group
 * of columns and class of row.
 *
 * A cell's letter is what trying gave (prober.h):
 *   A allowed                 .  filtered: nothing happens, silently
 *   B only by a blind write   D  refused by WITH CHECK
 *   ~ on part of the rows     G  no grant
 *   T policy yes, trigger no  R  accepted, but stored under another tenant
 *   E the policy raises       ?  unknown, with a reason     -  impossible
 * A, B and ~ are proofs; the refusals mean that no row and no value that was tried got through.
 * Data; made by matrix_measure(), judged in judgement.h, compared in snapshot.h.
 */
#ifndef RLS_MATRIX_H
#define RLS_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "rls/prober.h"
#include "suite/lens.h"

struct matrix_cell {
	const char
		*command;  /* SELECT, INSERT, UPDATE, MOVE, DELETE, TRUNCATE, REFERENCES, TRIGGER */
	const char *group; /* of columns; NULL: those that no group guards */
	const char *class; /* own, mine, colleague, other, null, any, all; of MOVE "own>other" */
	char letter;
	long seen, of_seen;     /* rows got through, of how many tried */
	const char *state;      /* SQLSTATE; NULL */
	const char *how;        /* what it took; NULL: nothing special */
	const char *reason;     /* the server's or our sentence; NULL */
	const char *label;      /* state of the row that got through; NULL */
	size_t relation, actor; /* indices */
};

struct matrix_relation {
	const char *name; /* quoted, with its schema */
	char kind; /* r table, p partitioned, c partition, v view, m materialized, f foreign, x
		      function */
	const char *tenant;             /* column that decides the tenant; NULL: unknown */
	bool by_key;                    /* the column is a foreign key on the way to the tenant */
	const char *owner, *state;      /* columns; NULL */
	const struct lens_table *table; /* what the lens says; NULL: nothing */
	size_t first, count;            /* its cells, in the order of actors */
};

struct matrix {
	struct arena arena;
	struct actor *actors; /* copied, texts too */
	size_t actor_count;
	struct matrix_relation *relations;
	size_t relation_count;
	struct matrix_cell *cells;
	size_t cell_count;
	long tries;
	int64_t elapsed_ms;
};

struct matrix_options {
	const char *const *schemas;
	size_t schema_count;
	const char *tenant_column; /* NULL: the lens's most common one */
	const char *root;          /* NULL: found out */
	const struct lens *lens;   /* NULL: none */
	const json_t *tables;      /* hints for a schema without a lens (prober.h); NULL */
	int64_t timeout_ms;        /* of one probe; 0: 5000 */
};

/* How a prober has to look for this. *hints, the caller's, is what it borrows. */
struct prober_options matrix_probing(const struct matrix_options *options, json_t **hints);

/* Measure over these connections at once, each in a transaction that the caller has begun and will
 * roll back, all on one loop. Twins are added to `actors`; the lens is borrowed by the matrix. NULL
 * with err when nothing could be judged. */
struct matrix *matrix_measure(struct sql_session *const *sessions, size_t count,
			      struct actors *actors, const struct matrix_options *options,
			      struct error *err) MUST_USE;
void matrix_free(struct matrix *matrix);

/* Letters of which something got through: A, B, ~. */
bool matrix_is_open(char letter);

/* The cell of the same relation, command, group and class for another actor; NULL: none. */
const struct matrix_cell *matrix_cell_of(const struct matrix *matrix,
					 const struct matrix_cell *cell, size_t actor);

/* All letters, in the order they are shown. */
extern const char matrix_letters[];

/* What a letter means, in a few words. */
const char *matrix_letter_meaning(char letter);

size_t matrix_count(const struct matrix *matrix, char letter);

#endif
