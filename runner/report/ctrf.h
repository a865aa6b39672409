/* ctrf.h - the Common Test Report Format, for dashboards.
 *
 * Source: ctrf-io/ctrf, schema/ctrf.schema.json, specification 0.1. Its readers take only "failed"
 * for red, so a case that could not be judged is "failed" too; "rawStatus" has our own word, and
 * "extra" in the summary how many there are of each.
 */
#ifndef REPORT_CTRF_H
#define REPORT_CTRF_H

#include "report/report.h"
#include "run/sink.h"

bool ctrf_write(const struct run *run, const struct report_options *options, struct sink *sink,
		struct error *err) MUST_USE;

#endif
