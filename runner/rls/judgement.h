/* judgement.h - what is wrong with a matrix, in sentences.
 *
 * Without being told anything: nothing of another tenant may be reached by anybody, nothing at all
 * by whoever has no claims or is anonymous, rows of no tenant may not be written, claims that a
 * user writes himself change nothing, and nobody may TRUNCATE. A policy that raises is broken. With
 * a lens, also: what it says of each table is what was measured.
 */
#ifndef RLS_JUDGEMENT_H
#define RLS_JUDGEMENT_H

#include "rls/matrix.h"

enum judgement_kind {
	JUDGED_OPEN,    /* something got through that must not */
	JUDGED_LOST,    /* something that the lens allows does not get through */
	JUDGED_BROKEN,  /* the policy raises */
	JUDGED_UNKNOWN, /* could not be judged */
	JUDGED_KINDS
};

struct judgement {
	enum judgement_kind kind;
	const struct matrix_cell *cell; /* NULL: the relation as a whole */
	const struct matrix_relation *relation;
	const char *cell_name; /* "crew x own candidate x UPDATE approval columns" */
	const char *sentence;  /* "allowed, and the lens allows it to hod only" */
};

struct judgements {
	struct arena arena;
	struct judgement *items; /* open ones first, then by relation, actor, command */
	size_t count;
	size_t counts[JUDGED_KINDS];
};

/* Judge every cell. `public_tables` may be read by anybody (NULL: none are). The matrix is
 * borrowed. */
void judgements_make(struct judgements *judgements, const struct matrix *matrix,
		     const char *const *public_tables, size_t public_count);
void judgements_release(struct judgements *judgements);

/* The same thing, found for two actors: who reads wants it once. */
bool judgement_is_twin(const struct judgement *a, const struct judgement *b);
/* No twin stands before it. */
bool judgements_first(const struct judgements *judgements, size_t index);

/* "OPEN", "LOST", "BROKEN", "UNKNOWN". */
const char *judgement_word(enum judgement_kind kind);

/* The name of a cell: actor x rows x command and columns, in `arena`. */
const char *judgement_cell_name(struct arena *arena, const struct matrix *matrix,
				const struct matrix_cell *cell);

#endif
