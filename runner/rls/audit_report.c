#include "rls/audit_report.h"

#include <string.h>

static const struct report_kind kinds[] = {
	{ "html", "for people: one page, findings with why and how to fix them; no script needed" },
	{ "json", "subject, findings and acceptances, for scripts" },
	{ "junit", "JUnit XML: one testcase per check" },
	{ "markdown", "for a reviewer: every finding with why it matters and how to fix it" },
	{ "sarif", "SARIF 2.1.0, for code scanning" },
	{ "terminal", "as printed" },
};

static void (*const writers[])(const struct audit_report *,
			       struct sink *) = { audit_html,     audit_json,  audit_junit,
						  audit_markdown, audit_sarif, audit_terminal };
_Static_assert(COUNTOF(writers) == COUNTOF(kinds), "every report needs a writer");

const struct report_kind *
audit_report_kinds(size_t *count)
{
	*count = COUNTOF(kinds);
	return kinds;
}

bool
audit_report_write(const char *kind, const struct audit_report *report, const char *path,
		   const struct mask *mask, struct error *err)
{
	size_t at;

	if (!report_kind_find(kinds, COUNTOF(kinds), kind, strlen(kind), &at))
		return error_set(err, ERROR_USAGE, "no report of the audit is called %s", kind);
	struct sink *sink = sink_open(path, mask, err);
	if (!sink)
		return false;
	writers[at](report, sink);
	return sink_close(sink, err);
}
