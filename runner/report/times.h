/* times.h - how long the replies and statements of a run took. */
#ifndef REPORT_TIMES_H
#define REPORT_TIMES_H

#include "report/latency.h"
#include "run/run.h"

struct times {
	struct latency http; /* whole replies, without the wait for a slot of ours */
	struct latency sql;
};

/* Look at every exchange of every case. */
bool times_measure(struct times *times, const struct run *run, struct error *err) MUST_USE;

#endif
