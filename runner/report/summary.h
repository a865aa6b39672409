/* summary.h - a run in a few sentences; every report says them in the same words. */
#ifndef REPORT_SUMMARY_H
#define REPORT_SUMMARY_H

#include "base/buf.h"
#include "run/run.h"

/* "PASSED", "FAILED", "COULD NOT JUDGE", "INCOMPLETE", ...: the word for the exit status. */
const char *summary_verdict(const struct run *run);

/* Why, in one sentence without the full stop: "1 of 27 cases failed". */
void summary_reason(const struct run *run, struct buf *out);

/* "27 planned, 25 passed, 1 failed, 1 skipped": planned and passed always, the rest when there
 * are any. */
void summary_totals(const struct totals *totals, struct buf *out);

/* The invariants in words, one sentence each, ended by `separator`: "0 of 61 replies were 5xx".
 * Of no reply nothing is said. */
void summary_invariants(const struct invariants *invariants, const char *separator,
			struct buf *out);

/* A duration as people read it: "850 us", "12 ms", "1.25 s", "2 min 5 s". */
void summary_time(int64_t us, struct buf *out);

/* Texts and numbers of the run's header, found by two keys; "" and `otherwise` when absent. */
const char *summary_text(const struct run *run, const char *group, const char *key);
long summary_number(const struct run *run, const char *group, const char *key, long otherwise);

/* What was tested: "commit 48ac3ab at http://127.0.0.1:8080, LENS_V1_ENABLED=true". */
void summary_target(const struct run *run, struct buf *out);

/* How long the run took: the footer's word, or up to the end of the last case. */
int64_t summary_elapsed_us(const struct run *run);

/* What heads a document: `title` when given, else the run's own. */
const char *summary_title(const struct run *run, const char *title);

#endif
