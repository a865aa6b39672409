/* survey.h - what a running service lists to each persona of an environment.
 *
 * GET /v1/actions/list?domain=D, asked as everybody who has a role, a good token and the
 * environment's yacht; who has a password logs in first. Nothing is written.
 */
#ifndef EXEC_SURVEY_H
#define EXEC_SURVEY_H

#include <jansson.h>

#include "base/error.h"
#include "run/mask.h"
#include "suite/environment.h"

/* [{persona, role, list}] in the order of the environment, `list` being the body of a 200: a new
 * reference. NULL with err (ERROR_ENVIRONMENT) when one of them got something else, or nobody
 * could be asked. */
json_t *survey_lists(const struct environment *environment, const char *domain, struct mask *mask,
		     struct error *err);

#endif
