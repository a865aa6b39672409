#include <jansson.h>
#include <stdlib.h>

#include "rls/audit_report.h"

static json_t *
text_or_null(const char *text)
{
	json_t *value = text ? json_string(text) : NULL;

	return value ? value : json_null();
}

static json_t *
names(const struct audit_names *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->count; i++)
		json_array_append_new(array, json_string(list->items[i]));
	return array;
}

static json_t *
subject(const struct audit_report *report)
{
	const struct audit *audit = report->audit;

	return json_pack(
		"{s:s,s:o,s:o,s:o,s:o,s:o,s:b,s:I,s:I,s:I,s:I,s:I}", "place", report->place,
		"server_version", text_or_null(audit->version), "database",
		text_or_null(audit->database), "schemas", names(&audit->schemas), "roles",
		names(&audit->roles), "tenant", text_or_null(audit->tenant), "tenant_guessed",
		(int)audit->tenant_guessed, "tables", (json_int_t)audit->tables, "tenant_tables",
		(json_int_t)audit->tenant_tables, "views", (json_int_t)audit->views, "policies",
		(json_int_t)audit->policies, "functions", (json_int_t)audit->functions);
}

static json_t *
finding_json(const struct audit_report *report, const struct audit_finding *finding)
{
	const struct audit_check *check = finding->check;
	struct audit_spot spot;
	json_t *object = json_pack(
		"{s:s,s:s,s:s,s:o,s:o,s:o,s:s,s:o,s:b}", "code", check->code, "name", check->name,
		"severity", audit_severity_name(check->severity), "kind",
		text_or_null(finding->kind), "object", text_or_null(finding->object), "detail",
		text_or_null(finding->detail), "why", check->why, "fix", text_or_null(finding->fix),
		"fails", (int)audit_threshold_meets(report->threshold, finding));

	if (audit_sources_find(report->sources, finding, &spot)) {
		json_object_set_new(object, "file", json_string(spot.path));
		json_object_set_new(object, "line", json_integer(spot.line));
	}
	if (finding->reason)
		json_object_set_new(
			object, "accepted",
			json_pack("{s:s,s:s}", "reason", finding->reason, "until", finding->until));
	return object;
}

static json_t *
acceptances(const struct audit_report *report)
{
	size_t count;
	const struct audit_acceptance *items = audit_baseline_items(report->baseline, &count);
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(
			array, json_pack("{s:s,s:s,s:s,s:s,s:b,s:b}", "code", items[i].check->code,
					 "object", items[i].object, "reason", items[i].reason,
					 "until", items[i].until, "expired", (int)items[i].expired,
					 "used", (int)items[i].used));
	return array;
}

void
audit_json(const struct audit_report *report, struct sink *sink)
{
	const struct audit *audit = report->audit;
	json_t *findings = json_array();
	size_t checks;

	(void)audit_checks(&checks);
	for (size_t i = 0; i < audit->finding_count; i++)
		json_array_append_new(findings, finding_json(report, &audit->findings[i]));
	json_t *root =
		json_pack("{s:s,s:s,s:s,s:o,s:I,s:{s:I,s:I,s:I,s:I},s:I,s:o,s:o}", "schema",
			  "lensgate-audit/1", "version", LENSGATE_VERSION, "date", report->today,
			  "subject", subject(report), "checks", (json_int_t)checks, "counts",
			  "error", (json_int_t)audit_count(audit, AUDIT_ERROR), "warning",
			  (json_int_t)audit_count(audit, AUDIT_WARNING), "note",
			  (json_int_t)audit_count(audit, AUDIT_NOTE), "accepted",
			  (json_int_t)audit_accepted(audit), "failing",
			  (json_int_t)audit_threshold_count(report->threshold, audit), "findings",
			  findings, "baseline", acceptances(report));
	char *text = json_dumps(root, JSON_INDENT(2));
	json_decref(root);
	if (!text)
		abort();
	sink_printf(sink, "%s\n", text);
	free(text);
}
