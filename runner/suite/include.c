/* For realpath(), which POSIX has under XSI only. */
#define _XOPEN_SOURCE 700

#include "suite/include.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "suite/reading.h"
#include "suite/substitution.h"

#define MAX_PATH  4096
#define MAX_DEPTH 16 /* blocks within blocks */
#define MAX_NAMES 256

struct included {
	char *real;                /* resolved path */
	struct document *document; /* NULL: it has mistakes */
};

struct includes {
	struct included *items;
	size_t count;
};

/* The blocks whose steps are being expanded, innermost first. */
struct chain {
	const struct document *document;
	const char *block;
	const struct chain *outer;
	int depth;
};

struct includes *
includes_new(void)
{
	struct includes *includes = must(calloc(1, sizeof(*includes)));

	return includes;
}

void
includes_free(struct includes *includes)
{
	if (!includes)
		return;
	for (size_t i = 0; i < includes->count; i++)
		free(includes->items[i].real);
	free(includes->items);
	free(includes);
}

void
node_list_add(struct node_list *list, const struct node *node)
{
	if (list->count == list->room) {
		list->room = list->room ? list->room * 2 : 16;
		list->items = must(realloc(list->items, list->room * sizeof(*list->items)));
	}
	list->items[list->count++] = *node;
}

void
node_list_release(struct node_list *list)
{
	free(list->items);
	*list = (struct node_list){ 0 };
}

/* The suite frees the documents it includes with its own. */
static void
own(struct suite *suite, struct document *document)
{
	struct document **documents =
		ARENA_ARRAY(&suite->arena, suite->document_count + 1, struct document *);

	for (size_t i = 0; i < suite->document_count; i++)
		documents[i] = suite->documents[i];
	documents[suite->document_count++] = document;
	suite->documents = documents;
}

static struct document *
load(struct loading *loading, const char *path, char *real)
{
	struct includes *includes = loading->includes;

	for (size_t i = 0; i < includes->count; i++) {
		if (strcmp(includes->items[i].real, real) == 0) {
			free(real);
			return includes->items[i].document;
		}
	}
	includes->items =
		realloc(includes->items, (includes->count + 1) * sizeof(*includes->items));
	if (!includes->items)
		abort();
	struct document *document = document_load(path, loading->errors);
	includes->items[includes->count++] = (struct included){ real, document };
	if (document)
		own(loading->suite, document);
	return document;
}

static bool
is_below(const char *root, const char *path)
{
	char real[MAX_PATH];

	if (strlen(root) >= sizeof(real))
		return false;
	char *resolved = realpath(root, NULL);
	if (!resolved)
		return false;
	size_t len = strlen(resolved);
	bool below = strncmp(resolved, path, len) == 0 &&
		     (path[len] == '/' || strcmp(resolved, "/") == 0);
	free(resolved);
	return below;
}

/* The file `name`, relative to the file that includes it; an empty name is that file itself. */
static const struct document *
file_find(struct loading *loading, const struct node *node, const char *name, size_t len)
{
	const char *from = node->document->path, *slash = strrchr(from, '/');
	char path[MAX_PATH];

	if (len == 0)
		return node->document;
	if (name[0] == '/' || len >= sizeof(path)) {
		node_fail(node, "`%.*s` is outside of the suites' root", (int)len, name);
		return NULL;
	}
	int written = snprintf(path, sizeof(path), "%.*s%.*s", slash ? (int)(slash - from + 1) : 0,
			       from, (int)len, name);
	char *real = written < (int)sizeof(path) ? realpath(path, NULL) : NULL;
	if (!real) {
		node_fail(node, "cannot include `%.*s`: %s", (int)len, name, strerror(errno));
		return NULL;
	}
	if (!is_below(loading->root, real)) {
		node_fail(node, "`%.*s` is outside of the suites' root", (int)len, name);
		free(real);
		return NULL;
	}
	return load(loading, path, real);
}

static bool
unknown_block(const struct node *node, const struct node *blocks, const char *name)
{
	const char *names[MAX_NAMES], *key = NULL;
	struct node member;
	size_t count = 0;

	while (count < MAX_NAMES && node_next(blocks, &key, &member))
		names[count++] = key;
	return reading_unknown(node, "block", name, names, count);
}

