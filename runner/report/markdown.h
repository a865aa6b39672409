/* markdown.h - the evidence document, for a reviewer who was not there.
 *
 * Every section states what the run recorded and nothing else. The cases are read again for each
 * section that needs them, so memory does not grow with their number.
 */
#ifndef REPORT_MARKDOWN_H
#define REPORT_MARKDOWN_H

#include "report/report.h"
#include "run/sink.h"

bool markdown_write(const struct run *run, const struct report_options *options, struct sink *sink,
		    struct error *err) MUST_USE;

#endif
