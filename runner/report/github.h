/* github.h - the run on GitHub: the summary of a step, and a comment on a pull request.
 *
 * GitHub drops a step summary of more than 1 MiB as a whole, and refuses a comment of more than
 * 65 536 characters. So both are filled by priority: the verdict, failures in full, failures in a
 * line, roles, times and invariants, every case. What does not fit is named in the last line.
 * Source: actions/runner, FileCommandManager.cs, AttachmentSizeLimit.
 */
#ifndef REPORT_GITHUB_H
#define REPORT_GITHUB_H

#include "report/report.h"
#include "run/sink.h"

#define GITHUB_SUMMARY_BYTES ((size_t)1024 * 1024)
#define GITHUB_COMMENT_BYTES ((size_t)65536)

/* For $GITHUB_STEP_SUMMARY. */
bool github_write(const struct run *run, const struct report_options *options, struct sink *sink,
		  struct error *err) MUST_USE;

/* For whoever posts it. Its first line is a comment in HTML that names gate or suite, by which an
 * older one can be found and replaced. */
bool pr_comment_write(const struct run *run, const struct report_options *options,
		      struct sink *sink, struct error *err) MUST_USE;

#endif
