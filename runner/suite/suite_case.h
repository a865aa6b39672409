/* suite_case.h - reads the cases of a suite, one or, with a matrix or generator, many at a time. */
#ifndef SUITE_SUITE_CASE_H
#define SUITE_SUITE_CASE_H

#include "suite/loading.h"

struct case_list {
	struct suite_case *items;
	size_t count, room;
};

void case_list_release(struct case_list *list);

/* Read the entry of `cases` at `node`. */
void suite_case_read(struct loading *loading, const struct node *node, struct case_list *list);

/* Read the list of steps that is the member `key` of `object`, if there is one, for `unit`. */
void suite_case_steps(struct loading *loading, struct unit *unit, const struct node *object,
		      const char *key, const char *as, struct step_list *steps);

/* Read the text or list `tags` of `object` into the arena. */
void suite_case_tags(struct loading *loading, const struct node *object, const char *const **tags,
		     size_t *count);

#endif
