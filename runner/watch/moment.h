/* moment.h - moments and lengths of time, as people read them. */
#ifndef WATCH_MOMENT_H
#define WATCH_MOMENT_H

#include <stdint.h>

/* Bytes of either text with its NUL. */
#define MOMENT_BYTES 32

/* `us` since 1970 in UTC, to the minute: "2026-11-23 04:15". */
void moment_text(int64_t us, char text[MOMENT_BYTES]);

/* A length of time in its two largest units: "40 s", "15 min", "3 h 5 min", "24 h", "2 d 4 h". Days
 * begin at 48 hours; what is negative is "0 s". */
void moment_length(int64_t us, char text[MOMENT_BYTES]);

#endif
