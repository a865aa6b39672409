/* result.h - the result as JSON for scripts; described by suites/schema/result.schema.json. */
#ifndef REPORT_RESULT_H
#define REPORT_RESULT_H

#include "report/report.h"
#include "run/sink.h"

bool result_write(const struct run *run, const struct report_options *options, struct sink *sink,
		  struct error *err) MUST_USE;

#endif
