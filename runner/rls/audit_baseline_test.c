#include "rls/audit_baseline.h"

#include <criterion/criterion.h>

#include "base/scratch.h"

static struct audit_baseline *
load(const char *text, struct errors *errors)
{
	char path[SCRATCH_BYTES];

	scratch_make(path, "baseline.yaml", text, strlen(text));
	struct audit_baseline *baseline = audit_baseline_load(path, errors);
	scratch_remove(path);
	return baseline;
}

#define ENTRY(code, object, until)                                                                 \
	"  - { code: " code ", object: " object ", reason: known, until: " until " }\n"

static const char three[] = "accepted:\n" ENTRY("A1", "public.a", "2026-06-30")
	ENTRY("a1", "public.b", "2026-06-29") ENTRY("no-policy", "public.c", "2027-01-01");

Test(audit_baseline, an_acceptance_holds_through_its_last_day_and_is_then_said_to_have_ended)
{
	struct errors errors = { 0 };
	struct audit_baseline *baseline = load(three, &errors);
	struct audit_finding findings[] = {
		{ .check = audit_check_find("A1"), .object = "public.a" },
		{ .check = audit_check_find("A1"), .object = "public.b" },
		{ .check = audit_check_find("A1"), .object = "public.c" },
	};
	struct audit audit = { .findings = findings, .finding_count = COUNTOF(findings) };
	size_t count;

	cr_assert(baseline, "%s", errors.count ? errors.items[0].message : "");
	audit_baseline_apply(baseline, &audit, "2026-06-30");
	const struct audit_acceptance *items = audit_baseline_items(baseline, &count);
	cr_assert_eq(count, 3);
	cr_expect_str_eq(findings[0].reason, "known");
	cr_expect_str_eq(findings[0].until, "2026-06-30");
	cr_expect_null(findings[1].reason, "its day was yesterday");
	cr_expect(items[1].expired && items[1].used);
	cr_expect_null(findings[2].reason, "another check was accepted there");
	cr_expect_not(items[2].used);
	cr_expect_eq(items[2].place.line, 4);
	cr_expect_eq(audit_accepted(&audit), 1);
	cr_expect_eq(audit_count(&audit, AUDIT_ERROR), 2);
	audit_baseline_free(baseline);
}

static const struct {
	const char *text, *message;
} wrong[] = {
	{ "accepted:\n" ENTRY("Z1", "x", "2026-01-01"), "no check of the audit is called `Z1`" },
	{ "accepted:\n" ENTRY("no-polcy", "x", "2026-01-01"),
	  "no check of the audit is called `no-polcy`; did you mean `no-policy`?" },
	{ "accepted:\n  - { code: A1, object: x, reason: ' ', until: 2026-01-01 }\n",
	  "must say why" },
	{ "accepted:\n" ENTRY("A1", "x", "2026-01-01") ENTRY("rls-off", "x", "2026-02-01"),
	  "A1 of x is accepted twice, at line 2 too" },
	{ "accepted:\n" ENTRY("A1", "x", "soon"), "must be a day such as 2027-03-31" },
	{ "accepted:\n" ENTRY("A1", "x", "2026-02-29"), "must be a day such as 2027-03-31" },
	{ "accepted:\n" ENTRY("A1", "x", "2026-13-01"), "must be a day such as 2027-03-31" },
	{ "accepted:\n  - { code: A1, object: x, until: 2026-01-01 }\n", "missing key `reason`" },
	{ "accepted:\n  - { code: A1, object: x, reason: y }\n", "missing key `until`" },
	{ "acepted: []\n", "unknown key `acepted`; did you mean `accepted`?" },
	{ "{}\n", "missing key `accepted`" },
};

Test(audit_baseline, a_mistake_in_the_file_is_found_with_its_place)
{
	for (size_t i = 0; i < COUNTOF(wrong); i++) {
		struct errors errors = { 0 };

		cr_expect_null(load(wrong[i].text, &errors), "row %zu", i);
		cr_assert_geq(errors.count, 1, "row %zu", i);
		cr_expect_str_eq(errors.items[0].message, wrong[i].message);
		cr_expect_eq(errors.items[0].code, ERROR_SUITE);
		errors_release(&errors);
	}
}

Test(audit_baseline, a_leap_day_is_a_day)
{
	struct errors errors = { 0 };
	struct audit_baseline *baseline =
		load("accepted:\n" ENTRY("A1", "x", "2028-02-29"), &errors);

	cr_assert(baseline);
	audit_baseline_free(baseline);
}
