#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "rls/audit_report.h"

#define TEXT_BYTES ((size_t)16 * 1024)
#define URI_BYTES  ((size_t)4096)

/* What code scanning sorts by, from 0 to 10. */
static const char *const scores[] = {
	[AUDIT_NOTE] = "2.0", [AUDIT_WARNING] = "5.5", [AUDIT_ERROR] = "8.5"
};

static json_t *
rule(const struct audit_check *check)
{
	static const char more[] = "How to fix it is said with each finding. Every check there is: "
				   "lensgate help audit-checks";
	char title[256], text[1024], markdown[1024];

	(void)snprintf(title, sizeof(title), "%c%s.", toupper((unsigned char)check->title[0]),
		       check->title + 1);
	(void)snprintf(text, sizeof(text), "Why it matters: %s. %s.", check->why, more);
	(void)snprintf(markdown, sizeof(markdown), "**Why it matters**: %s.\n\n%s.", check->why,
		       more);
	return json_pack("{s:s,s:s,s:{s:s},s:{s:s},s:{s:s,s:s},s:{s:s},s:{s:[s,s],s:s,s:s}}", "id",
			 check->code, "name", check->name, "shortDescription", "text", title,
			 "fullDescription", "text", check->why, "help", "text", text, "markdown",
			 markdown, "defaultConfiguration", "level",
			 audit_severity_name(check->severity), "properties", "tags", "security",
			 "row-level-security", "security-severity", scores[check->severity],
			 "precision", "high");
}

static json_t *
rules(void)
{
	size_t count;
	const struct audit_check *all = audit_checks(&count);
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, rule(&all[i]));
	return array;
}

/* A path as a relative URI reference (RFC 3986): everything but unreserved and "/" is escaped. */
static json_t *
uri(const char *path)
{
	struct buf out;

	buf_init(&out, URI_BYTES);
	for (const char *c = path; *c; c++) {
		if (isalnum((unsigned char)*c) || strchr("/-._~", *c))
			buf_add(&out, c, 1);
		else
			buf_printf(&out, "%%%02X", (unsigned)(unsigned char)*c);
	}
	json_t *value = json_string(out.text);
	buf_release(&out);
	return value;
}

/* GitHub shows no result without a physical location. An object that no file makes is shown at the
 * first line of a file that stands for its database. */
static json_t *
location(const struct audit_report *report, const struct audit_finding *finding)
{
	struct audit_spot spot;

	if (!audit_sources_find(report->sources, finding, &spot))
		spot = (struct audit_spot){ report->artifact, 1 };
	return json_pack("{s:{s:{s:o},s:{s:I}},s:[{s:s,s:s}]}", "physicalLocation",
			 "artifactLocation", "uri", uri(spot.path), "region", "startLine",
			 (json_int_t)spot.line, "logicalLocations", "fullyQualifiedName",
			 finding->object, "kind", finding->kind);
}

static json_t *
message(const struct audit_finding *finding)
{
	struct buf out;

	buf_init(&out, TEXT_BYTES);
	buf_printf(&out, "%s: %s. Why it matters: %s.", finding->object, finding->detail,
		   finding->check->why);
	if (finding->fix)
		buf_printf(&out, "\nFix: %s", finding->fix);
	json_t *text = json_pack("{s:s}", "text", out.text);
	buf_release(&out);
	return text;
}

/* How many findings before this one are of the same check and object: what tells them apart. */
static size_t
ordinal(const struct audit *audit, const struct audit_finding *finding)
{
	size_t count = 0;

	for (const struct audit_finding *one = audit->findings; one < finding; one++)
		count += one->check == finding->check && strcmp(one->object, finding->object) == 0;
	return count;
}

/* What a finding is, in every run: the sentence about it may change, and so may the line that makes
 * the object. Code scanning knows one fingerprint only, the hash of a line; left out, it is taken
 * from the file, and all findings that share a line are one alert. */
static json_t *
fingerprints(const struct audit *audit, const struct audit_finding *finding)
{
	char hex[DIGEST_HEX_BYTES], name[1024], line[32];
	size_t before = ordinal(audit, finding);

	int len = snprintf(name, sizeof(name), "%s %s", finding->check->code, finding->object);
	if (before > 0 && len > 0 && (size_t)len < sizeof(name))
		(void)snprintf(name + len, sizeof(name) - (size_t)len, " %zu", before);
	digest_hex(name, strlen(name), hex);
	/* As the hash of a line is written: 64 bits, and its number among equal ones. */
	(void)snprintf(line, sizeof(line), "%.16s:1", hex);
	return json_pack("{s:s,s:s}", "lensgateFinding/v1", hex, "primaryLocationLineHash", line);
}

static json_t *
result(const struct audit_report *report, const struct audit_finding *finding)
{
	const struct audit_check *check = finding->check;
	size_t count;

	json_t *object = json_pack("{s:s,s:I,s:s,s:o,s:[o],s:o}", "ruleId", check->code,
				   "ruleIndex", (json_int_t)(check - audit_checks(&count)), "level",
				   audit_severity_name(check->severity), "message",
				   message(finding), "locations", location(report, finding),
				   "partialFingerprints", fingerprints(report->audit, finding));
	if (finding->reason)
		json_object_set_new(object, "suppressions",
				    json_pack("[{s:s,s:s,s:s}]", "kind", "external", "status",
					      "accepted", "justification", finding->reason));
	return object;
}

void
audit_sarif(const struct audit_report *report, struct sink *sink)
{
	const struct audit *audit = report->audit;
	json_t *results = json_array();

	for (size_t i = 0; i < audit->finding_count; i++)
		json_array_append_new(results, result(report, &audit->findings[i]));
	json_t *root =
		json_pack("{s:s,s:s,s:[{s:{s:{s:s,s:s,s:o}},s:{s:s},s:s,s:o}]}", "$schema",
			  "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0",
			  "runs", "tool", "driver", "name", "lensgate", "version", LENSGATE_VERSION,
			  "rules", rules(), "automationDetails", "id", "lensgate-audit/",
			  "columnKind", "utf16CodeUnits", "results", results);
	char *text = json_dumps(root, JSON_INDENT(1));
	json_decref(root);
	if (!text)
		abort();
	sink_printf(sink, "%s\n", text);
	free(text);
}
