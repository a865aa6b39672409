/* clock.h - the two clocks: one for differences, one for reports. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes of a timestamp as clock_text writes it, with its NUL. */
#define CLOCK_TEXT_BYTES 25

/* Microseconds on the monotonic clock; only differences mean anything. */
int64_t clock_now_us(void);

/* Microseconds since 1970-01-01 UTC: what reports show, never what is measured with. */
int64_t clock_wall_us(void);

/* Write `wall_us` as RFC 3339 in UTC with milliseconds, "2026-11-22T21:35:45.123Z". */
void clock_text(int64_t wall_us, char text[CLOCK_TEXT_BYTES]);

/* Read what clock_text wrote. False, *wall_us untouched, when `text` is anything else. */
bool clock_parse(const char *text, int64_t *wall_us);

#endif
