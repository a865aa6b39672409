/* annotations.h - what a reviewer sees beside the diff on GitHub: workflow commands.
 *
 * Of each step GitHub shows ten errors, ten warnings and ten notices and drops the rest without a
 * word, so they are ranked: what fails before what could not be judged, a leak before a slow
 * reply. The tenth of a kind says how many there are besides. A run that is red has at least one
 * error, whatever made it red.
 *
 * The commands must reach the standard output of a step while no `::stop-commands::` holds them.
 */
#ifndef REPORT_ANNOTATIONS_H
#define REPORT_ANNOTATIONS_H

#include "report/report.h"
#include "run/sink.h"

bool annotations_write(const struct run *run, const struct report_options *options,
		       struct sink *sink, struct error *err) MUST_USE;

#endif
