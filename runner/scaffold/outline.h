/* outline.h - a lens as far as somebody outside can know it, and the lens.yaml that is begun from
 * that.
 *
 * Actions come from what a service lists, or from an OpenAPI document. What such a source does not
 * say, and only a person can, is FILL_IN in the text: values with which an action succeeds, and the
 * rows that prove it.
 */
#ifndef SCAFFOLD_OUTLINE_H
#define SCAFFOLD_OUTLINE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "suite/environment.h"

struct outline {
	const char *name, *domain; /* borrowed */
	const struct environment *environment;
	const char *source; /* "what the service at http://... lists": for the file's head */
	json_t *roles;      /* texts, in the order of the environment's personas */
	json_t *actions;    /* {NAME: {variant, allow, required, payload?}} */
};

/* An outline without actions, whose roles are those of the environment's personas; texts are
 * borrowed. */
void outline_init(struct outline *outline, const char *name, const char *source,
		  const struct environment *environment);
void outline_release(struct outline *outline);

/* What a source says of one action. */
struct outline_action {
	const char *name, *variant; /* borrowed */
	json_t *allow, *required;   /* texts; taken over by outline_add() */
	json_t *payload;            /* one that succeeds, taken over; NULL: nobody knows one */
};

/* Add an action. False, and nothing is added, when a role of `allow` is none that a persona of the
 * environment has, or the action is there already: a sentence in `errors`. */
bool outline_add(struct outline *outline, const struct outline_action *action,
		 struct errors *errors) MUST_USE;

/* Add what a survey (exec/survey.h) found: roles are those that see an action. False with sentences
 * in `errors` where the list contradicts itself: a role that sees what the list says it may not
 * run, or the reverse; and when nobody is shown anything. */
bool outline_survey(struct outline *outline, const json_t *lists, struct errors *errors) MUST_USE;

/* The text of lens.yaml. */
void outline_write(const struct outline *outline, struct buf *out);

#endif
