#include "watch/alert_series.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/scratch.h"

static struct observation *items;
static size_t count;

/* Loads `yaml`; the first mistake goes to `said`. */
static bool
load(const char *yaml, char said[600])
{
	char path[SCRATCH_BYTES];
	struct errors errors = { 0 };

	scratch_make(path, "series.yaml", yaml, strlen(yaml));
	bool ok = alert_series_load(path, &items, &count, &errors);
	(void)snprintf(said, 600, "%s", errors.count ? errors.items[0].message : "");
	errors_release(&errors);
	scratch_remove(path);
	return ok;
}

Test(alert_series, what_a_round_does_not_say_is_as_it_should_be)
{
	char said[600];

	cr_assert(
		load("- { at: 0m }\n- { at: 15m, status: unhealthy, status_code: 500, p95_ms: 7,\n"
		     "    error_rate_percent: 2.5, flag: \"off\", started: true }\n",
		     said),
		"%s", said);
	cr_assert_eq(count, 2);
	cr_expect(items[0].status == HEALTH_HEALTHY && items[0].flag == FLAG_ON &&
		  !items[0].has_5xx && !items[0].restarted);
	cr_expect(items[1].status == HEALTH_UNHEALTHY && items[1].flag == FLAG_OFF &&
		  items[1].has_5xx && items[1].restarted && items[1].p95_ms == 7 &&
		  items[1].error_rate_percent == 2.5 && items[1].at_us == INT64_C(900000000));
	free(items);
}

static const struct {
	const char *yaml, *said;
} wrong[] = {
	{ "{}", "must be a list" },
	{ "- { at: 0m, sttus: healthy }", "unknown key `sttus`" },
	{ "- { status: healthy }", "missing key `at`" },
	{ "- { at: 0m, status: unwell }", "must be healthy, degraded or unhealthy" },
	{ "- { at: 0m, flag: maybe }", "must be \"on\" or \"off\"" },
	{ "- { at: 0m, error_rate_percent: few }", "must be a number" },
	{ "- { at: 15m }\n- { at: 15m }", "is not later than the one above" },
};

Test(alert_series, a_mistake_is_told)
{
	for (size_t i = 0; i < COUNTOF(wrong); i++) {
		char said[600];

		cr_expect_not(load(wrong[i].yaml, said), "row %zu", i);
		cr_expect_not_null(strstr(said, wrong[i].said), "row %zu: %s", i, said);
		free(items);
	}
}
