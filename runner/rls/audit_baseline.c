#include "rls/audit_baseline.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "document/node.h"
#include "rls/audit_threshold.h"

struct audit_baseline {
	struct arena arena;
	struct document *document;
	struct audit_acceptance *items;
	size_t count;
};

/* A day that exists, written YYYY-MM-DD: then days compare as text. */
static bool
is_date(const char *text)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	for (size_t i = 0; i < 10; i++) {
		bool dash = i == 4 || i == 7;
		if (dash ? text[i] != '-' : !isdigit((unsigned char)text[i]))
			return false;
	}
	if (text[10])
		return false;
	long year = strtol(text, NULL, 10), month = strtol(text + 5, NULL, 10);
	long day = strtol(text + 8, NULL, 10);
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] &&
	       (month != 2 || day < 29 || leap);
}

static bool
unknown_check(const struct node *item, const char *code)
{
	const char *names[AUDIT_CHECKS_MAX];
	size_t count;
	const struct audit_check *all = audit_checks(&count);
	struct node member;

	for (size_t i = 0; i < count; i++)
		names[i] = all[i].name;
	const char *near = nearest_name(code, names, count);
	return node_member(item, "code", &member) &&
	       node_fail(&member, "no check of the audit is called `%s`%s%s%s", code,
			 near ? "; did you mean `" : "", near ? near : "", near ? "`?" : "");
}

/* What accepts the same twice has two reasons, and one of them is not the reason. */
static bool
is_new(const struct node *item, const struct audit_baseline *baseline,
       const struct audit_acceptance *acceptance)
{
	for (const struct audit_acceptance *one = baseline->items; one < acceptance; one++) {
		if (one->check == acceptance->check && one->object &&
		    strcmp(one->object, acceptance->object) == 0)
			return node_fail(item, "%s of %s is accepted twice, at line %d too",
					 one->check->code, one->object, one->place.line);
	}
	return true;
}

static bool
read_item(const struct node *item, struct audit_acceptance *acceptance)
{
	static const char *const keys[] = { "code", "object", "reason", "until" };
	const char *code = "";
	struct node member;

	if (!node_is_object(item) || !node_keys(item, keys, COUNTOF(keys)))
		return false;
	bool ok = node_text(item, "code", REQUIRED, &code);
	ok = node_text(item, "object", REQUIRED, &acceptance->object) && ok;
	ok = node_text(item, "reason", REQUIRED, &acceptance->reason) && ok;
	ok = node_text(item, "until", REQUIRED, &acceptance->until) && ok;
	if (!ok)
		return false;
	acceptance->check = audit_check_find(code);
	acceptance->place = node_place(item);
	if (!acceptance->check)
		return unknown_check(item, code);
	if (!acceptance->reason[strspn(acceptance->reason, " \t\n")])
		return node_member(item, "reason", &member) && node_fail(&member, "must say why");
	if (!is_date(acceptance->until))
		return node_member(item, "until", &member) &&
		       node_fail(&member, "must be a day such as 2027-03-31");
	return true;
}

static bool
read_all(struct audit_baseline *baseline, struct errors *errors)
{
	static const char *const keys[] = { "accepted" };
	struct node root = node_root(baseline->document, errors), list;

	if (!node_is_object(&root) || !node_keys(&root, keys, COUNTOF(keys)))
		return false;
	if (!node_member(&root, "accepted", &list))
		return node_fail(&root, "missing key `accepted`");
	if (!node_is_array(&list))
		return false;
	size_t count = json_array_size(list.value);
	baseline->items = ARENA_ARRAY(&baseline->arena, count, struct audit_acceptance);
	bool ok = true;
	for (size_t i = 0; i < count; i++) {
		struct node item = node_item(&list, i);
		struct audit_acceptance *acceptance = &baseline->items[baseline->count++];
		ok = read_item(&item, acceptance) && is_new(&item, baseline, acceptance) && ok;
	}
	return ok;
}

struct audit_baseline *
audit_baseline_load(const char *path, struct errors *errors)
{
	struct audit_baseline *baseline = must(calloc(1, sizeof(*baseline)));

	baseline->document = document_load(path, errors);
	if (baseline->document && read_all(baseline, errors))
		return baseline;
	audit_baseline_free(baseline);
	return NULL;
}

void
audit_baseline_free(struct audit_baseline *baseline)
{
	if (!baseline)
		return;
	document_free(baseline->document);
	arena_release(&baseline->arena);
	free(baseline);
}

static bool
fits(const struct audit_acceptance *acceptance, const struct audit_finding *finding)
{
	return acceptance->check == finding->check && finding->object &&
	       strcmp(acceptance->object, finding->object) == 0;
}

void
audit_baseline_apply(struct audit_baseline *baseline, struct audit *audit, const char *today)
{
	for (size_t i = 0; i < baseline->count; i++) {
		struct audit_acceptance *acceptance = &baseline->items[i];

		acceptance->expired = strcmp(acceptance->until, today) < 0;
		for (size_t k = 0; k < audit->finding_count; k++) {
			struct audit_finding *finding = &audit->findings[k];
			if (!fits(acceptance, finding))
				continue;
			acceptance->used = true;
			if (acceptance->expired)
				continue;
			finding->reason = acceptance->reason;
			finding->until = acceptance->until;
		}
	}
}

const struct audit_acceptance *
audit_baseline_items(const struct audit_baseline *baseline, size_t *count)
{
	*count = baseline ? baseline->count : 0;
	return baseline ? baseline->items : NULL;
}
