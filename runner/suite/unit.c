#include "suite/unit.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/must.h"
#include "suite/circle.h"
#include "suite/knowledge.h"

void
units_init(struct units *units, struct arena *arena)
{
	*units = (struct units){ .arena = arena, .index = json_object() };
}

void
units_release(struct units *units)
{
	free(units->items);
	json_decref(units->index);
	*units = (struct units){ 0 };
}

static const char *
keep(struct units *units, const char *text)
{
	return arena_text(units->arena, text, strlen(text));
}

static void
append(struct units *units, struct unit *unit)
{
	if (units->count == units->room) {
		units->room = units->room ? units->room * 2 : 64;
		units->items = must(realloc(units->items, units->room * sizeof(struct unit *)));
	}
	units->items[units->count++] = unit;
}

struct unit *
unit_new(struct units *units, const struct node *node, const char *id)
{
	struct unit *unit = ARENA_NEW(units->arena, struct unit);

	*unit = (struct unit){ .id = id,
			       .document = node->document,
			       .pointer = keep(units, node->pointer) };
	if (id && json_object_get(units->index, id))
		node_fail(node, "the id `%s` is taken", id);
	else if (id)
		json_object_set_new(units->index, id, json_integer((json_int_t)units->count));
	append(units, unit);
	return unit;
}

void
unit_needs(struct unit *unit, const struct node *node, const char *const *needs, size_t count)
{
	struct node member;

	unit->needs = needs;
	unit->need_count = count;
	unit->needs_listed = node_member(node, "needs", &member) && json_is_array(member.value);
}

static void
add(struct units *units, struct unit_name **list, const struct node *node, const char *name)
{
	struct unit_name *entry = ARENA_NEW(units->arena, struct unit_name);

	entry->name = keep(units, name);
	if (node) {
		entry->document = node->document;
		entry->pointer = keep(units, node->pointer);
	}
	/* At the end: mistakes are reported in the file's order. The lists are short. */
	while (*list)
		list = &(*list)->next;
	*list = entry;
}

bool
unit_name_listed(const struct unit_name *list, const char *name)
{
	for (; list; list = list->next) {
		if (strcmp(list->name, name) == 0)
			return true;
	}
	return false;
}

void
unit_captures(struct units *units, struct unit *unit, const char *name)
{
	if (!unit_name_listed(unit->captures, name))
		add(units, &unit->captures, NULL, name);
}

void
unit_uses(struct units *units, struct unit *unit, const struct node *node, const char *name)
{
	if (!unit_name_listed(unit->captures, name) && !json_object_get(units->vars, name))
		add(units, &unit->unknown, node, name);
}

void
unit_controlled(struct units *units, struct unit *unit, const struct node *node, const char *id)
{
	add(units, &unit->controls, node, id);
}

void
unit_reaches(struct units *units, struct unit *unit, const char *table)
{
	if (table && !unit_name_listed(unit->reached, table))
		add(units, &unit->reached, NULL, table);
}

void
unit_refuses(struct units *units, struct unit *unit, const struct node *node, const char *table,
	     const char **control)
{
	struct unit_refusal *refusal, **last = &unit->refusals;

	if (table && unit_name_listed(unit->reached, table))
		return;
	refusal = ARENA_NEW(units->arena, struct unit_refusal);
	*refusal = (struct unit_refusal){ .table = table,
					  .control = control,
					  .document = node->document,
					  .pointer = keep(units, node->pointer) };
	while (*last)
		last = &(*last)->next;
	*last = refusal;
}

/* While the units are judged. */
struct judge {
	struct units *units;
	struct errors *errors;
	size_t *seen; /* per unit: the last search that came by */
	size_t stamp;
};

struct node
unit_node(const struct document *document, const char *pointer, struct errors *errors)
{
	struct node node = { .document = document, .errors = errors };

	(void)snprintf(node.pointer, sizeof(node.pointer), "%s", pointer);
	return node;
}

static bool
find(const struct units *units, const char *id, size_t *number)
{
	const json_t *at = json_object_get(units->index, id);

	*number = (size_t)json_integer_value(at);
	return at != NULL;
}

static void
unknown_id(const struct judge *judge, const struct node *node, const char *what, const char *id)
{
	const struct units *units = judge->units;
	struct arena arena = { 0 };
	const char **names = ARENA_ARRAY(&arena, units->count, const char *);

	for (size_t i = 0; i < units->count; i++) {
		const struct unit *unit = units->items[i];
		names[i] = unit->id;
		if (unit->base && strcmp(unit->base, id) == 0) {
			node_fail(node, "%s `%s` has a matrix: name one of its cases, such as `%s`",
				  what, id, unit->id);
			goto out;
		}
	}
	const char *near = nearest_name(id, names, units->count);
	if (near)
		node_fail(node, "%s `%s` names no case; did you mean `%s`?", what, id, near);
	else
		node_fail(node, "%s `%s` names no case", what, id);
out:
	arena_release(&arena);
}

static void
link_needs(const struct judge *judge, struct unit *unit)
{
	for (size_t i = 0; i < unit->need_count; i++) {
		if (find(judge->units, unit->needs[i], &unit->edges[unit->edge_count])) {
			unit->edge_count++;
			continue;
		}
		struct node node = unit_node(unit->document, unit->pointer, judge->errors);
		pointer_append(node.pointer, "needs");
		if (unit->needs_listed)
			pointer_append_index(node.pointer, i);
		unknown_id(judge, &node, "needs", unit->needs[i]);
	}
}

