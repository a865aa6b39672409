/* regex.h - PCRE2 for `$match`, with an end in sight.
 *
 * Compiled patterns live in the findings' arena and are used again by later checks that leave
 * their findings there. A search is bounded in backtracking, memory and time: a pattern that
 * explodes ends as "gave up", never as a hang.
 */
#ifndef CHECK_REGEX_H
#define CHECK_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "check/finding.h"

enum regex_result { REGEX_FOUND, REGEX_NOT_FOUND, REGEX_GAVE_UP, REGEX_WRONG };

/* Does the pattern compile? On false *why (at least 128 bytes) says what is wrong, and where. */
bool regex_valid(const char *pattern, char why[128]);

/* Search `text` for `pattern` anywhere in it. `$` is the very end, not before a last newline. */
enum regex_result regex_search(struct findings *findings, const char *pattern, const char *text,
			       size_t len);

#endif
