#include "watch/grid.h"

int64_t
grid_next(int64_t now_us, int64_t every_us)
{
	return (now_us / every_us + 1) * every_us;
}

long
grid_skipped(int64_t last_us, int64_t next_us, int64_t every_us)
{
	return next_us > last_us ? (long)((next_us - last_us) / every_us) - 1 : 0;
}
