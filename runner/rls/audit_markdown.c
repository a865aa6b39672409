#include <string.h>

#include "base/buf.h"
#include "report/prose.h"
#include "rls/audit_report.h"

#define OUT_BYTES ((size_t)16 * 1024 * 1024)

static void
names(struct buf *out, const struct audit_names *list)
{
	for (size_t i = 0; i < list->count; i++) {
		buf_printf(out, "%s", i ? ", " : "");
		prose_code(out, list->items[i]);
	}
}

static void
facts(struct buf *out, const struct audit_report *report)
{
	const struct audit *audit = report->audit;

	buf_printf(out, "| | |\n|---|---|\n| place | ");
	prose_inline(out, report->place);
	buf_printf(out, " |\n| server | PostgreSQL %s, database ", audit->version);
	prose_code(out, audit->database);
	buf_printf(out, " |\n| schemas | ");
	names(out, &audit->schemas);
	buf_printf(out, " |\n| client roles | ");
	names(out, &audit->roles);
	buf_printf(out, " |\n| tenant column | ");
	if (audit->tenant) {
		prose_code(out, audit->tenant);
		buf_printf(out, "%s, in %ld of %ld tables",
			   audit->tenant_guessed ? " (guessed)" : "", audit->tenant_tables,
			   audit->tables);
	} else {
		buf_printf(out, "not known: checks about tenants find nothing");
	}
	buf_printf(out, " |\n| looked at | %ld tables, %ld views, %ld policies, %ld functions |\n",
		   audit->tables, audit->views, audit->policies, audit->functions);
	buf_printf(out, "| date | %s |\n\n", report->today);
}

static void
verdict(struct buf *out, const struct audit_report *report)
{
	const struct audit *audit = report->audit;
	size_t failing = audit_threshold_count(report->threshold, audit), checks;

	(void)audit_checks(&checks);
	if (failing)
		buf_printf(out, "**FAILED**: %zu %s the audit", failing,
			   failing == 1 ? "finding fails" : "findings fail");
	else
		buf_printf(out, "**PASSED**: no finding fails the audit");
	buf_printf(out, ". %zu checks: %zu errors, %zu warnings, %zu notes, %zu accepted.\n\n",
		   checks, audit_count(audit, AUDIT_ERROR), audit_count(audit, AUDIT_WARNING),
		   audit_count(audit, AUDIT_NOTE), audit_accepted(audit));
}

static void
finding_text(struct buf *out, const struct audit_report *report,
	     const struct audit_finding *finding)
{
	struct audit_spot spot;

	buf_printf(out, "- ");
	prose_code(out, finding->object);
	buf_printf(out, ": ");
	prose_inline(out, finding->detail);
	if (audit_sources_find(report->sources, finding, &spot)) {
		buf_printf(out, " (");
		prose_inline(out, spot.path);
		buf_printf(out, ":%ld)", spot.line);
	}
	if (finding->reason) {
		buf_printf(out, " Accepted until %s: ", finding->until);
		prose_inline(out, finding->reason);
	}
	buf_printf(out, "\n");
}

/* The findings of one check, from index `from`; returns where the next check's begin. */
static size_t
section(struct buf *out, const struct audit_report *report, size_t from)
{
	const struct audit_finding *findings = report->audit->findings;
	const struct audit_check *check = findings[from].check;
	struct buf fixes;
	size_t end = from;

	buf_init(&fixes, OUT_BYTES);
	buf_printf(out, "## %s, %s: ", check->code, audit_severity_name(check->severity));
	prose_inline(out, check->title);
	buf_printf(out, "\n\nWhy it matters: ");
	prose_inline(out, check->why);
	buf_printf(out, ".\n\n");
	for (; end < report->audit->finding_count && findings[end].check == check; end++) {
		finding_text(out, report, &findings[end]);
		if (findings[end].fix && !findings[end].reason)
			buf_printf(&fixes, "%s\n", findings[end].fix);
	}
	buf_printf(out, "\n");
	if (fixes.len)
		prose_block(out, "sql", fixes.text, fixes.len);
	buf_printf(out, "\n");
	buf_release(&fixes);
	return end;
}

static void
stale(struct buf *out, const struct audit_baseline *baseline)
{
	size_t count, said = 0;
	const struct audit_acceptance *items = audit_baseline_items(baseline, &count);

	for (size_t i = 0; i < count; i++) {
		if (items[i].used && !items[i].expired)
			continue;
		buf_printf(out, "%s- %s ", said++ ? "" : "## Acceptances to look at\n\n",
			   items[i].check->code);
		prose_code(out, items[i].object);
		buf_printf(out, items[i].used ? " ended on %s\n" : " (until %s) accepts nothing\n",
			   items[i].until);
	}
	if (said)
		buf_printf(out, "\n");
}

static void
looked_for(struct buf *out, const struct audit *audit)
{
	size_t count;
	const struct audit_check *all = audit_checks(&count);

	buf_printf(out, "## What was looked for\n\n| check | severity | found | what |\n"
			"|---|---|---|---|\n");
	for (size_t i = 0; i < count; i++) {
		size_t found = 0;
		for (size_t k = 0; k < audit->finding_count; k++)
			found += audit->findings[k].check == &all[i];
		buf_printf(out, "| %s %s | %s | %zu | ", all[i].code, all[i].name,
			   audit_severity_name(all[i].severity), found);
		prose_inline(out, all[i].title);
		buf_printf(out, " |\n");
	}
	buf_printf(out, "\nThe catalog was read, no row was. What a persona can really do is the "
			"matrix's to say (`lensgate matrix`).\n");
}

void
audit_markdown(const struct audit_report *report, struct sink *sink)
{
	struct buf out;

	buf_init(&out, OUT_BYTES);
	buf_printf(&out, "# ");
	prose_inline(&out,
		     report->title ? report->title : "Row-level security: what the catalog says");
	buf_printf(&out, "\n\n");
	verdict(&out, report);
	facts(&out, report);
	for (size_t i = 0; i < report->audit->finding_count;)
		i = section(&out, report, i);
	stale(&out, report->baseline);
	looked_for(&out, report->audit);
	sink_add(sink, out.text, out.len);
	buf_release(&out);
}
