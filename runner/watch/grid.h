/* grid.h - when rounds are due: at fixed moments, not so long after the end of the one before. */
#ifndef WATCH_GRID_H
#define WATCH_GRID_H

#include <stdint.h>

/* The first moment after `now_us` that is a multiple of `every_us`; all since 1970. */
int64_t grid_next(int64_t now_us, int64_t every_us);

/* How many moments after `last_us` and before `next_us` nobody used. */
long grid_skipped(int64_t last_us, int64_t next_us, int64_t every_us);

#endif
