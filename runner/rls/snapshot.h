/* snapshot.h - a matrix as text that people review in a pull request, and what changed since.
 *
 * One line per relation, actor and command (with its group of columns), so that a line of a diff
 *says by itself what it is about; sorted, and nothing in it depends on time, ids, or the order
 *things were measured in.
 *
 *	public.pms_parts  crew  SELECT own=A other=.
 *	public.pms_parts  crew  INSERT own=D other=D
 */
#ifndef RLS_SNAPSHOT_H
#define RLS_SNAPSHOT_H

#include "base/buf.h"
#include "rls/matrix.h"

enum change_kind {
	CHANGE_OPENED,  /* something gets through that did not */
	CHANGE_LOST,    /* something no longer gets through */
	CHANGE_UNKNOWN, /* what was known is unknown or raises */
	CHANGE_NEW,     /* a cell that was not there */
	CHANGE_GONE,    /* a cell that is no longer there */
	CHANGE_OTHER,   /* refused in another way */
	CHANGE_KINDS
};

struct change {
	enum change_kind kind;
	const char *relation, *actor, *cell; /* "UPDATE+approval mine" */
	char before, after;                  /* ' ': not there */
};

struct changes {
	struct arena arena;
	struct change *items; /* by kind, then in the snapshot's order */
	size_t count;
	size_t counts[CHANGE_KINDS];
};

/* Append the text. */
void snapshot_text(const struct matrix *matrix, struct buf *out);

/* What differs between two such texts. False with ERROR_SUITE (file, line) when `before` is none.
 */
bool snapshot_compare(const char *path, const char *before, const char *after,
		      struct changes *changes, struct error *err) MUST_USE;
void changes_release(struct changes *changes);

/* "opened", "lost", ... and what it means. */
const char *change_word(enum change_kind kind);
const char *change_meaning(enum change_kind kind);

#endif
