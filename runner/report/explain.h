/* explain.h - one case of a saved run, with everything that is known of it. */
#ifndef REPORT_EXPLAIN_H
#define REPORT_EXPLAIN_H

#include "report/report.h"
#include "run/sink.h"

/* Write case `index`: what it is, why it ended as it did, the commands that repeat its last step,
 * and every exchange. For a case that passed, what proves it. */
bool explain_write(const struct run *run, size_t index, const struct report_options *options,
		   struct sink *sink, struct error *err) MUST_USE;

/* The case that `name` means: "suite/id", "id" where no other suite has it, or the
 * beginning of only one id. */
bool explain_find(const struct run *run, const char *name, size_t *index,
		  struct error *err) MUST_USE;

#endif
