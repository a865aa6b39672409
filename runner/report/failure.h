/* failure.h - why a case did not pass, as plain text. */
#ifndef REPORT_FAILURE_H
#define REPORT_FAILURE_H

#include "base/buf.h"
#include "run/run.h"

/* The verdict on two lines, then what was expected and what came:
 *
 *     FAIL crew-approve-denied: expected 403 INSUFFICIENT_PERMISSIONS, actual 200
 *     status: another status than expected
 *
 *     1. status: another status than expected
 *        expected: 403
 *        actual:   200
 *                  ^
 */
void failure_text(const struct planned_case *planned, const struct run_case *run_case,
		  struct buf *out);

/* The same without its first two lines. */
void failure_details(const struct run_case *run_case, struct buf *out);

/* Why, in one line whatever the texts hold: "expected 403 INSUFFICIENT_PERMISSIONS, actual 200". */
void failure_line(const struct run_case *run_case, struct buf *out);

/* The word of a case's first finding or of its trouble: the JUnit type. */
const char *failure_type(const struct run_case *run_case);

/* True for a case that was never asked because of something that is reported elsewhere: saying it
 * in full for each buries the failures. */
bool failure_is_consequence(const struct run_case *run_case);

/* The commands that repeat the step the case ended with, what the witness looked at when that was
 * the mismatch, the policies of the table when SQL was, and the id of the request. A text for a
 * shell. */
void failure_repeat(const struct run_case *run_case, struct buf *out);

/* The last exchange of `kind` that the step made which the case ended with: what breaks a step
 * begins no other. What the witness looked at is not among them. NULL: none. */
const struct exchange *failure_exchange(const struct run_case *run_case, int kind);

#endif
