/* causes.h - what was wrong, most frequent first: thirteen failures are often one mistake.
 *
 * Cases are alike when their first mismatch is, whatever numbers it has; what was never asked
 * because of something else counts nowhere.
 */
#ifndef REPORT_CAUSES_H
#define REPORT_CAUSES_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "run/run.h"

#define CAUSES_SHOWN 8

struct cause {
	const char *text;  /* of the first such case: "schema at /status: is absent" */
	const char *first; /* id of that case */
	size_t count;
};

struct causes {
	struct arena arena;
	struct cause *items; /* most cases first, then by id */
	size_t count;
	size_t cases; /* of all of them */
};

/* Read every failure. Nothing when the failures are few or each has its own cause: a list of them
 * says it better. Released by the caller in either case. */
bool causes_find(struct causes *causes, const struct run *run, struct error *err) MUST_USE;
/* The same as a Markdown table; nothing when there is nothing to say. */
bool causes_markdown(const struct run *run, struct buf *out, struct error *err) MUST_USE;
void causes_release(struct causes *causes);

#endif
