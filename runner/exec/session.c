#include "exec/session.h"

#include <string.h>

#include "base/clock.h"
#include "document/node.h"

/* Every flag the case asks for stands in `have` with that value; null asks for "unset", which
 * an absent or null one is. */
static bool
flags_hold(const json_t *wanted, const json_t *have)
{
	const char *name;
	json_t *value;

	json_object_foreach(node_writable(wanted), name, value)
	{
		const json_t *actual = have ? json_object_get(have, name) : NULL;
		if (json_is_null(value) ? !json_is_null(actual) : !json_equal(value, actual))
			return false;
	}
	return true;
}

static bool
same_outage(const char *left, const char *right)
{
	return left && right ? strcmp(left, right) == 0 : left == right;
}

const char *
session_base_url(const struct session *session, const json_t *flags, const char *outage)
{
	const struct environment *environment = session->environment;

	if (!flags && !outage)
		return environment->base_url;
	for (size_t i = 0; i < session->target_count; i++) {
		const struct session_target *target = &session->targets[i];
		if (same_outage(target->outage, outage) &&
		    (!flags || (target->flags && flags_hold(flags, target->flags))))
			return target->base_url;
	}
	/* The environment itself may be in the state asked for, when it says so. */
	if (!outage && environment->expect_flags && flags_hold(flags, environment->expect_flags))
		return environment->base_url;
	return NULL;
}

static int64_t
at_most(int64_t wanted_ms, int64_t until_us, int64_t now_us)
{
	int64_t left_ms = (until_us - now_us) / 1000;

	return until_us && left_ms < wanted_ms ? left_ms : wanted_ms;
}

int64_t
session_timeout_ms(const struct session *session, int64_t wanted_ms, int64_t until_us)
{
	int64_t now_us = clock_now_us();
	int64_t ms = at_most(wanted_ms > 0 ? wanted_ms : session->timeout_ms, session->deadline_us,
			     now_us);

	ms = at_most(ms, until_us, now_us);
	return ms > 0 ? ms : 1;
}
