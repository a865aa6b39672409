#include "rls/audit_threshold.h"

#include <criterion/criterion.h>

static bool
meets(const char *text, const char *code, const char *reason)
{
	struct audit_threshold threshold;
	struct error err = { 0 };
	struct audit_finding finding = { .check = audit_check_find(code), .reason = reason };

	cr_assert(audit_threshold_parse(text, &threshold, &err), "%s", err.message);
	return audit_threshold_meets(&threshold, &finding);
}

/* A1 is an error, A3 a warning, B10 a note. */
static const struct {
	const char *text;
	bool error, warning, note;
} rows[] = {
	{ "error", true, false, false }, { "warning", true, true, false },
	{ "note", true, true, true },    { "none", false, false, false },
	{ "B10", false, false, true },   { "error,B10", true, false, true },
	{ "b10,A3", false, true, true }, { "no-policy", false, true, false },
};

Test(audit_threshold, a_severity_means_that_one_and_all_above_a_code_itself)
{
	for (size_t i = 0; i < COUNTOF(rows); i++) {
		cr_expect_eq(meets(rows[i].text, "A1", NULL), rows[i].error, "%s", rows[i].text);
		cr_expect_eq(meets(rows[i].text, "A3", NULL), rows[i].warning, "%s", rows[i].text);
		cr_expect_eq(meets(rows[i].text, "B10", NULL), rows[i].note, "%s", rows[i].text);
	}
}

Test(audit_threshold, what_was_accepted_does_not_count)
{
	cr_expect_not(meets("note", "A1", "known"));
}

Test(audit_threshold, what_is_neither_is_refused_with_the_nearest_name)
{
	struct audit_threshold threshold;
	struct error err = { 0 };

	cr_expect_not(audit_threshold_parse("eror", &threshold, &err));
	cr_expect_eq(err.code, ERROR_USAGE);
	cr_expect_str_eq(err.message, "--fail-on wants note, warning, error, none or codes such as "
				      "A1,B6, not \"eror\"; did you mean error?");
	err = (struct error){ 0 };
	cr_expect_not(audit_threshold_parse("A1,", &threshold, &err));
	err = (struct error){ 0 };
	cr_expect_not(audit_threshold_parse("Z9", &threshold, &err));
}
