/* member.h - typed reads of the members of one object of a run record, by a table.
 *
 * A member that is absent leaves what is read into as it was; one of another type makes the line
 * malformed: `bad` then holds its key. Nothing is copied: texts are decoded in the line, and live
 * as long as it does.
 */
#ifndef RUN_MEMBER_H
#define RUN_MEMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "run/scan.h"

enum member_kind {
	MEMBER_TEXT,  /* const char * */
	MEMBER_BYTES, /* the same, and its length as a size_t at len_offset */
	MEMBER_INT,
	MEMBER_LONG,
	MEMBER_INT64,
	MEMBER_SIZE,
	MEMBER_BOOL,
	MEMBER_OTHER /* what `read` makes of it */
};

struct members {
	struct scan scan;
	struct arena *arena; /* for what `read` makes */
	const char *bad;     /* key of the first member that is malformed; NULL: none */
	bool brief;          /* for those who `read`: skip what is long */
};

struct member {
	const char *key;
	enum member_kind kind;
	size_t offset; /* in what is read into */
	size_t len_offset;
	/* Reads or skips one value into `into`, the whole that is read; false: another type. */
	bool (*read)(struct members *members, void *into);
};

/* Read the object that comes next. Rows are found soonest in the order in which the members were
 * written. False when something else than an object comes next: it is skipped. */
bool members_read(struct members *members, const struct member *rows, size_t count, void *into);

#endif
