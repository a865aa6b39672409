/* audit_threshold.h - which findings turn an audit red: --fail-on. */
#ifndef RLS_AUDIT_THRESHOLD_H
#define RLS_AUDIT_THRESHOLD_H

#include <stdbool.h>

#include "base/error.h"
#include "rls/audit.h"

/* Room for every check there is; audit_threshold.c counts. */
#define AUDIT_CHECKS_MAX 128

struct audit_threshold {
	bool fails[AUDIT_CHECKS_MAX]; /* by the check's place in audit_checks() */
};

/* Parse words with commas between: a severity (that one and all above it), `none`, or the code or
 * name of a check: "error", "warning", "error,D10,no-policy". ERROR_USAGE names what it is not. */
bool audit_threshold_parse(const char *text, struct audit_threshold *threshold,
			   struct error *err) MUST_USE;

/* True when this finding turns the audit red: the threshold names it, and nobody accepted it. */
bool audit_threshold_meets(const struct audit_threshold *threshold,
			   const struct audit_finding *finding);

/* How many findings do. */
size_t audit_threshold_count(const struct audit_threshold *threshold, const struct audit *audit);

#endif
