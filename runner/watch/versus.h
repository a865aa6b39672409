/* versus.h - two versions of the target, compared by the rounds in which each was asked.
 *
 *   roll back     surely worse than the baseline by more than is allowed
 *   hold          surely worse, perhaps by more than is allowed
 *   promote       surely not worse by more than is allowed
 *   inconclusive  too few rounds to tell
 *
 * "Surely" is the interval of significance.h: all of it, or its lower end. Latency is compared by
 * what a reply took on average in a round, over the checks that both versions were asked: rounds do
 * not depend on each other, the checks of one round do. Errors are compared by checks.
 */
#ifndef WATCH_VERSUS_H
#define WATCH_VERSUS_H

#include <jansson.h>

#include "base/buf.h"
#include "watch/canary.h"

struct versus_side {
	const char *version; /* a commit or version, or how it begins; as asked, borrowed */
	json_t *rounds;      /* rows of pms_health_checks that say the target was this one */
	long checks, wrong;
};

struct versus {
	struct versus_side baseline, candidate;
};

/* Both versions are borrowed. Freed by versus_release(). */
void versus_init(struct versus *versus, const char *baseline, const char *candidate);
void versus_release(struct versus *versus);

/* Add a row of pms_health_checks to the side whose version it was; any other is left out. */
void versus_add(struct versus *versus, const json_t *row);

/* What the difference makes of the candidate. `text` gets Markdown: a plain sentence for each
 * comparison and a table with the numbers behind it. */
enum canary_verdict versus_judge(const struct versus *versus, const struct canary_difference *limit,
				 struct buf *text);

#endif
