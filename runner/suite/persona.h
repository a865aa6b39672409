/* persona.h - reading personas: of an environment, and derived ones of a lens or suite. */
#ifndef SUITE_PERSONA_H
#define SUITE_PERSONA_H

#include "suite/environment.h"

/* Read the mapping `personas` of an environment, filled in. `written` is the same mapping
 * as it stands in the file, for the names of secrets; NULL for none. */
bool personas_read(const struct node *personas, const json_t *written, struct arena *arena,
		   struct persona_range *out) MUST_USE;

/* A UUID member, in lower case in `arena`, because PostgreSQL prints it so. */
bool node_uuid(const struct node *object, const char *key, struct arena *arena, const char **out);

#endif
