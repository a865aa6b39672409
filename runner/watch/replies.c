#include "watch/replies.h"

bool
replies_is_5xx(long long status)
{
	return status >= 500 && status <= 599;
}

/* Of the last replies of the row's checks. */
static long
count_seen(const json_t *notes, bool only_5xx)
{
	json_t *checks = json_object_get(notes, "checks");
	const char *name;
	json_t *check;
	long count = 0;

	json_object_foreach(checks, name, check)
	{
		long long status = json_integer_value(json_object_get(check, "status_code"));
		count += only_5xx ? replies_is_5xx(status) : status > 0;
	}
	return count;
}

static long
count(const json_t *row, const char *key, bool only_5xx)
{
	const json_t *notes = json_object_get(row, "notes");
	const json_t *counted = json_object_get(notes, key);

	return json_is_integer(counted) ? (long)json_integer_value(counted)
					: count_seen(notes, only_5xx);
}

long
replies_count(const json_t *row)
{
	return count(row, "replies", false);
}

long
replies_count_5xx(const json_t *row)
{
	return count(row, "replies_5xx", true);
}