static void
link_controls(const struct judge *judge, struct unit *unit)
{
	for (const struct unit_name *name = unit->controls; name; name = name->next) {
		struct node node = unit_node(name->document, name->pointer, judge->errors);
		size_t number;

		if (!find(judge->units, name->name, &number)) {
			unknown_id(judge, &node, "control", name->name);
			continue;
		}
		const struct unit *control = judge->units->items[number];
		if (!control->is_case)
			node_fail(&node, "control `%s` is no case", name->name);
		else if (!control->succeeds)
			node_fail(&node, "control `%s` expects no success itself", name->name);
		unit->edges[unit->edge_count++] = number;
	}
}

static void
link_all(const struct judge *judge)
{
	for (size_t i = 0; i < judge->units->count; i++) {
		struct unit *unit = judge->units->items[i];
		size_t room = unit->need_count;

		for (const struct unit_name *name = unit->controls; name; name = name->next)
			room++;
		for (const struct unit_refusal *one = unit->refusals; one; one = one->next)
			room++;
		unit->edges = ARENA_ARRAY(judge->units->arena, room + 1, size_t);
		link_needs(judge, unit);
		unit->need_edges = unit->edge_count;
		link_controls(judge, unit);
	}
}

/* ---- controls that nobody named ---- */

/* Whether `from` waits for `unit`, however far away. `seen` has room for a stamp per unit. */
static bool
waits(const struct judge *judge, size_t from, size_t unit, size_t stamp)
{
	const struct unit *at = judge->units->items[from];

	if (from == unit)
		return true;
	if (judge->seen[from] == stamp)
		return false;
	judge->seen[from] = stamp;
	for (size_t i = 0; i < at->edge_count; i++) {
		if (waits(judge, at->edges[i], unit, stamp))
			return true;
	}
	return false;
}

/* The first case that gets to the refusal's table and does not wait for `number` itself. */
static bool
find_proof(struct judge *judge, size_t number, const struct unit_refusal *refusal, size_t *found)
{
	for (size_t i = 0; refusal->table && i < judge->units->count; i++) {
		const struct unit *unit = judge->units->items[i];

		if (!unit->is_case || !unit->id || !unit_name_listed(unit->reached, refusal->table))
			continue;
		if (i != number && !waits(judge, i, number, ++judge->stamp)) {
			*found = i;
			return true;
		}
	}
	return false;
}

static bool
has_edge(const struct unit *unit, size_t to)
{
	for (size_t i = 0; i < unit->edge_count; i++) {
		if (unit->edges[i] == to)
			return true;
	}
	return false;
}

static void
prove(struct judge *judge, size_t number)
{
	struct unit *unit = judge->units->items[number];

	for (struct unit_refusal *one = unit->refusals; one; one = one->next) {
		struct node node = unit_node(one->document, one->pointer, judge->errors);
		size_t found = 0;

		if (find_proof(judge, number, one, &found)) {
			*one->control = judge->units->items[found]->id;
			if (!has_edge(unit, found))
				unit->edges[unit->edge_count++] = found;
		} else if (one->table) {
			node_fail(
				&node,
				"nobody in this suite is expected to reach `%s` in SQL: without a "
				"`control` the refusal proves nothing",
				one->table);
		} else {
			node_fail(&node, "the refusal needs a `control`: which table the statement "
					 "is about is not clear");
		}
	}
}

static void
prove_all(struct judge *judge)
{
	judge->seen = must(calloc(judge->units->count + 1, sizeof(*judge->seen)));
	for (size_t i = 0; i < judge->units->count; i++)
		prove(judge, i);
	free(judge->seen);
}

static size_t
waits_for(void *arg, size_t node, size_t i)
{
	const struct judge *judge = arg;
	const struct unit *unit = judge->units->items[node];

	return i < unit->edge_count ? unit->edges[i] : CIRCLE_END;
}

static bool
needs(const struct unit *unit, const char *id)
{
	for (size_t i = 0; i < unit->need_count; i++) {
		if (strcmp(unit->needs[i], id) == 0)
			return true;
	}
	return false;
}

static void
circle(void *arg, const size_t *path, size_t count)
{
	const struct judge *judge = arg;
	struct unit **items = judge->units->items;
	const struct unit *first = items[path[0]];
	struct node node = unit_node(first->document, first->pointer, judge->errors);
	struct buf text;

	buf_init(&text, 400);
	for (size_t i = 0; i < count; i++) {
		const struct unit *unit = items[path[i]], *next = items[path[(i + 1) % count]];
		buf_printf(&text, "%s%s %s %s", i > 0 ? ", " : "", unit->id,
			   needs(unit, next->id) ? "needs" : "is controlled by", next->id);
	}
	node_fail(&node, "waits for itself: %s", text.text);
	buf_release(&text);
}

void
units_judge(struct units *units, struct errors *errors)
{
	struct judge judge = { .units = units, .errors = errors };

	link_all(&judge);
	prove_all(&judge);
	circle_find(units->count, waits_for, circle, &judge);
	knowledge_check(units, errors);
}
