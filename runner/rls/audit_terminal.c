#include <string.h>

#include "base/buf.h"
#include "report/plain.h"
#include "rls/audit_report.h"

#define OUT_BYTES ((size_t)16 * 1024 * 1024)

static const struct {
	const char *word;
	enum plain_color hue;
} heads[] = { [AUDIT_NOTE] = { "note   ", PLAIN_DIM },
	      [AUDIT_WARNING] = { "WARNING", PLAIN_YELLOW },
	      [AUDIT_ERROR] = { "ERROR  ", PLAIN_RED } };
_Static_assert(COUNTOF(heads) == AUDIT_SEVERITIES, "every severity needs a word");

static void
list(struct buf *out, const struct audit_names *names)
{
	for (size_t i = 0; i < names->count; i++) {
		buf_printf(out, "%s", i ? ", " : "");
		plain_line(out, names->items[i]);
	}
}

static void
head(struct buf *out, const struct audit_report *report)
{
	const struct audit *audit = report->audit;

	buf_printf(out, "Audit of ");
	plain_line(out, report->place);
	buf_printf(out, ": PostgreSQL %.*s, database ", (int)strcspn(audit->version, " "),
		   audit->version);
	plain_line(out, audit->database);
	buf_printf(out, "\n  schemas  ");
	list(out, &audit->schemas);
	buf_printf(out, ": %ld tables, %ld views, %ld policies, %ld functions\n", audit->tables,
		   audit->views, audit->policies, audit->functions);
	buf_printf(out, "  roles    ");
	list(out, &audit->roles);
	buf_printf(out, "\n  tenant   ");
	if (audit->tenant) {
		plain_line(out, audit->tenant);
		buf_printf(out, ", in %ld of %ld tables%s\n\n", audit->tenant_tables, audit->tables,
			   audit->tenant_guessed ? " (a guess: see --tenant-column)" : "");
	} else {
		buf_printf(out, "no column is known: checks about tenants find nothing; see "
				"--tenant-column\n\n");
	}
}

/* A label, and a text whose further lines stand below its first. */
static void
part(struct buf *out, int indent, const char *label, const char *text)
{
	struct buf lines;
	size_t skip = (size_t)indent + strlen(label);

	buf_init(&lines, OUT_BYTES);
	plain_add(&lines, text, (int)skip);
	buf_printf(out, "%*s%s", indent, "", label);
	if (lines.len > skip)
		buf_add(out, lines.text + skip, lines.len - skip);
	buf_printf(out, "\n");
	buf_release(&lines);
}

/* Notes are short, unless more is asked for. */
static bool
in_full(const struct audit_report *report, const struct audit_check *check)
{
	return check->severity > AUDIT_NOTE || report->verbose;
}

static void
check_lines(struct buf *out, const struct audit_report *report, const struct audit_check *check)
{
	plain_word(out, heads[check->severity].word, heads[check->severity].hue, report->color);
	buf_printf(out, " %s %s: %s\n", check->code, check->name, check->title);
	if (in_full(report, check))
		part(out, 8, "why  ", check->why);
}

static void
finding_lines(struct buf *out, const struct audit_report *report,
	      const struct audit_finding *finding)
{
	buf_printf(out, "        ");
	plain_line(out, finding->object);
	buf_printf(out, "\n             ");
	plain_line(out, finding->detail);
	buf_printf(out, "\n");
	if (in_full(report, finding->check) && finding->fix)
		part(out, 13, "fix  ", finding->fix);
}

/* What is shown: not what was accepted; in a quiet report only what turns the audit red. */
static void
findings(struct buf *out, const struct audit_report *report)
{
	const struct audit_finding *last = NULL; /* that was shown */

	for (size_t i = 0; i < report->audit->finding_count; i++) {
		const struct audit_finding *finding = &report->audit->findings[i];

		if (finding->reason ||
		    (report->quiet && !audit_threshold_meets(report->threshold, finding)))
			continue;
		if (!last || last->check != finding->check) {
			buf_printf(out, "%s", last ? "\n" : "");
			check_lines(out, report, finding->check);
		}
		last = finding;
		finding_lines(out, report, finding);
	}
	buf_printf(out, "%s", last ? "\n" : "");
}

static void
accepted(struct buf *out, const struct audit *audit)
{
	for (size_t i = 0; i < audit->finding_count; i++) {
		const struct audit_finding *finding = &audit->findings[i];
		if (!finding->reason)
			continue;
		buf_printf(out, "accepted %s ", finding->check->code);
		plain_line(out, finding->object);
		buf_printf(out, " until %s: ", finding->until);
		plain_line(out, finding->reason);
		buf_printf(out, "\n");
	}
}

static void
stale(struct buf *out, const struct audit_baseline *baseline)
{
	size_t count;
	const struct audit_acceptance *items = audit_baseline_items(baseline, &count);

	for (size_t i = 0; i < count; i++) {
		if (items[i].used && !items[i].expired)
			continue;
		buf_printf(out, "%s:%d: the acceptance of %s for ", items[i].place.file,
			   items[i].place.line, items[i].check->code);
		plain_line(out, items[i].object);
		if (!items[i].used)
			buf_printf(out, " accepts nothing: no such finding, take it out\n");
		else
			buf_printf(out, " ended on %s: the finding counts again\n", items[i].until);
	}
}

static const char *
plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void
totals(struct buf *out, const struct audit_report *report)
{
	const struct audit *audit = report->audit;
	size_t checks, failing = audit_threshold_count(report->threshold, audit);
	size_t errors = audit_count(audit, AUDIT_ERROR);
	size_t warnings = audit_count(audit, AUDIT_WARNING), notes = audit_count(audit, AUDIT_NOTE);

	(void)audit_checks(&checks);
	plain_word(out, failing ? "FAILED" : "PASSED", failing ? PLAIN_RED : PLAIN_GREEN,
		   report->color);
	buf_printf(out, "  %zu checks: %zu error%s, %zu warning%s, %zu note%s", checks, errors,
		   plural(errors), warnings, plural(warnings), notes, plural(notes));
	if (audit_accepted(audit))
		buf_printf(out, ", %zu accepted", audit_accepted(audit));
	if (failing)
		buf_printf(out, "; %zu of them fail%s the audit", failing, failing == 1 ? "s" : "");
	buf_printf(out, "\n");
}

void
audit_terminal(const struct audit_report *report, struct sink *sink)
{
	const struct audit *audit = report->audit;
	struct buf out;

	buf_init(&out, OUT_BYTES);
	if (!report->quiet)
		head(&out, report);
	findings(&out, report);
	if (!report->quiet)
		accepted(&out, audit);
	stale(&out, report->baseline);
	totals(&out, report);
	sink_add(sink, out.text, out.len);
	buf_release(&out);
}
