/* failed.h - the cases that did not pass in an earlier run, for --last-failed and --failed-in. */
#ifndef CLI_FAILED_H
#define CLI_FAILED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "suite/suite.h"

struct failed_cases {
	struct arena arena;
	const char **items; /* "suite/id" */
	size_t count;
	const char
		*run; /* which run it was: "pre-deploy, 2026-11-23T05:36:18.058Z, 01a206e7-..." */
};

/* Read the run at `path`, or the one that DIR/last points at when that is NULL; DIR is where runs
 * are written. ERROR_USAGE when there is none. */
bool failed_cases_load(struct failed_cases *failed, const char *path, const char *directory,
		       struct error *err) MUST_USE;

/* How many of them no suite has any more. */
size_t failed_cases_gone(const struct failed_cases *failed, const struct suite *const *suites,
			 size_t suite_count);

void failed_cases_release(struct failed_cases *failed);

#endif
