/* Reading canary.yaml. */
#include <string.h>

#include "base/base.h"
#include "document/node.h"
#include "watch/canary.h"

#define EVERY_MS 900000
#define DAY_MS   INT64_C(86400000)

static bool
number_read(const struct node *item, const char *key, double *out)
{
	struct node member;

	if (!node_member(item, key, &member))
		return true;
	if (!json_is_number(member.value))
		return node_fail(&member, "must be a number");
	*out = json_number_value(member.value);
	return true;
}

static bool
compare_read(const struct node *root, struct canary_difference *compare)
{
	static const char *const keys[] = { "sure_percent", "slower_percent", "error_points",
					    "days" };
	struct node item;
	int64_t days = 30;

	*compare = (struct canary_difference){ .sure_percent = 95,
					       .slower_percent = 10,
					       .error_points = 1,
					       .within_ms = days * DAY_MS };
	if (!node_member(root, "compare", &item))
		return true;
	if (!node_is_object(&item) || !node_keys(&item, keys, COUNTOF(keys)) ||
	    !number_read(&item, "sure_percent", &compare->sure_percent) ||
	    !number_read(&item, "slower_percent", &compare->slower_percent) ||
	    !number_read(&item, "error_points", &compare->error_points) ||
	    !node_integer(&item, "days", OPTIONAL, 1, 365, &days))
		return false;
	compare->within_ms = days * DAY_MS;
	return (compare->sure_percent >= 50 && compare->sure_percent < 100) ||
	       node_fail(&item, "`sure_percent` must be at least 50 and below 100");
}

static bool
stage_read(const struct node *item, struct canary_stage *stage)
{
	static const char *const keys[] = { "name",
					    "title",
					    "days",
					    "every",
					    "max_5xx",
					    "p99_ms",
					    "error_rate_percent",
					    "uptime_percent" };
	int64_t days = 1;

	*stage = (struct canary_stage){ .every_ms = EVERY_MS,
					.p99_ms = 10000,
					.error_rate_percent = 1,
					.uptime_percent = 99.5 };
	bool ok = node_is_object(item) && node_keys(item, keys, COUNTOF(keys)) &&
		  node_text(item, "name", REQUIRED, &stage->name) &&
		  node_text(item, "title", REQUIRED, &stage->title) &&
		  node_integer(item, "days", REQUIRED, 1, 365, &days) &&
		  node_duration(item, "every", OPTIONAL, &stage->every_ms) &&
		  node_integer(item, "max_5xx", OPTIONAL, 0, 1000000, &stage->max_5xx) &&
		  node_integer(item, "p99_ms", OPTIONAL, 1, 3600000, &stage->p99_ms) &&
		  number_read(item, "error_rate_percent", &stage->error_rate_percent) &&
		  number_read(item, "uptime_percent", &stage->uptime_percent);
	stage->window_ms = days * DAY_MS;
	return ok && (stage->every_ms > 0 || node_fail(item, "`every` must not be zero"));
}

static bool
runbooks_read(const struct node *root, struct canary_runbooks *runbooks)
{
	static const char *const keys[] = { "errors", "slow", "silence", "flag" };
	struct node item;

	*runbooks = (struct canary_runbooks){ 0 };
	return !node_member(root, "runbooks", &item) ||
	       (node_is_object(&item) && node_keys(&item, keys, COUNTOF(keys)) &&
		node_text(&item, "errors", OPTIONAL, &runbooks->errors) &&
		node_text(&item, "slow", OPTIONAL, &runbooks->slow) &&
		node_text(&item, "silence", OPTIONAL, &runbooks->silence) &&
		node_text(&item, "flag", OPTIONAL, &runbooks->flag));
}

bool
canary_stage_load(struct canary_stage *stage, const char *path, const char *name,
		  struct document **document, struct errors *errors)
{
	static const char *const keys[] = { "stages", "compare", "runbooks" };
	struct canary_difference compare;
	struct canary_runbooks runbooks;
	struct node list;
	bool ok = true, found = false;

	*document = document_load(path, errors);
	if (!*document)
		return false;
	struct node root = node_root(*document, errors);
	if (!node_is_object(&root) || !node_keys(&root, keys, COUNTOF(keys)) ||
	    !compare_read(&root, &compare) || !runbooks_read(&root, &runbooks))
		return false;
	if (!node_member(&root, "stages", &list))
		return node_fail(&root, "missing key `stages`");
	if (!node_is_array(&list))
		return false;
	for (size_t i = 0; i < json_array_size(list.value); i++) {
		struct node item = node_item(&list, i);
		struct canary_stage one;

		ok = stage_read(&item, &one) && ok;
		if (one.name && strcmp(one.name, name) == 0) {
			*stage = one;
			stage->compare = compare;
			stage->runbooks = runbooks;
			found = true;
		}
	}
	return ok && (found || node_fail(&list, "no stage is called `%s`", name));
}
