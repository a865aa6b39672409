/* difference.h - where two JSON values differ, member by member: the least that shows it.
 *
 * A row that had to stay as it was is recorded as two objects. Who reads wants to know which of
 * their members differ: `/0/status: "candidate" -> "approved"`.
 */
#ifndef REPORT_DIFFERENCE_H
#define REPORT_DIFFERENCE_H

#include "base/arena.h"
#include "base/buf.h"
#include "check/finding.h"

struct difference {
	const char *pointer;           /* of the finding, and on from there */
	const char *expected, *actual; /* JSON text, cut when long; "absent" */
	const char *kinds;             /* "a string, not a number"; NULL: the same, or plain */
};

struct differences {
	struct arena arena;
	struct difference *items;
	size_t count, room;
	size_t left_out; /* more than are shown */
	bool changed;    /* expected is what was before, actual what is now */
};

/* Take a finding apart. Nothing when it has not two objects or two arrays, or expects a pattern;
 * then its texts are the least there is. Released by the caller in either case. */
void differences_init(struct differences *differences, const struct finding *finding);
void differences_release(struct differences *differences);

/* A line each, indented by three, with what stands for the arrow: "->" when something changed,
 * "expected 1, actual 2" otherwise. */
void differences_text(const struct differences *differences, struct buf *out);

#endif
