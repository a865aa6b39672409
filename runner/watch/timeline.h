/* timeline.h - what happened in a time, told by its rounds: starts, changes, gaps. */
#ifndef WATCH_TIMELINE_H
#define WATCH_TIMELINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Entries of a time line, oldest first: [{at, what}], a new reference.
 *
 * `rows` are rounds (rounds_rows), a round is due every `every_ms`. There is an entry for the first
 * round, each start of a worker, each other status and version, the first 5xx of several in a row,
 * each gap with how many rounds are missing in it, and a silence until `until_us`. */
json_t *timeline_make(const json_t *rows, int64_t every_ms, int64_t until_us);

/* One moment of a row, in microseconds since 1970; 0 when it has none. */
int64_t timeline_moment(const json_t *row);

#endif
