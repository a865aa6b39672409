/* unit.h - cases and fixtures as they depend on each other: who waits for whom, who knows what.
 *
 * Collected while a suite is read, judged when all of it is there: needs and controls may name what
 * comes later in the file, and a capture may come from anything a case needs.
 */
#ifndef SUITE_UNIT_H
#define SUITE_UNIT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "document/node.h"

/* A name, and the node that holds it. */
struct unit_name {
	const char *name;
	const struct document *document; /* NULL: it is the unit's own capture */
	const char *pointer;
	bool given; /* of a name that is used: something the unit needs captures it */
	struct unit_name *next;
};

/* A refusal that nobody named a control for, and where its id goes. */
struct unit_refusal {
	const char *table; /* NULL: unclear */
	const char **control;
	const struct document *document;
	const char *pointer;
	struct unit_refusal *next;
};

struct unit {
	const char *id;   /* NULL: nothing can name it */
	const char *base; /* the id before a matrix added to it; NULL: no matrix */
	bool is_case;     /* not a fixture: only a case can control a refusal */
	bool succeeds;    /* some step of it expects a success */
	const char *const *needs;
	size_t need_count;
	bool needs_listed; /* as a list, so that each has a place of its own */
	struct unit_name *captures, *unknown, *controls;
	struct unit_name *reached;     /* tables a persona gets to in SQL, as its steps expect */
	struct unit_refusal *refusals; /* that such a persona has to prove */
	const struct document *document;
	const char *pointer;
	size_t *edges; /* numbers of the units it waits for, once judged: needs, then controls */
	size_t need_edges, edge_count;
};

struct units {
	struct arena *arena;
	const json_t *vars; /* of the suite; NULL */
	struct unit **items;
	size_t count, room;
	json_t *index; /* id -> number */
	struct unit *setup;
};

void units_init(struct units *units, struct arena *arena);
void units_release(struct units *units);

/* A new unit, read from `node`. The id must be unique: an error there when it is taken. */
struct unit *unit_new(struct units *units, const struct node *node, const char *id);

/* It waits for these: what its node's member `needs` says. */
void unit_needs(struct unit *unit, const struct node *node, const char *const *needs, size_t count);
/* From here on the unit knows `name`. */
void unit_captures(struct units *units, struct unit *unit, const char *name);
/* The text at `node` uses `name`. */
void unit_uses(struct units *units, struct unit *unit, const struct node *node, const char *name);
/* The refusal at `node` counts only when the case `id` passes. */
void unit_controlled(struct units *units, struct unit *unit, const struct node *node,
		     const char *id);

/* A step of the unit expects that a persona gets to `table` in SQL. */
void unit_reaches(struct units *units, struct unit *unit, const char *table);
/* The statement at `node` is to be refused, and counts only when some persona gets to its table in
 * the same run: an earlier step of this case, or else a case whose id will be in *control. */
void unit_refuses(struct units *units, struct unit *unit, const struct node *node,
		  const char *table, const char **control);

bool unit_name_listed(const struct unit_name *list, const char *name);
/* A node to report a mistake at; it has no value. */
struct node unit_node(const struct document *document, const char *pointer, struct errors *errors);

/* Everything has been read: names that nothing gives, needs and controls that name nothing,
 * refusals that nothing can prove, and circles are errors. */
void units_judge(struct units *units, struct errors *errors);

#endif
