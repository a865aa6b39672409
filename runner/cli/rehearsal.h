/* rehearsal.h - one run of some suites to its first red: is something noticed? */
#ifndef CLI_REHEARSAL_H
#define CLI_REHEARSAL_H

#include "cli/performance.h"

enum notice {
	NOTICE_GREEN,   /* every case passed or was skipped */
	NOTICE_RED,     /* `who` noticed */
	NOTICE_UNJUDGED /* no verdict: `how` says why */
};

/* What came of it; texts are its own. */
struct rehearsal {
	enum notice notice;
	char who[300];  /* "suite/case", or "preflight" */
	char how[500];  /* what it said */
	size_t planned; /* cases */
	int signal_number;
};

/* Run the plan of `options` until a case is red. A case that got no answer is no red: who cannot
 * ask has noticed nothing. `fail_fast` and the callbacks of `options` are set here. False with err
 * when the run could not be made at all. */
bool rehearsal_run(struct rehearsal *rehearsal, struct performance_options *options,
		   struct error *err) MUST_USE;

#endif
