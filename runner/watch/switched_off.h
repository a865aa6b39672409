/* switched_off.h - is a lens really off? Every endpoint of it, asked as a suite would.
 *
 * After a roll-back each of them has to answer 503 FEATURE_DISABLED: the list, the suggestions, and
 * of every action the form, the preview and the execution. What is sent holds no payload, so that
 * even a lens that is still on writes nothing.
 */
#ifndef WATCH_SWITCHED_OFF_H
#define WATCH_SWITCHED_OFF_H

#include <jansson.h>

#include "base/buf.h"
#include "run/run.h"
#include "suite/lens.h"

/* A suite with a case for each endpoint of `lens`, as somebody could have written it. A new
 * reference. */
json_t *switched_off_suite(const struct lens *lens);

/* What came of asking. */
struct switched_off {
	json_t *endpoints; /* [{case, id, answer, state: "off", "on" or "unknown"}] */
	long off, on, unknown;
	char problem[512]; /* why nothing could be asked; "" */
};

/* Zeroed before; freed by switched_off_release(). */
void switched_off_case(struct switched_off *off, const struct planned_case *planned,
		       const struct run_case *run_case);
void switched_off_release(struct switched_off *off);

/* Every endpoint was asked, and is off. */
bool switched_off_proved(const struct switched_off *off);

/* "all 17 endpoints answer 503 FEATURE_DISABLED", or what does not. */
void switched_off_sentence(const struct switched_off *off, struct buf *out);

#endif
