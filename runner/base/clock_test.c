#include "base/clock.h"

#include <criterion/criterion.h>

#include "base/base.h"

Test(clock, a_timestamp_is_utc_with_milliseconds)
{
	char text[CLOCK_TEXT_BYTES];

	clock_text(INT64_C(1795383345123456), text);
	cr_expect_str_eq(text, "2026-11-22T21:35:45.123Z");
}

Test(clock, the_monotonic_clock_never_goes_back)
{
	int64_t last = clock_now_us();

	for (int i = 0; i < 1000; i++) {
		int64_t now = clock_now_us();
		cr_assert_geq(now, last);
		last = now;
	}
}

Test(clock, a_timestamp_is_read_back_to_the_millisecond_and_nothing_else_is)
{
	static const struct {
		const char *text;
		int64_t wall_us; /* -1: refused */
	} rows[] = {
		{ "1970-01-01T00:00:00.000Z", 0 },
		{ "2026-11-22T21:35:45.123Z", INT64_C(1795383345123000) },
		{ "2024-02-29T23:59:59.999Z", INT64_C(1709251199999000) },
		{ "2000-03-01T00:00:00.000Z", INT64_C(951868800000000) },
		{ "2025-02-29T00:00:00.000Z", -1 },
		{ "2026-13-01T00:00:00.000Z", -1 },
		{ "2026-11-22T24:00:00.000Z", -1 },
		{ "2026-11-22 21:35:45.123Z", -1 },
		{ "2026-11-22T21:35:45Z", -1 },
		{ "x026-11-22T21:35:45.123Z", -1 },
		{ "", -1 },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		int64_t wall_us = -1;
		bool ok = clock_parse(rows[i].text, &wall_us);

		cr_expect_eq(ok, rows[i].wall_us >= 0, "\"%s\"", rows[i].text);
		cr_expect_eq(wall_us, rows[i].wall_us, "\"%s\"", rows[i].text);
	}
}
