#include "rls/audit_threshold.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "document/node.h"

static size_t
place_of(const struct audit_check *check)
{
	size_t count;
	const struct audit_check *all = audit_checks(&count);

	assert(count <= AUDIT_CHECKS_MAX);
	return (size_t)(check - all);
}

static bool
unknown(const char *word, struct error *err)
{
	static const char *const words[] = { "note", "warning", "error", "none" };
	const char *names[AUDIT_CHECKS_MAX + COUNTOF(words)];
	size_t count;
	const struct audit_check *all = audit_checks(&count);

	memcpy(names, words, sizeof(words));
	for (size_t i = 0; i < count; i++)
		names[COUNTOF(words) + i] = all[i].name;
	const char *near = nearest_name(word, names, COUNTOF(words) + count);
	return error_set(err, ERROR_USAGE,
			 "--fail-on wants note, warning, error, none or codes such as A1,B6, not "
			 "\"%s\"%s%s%s",
			 word, near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static bool
take(const char *word, struct audit_threshold *threshold, struct error *err)
{
	enum audit_severity least;
	size_t count;
	const struct audit_check *all = audit_checks(&count);
	const struct audit_check *one = audit_check_find(word);

	if (strcmp(word, "none") == 0)
		return true;
	if (audit_severity_parse(word, &least)) {
		for (size_t i = 0; i < count; i++)
			threshold->fails[i] |= all[i].severity >= least;
		return true;
	}
	if (!one)
		return unknown(word, err);
	threshold->fails[place_of(one)] = true;
	return true;
}

bool
audit_threshold_parse(const char *text, struct audit_threshold *threshold, struct error *err)
{
	*threshold = (struct audit_threshold){ 0 };
	for (const char *at = text;;) {
		char word[64];
		size_t len = strcspn(at, ",");

		(void)snprintf(word, sizeof(word), "%.*s", (int)len, at);
		if (!take(word, threshold, err))
			return false;
		if (!at[len])
			return true;
		at += len + 1;
	}
}

bool
audit_threshold_meets(const struct audit_threshold *threshold, const struct audit_finding *finding)
{
	return !finding->reason && threshold->fails[place_of(finding->check)];
}

size_t
audit_threshold_count(const struct audit_threshold *threshold, const struct audit *audit)
{
	size_t count = 0;

	for (size_t i = 0; i < audit->finding_count; i++)
		count += audit_threshold_meets(threshold, &audit->findings[i]);
	return count;
}
