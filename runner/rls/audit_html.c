/* One file for people: verdict, findings by check with why and how, acceptances, what was looked
 * for. */
#include <string.h>

#include "report/html_text.h"
#include "report/html_walls.h"
#include "rls/audit_report.h"

#define OUT_BYTES ((size_t)64 * 1024 * 1024)
#define TITLE     "Row-level security: what the catalog says"

static const char style[] = {
#include "rls/page.css.inc"
};

/* How a severity looks: that of a verdict, and its tone. */
static const struct {
	const char *look, *tone, *plural;
} severities[] = {
	[AUDIT_NOTE] = { "SKIP", "quiet", "notes" },
	[AUDIT_WARNING] = { "ERROR", "unknown", "warnings" },
	[AUDIT_ERROR] = { "FAIL", "bad", "errors" },
};
_Static_assert(COUNTOF(severities) == AUDIT_SEVERITIES, "every severity needs a look");

static void
code(struct buf *out, const char *text)
{
	buf_printf(out, "<code>");
	html_line(out, text);
	buf_printf(out, "</code>");
}

/* ---- head ---- */

static void
totals(struct buf *out, const struct audit_report *report)
{
	const struct audit *audit = report->audit;
	size_t checks;

	(void)audit_checks(&checks);
	buf_printf(out, "<ul class=\"totals\">\n<li><b>%zu</b> checks</li>\n", checks);
	for (int i = AUDIT_ERROR; i >= AUDIT_NOTE; i--) {
		size_t count = audit_count(audit, (enum audit_severity)i);

		walls_count(out, count,
			    count == 1 ? audit_severity_name((enum audit_severity)i)
				       : severities[i].plural,
			    severities[i].tone);
	}
	walls_count(out, audit_accepted(audit), "accepted", "quiet");
	buf_printf(out, "</ul>\n");
}

static void
names_fact(struct buf *out, const char *name, const struct audit_names *list)
{
	struct buf text;

	buf_init(&text, OUT_BYTES);
	for (size_t i = 0; i < list->count; i++)
		buf_printf(&text, "%s%s", i ? ", " : "", list->items[i]);
	walls_fact(out, name, text.text);
	buf_release(&text);
}

static void
facts(struct buf *out, const struct audit_report *report)
{
	const struct audit *audit = report->audit;
	struct buf text;

	buf_init(&text, OUT_BYTES);
	buf_printf(out, "<dl class=\"facts\">\n");
	walls_fact(out, "place", report->place);
	walls_fact(out, "date", report->today);
	walls_fact(out, "server, PostgreSQL", audit->version);
	walls_fact(out, "database", audit->database);
	names_fact(out, "schemas", &audit->schemas);
	names_fact(out, "client roles", &audit->roles);
	if (audit->tenant)
		buf_printf(&text, "%s%s, in %ld of %ld tables", audit->tenant,
			   audit->tenant_guessed ? " (guessed)" : "", audit->tenant_tables,
			   audit->tables);
	walls_fact(out, "tenant column",
		   audit->tenant ? text.text : "not known: checks about tenants find nothing");
	buf_clear(&text);
	buf_printf(&text, "%ld tables, %ld views, %ld policies, %ld functions", audit->tables,
		   audit->views, audit->policies, audit->functions);
	walls_fact(out, "looked at", text.text);
	buf_printf(out, "</dl>\n");
	buf_release(&text);
}

static bool
is_stale(const struct audit_acceptance *acceptance)
{
	return !acceptance->used || acceptance->expired;
}

static bool
any_stale(const struct audit_report *report)
{
	size_t count;
	const struct audit_acceptance *items = audit_baseline_items(report->baseline, &count);

	for (size_t i = 0; i < count; i++) {
		if (is_stale(&items[i]))
			return true;
	}
	return false;
}

