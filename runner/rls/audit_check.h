/* audit_check.h - what the audit looks for: one row per check, and the manual of it.
 *
 * The statements are in audit_*.sql beside this, which know codes only; severity and words are
 * here. A code is never reused for another meaning: baselines name it.
 */
#ifndef RLS_AUDIT_CHECK_H
#define RLS_AUDIT_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/base.h"
#include "base/buf.h"

enum audit_severity {
	AUDIT_NOTE,    /* worth knowing; often meant */
	AUDIT_WARNING, /* a door that something else still holds shut, or trouble to come */
	AUDIT_ERROR,   /* a hole, or a policy that cannot work */
	AUDIT_SEVERITIES
};

struct audit_check {
	const char *code; /* "A1": the letter is the group */
	const char *name; /* "rls-off" */
	enum audit_severity severity;
	const char *title; /* what is wrong, in one sentence without the full stop */
	const char *why;   /* why it matters */
};

/* All of them, in the order of their codes. */
const struct audit_check *audit_checks(size_t *count);

/* The check with this code (any case) or name; NULL. */
const struct audit_check *audit_check_find(const char *code);

/* "note", "warning", "error", and back; false when it is none of them. */
const char *audit_severity_name(enum audit_severity severity);
bool audit_severity_parse(const char *name, enum audit_severity *severity) MUST_USE;

/* The table, for `lensgate help audit`. */
void audit_check_table(struct buf *out);

#endif
