/* request.h - reads what an action or HTTP step sends. */
#ifndef SUITE_REQUEST_H
#define SUITE_REQUEST_H

#include "suite/loading.h"

/* Read method, path and body of the HTTP step at `node`. */
bool request_read(struct loading *loading, const struct node *node, struct step *step);

/* Read `payload` and `context` of the action step at `node`; its lens knows the action. */
bool request_read_action(struct loading *loading, const struct node *node, struct step *step);

/* Whether the step may write to the target; suite.h says which do. */
bool request_writes(const struct step *step);

#endif
