#include "watch/alert_series.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "document/node.h"

static bool
status_read(const struct node *item, enum health_status *status)
{
	const char *name = NULL;
	struct node member;

	if (!node_text(item, "status", OPTIONAL, &name))
		return false;
	if (!name || !node_member(item, "status", &member))
		return true;
	for (int i = HEALTH_HEALTHY; i <= HEALTH_UNHEALTHY; i++) {
		if (strcmp(name, health_status_name((enum health_status)i)) == 0) {
			*status = (enum health_status)i;
			return true;
		}
	}
	return node_fail(&member, "must be healthy, degraded or unhealthy");
}

static bool
flag_read(const struct node *item, struct observation *out)
{
	const char *flag = NULL;
	struct node member;

	out->flag = FLAG_ON;
	if (!node_text(item, "flag", OPTIONAL, &flag))
		return false;
	if (!flag || !node_member(item, "flag", &member) || strcmp(flag, "on") == 0)
		return true;
	out->flag = FLAG_OFF;
	return strcmp(flag, "off") == 0 || node_fail(&member, "must be \"on\" or \"off\"");
}

static bool
rate_read(const struct node *item, double *percent)
{
	struct node member;

	if (!node_member(item, "error_rate_percent", &member))
		return true;
	*percent = json_number_value(member.value);
	return json_is_number(member.value) || node_fail(&member, "must be a number");
}

static bool
round_read(const struct node *item, struct observation *out)
{
	static const char *const keys[] = { "at",          "status", "p95_ms", "error_rate_percent",
					    "status_code", "flag",   "started" };
	int64_t at_ms = 0, p95 = 100, code = 200;

	*out = (struct observation){ .status = HEALTH_HEALTHY };
	bool ok = node_is_object(item) && node_keys(item, keys, COUNTOF(keys)) &&
		  node_duration(item, "at", REQUIRED, &at_ms) && status_read(item, &out->status) &&
		  flag_read(item, out) && rate_read(item, &out->error_rate_percent) &&
		  node_integer(item, "p95_ms", OPTIONAL, 0, INT32_MAX, &p95) &&
		  node_integer(item, "status_code", OPTIONAL, 0, 599, &code) &&
		  node_boolean(item, "started", OPTIONAL, &out->restarted);
	out->at_us = at_ms * 1000;
	out->p95_ms = (double)p95;
	out->has_5xx = code >= 500;
	return ok;
}

bool
alert_series_load(const char *path, struct observation **items, size_t *count,
		  struct errors *errors)
{
	struct document *document = document_load(path, errors);

	*items = NULL;
	*count = 0;
	if (!document)
		return false;
	struct node root = node_root(document, errors);
	bool ok = node_is_array(&root);
	size_t all = ok ? json_array_size(root.value) : 0;
	*items = calloc(all + 1, sizeof(**items));
	if (!*items)
		abort();
	for (size_t i = 0; i < all; i++) {
		struct node item = node_item(&root, i);

		ok = round_read(&item, &(*items)[i]) && ok;
		if (i && (*items)[i].at_us <= (*items)[i - 1].at_us)
			ok = node_fail(&item, "is not later than the one above");
	}
	*count = all;
	document_free(document);
	return ok;
}
