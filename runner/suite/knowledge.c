#include "suite/knowledge.h"

#include <stdlib.h>
#include <string.h>

#include "suite/unit.h"

#define MAX_HINTS 512

/* A name that a unit captures, or uses. */
struct fact {
	const char *name;
	size_t unit;
	struct unit_name *entry;
};

struct facts {
	struct fact *items; /* by name */
	size_t count;
};

struct knowledge {
	const struct units *units;
	struct errors *errors;
	struct arena arena;
	struct facts captures, uses;
	size_t *first, *dependants; /* of unit i: dependants[first[i]] to before first[i + 1] */
	size_t *seen, *stack;       /* per unit; `seen` holds the number of the last walk */
	size_t walks;
};

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct fact *)a)->name, ((const struct fact *)b)->name);
}

static struct facts
collect(struct knowledge *knowledge, bool captures)
{
	const struct units *units = knowledge->units;
	struct facts facts = { NULL, 0 };
	size_t room = 0;

	for (size_t i = 0; i < units->count; i++) {
		const struct unit *unit = units->items[i];
		for (const struct unit_name *name = captures ? unit->captures : unit->unknown; name;
		     name = name->next)
			room++;
	}
	facts.items = ARENA_ARRAY(&knowledge->arena, room, struct fact);
	for (size_t i = 0; i < units->count; i++) {
		const struct unit *unit = units->items[i];
		for (struct unit_name *name = captures ? unit->captures : unit->unknown; name;
		     name = name->next)
			facts.items[facts.count++] = (struct fact){ name->name, i, name };
	}
	if (facts.count > 0)
		qsort(facts.items, facts.count, sizeof(*facts.items), by_name);
	return facts;
}

/* Turn "needs" round: who depends on each unit. */
static void
turn(struct knowledge *knowledge)
{
	const struct units *units = knowledge->units;
	size_t *first = ARENA_ARRAY(&knowledge->arena, units->count + 2, size_t);

	/* Counted two places ahead, so that filling in moves each start to where it belongs. */
	for (size_t i = 0; i < units->count; i++) {
		for (size_t j = 0; j < units->items[i]->need_edges; j++)
			first[units->items[i]->edges[j] + 2]++;
	}
	for (size_t i = 2; i < units->count + 2; i++)
		first[i] += first[i - 1];
	knowledge->dependants = ARENA_ARRAY(&knowledge->arena, first[units->count + 1], size_t);
	for (size_t i = 0; i < units->count; i++) {
		for (size_t j = 0; j < units->items[i]->need_edges; j++)
			knowledge->dependants[first[units->items[i]->edges[j] + 1]++] = i;
	}
	knowledge->first = first;
}

/* Mark all that depend on `unit`, directly or not; the unit itself only if it does. */
static void
mark(struct knowledge *knowledge, size_t unit)
{
	size_t depth = 0;

	knowledge->stack[depth++] = unit;
	while (depth > 0) {
		size_t at = knowledge->stack[--depth];
		for (size_t i = knowledge->first[at]; i < knowledge->first[at + 1]; i++) {
			size_t next = knowledge->dependants[i];
			if (knowledge->seen[next] == knowledge->walks)
				continue;
			knowledge->seen[next] = knowledge->walks;
			knowledge->stack[depth++] = next;
		}
	}
}

/* Carry the name of uses[from] to all that may know it; returns the end of its uses. */
static size_t
carry(struct knowledge *knowledge, size_t from, size_t *capture)
{
	const struct facts *uses = &knowledge->uses, *captures = &knowledge->captures;
	const char *name = uses->items[from].name;
	bool everywhere = knowledge->units->setup &&
			  unit_name_listed(knowledge->units->setup->captures, name);
	size_t i = from;

	knowledge->walks++;
	while (*capture < captures->count && strcmp(captures->items[*capture].name, name) < 0)
		(*capture)++;
	for (; *capture < captures->count && strcmp(captures->items[*capture].name, name) == 0;
	     (*capture)++)
		mark(knowledge, captures->items[*capture].unit);
	for (; i < uses->count && strcmp(uses->items[i].name, name) == 0; i++)
		uses->items[i].entry->given =
			everywhere || knowledge->seen[uses->items[i].unit] == knowledge->walks;
	return i;
}

struct hints {
	const char *names[MAX_HINTS];
	size_t count;
};

static void
hint(struct hints *hints, const struct unit *unit)
{
	for (const struct unit_name *name = unit->captures; name; name = name->next) {
		if (hints->count < MAX_HINTS)
			hints->names[hints->count++] = name->name;
	}
}

/* What the unit could have meant: its own captures, the setup's, and those of all it needs. */
static void
hints_collect(struct knowledge *knowledge, size_t number, struct hints *hints)
{
	const struct units *units = knowledge->units;
	size_t depth = 0;

	hint(hints, units->items[number]);
	if (units->setup)
		hint(hints, units->setup);
	knowledge->seen[number] = ++knowledge->walks;
	knowledge->stack[depth++] = number;
	while (depth > 0) {
		const struct unit *unit = units->items[knowledge->stack[--depth]];
		for (size_t i = 0; i < unit->need_edges; i++) {
			size_t next = unit->edges[i];
			if (knowledge->seen[next] == knowledge->walks)
				continue;
			knowledge->seen[next] = knowledge->walks;
			knowledge->stack[depth++] = next;
			hint(hints, units->items[next]);
		}
	}
}

static const struct unit *
giver(const struct units *units, const char *name)
{
	for (size_t i = 0; i < units->count; i++) {
		if (units->items[i]->id && unit_name_listed(units->items[i]->captures, name))
			return units->items[i];
	}
	return NULL;
}

static bool
explain(struct knowledge *knowledge, size_t number, const struct unit_name *use)
{
	const struct unit *unit = knowledge->units->items[number];
	struct node node = unit_node(use->document, use->pointer, knowledge->errors);
	const struct unit *other = giver(knowledge->units, use->name);
	struct hints hints = { .count = 0 };

	if (unit_name_listed(unit->captures, use->name))
		return node_fail(&node, "`%s` is used before it is captured", use->name);
	if (other)
		return node_fail(&node, "`%s` is captured by `%s`, which is not among the `needs`",
				 use->name, other->id);
	hints_collect(knowledge, number, &hints);
	const char *near = nearest_name(use->name, hints.names, hints.count);
	if (near)
		return node_fail(&node, "nothing is called `%s`; did you mean `%s`?", use->name,
				 near);
	return node_fail(&node, "nothing is called `%s`: no capture and no variable", use->name);
}

void
knowledge_check(struct units *units, struct errors *errors)
{
	struct knowledge knowledge = { .units = units, .errors = errors };

	knowledge.seen = ARENA_ARRAY(&knowledge.arena, units->count + 1, size_t);
	knowledge.stack = ARENA_ARRAY(&knowledge.arena, units->count + 1, size_t);
	knowledge.captures = collect(&knowledge, true);
	knowledge.uses = collect(&knowledge, false);
	turn(&knowledge);
	for (size_t i = 0, capture = 0; i < knowledge.uses.count;)
		i = carry(&knowledge, i, &capture);

	/* In the file's order. */
	for (size_t i = 0; i < units->count; i++) {
		for (const struct unit_name *use = units->items[i]->unknown; use; use = use->next) {
			if (!use->given)
				explain(&knowledge, i, use);
		}
	}
	arena_release(&knowledge.arena);
}
