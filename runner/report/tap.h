/* tap.h - TAP version 14: one test point per case, in plan order.
 *
 * Source: testanything.org, TAP 14 specification. What did not pass carries a YAML block whose
 * texts are JSON strings, which YAML takes as they are.
 */
#ifndef REPORT_TAP_H
#define REPORT_TAP_H

#include "report/report.h"
#include "run/sink.h"

bool tap_write(const struct run *run, const struct report_options *options, struct sink *sink,
	       struct error *err) MUST_USE;

#endif
