/* scope.h - what a name in ${...} stands for while a step runs. */
#ifndef SUITE_SCOPE_H
#define SUITE_SCOPE_H

#include <jansson.h>

#include "suite/template.h"

/* A suite's `vars` may refer to each other: `depth` ends a circle of them. */
struct scope_lookup {
	const struct scope *scope;
	int depth;
};

/* A template_lookup_fn over a struct scope_lookup. */
json_t *scope_value(void *arg, const char *name, struct error *err);

#endif
