/* terminal.h - the summary at the end of a run: failures in full, then what it all adds up to. */
#ifndef REPORT_TERMINAL_H
#define REPORT_TERMINAL_H

#include "report/report.h"
#include "run/sink.h"

bool terminal_write(const struct run *run, const struct report_options *options, struct sink *sink,
		    struct error *err) MUST_USE;

#endif
