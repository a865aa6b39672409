#include "watch/moment.h"

#include <stdio.h>

#include "base/clock.h"

#define SECOND_US INT64_C(1000000)
#define HOUR_S    INT64_C(3600)
#define DAY_S     INT64_C(86400)

void
moment_text(int64_t us, char text[MOMENT_BYTES])
{
	char whole[CLOCK_TEXT_BYTES];

	clock_text(us, whole);
	(void)snprintf(text, MOMENT_BYTES, "%.10s %.5s", whole, whole + 11);
}

/* "3 h 5 min"; the smaller one only when there is any. */
static void
pair(char text[MOMENT_BYTES], int64_t large, const char *unit, int64_t small, const char *rest)
{
	if (small)
		(void)snprintf(text, MOMENT_BYTES, "%lld %s %lld %s", (long long)large, unit,
			       (long long)small, rest);
	else
		(void)snprintf(text, MOMENT_BYTES, "%lld %s", (long long)large, unit);
}

void
moment_length(int64_t us, char text[MOMENT_BYTES])
{
	int64_t seconds = us > 0 ? us / SECOND_US : 0;

	if (seconds < 60)
		pair(text, seconds, "s", 0, "");
	else if (seconds < HOUR_S)
		pair(text, seconds / 60, "min", 0, "");
	else if (seconds < 2 * DAY_S)
		pair(text, seconds / HOUR_S, "h", seconds % HOUR_S / 60, "min");
	else
		pair(text, seconds / DAY_S, "d", seconds % DAY_S / HOUR_S, "h");
}
