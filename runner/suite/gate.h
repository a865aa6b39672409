/* gate.h - a named set of suites with the number of cases it must execute (ci/gates/NAME.yaml). */
#ifndef SUITE_GATE_H
#define SUITE_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "document/document.h"

struct gate {
	struct arena arena;
	struct document *document;
	const char *name, *title;
	const char *const *suites; /* paths below the suites directory: shopping_list/rls.yaml */
	size_t suite_count;
	int64_t planned;      /* exactly so many cases must be planned and executed */
	int64_t flaky_budget; /* cases that may pass only on a retry, default 0 */
	int64_t deadline_ms;  /* of the whole run; 0: the command line's */
};

struct gate *gate_load(const char *path, struct errors *errors) MUST_USE;
void gate_free(struct gate *gate);

#endif