static bool
block_find(struct loading *loading, const struct node *node, struct node *block, const char **name)
{
	const char *target = json_string_value(node->value);
	const char *hash = target ? strchr(target, '#') : NULL;

	if (!hash || hash[1] == '\0')
		return node_fail(node, "must be FILE#BLOCK, or #BLOCK in this file");
	const struct document *document = file_find(loading, node, target, (size_t)(hash - target));
	if (!document)
		return false;
	struct node root = node_root(document, loading->errors), blocks = root;
	*name = hash + 1;
	if (!node_member(&root, "blocks", &blocks))
		return node_fail(node, "%s has no `blocks`", document->path);
	return node_member(&blocks, *name, block) || unknown_block(node, &blocks, *name);
}

/* Fill ${with.*} into the block; every name it uses must be given, and used. */
static bool
block_fill(struct loading *loading, const struct node *include, const char *name,
	   struct node *block)
{
	struct node with = { .value = NULL }, member;

	if (node_member(include, "with", &with) && !node_is_object(&with))
		return false;
	if (!include_sql_whole(block))
		return false;
	struct substitution fill = { "with", with.value, json_object(), json_object() };
	struct node missing = { .value = fill.missing };
	bool ok = substitution_apply(&fill, loading->suite->expanded, block);
	for (const char *key = NULL; node_next(&missing, &key, &member);)
		ok = node_fail(include, "block `%s` needs `with: { %s: ... }`", name, key);
	for (const char *key = NULL; node_next(&with, &key, &member);) {
		if (!json_object_get(fill.used, key))
			ok = node_fail_key(&member, "block `%s` does not use `%s`", name, key);
	}
	json_decref(fill.used);
	json_decref(fill.missing);
	return ok;
}

static bool expand(struct loading *loading, const struct node *list, const struct chain *outer,
		   struct node_list *steps);

static bool
is_circle(const struct chain *chain, const struct document *document, const char *block)
{
	for (; chain; chain = chain->outer) {
		if (chain->document == document && strcmp(chain->block, block) == 0)
			return true;
	}
	return false;
}

static bool
include(struct loading *loading, const struct node *step, const struct node *target,
	const struct chain *outer, struct node_list *steps)
{
	static const char *const keys[] = { "include", "with" };
	struct node block = *target;
	const char *name = "";

	if (!node_keys(step, keys, COUNTOF(keys)) || !block_find(loading, target, &block, &name))
		return false;
	struct chain chain = { block.document, name, outer, outer ? outer->depth + 1 : 1 };
	if (is_circle(outer, block.document, name))
		return node_fail(target, "block `%s` includes itself", name);
	if (chain.depth > MAX_DEPTH)
		return node_fail(target, "includes are nested more than %d deep", MAX_DEPTH);
	return block_fill(loading, step, name, &block) && expand(loading, &block, &chain, steps);
}

static bool
expand(struct loading *loading, const struct node *list, const struct chain *outer,
       struct node_list *steps)
{
	bool ok = true;

	if (!node_is_array(list))
		return false;
	for (size_t i = 0; i < json_array_size(list->value); i++) {
		struct node step = node_item(list, i), target;

		if (node_member(&step, "include", &target))
			ok &= include(loading, &step, &target, outer, steps);
		else
			node_list_add(steps, &step);
	}
	return ok;
}

bool
include_expand(struct loading *loading, const struct node *node, struct node_list *steps)
{
	return expand(loading, node, NULL, steps);
}

bool
include_sql_whole(const struct node *node)
{
	bool ok = true;

	for (size_t i = 0; i < json_array_size(node->value); i++) {
		struct node step = node_item(node, i), sql;

		if (!node_member(&step, "sql", &sql) || !json_is_string(sql.value))
			continue;
		const char *text = json_string_value(sql.value);
		bool whole = strncmp(text, "${", 2) == 0 && strcspn(text, "}") == strlen(text) - 1;
		if (strstr(text, "${") && !whole)
			ok = node_fail(&sql, "`${` in SQL: nothing is spliced into it, use "
					     "`params`");
	}
	return ok;
}