static void
header(struct buf *out, const struct audit_report *report)
{
	size_t failing = audit_threshold_count(report->threshold, report->audit);

	buf_printf(out, "<header>\n");
	walls_verdict(out, failing ? "bad" : "good", failing ? "FAILED" : "PASSED");
	buf_printf(out, "<h1>");
	html_line(out, report->title ? report->title : TITLE);
	buf_printf(out, "</h1>\n<p class=\"reason\">");
	if (failing)
		buf_printf(out, "%zu %s the audit.", failing,
			   failing == 1 ? "finding fails" : "findings fail");
	else
		buf_printf(out, "No finding fails the audit.");
	buf_printf(out, " The catalog was read, no row was.</p>\n");
	totals(out, report);
	facts(out, report);
	buf_printf(out,
		   "</header>\n<nav aria-label=\"Contents\"><ul>\n%s%s"
		   "<li><a href=\"#checks\">What was looked for</a></li>\n</ul></nav>\n",
		   report->audit->finding_count ? "<li><a href=\"#findings\">Findings</a></li>\n"
						: "",
		   any_stale(report) ? "<li><a href=\"#acceptances\">Acceptances to look "
				       "at</a></li>\n"
				     : "");
}

/* ---- findings ---- */

/* What to show: all, what fails the audit, or one severity; what does the hiding is a style. */
static const char filter_rules[] = "body:has(#s-fails:checked) .finding:not(.fails),"
				   "body:has(#s-fails:checked) .check:not(:has(.fails)),"
				   "body:has(#s-error:checked) .check:not(.error),"
				   "body:has(#s-warning:checked) .check:not(.warning),"
				   "body:has(#s-note:checked) .check:not(.note){display:none}";

static void
filter(struct buf *out)
{
	static const struct {
		const char *id, *label;
	} choices[] = {
		{ "all", "all" },          { "fails", "what fails" }, { "error", "errors" },
		{ "warning", "warnings" }, { "note", "notes" },
	};

	buf_printf(out, "<form class=\"filter\"><fieldset><legend>show</legend>\n");
	for (size_t i = 0; i < COUNTOF(choices); i++)
		buf_printf(out,
			   "<label><input type=\"radio\" name=\"show\" id=\"s-%s\"%s>%s</label>\n",
			   choices[i].id, i ? "" : " checked", choices[i].label);
	buf_printf(out, "</fieldset></form>\n");
}

static void
finding_item(struct buf *out, const struct audit_report *report,
	     const struct audit_finding *finding)
{
	struct audit_spot spot;

	buf_printf(out, "<li class=\"finding%s\"><p class=\"where\"><b>",
		   audit_threshold_meets(report->threshold, finding) ? " fails" : "");
	code(out, finding->object);
	buf_printf(out, "</b> <span class=\"type\">");
	html_line(out, finding->kind);
	buf_printf(out, "</span>");
	if (audit_sources_find(report->sources, finding, &spot)) {
		buf_printf(out, " <code>");
		html_line(out, spot.path);
		buf_printf(out, ":%ld</code>", spot.line);
	}
	buf_printf(out, "</p>\n<p>");
	html_line(out, finding->detail);
	buf_printf(out, "</p>\n");
	if (finding->reason) {
		buf_printf(out, "<p class=\"same\">accepted until %s: ", finding->until);
		html_line(out, finding->reason);
		buf_printf(out, "</p>");
	} else if (finding->fix) {
		buf_printf(out, "<pre>");
		html_line(out, finding->fix);
		buf_printf(out, "</pre>");
	}
	buf_printf(out, "</li>\n");
}

/* The findings of one check, from index `from`; returns where the next check's begin. */
static size_t
check_card(struct buf *out, const struct audit_report *report, size_t from)
{
	const struct audit_finding *findings = report->audit->findings;
	const struct audit_check *check = findings[from].check;
	const char *severity = audit_severity_name(check->severity);
	size_t end = from;

	buf_printf(out, "<article class=\"card check %s\" id=\"%s\"><h3>", severity, check->code);
	walls_pill(out, severities[check->severity].look, severity);
	buf_printf(out, " %s ", check->code);
	html_line(out, check->title);
	buf_printf(out, " <small>%s</small></h3>\n<p class=\"same\">Why it matters: ", check->name);
	html_line(out, check->why);
	buf_printf(out, ".</p>\n<ol class=\"found\">\n");
	for (; end < report->audit->finding_count && findings[end].check == check; end++)
		finding_item(out, report, &findings[end]);
	buf_printf(out, "</ol>\n</article>\n");
	return end;
}

