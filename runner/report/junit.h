/* junit.h - JUnit XML: one flat dialect that every reader takes.
 *
 * testsuites > testsuite > testcase, never nested; one testsuite per suite of the run. Every case
 * has a classname and name that no other has, a time, and at most one failure or error, whose type
 * is the first mismatch's or the trouble's and whose body begins with the verdict on two lines.
 * Timestamps are UTC without a zone, as old schemas want them.
 */
#ifndef REPORT_JUNIT_H
#define REPORT_JUNIT_H

#include "report/report.h"
#include "run/sink.h"

bool junit_write(const struct run *run, const struct report_options *options, struct sink *sink,
		 struct error *err) MUST_USE;

#endif
