/* needles.h - many byte strings searched for at once.
 *
 * Every fourth position of the text is looked up in a bitmap of the four-byte groups that
 * stand at offsets 0 to 3 of the needles; a needle has at least eight bytes, so one of its groups
 * is always hit. Text without needles costs one look-up per four bytes, however many needles there
 * are.
 */
#ifndef RUN_NEEDLES_H
#define RUN_NEEDLES_H

#include "run/ranges.h"

#define NEEDLE_MIN 8

/* A needle cut off by the end of the text is found when this much of it is there. */
#define NEEDLE_CUT 12

struct needles;

struct needle {
	const char *shown;
	size_t len;
	/* Base64: the neighbour on this side holds some bits of the secret, and goes with it. */
	size_t before, after;
	char bytes[];
};

struct needles *needles_new(void);
void needles_free(struct needles *needles);

/* Add one, copied, `shown` borrowed; a needle that is known already is left as it is. */
void needles_add(struct needles *needles, const char *bytes, size_t len, const char *shown,
		 size_t before, size_t after);

/* Add a range for every occurrence; they may overlap. */
void needles_find(const struct needles *needles, const char *text, size_t len,
		  struct ranges *ranges);

#endif
