#include "rls/audit_report.h"

#include <string.h>

static const struct audit_report_kind kinds[] = {
	{ "json", "subject, findings and acceptances, for scripts" },
	{ "junit", "JUnit XML: one testcase per check" },
	{ "markdown", "for a reviewer: every finding with why it matters and how to fix it" },
	{ "sarif", "SARIF 2.1.0, for code scanning" },
	{ "terminal", "as printed" },
};

static void (*const writers[])(const struct audit_report *,
			       struct sink *) = { audit_json, audit_junit, audit_markdown,
						  audit_sarif, audit_terminal };
_Static_assert(COUNTOF(writers) == COUNTOF(kinds), "every report needs a writer");

const struct audit_report_kind *
audit_report_kinds(size_t *count)
{
	*count = COUNTOF(kinds);
	return kinds;
}

bool
audit_report_write(const char *kind, const struct audit_report *report, const char *path,
		   const struct mask *mask, struct error *err)
{
	for (size_t i = 0; i < COUNTOF(kinds); i++) {
		if (strcmp(kinds[i].name, kind) != 0)
			continue;
		struct sink *sink = sink_open(path, mask, err);
		if (!sink)
			return false;
		writers[i](report, sink);
		return sink_close(sink, err);
	}
	return error_set(err, ERROR_USAGE,
			 "the audit has no report %s; it has json, junit, markdown, sarif and "
			 "terminal",
			 kind);
}
