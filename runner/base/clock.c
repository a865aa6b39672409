#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t
read_us(clockid_t id)
{
	struct timespec now;

	(void)clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
clock_now_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

int64_t
clock_wall_us(void)
{
	return read_us(CLOCK_REALTIME);
}

void
clock_text(int64_t wall_us, char text[CLOCK_TEXT_BYTES])
{
	time_t seconds = (time_t)(wall_us / 1000000);
	struct tm utc;

	(void)gmtime_r(&seconds, &utc);
	size_t len = strftime(text, CLOCK_TEXT_BYTES, "%Y-%m-%dT%H:%M:%S", &utc);
	(void)snprintf(text + len, CLOCK_TEXT_BYTES - len, ".%03dZ", (int)(wall_us / 1000 % 1000));
}

/* Days from 1970-01-01 to a date of the Gregorian calendar: years are counted from March, so that
 * the leap day is the last of its year. There is no timegm() in POSIX.1-2008. */
static int64_t
days_since_epoch(int64_t year, int64_t month, int64_t day)
{
	int64_t from_march = year - (month <= 2);
	int64_t month_from_march = (month + 9) % 12;

	return from_march * 365 + from_march / 4 - from_march / 100 + from_march / 400 +
	       (month_from_march * 153 + 2) / 5 + day - 1 - 719468;
}

/* The number that `digits` places of `text` hold; -1 when one is no digit. */
static int64_t
number_at(const char *text, int digits)
{
	int64_t number = 0;

	for (int i = 0; i < digits; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = number * 10 + text[i] - '0';
	}
	return number;
}

bool
clock_parse(const char *text, int64_t *wall_us)
{
	char again[CLOCK_TEXT_BYTES];

	if (strlen(text) != CLOCK_TEXT_BYTES - 1)
		return false;
	int64_t days = days_since_epoch(number_at(text, 4), number_at(text + 5, 2),
					number_at(text + 8, 2));
	int64_t seconds = days * 86400 + number_at(text + 11, 2) * 3600 +
			  number_at(text + 14, 2) * 60 + number_at(text + 17, 2);
	int64_t us = seconds * 1000000 + number_at(text + 20, 3) * 1000;

	/* Whatever is no date, or written another way, does not come out as it went in. */
	if (us < 0)
		return false;
	clock_text(us, again);
	if (strcmp(again, text) != 0)
		return false;
	*wall_us = us;
	return true;
}
