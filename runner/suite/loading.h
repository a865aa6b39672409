/* loading.h - what the parts of a suite share while it is loaded. Private to this folder. */
#ifndef SUITE_LOADING_H
#define SUITE_LOADING_H

#include "suite/suite.h"
#include "suite/unit.h"

struct includes;

/* Stands for a persona whose name was a mistake, reported where it stood. */
#define LOADING_NOBODY ""

struct loading {
	struct suite *suite; /* its lens, variables and derived personas come first */
	const struct environment *environment;
	struct lens_cache *lenses;
	struct errors *errors;
	struct units units;
	struct includes *includes;
	const char *root;        /* directory that includes and lenses stay below */
	bool lens_broken;        /* what it would have said is not asked for */
	bool skipping;           /* the case is not run: nothing in it writes */
	bool in_case;            /* the steps are a case's own: a refusal may have a control */
	const char *const *tags; /* of the suite */
	size_t tag_count;
	const char *as; /* of `defaults`; NULL */
	int64_t timeout_ms, within_ms;
	struct node *writer; /* first step that may write; value NULL until there is one */
};

/* Keep `value` as long as the suite; returns it. */
const json_t *loading_keep(struct loading *loading, json_t *value);

#endif
