#include "suite/generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "suite/reading.h"
#include "suite/recipe.h"
#include "suite/suite_case.h"

enum layer { LAYER_LIST, LAYER_EXECUTE, LAYER_RLS, LAYERS };

static const char *const layer_names[] = {
	[LAYER_LIST] = "list", [LAYER_EXECUTE] = "execute", [LAYER_RLS] = "rls"
};
_Static_assert(COUNTOF(layer_names) == LAYERS, "every layer needs a name");

typedef json_t *make_fn(const struct recipe *recipe);

static make_fn *const makers[] = {
	[LAYER_LIST] = recipe_list, [LAYER_EXECUTE] = recipe_execute, [LAYER_RLS] = recipe_rls
};
_Static_assert(COUNTOF(makers) == LAYERS, "every layer needs its cases");

struct generator {
	struct loading *loading;
	const struct lens *lens;
	const char *const *actions;
	const char *const *roles;
	const char *const *layers;
	size_t action_count, role_count, layer_count;
	const struct node *node;
	size_t next; /* number of the next combination */
};

/* The names chosen by the member `key`, each one of `known`; all of them when it is absent. */
static bool
choose(struct generator *generator, const char *key, const char *const *known, size_t known_count,
       const char *const **chosen, size_t *count)
{
	char what[16];
	struct node list, item;
	bool ok = true;

	/* "actions" without its plural: unknown action ... */
	(void)snprintf(what, sizeof(what), "%.*s", (int)strlen(key) - 1, key);
	*chosen = known;
	*count = known_count;
	if (!node_member(generator->node, key, &list))
		return true;
	if (!node_texts(generator->node, key, REQUIRED, &generator->loading->suite->arena, chosen,
			count))
		return false;
	if (*count == 0)
		return node_fail(&list, "must not be empty");
	for (size_t i = 0; reading_each(&list, i, &item); i++)
		ok &= reading_known(&item, what, (*chosen)[i], known, known_count);
	return ok;
}

static bool
choose_all(struct generator *generator)
{
	const struct lens *lens = generator->lens;
	struct arena *arena = &generator->loading->suite->arena;
	const char **actions = ARENA_ARRAY(arena, lens->action_count, const char *);
	const char **roles = ARENA_ARRAY(arena, lens->role_count, const char *);

	for (size_t i = 0; i < lens->action_count; i++)
		actions[i] = lens->actions[i].name;
	for (size_t i = 0; i < lens->role_count; i++)
		roles[i] = lens->roles[i].name;
	bool ok = choose(generator, "actions", actions, lens->action_count, &generator->actions,
			 &generator->action_count);
	ok &= choose(generator, "roles", roles, lens->role_count, &generator->roles,
		     &generator->role_count);
	return choose(generator, "layers", layer_names, LAYERS, &generator->layers,
		      &generator->layer_count) &&
	       ok;
}

static bool
entry_read(const struct loading *loading, const struct node *node)
{
	static const char *const keys[] = { "generate", "actions", "layers",
					    "roles",    "tags",    "timeout" };
	static const char *const kinds[] = { "role_matrix" };
	const char *kind = NULL;
	struct node member;

	node_keys(node, keys, COUNTOF(keys));
	if (!node_text(node, "generate", REQUIRED, &kind) ||
	    !node_member(node, "generate", &member) ||
	    !reading_known(&member, "generator", kind, kinds, COUNTOF(kinds)) ||
	    loading->lens_broken)
		return false;
	if (!loading->suite->lens)
		return node_fail(&member, "a role matrix needs a `lens`");
	return true;
}

/* Beyond the list, a matrix needs to know what a success is. */
static bool
all_filled(const struct generator *generator)
{
	bool ok = true;

	for (size_t i = 0; i < generator->layer_count; i++) {
		if (strcmp(generator->layers[i], layer_names[LAYER_LIST]) == 0)
			continue;
		for (size_t k = 0; k < generator->action_count; k++) {
			const struct action *action =
				lens_action(generator->lens, generator->actions[k]);
			if (action->unfilled)
				ok = node_fail(generator->node,
					       "`%s` has places to fill in (" LENS_FILL_IN
					       "): it has no layer `%s`",
					       action->name, generator->layers[i]);
		}
	}
	return ok;
}

struct generator *
generator_new(struct loading *loading, const struct node *node)
{
	if (!entry_read(loading, node) || !loading->suite->lens)
		return NULL;
	struct generator *generator = must(calloc(1, sizeof(*generator)));
	*generator = (struct generator){ .loading = loading,
					 .lens = loading->suite->lens,
					 .node = node };
	if (choose_all(generator) && all_filled(generator))
		return generator;
	generator_free(generator);
	return NULL;
}

void
generator_free(struct generator *generator)
{
	free(generator);
}

static enum layer
layer_find(const char *name)
{
	/* The name was checked when it was read: the last layer is what is left. */
	size_t layer = 0;

	while (layer + 1 < COUNTOF(layer_names) && strcmp(layer_names[layer], name) != 0)
		layer++;
	return (enum layer)layer;
}

static const struct role *
role_find(const struct lens *lens, const char *name)
{
	const struct role *role = lens->roles;

	while (strcmp(role->name, name) != 0)
		role++;
	return role;
}

/* The first of the matrix's roles that may run the action: its case is the positive control. */
static const char *
permitted(const struct generator *generator, const struct action *action)
{
	for (size_t i = 0; i < action->allow_count; i++) {
		for (size_t j = 0; j < generator->role_count; j++) {
			if (strcmp(action->allow[i], generator->roles[j]) == 0)
				return generator->roles[j];
		}
	}
	return NULL;
}

/* Tags and time-out of the entry hold for each of its cases. */
static void
copy_common(const struct generator *generator, json_t *made)
{
	static const char *const keys[] = { "tags", "timeout" };

	for (size_t i = 0; i < COUNTOF(keys); i++) {
		struct node member;
		if (node_member(generator->node, keys[i], &member))
			json_object_set_new(made, keys[i], node_share(member.value));
	}
}

bool
generator_next(struct generator *generator, struct generated *generated)
{
	size_t all = generator->action_count * generator->role_count * generator->layer_count;

	while (generator->next < all) {
		size_t number = generator->next++;
		size_t layer = number % generator->layer_count;
		size_t role = number / generator->layer_count % generator->role_count;
		size_t action = number / generator->layer_count / generator->role_count;
		enum layer kind = layer_find(generator->layers[layer]);
		struct recipe recipe = {
			.lens = generator->lens,
			.action = lens_action(generator->lens, generator->actions[action]),
			.role = role_find(generator->lens, generator->roles[role]),
			.layer = layer_names[kind],
		};
		recipe.permitted = permitted(generator, recipe.action);

		json_t *made = makers[kind](&recipe);
		if (!made)
			continue; /* the action has nothing to say at this layer */
		copy_common(generator, made);
		generated->value = loading_keep(generator->loading, made);
		generated->covers =
			loading_keep(generator->loading,
				     json_pack("{s:s, s:s, s:s}", "action", recipe.action->name,
					       "role", recipe.role->name, "layer", recipe.layer));
		generated->layer = recipe.layer;
		return true;
	}
	return false;
}
