#include "suite/suite_case.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/must.h"
#include "suite/cast.h"
#include "suite/generate.h"
#include "suite/include.h"
#include "suite/matrix.h"
#include "suite/reading.h"
#include "suite/spelling.h"
#include "suite/step.h"
#include "suite/substitution.h"

#define MAX_ID 512

static const char *const keys[] = {
	"id",     "title",   "needs",  "as",    "tags",    "skip",     "flags",
	"outage", "timeout", "matrix", "steps", "cleanup", "generate",
};

/* Where a case came from, beyond its own words. */
struct origin {
	const struct matrix *matrix;       /* NULL: none */
	const struct generated *generated; /* NULL: written by somebody */
};

void
case_list_release(struct case_list *list)
{
	free(list->items);
	*list = (struct case_list){ 0 };
}

static struct suite_case *
append(struct case_list *list)
{
	if (list->count == list->room) {
		list->room = list->room ? list->room * 2 : 64;
		list->items = must(realloc(list->items, list->room * sizeof(*list->items)));
	}
	list->items[list->count] = (struct suite_case){ 0 };
	return &list->items[list->count++];
}

void
suite_case_steps(struct loading *loading, struct unit *unit, const struct node *object,
		 const char *key, const char *as, struct step_list *steps)
{
	struct node_list nodes = { 0 };
	struct node list;

	if (!node_member(object, key, &list))
		return;
	/* What could be expanded is read, so that its mistakes are reported too. */
	(void)include_expand(loading, &list, &nodes);
	struct step *items = ARENA_ARRAY(&loading->suite->arena, nodes.count, struct step);
	for (size_t i = 0; i < nodes.count; i++)
		(void)step_read(loading, unit, &nodes.items[i], as, &items[i]);
	*steps = (struct step_list){ items, nodes.count };
	node_list_release(&nodes);
}

void
suite_case_tags(struct loading *loading, const struct node *object, const char *const **tags,
		size_t *count)
{
	struct node list, item;

	if (!node_member(object, "tags", &list) ||
	    !node_texts(object, "tags", OPTIONAL, &loading->suite->arena, tags, count))
		return;
	for (size_t i = 0; reading_each(&list, i, &item); i++) {
		if (!spelling_is_tag((*tags)[i]))
			node_fail(&item,
				  "`%s` cannot be a tag: use letters, digits, `.`, `_` and `-`",
				  (*tags)[i]);
	}
}

/* The suite's tags, then the case's own; the suite's array itself when there are no others. */
static void
tags_read(struct loading *loading, const struct node *node, struct suite_case *out)
{
	const char *const *own = NULL;
	size_t count = 0;

	suite_case_tags(loading, node, &own, &count);
	out->tags = loading->tags;
	out->tag_count = loading->tag_count;
	if (count == 0)
		return;
	const char **all =
		ARENA_ARRAY(&loading->suite->arena, loading->tag_count + count, const char *);
	for (size_t i = 0; i < loading->tag_count; i++)
		all[i] = loading->tags[i];
	for (size_t i = 0; i < count; i++)
		all[loading->tag_count + i] = own[i];
	out->tags = all;
	out->tag_count = loading->tag_count + count;
}

static void
flag_check(const struct loading *loading, const struct node *flag, const char *name)
{
	const struct lens *lens = loading->suite->lens;

	if (!json_is_boolean(flag->value) && !json_is_null(flag->value))
		node_fail(flag, "must be `true`, `false` or null, which is unset");
	for (size_t i = 0; lens && i < lens->flag_count; i++) {
		if (strcmp(lens->flags[i], name) == 0)
			return;
	}
	if (lens && lens->flag_count > 0)
		reading_unknown_key(flag, "flag", name, lens->flags, lens->flag_count);
}

static void
scenario_read(const struct loading *loading, const struct node *node, struct suite_case *out)
{
	static const char *const outages[] = { "database" };
	struct node flags, flag, outage;

	if (node_text(node, "outage", OPTIONAL, &out->outage) && out->outage &&
	    node_member(node, "outage", &outage))
		(void)reading_known(&outage, "outage", out->outage, outages, COUNTOF(outages));
	if (!node_member(node, "flags", &flags) || !node_is_object(&flags))
		return;
	if (json_object_size(flags.value) == 0)
		node_fail(&flags, "must not be empty");
	for (const char *name = NULL; node_next(&flags, &name, &flag);)
		flag_check(loading, &flag, name);
	out->flags = flags.value;
}

static void
title_read(const struct node *node, struct suite_case *out)
{
	struct node title;

	out->title = out->id;
	if (node_text(node, "title", OPTIONAL, &out->title) && out->title &&
	    strstr(out->title, "${") && node_member(node, "title", &title))
		node_fail(&title, "a title holds only ${matrix.*} that have a value");
}

