#include <string.h>

#include "base/buf.h"
#include "report/xml.h"
#include "rls/audit_report.h"

#define TEXT_BYTES ((size_t)64 * 1024)
#define XML_BYTES  ((size_t)8 * 1024 * 1024)

static void
describe(struct buf *out, const struct audit_finding *finding)
{
	buf_printf(out, "%s: %s\n", finding->object, finding->detail);
	if (finding->reason)
		buf_printf(out, "  accepted until %s: %s\n", finding->until, finding->reason);
	else if (finding->fix)
		buf_printf(out, "  fix: %s\n", finding->fix);
}

/* What check `check` found: the findings that turn the audit red into `failing`, others into
 * `rest`. Returns how many fail. */
static long
gather(const struct audit_report *report, const struct audit_check *check, struct buf *failing,
       struct buf *rest)
{
	long count = 0;

	for (size_t i = 0; i < report->audit->finding_count; i++) {
		const struct audit_finding *finding = &report->audit->findings[i];
		bool fails = audit_threshold_meets(report->threshold, finding);

		if (finding->check != check)
			continue;
		describe(fails ? failing : rest, finding);
		count += fails;
	}
	return count;
}

static void
failure(const struct audit_check *check, long count, const struct buf *text, struct buf *xml)
{
	char line[256];

	(void)snprintf(line, sizeof(line), "%ld %s: %s", count, count == 1 ? "finding" : "findings",
		       check->title);
	buf_printf(xml, "      <failure type=\"audit\"");
	xml_attribute(xml, "message", line);
	buf_printf(xml, ">");
	xml_text(xml, text->text, text->len);
	buf_printf(xml, "why it matters: ");
	xml_text(xml, check->why, strlen(check->why));
	buf_printf(xml, "</failure>\n");
}

static void
testcase(const struct audit_report *report, const struct audit_check *check, struct buf *xml)
{
	struct buf failing, rest;
	char name[64];

	buf_init(&failing, TEXT_BYTES);
	buf_init(&rest, TEXT_BYTES);
	long count = gather(report, check, &failing, &rest);
	(void)snprintf(name, sizeof(name), "%s %s", check->code, check->name);
	buf_printf(xml, "    <testcase");
	xml_attribute(xml, "name", name);
	buf_printf(xml, " classname=\"audit.%c\" time=\"0\" assertions=\"1\">\n", check->code[0]);
	if (count)
		failure(check, count, &failing, xml);
	if (rest.len) {
		buf_printf(xml, "      <system-out>");
		xml_text(xml, rest.text, rest.len);
		buf_printf(xml, "</system-out>\n");
	}
	buf_printf(xml, "    </testcase>\n");
	buf_release(&failing);
	buf_release(&rest);
}

/* Checks that found something which turns the audit red. */
static long
failed_checks(const struct audit_report *report)
{
	const struct audit_check *last = NULL;
	long count = 0;

	for (size_t i = 0; i < report->audit->finding_count; i++) {
		const struct audit_finding *finding = &report->audit->findings[i];
		if (finding->check != last && audit_threshold_meets(report->threshold, finding)) {
			last = finding->check; /* findings of one check stand together */
			count++;
		}
	}
	return count;
}

static void
property(struct buf *xml, const char *name, const char *value)
{
	buf_printf(xml, "      <property");
	xml_attribute(xml, "name", name);
	xml_attribute(xml, "value", value ? value : "");
	buf_printf(xml, "/>\n");
}

void
audit_junit(const struct audit_report *report, struct sink *sink)
{
	size_t count;
	const struct audit_check *all = audit_checks(&count);
	long failed = failed_checks(report);
	struct buf xml;

	buf_init(&xml, XML_BYTES);
	buf_printf(&xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			 "<testsuites name=\"lensgate audit\"");
	xml_attribute_int(&xml, "tests", (long)count);
	xml_attribute_int(&xml, "failures", failed);
	buf_printf(&xml, " errors=\"0\" skipped=\"0\" time=\"0\">\n  <testsuite name=\"audit\"");
	xml_attribute_int(&xml, "tests", (long)count);
	xml_attribute_int(&xml, "failures", failed);
	buf_printf(&xml, " errors=\"0\" skipped=\"0\" time=\"0\" timestamp=\"%sT00:00:00\"",
		   report->today);
	xml_attribute(&xml, "hostname", report->place);
	buf_printf(&xml, ">\n");
	buf_printf(&xml, "    <properties>\n");
	property(&xml, "place", report->place);
	property(&xml, "server_version", report->audit->version);
	property(&xml, "tenant_column", report->audit->tenant);
	buf_printf(&xml, "    </properties>\n");
	for (size_t i = 0; i < count; i++)
		testcase(report, &all[i], &xml);
	buf_printf(&xml, "  </testsuite>\n</testsuites>\n");
	sink_add(sink, xml.text, xml.len);
	buf_release(&xml);
}
