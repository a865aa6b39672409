/* replies.h - how many replies a row of pms_health_checks tells of, and how many were a 5xx.
 *
 * Since `notes` counts them (`replies`, `replies_5xx`) these are all of the round: the preflight's,
 * and every one of a check. Older rows tell of the last reply of each check only.
 */
#ifndef WATCH_REPLIES_H
#define WATCH_REPLIES_H

#include <jansson.h>
#include <stdbool.h>

bool replies_is_5xx(long long status);

long replies_count(const json_t *row);
long replies_count_5xx(const json_t *row);

#endif
