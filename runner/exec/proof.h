/* proof.h - the witness's questions: which rows are there, and are they what was promised or
 * protected.
 *
 * Rows are read whole (`to_jsonb`), so that a column nobody thought of is compared too.
 */
#ifndef EXEC_PROOF_H
#define EXEC_PROOF_H

#include <jansson.h>

#include "base/arena.h"
#include "check/finding.h"
#include "suite/lens.h"

/* Rows read for one question; more are counted, and are a finding. */
#define PROOF_MAX_ROWS 200

struct proof_query {
	const char *text;
	const char **params;
	size_t param_count;
	const char *params_json;
};

/* "select to_jsonb(t) as row from T t where ...": columns compared as text, null with IS NULL.
 * `where` is filled already. Texts live in `arena`. */
void proof_select(const char *table, const json_t *where, struct arena *arena,
		  struct proof_query *query);
/* "select from T t where ...", for a cursor that a statement is pointed at. */
void proof_cursor(const char *table, const json_t *where, struct arena *arena,
		  struct proof_query *query);
/* "delete from T t where ...", for the janitor. */
void proof_delete(const char *table, const json_t *where, struct arena *arena,
		  struct proof_query *query);

/* Two questions around a statement that is committed and may leave one row of `table`, the one
 * `where` names: the first fails unless that row is there (`ours`) or is not (otherwise), the
 * second when any other row of the table is not as it was. For one transaction with one snapshot.
 */
void proof_leash(const char *table, const json_t *where, bool ours, struct arena *arena,
		 struct proof_query queries[2]);

/* The rows themselves, from the values of a proof_select reply: a new array. */
json_t *proof_rows(const json_t *values);

/* Add a finding for what differs between the rows before and after. */
void proof_compare(const char *table, const json_t *before, const json_t *after,
		   struct findings *findings);

/* Check the rows a success wrote: their number, and each against the filled pattern (NULL: none).
 */
void proof_promise(const struct promise *promise, const json_t *row_pattern, const json_t *rows,
		   struct findings *findings);

#endif
