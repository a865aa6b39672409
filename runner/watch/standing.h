/* standing.h - how a lens stands now, in a few sentences: done, next, risks.
 *
 * Made once of a chronicle; the same judgement and the same sentences are then written as Markdown,
 * as JSON and for a terminal.
 */
#ifndef WATCH_STANDING_H
#define WATCH_STANDING_H

#include "base/buf.h"
#include "watch/chronicle.h"

enum standing_verdict {
	STANDING_GOOD, /* rounds come, the last was healthy, no warning and no critical alert fires
			*/
	STANDING_BAD,  /* one of these does not hold */
	STANDING_UNKNOWN /* there is no round at all */
};

struct standing_list {
	const char **items;
	size_t count;
};

struct standing {
	struct arena arena;
	const struct chronicle *chronicle; /* borrowed */
	enum standing_verdict verdict;
	const char *headline;                   /* one sentence */
	struct standing_list done, next, risks; /* sentences; none of the lists is empty */
};

/* Judge; freed by standing_release(). `chronicle` has to live as long. */
void standing_make(struct standing *standing, const struct chronicle *chronicle);
void standing_release(struct standing *standing);

const char *standing_verdict_name(enum standing_verdict verdict); /* "good", ... */

/* Verdict and headline, on one line. */
void standing_headline(const struct standing *standing, bool color, struct buf *out);
/* The whole of it, appended to `out`. */
void standing_markdown(const struct standing *standing, struct buf *out);
void standing_json(const struct standing *standing, struct buf *out);
void standing_terminal(const struct standing *standing, bool color, struct buf *out);

#endif