/* The id as written, and what the matrix adds to it. */
static bool
id_read(struct loading *loading, const struct node *node, const struct matrix *matrix,
	const char **base, const char **id)
{
	struct buf text;

	*base = NULL;
	if (!reading_text(node, "id", REQUIRED, spelling_is_id, "letters, digits, `.`, `_` and `-`",
			  base))
		return false;
	*id = *base;
	if (!matrix)
		return true;
	buf_init(&text, MAX_ID);
	buf_printf(&text, "%s", *base);
	matrix_suffix(matrix, &text);
	*id = arena_text(&loading->suite->arena, text.text, text.len);
	bool ok = !text.truncated || node_fail(node, "its id is longer than %d bytes", MAX_ID);
	buf_release(&text);
	return ok;
}

/* Zero exchanges prove nothing. */
static void
some_judged(const struct node *node, const struct suite_case *out)
{
	for (size_t i = 0; i < out->steps.count; i++) {
		if (out->steps.items[i].kind != STEP_WAIT)
			return;
	}
	if (out->steps.count > 0)
		node_fail(node, "a case that only waits proves nothing");
}

static void
steps_read(struct loading *loading, struct unit *unit, const struct node *node,
	   struct suite_case *out)
{
	struct node steps;

	loading->skipping = out->skip != NULL;
	if (!node_member(node, "steps", &steps))
		node_fail(node, "missing key `steps`");
	loading->in_case = true;
	suite_case_steps(loading, unit, node, "steps", out->as, &out->steps);
	loading->in_case = false;
	some_judged(node, out);
	suite_case_steps(loading, unit, node, "cleanup", out->as, &out->cleanup);
	loading->skipping = false;
}

static void
read_one(struct loading *loading, const struct node *node, struct origin origin,
	 struct case_list *list)
{
	struct suite_case *out = append(list);
	const char *base;

	out->place = node_place(node);
	if (!id_read(loading, node, origin.matrix, &base, &out->id))
		out->id = NULL; /* the rest is still read, for its mistakes */
	struct unit *unit = unit_new(&loading->units, node, out->id);
	unit->is_case = true;
	unit->base = origin.matrix ? base : NULL;
	title_read(node, out);
	tags_read(loading, node, out);
	scenario_read(loading, node, out);
	node_text(node, "skip", OPTIONAL, &out->skip);
	node_duration(node, "timeout", OPTIONAL, &out->timeout_ms);
	node_texts(node, "needs", OPTIONAL, &loading->suite->arena, &out->needs, &out->need_count);
	unit_needs(unit, node, out->needs, out->need_count);
	out->as = loading->as;
	cast_as(loading, node, &out->as);
	if (origin.generated) {
		out->group = origin.generated->layer;
		out->covers = origin.generated->covers;
	}
	steps_read(loading, unit, node, out);
}

/* What is not written in one piece cannot be filled in: SQL, in every list of steps. */
static bool
sql_whole(const struct node *node)
{
	struct node steps;
	bool ok = !node_member(node, "steps", &steps) || include_sql_whole(&steps);

	return (!node_member(node, "cleanup", &steps) || include_sql_whole(&steps)) && ok;
}

/* The case without its matrix: each of n combinations would look through the n items of the list.
 */
static struct node
without_matrix(struct loading *loading, const struct node *node)
{
	struct node body = *node;
	json_t *copy = json_copy(node_writable(node->value));

	if (!copy || json_object_del(copy, "matrix") < 0)
		abort();
	json_array_append_new(loading->suite->expanded, copy);
	body.value = copy;
	return body;
}

static void
read_matrix(struct loading *loading, const struct node *node, const struct node *product,
	    struct case_list *list)
{
	struct matrix matrix;

	if (!matrix_read(product, &matrix) || !sql_whole(node))
		return;
	struct node body = without_matrix(loading, node);
	while (matrix_next(&matrix)) {
		json_t *values = matrix_values(&matrix);
		struct substitution fill = { .space = "matrix", .values = values };
		struct node filled = body;

		bool ok = substitution_apply(&fill, loading->suite->expanded, &filled);
		json_decref(values);
		if (ok)
			read_one(loading, &filled, (struct origin){ .matrix = &matrix }, list);
	}
}

static void
read_generated(struct loading *loading, const struct node *node, struct case_list *list)
{
	struct generator *generator = generator_new(loading, node);
	struct generated generated;

	while (generator && generator_next(generator, &generated)) {
		struct node made = *node;

		made.value = generated.value;
		read_one(loading, &made, (struct origin){ .generated = &generated }, list);
	}
	generator_free(generator);
}

void
suite_case_read(struct loading *loading, const struct node *node, struct case_list *list)
{
	struct node member;

	if (!node_is_object(node))
		return;
	if (node_member(node, "generate", &member)) {
		read_generated(loading, node, list);
		return;
	}
	node_keys(node, keys, COUNTOF(keys));
	if (node_member(node, "matrix", &member))
		read_matrix(loading, node, &member, list);
	else
		read_one(loading, node, (struct origin){ 0 }, list);
}
