#include "base/clock.h"

#include <criterion/criterion.h>

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
