/* rehearsal.h - one run of some suites to its first red: is something noticed? */
#ifndef CLI_REHEARSAL_H
#define CLI_REHEARSAL_H

#include "cli/performance.h"
#include "rls/proving.h"

/* What came of it; texts are its own. */
struct rehearsal {
	struct answer answer;
	int signal_number; /* 0: none came */
};

/* Run the plan of `options` until a case is red. A case that got no answer is no red: who cannot
 * ask has noticed nothing. `fail_fast` and the callbacks of `options` are set here. False with err
 * when the run could not be made at all. */
bool rehearsal_run(struct rehearsal *rehearsal, struct performance_options *options,
		   struct error *err) MUST_USE;

#endif
