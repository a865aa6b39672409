/* member.h - typed reads of the members of one line of a run record.
 *
 * A member that is absent has its default; one of another type makes the line malformed: `bad`
 * then holds its key, and the read gives the default. Texts are copied into `arena`.
 */
#ifndef RUN_MEMBER_H
#define RUN_MEMBER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct members {
	struct arena *arena;
	const char *bad; /* key of the first member that is malformed; NULL: none */
};

/* NULL when absent. */
const char *member_text(struct members *members, const json_t *object, const char *key);
const char *member_bytes(struct members *members, const json_t *object, const char *key,
			 size_t *len);
int64_t member_int(struct members *members, const json_t *object, const char *key,
		   int64_t otherwise);
bool member_bool(struct members *members, const json_t *object, const char *key);
/* Borrowed from `object`; NULL (an empty array to jansson) when absent. */
const json_t *member_array(struct members *members, const json_t *object, const char *key);

#endif
