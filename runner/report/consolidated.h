/* consolidated.h - several runs on one page, for whoever decides: Markdown.
 *
 * The verdict over all of them, what each covered, what failed, the role matrix as all of them
 * together measured it, what none of them tested, and whether they looked at the same target.
 */
#ifndef REPORT_CONSOLIDATED_H
#define REPORT_CONSOLIDATED_H

#include "report/report.h"
#include "run/sink.h"

bool consolidated_write(const struct run *const *runs, size_t count,
			const struct report_options *options, struct sink *sink,
			struct error *err) MUST_USE;

/* Of one run. */
bool consolidated_one(const struct run *run, const struct report_options *options,
		      struct sink *sink, struct error *err) MUST_USE;

#endif
