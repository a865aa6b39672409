/* verify_off.h - the endpoints of a lens asked whether they are off (watch/switched_off.h): a run
 * with a record, made from a suite that is made from the lens. */
#ifndef CLI_VERIFY_OFF_H
#define CLI_VERIFY_OFF_H

#include <limits.h>

#include "cli/stage.h"
#include "exec/loop.h"
#include "watch/switched_off.h"

struct verify_off {
	struct switched_off off;
	char record[PATH_MAX + 16]; /* of the run; "" when there is none */
};

/* Ask every endpoint of the lens called `lens` in the stage's environment, whatever it expects of
 * flags and commit. The suite is written below --out, and the run beside it. False with mistakes in
 * stage->errors when nothing could be asked at all. */
bool verify_off(struct stage *stage, const char *lens, const char *const *argv, struct loop *loop,
		struct verify_off *out) MUST_USE;
void verify_off_release(struct verify_off *verified);

#endif
