/* failed.h - the cases that did not pass in the last run, for --last-failed. */
#ifndef CLI_FAILED_H
#define CLI_FAILED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

struct failed_cases {
	struct arena arena;
	const char **items; /* "suite/id" */
	size_t count;
};

/* Read the run that DIR/last points at; DIR is where runs are written. */
bool failed_cases_load(struct failed_cases *failed, const char *directory,
		       struct error *err) MUST_USE;
void failed_cases_release(struct failed_cases *failed);

#endif
