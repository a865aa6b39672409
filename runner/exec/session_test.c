#include "exec/session.h"

#include <criterion/criterion.h>

#include "base/clock.h"
#include "base/rows.h"

static json_t *
json(const char *text)
{
	return text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
}

static const struct {
	const char *flags; /* what the case asks for; NULL: nothing */
	const char *outage;
	const char *stated; /* environment's expect.flags; NULL */
	const char *base_url;
} rows[] = {
	{ NULL, NULL, NULL, "main" },
	{ "{\"X\": false}", NULL, NULL, "off" },
	{ "{\"X\": null}", NULL, NULL, "unset" },
	{ "{\"X\": true}", NULL, NULL, NULL },
	{ "{\"X\": true}", NULL, "{\"X\": true}", "main" },
	{ "{\"Y\": false}", NULL, NULL, NULL },
	{ NULL, "database", NULL, "down" },
	{ NULL, "disk", NULL, NULL },
	{ "{\"X\": false}", "database", NULL, NULL },
};

ParameterizedTestParameters(session, rows)
{
	return rows_of(COUNTOF(rows));
}

/* A case goes to the deployment that is in the state it asks for, and nowhere else. */
ParameterizedTest(size_t *row, session, rows)
{
	json_t *off = json("{\"X\": false}"), *unset = json("{\"X\": null}");
	json_t *flags = json(rows[*row].flags), *stated = json(rows[*row].stated);
	struct environment environment = { .base_url = "main", .expect_flags = stated };
	struct session_target targets[] = { { off, NULL, "off" },
					    { unset, NULL, "unset" },
					    { NULL, "database", "down" } };
	struct session session = { .environment = &environment,
				   .targets = targets,
				   .target_count = 3 };

	const char *found = session_base_url(&session, flags, rows[*row].outage);
	if (rows[*row].base_url)
		cr_expect_str_eq(found ? found : "nothing", rows[*row].base_url, "row %zu", *row);
	else
		cr_expect_null(found, "row %zu", *row);
	json_decref(off);
	json_decref(unset);
	json_decref(flags);
	json_decref(stated);
}

Test(session, a_request_never_outlives_the_run_or_the_case)
{
	struct session session = { .timeout_ms = 10000 };
	int64_t now = clock_now_us();

	cr_expect_eq(session_timeout_ms(&session, 0, 0), 10000);
	cr_expect_eq(session_timeout_ms(&session, 500, 0), 500);
	cr_expect_leq(session_timeout_ms(&session, 0, now + 2000000), 2000);
	session.deadline_us = now + 1000000;
	cr_expect_leq(session_timeout_ms(&session, 5000, now + 2000000), 1000);
	session.deadline_us = now - 1;
	cr_expect_eq(session_timeout_ms(&session, 5000, 0), 1);
}