static void
findings(struct buf *out, const struct audit_report *report)
{
	if (!report->audit->finding_count)
		return;
	walls_section(out, "findings", "Findings");
	filter(out);
	for (size_t i = 0; i < report->audit->finding_count;)
		i = check_card(out, report, i);
	walls_section_end(out);
}

static void
acceptances(struct buf *out, const struct audit_report *report)
{
	size_t count;
	const struct audit_acceptance *items = audit_baseline_items(report->baseline, &count);

	if (!any_stale(report))
		return;
	walls_section(out, "acceptances", "Acceptances to look at");
	buf_printf(out, "<ol class=\"found card ERROR\">\n");
	for (size_t i = 0; i < count; i++) {
		if (!is_stale(&items[i]))
			continue;
		buf_printf(out, "<li><p class=\"where\"><b>%s</b> ", items[i].check->code);
		code(out, items[i].object);
		buf_printf(out, " <code>");
		html_line(out, items[i].place.file);
		buf_printf(out, ":%d</code></p>\n<p>", items[i].place.line);
		buf_printf(out,
			   items[i].used ? "It ended on %s: the finding counts again."
					 : "Until %s it accepts nothing: no such finding.",
			   items[i].until);
		buf_printf(out, "</p></li>\n");
	}
	buf_printf(out, "</ol>\n");
	walls_section_end(out);
}

/* ---- what was looked for ---- */

static size_t
count_of(const struct audit *audit, const struct audit_check *check)
{
	size_t count = 0;

	for (size_t i = 0; i < audit->finding_count; i++)
		count += audit->findings[i].check == check;
	return count;
}

static void
looked_for(struct buf *out, const struct audit *audit)
{
	size_t count;
	const struct audit_check *all = audit_checks(&count);

	walls_section(out, "checks", "What was looked for");
	walls_table(out, "Every check, and how much it found", "checklist");
	buf_printf(out, "<thead><tr><th scope=\"col\">check</th><th scope=\"col\">severity</th>"
			"<th scope=\"col\">found</th><th scope=\"col\">what</th></tr></thead>\n"
			"<tbody>\n");
	for (size_t i = 0; i < count; i++) {
		size_t found = count_of(audit, &all[i]);

		buf_printf(out, "<tr><th scope=\"row\">%s <small>%s</small></th><td>%s</td>",
			   all[i].code, all[i].name, audit_severity_name(all[i].severity));
		if (found)
			buf_printf(out, "<td><a href=\"#%s\">%zu</a></td><td>", all[i].code, found);
		else
			buf_printf(out, "<td>0</td><td>");
		html_line(out, all[i].title);
		buf_printf(out, "</td></tr>\n");
	}
	buf_printf(out, "</tbody></table></div>\n");
	walls_section_end(out);
}

void
audit_html(const struct audit_report *report, struct sink *sink)
{
	const struct walls walls = {
		.title = report->title ? report->title : TITLE,
		.tone = audit_threshold_count(report->threshold, report->audit) ? "bad" : "good",
		.style = style,
		.rules = filter_rules,
	};
	struct buf out;

	buf_init(&out, OUT_BYTES);
	walls_begin(&out, &walls);
	header(&out, report);
	buf_printf(&out, "<main id=\"main\">\n");
	findings(&out, report);
	acceptances(&out, report);
	looked_for(&out, report->audit);
	buf_printf(&out,
		   "</main>\n<footer><p>Made by lensgate %s. What a persona can really do is the "
		   "matrix&#39;s to say: <code>lensgate matrix --report html=FILE</code>.</p>"
		   "</footer>\n",
		   LENSGATE_VERSION);
	walls_end(&out, &walls);
	sink_add(sink, out.text, out.len);
	buf_release(&out);
}
