/* audit_baseline.h - findings that somebody accepted, with a reason and a date.
 *
 *   accepted:
 *     - code: D6                      # of the check, or its name
 *       object: public.users_email_key
 *       reason: addresses are unique over the fleet on purpose
 *       until: 2027-03-31             # the last day on which it is accepted
 *
 * An acceptance ends: after that day the finding counts again. One that accepts nothing is said
 * too, because the next finding of that name would be accepted unseen.
 */
#ifndef RLS_AUDIT_BASELINE_H
#define RLS_AUDIT_BASELINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "document/document.h"
#include "rls/audit.h"

struct audit_acceptance {
	const struct audit_check *check;
	const char *object, *reason, *until;
	bool expired, used;
	struct place place; /* in the file */
};

struct audit_baseline;

/* Read `path`. All mistakes go to `errors`; NULL if there were any. */
struct audit_baseline *audit_baseline_load(const char *path, struct errors *errors) MUST_USE;
/* NULL does nothing. What was accepted keeps borrowing from it: free it after the audit. */
void audit_baseline_free(struct audit_baseline *baseline);

/* Mark what is accepted on the day `today` ("2026-11-23"). */
void audit_baseline_apply(struct audit_baseline *baseline, struct audit *audit, const char *today);

/* Every acceptance, in the order of the file; valid as long as the baseline. */
const struct audit_acceptance *audit_baseline_items(const struct audit_baseline *baseline,
						    size_t *count);

#endif
