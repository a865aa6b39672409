#include "suite/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/must.h"
#include "suite/cast.h"
#include "suite/include.h"
#include "suite/reading.h"
#include "suite/reference.h"
#include "suite/spelling.h"
#include "suite/suite_case.h"

#define MAX_PATH 4096

static const char *const keys[] = {
	"suite",  "title",   "lens",  "tags",    "evidence", "defaults", "vars",
	"serial", "derived", "setup", "cleanup", "once",     "blocks",   "cases",
};

const char *
step_kind_name(enum step_kind kind)
{
	static const char *const names[] = { [STEP_ACTION] = "action",
					     [STEP_HTTP] = "http",
					     [STEP_SQL] = "sql",
					     [STEP_WAIT] = "wait" };
	_Static_assert(COUNTOF(names) == STEP_KINDS, "every kind of step needs a name");

	return names[kind];
}

const struct persona *
suite_persona(const struct suite *suite, const struct environment *environment, const char *name)
{
	const struct persona *found = environment_persona(environment, name);

	for (size_t i = 0; !found && suite && i < suite->derived_count; i++) {
		if (strcmp(suite->derived[i].name, name) == 0)
			found = &suite->derived[i];
	}
	return found;
}

/* Where the lens `name` may be: beside the suite, or below the root by path or by name. */
static bool
lens_path(const struct loading *loading, const char *name, char path[MAX_PATH])
{
	const char *suite = loading->suite->documents[0]->path, *slash = strrchr(suite, '/');
	int dir = slash ? (int)(slash - suite + 1) : 0;
	int n = strchr(name, '.') || strchr(name, '/')
			? snprintf(path, MAX_PATH, "%s/%s", loading->root, name)
			: snprintf(path, MAX_PATH, "%.*slens.yaml", dir, suite);

	if (n < MAX_PATH && access(path, R_OK) == 0)
		return true;
	n = snprintf(path, MAX_PATH, "%s/%s/lens.yaml", loading->root, name);
	return n < MAX_PATH && access(path, R_OK) == 0;
}

static void
lens_read(struct loading *loading, const struct node *root)
{
	char path[MAX_PATH];
	const char *name = NULL;
	struct node member;

	loading->lens_broken = true; /* until it is found to be none or a good one */
	if (!node_text(root, "lens", OPTIONAL, &name))
		return;
	if (!name || !node_member(root, "lens", &member)) {
		loading->lens_broken = false;
		return;
	}
	if (!spelling_stays_below(name)) {
		node_fail(&member, "`%s` is outside of the suites' root", name);
		return;
	}
	if (!lens_path(loading, name, path)) {
		node_fail(&member,
			  "there is no lens `%s`: no lens.yaml beside this file, none "
			  "below the suites' root",
			  name);
		return;
	}
	const struct lens *lens = lens_cache_get(loading->lenses, path, loading->errors);
	loading->suite->lens = lens;
	loading->lens_broken = lens == NULL;
}

static void
defaults_read(struct loading *loading, const struct node *root)
{
	static const char *const default_keys[] = { "timeout", "within", "as" };
	struct node defaults;

	loading->within_ms = loading->environment->within_ms;
	if (!node_member(root, "defaults", &defaults) || !node_is_object(&defaults))
		return;
	node_keys(&defaults, default_keys, COUNTOF(default_keys));
	node_duration(&defaults, "timeout", OPTIONAL, &loading->timeout_ms);
	node_duration(&defaults, "within", OPTIONAL, &loading->within_ms);
	cast_as(loading, &defaults, &loading->as);
}

/* A variable may be made of others, of the environment and of what is always there. */
static void
plain_var(void *arg, const struct node *node, const char *name)
{
	const struct loading *loading = arg;

	if (!json_object_get(loading->suite->vars, name))
		node_fail(node, "nothing is called `%s`: `vars` see each other, but no captures",
			  name);
}

static void
vars_read(struct loading *loading, const struct node *root)
{
	struct references references = { .environment = loading->environment,
					 .suite = loading->suite,
					 .has_lens = loading->suite->lens || loading->lens_broken,
					 .has_persona = true,
					 .plain = plain_var,
					 .arg = loading };
	struct node vars, member;

	if (!node_member(root, "vars", &vars) || !node_is_object(&vars))
		return;
	loading->suite->vars = vars.value;
	loading->units.vars = vars.value;
	for (const char *name = NULL; node_next(&vars, &name, &member);) {
		(void)reading_word(&member, "a variable", name);
		references_check(&references, &member);
	}
}

static void
head_read(struct loading *loading, const struct node *root)
{
	struct suite *suite = loading->suite;

	reading_text(root, "suite", REQUIRED, spelling_is_id, "letters, digits, `.`, `_` and `-`",
		     &suite->name);
	suite->title = suite->name;
	node_text(root, "title", OPTIONAL, &suite->title);
	reading_text(root, "evidence", OPTIONAL, spelling_stays_below,
		     "a relative path without `..`", &suite->evidence);
	node_boolean(root, "serial", OPTIONAL, &suite->serial);
	suite_case_tags(loading, root, &loading->tags, &loading->tag_count);
	lens_read(loading, root);
	cast_read(loading, root);
	vars_read(loading, root);
	defaults_read(loading, root);
}

static void
fixture_read(struct loading *loading, const struct node *node, const char *id,
	     struct fixture *fixture)
{
	static const char *const fixture_keys[] = { "steps", "cleanup", "needs" };
	struct node steps;

	fixture->id = id;
	fixture->place = node_place(node);
	if (!node_is_object(node))
		return;
	node_keys(node, fixture_keys, COUNTOF(fixture_keys));
	node_texts(node, "needs", OPTIONAL, &loading->suite->arena, &fixture->needs,
		   &fixture->need_count);
	struct unit *unit = unit_new(&loading->units, node, id);
	unit_needs(unit, node, fixture->needs, fixture->need_count);
	if (!node_member(node, "steps", &steps))
		node_fail(node, "missing key `steps`");
	suite_case_steps(loading, unit, node, "steps", loading->as, &fixture->steps);
	suite_case_steps(loading, unit, node, "cleanup", loading->as, &fixture->cleanup);
}

static void
setup_read(struct loading *loading, const struct node *root, struct fixture *fixture)
{
	struct node setup;

	if (!node_member(root, "setup", &setup))
		return;
	fixture->id = "setup";
	fixture->place = node_place(&setup);
	loading->units.setup = unit_new(&loading->units, &setup, fixture->id);
	suite_case_steps(loading, loading->units.setup, root, "setup", loading->as,
			 &fixture->steps);
	loading->suite->has_setup = true;
	loading->suite->fixture_count++;
}

static void
fixtures_read(struct loading *loading, const struct node *root)
{
	struct suite *suite = loading->suite;
	struct node once = { .value = NULL }, member;

	if (node_member(root, "once", &once) && !node_is_object(&once))
		once.value = NULL;
	struct fixture *fixtures =
		ARENA_ARRAY(&suite->arena, json_object_size(once.value) + 1, struct fixture);
	suite->fixtures = fixtures;
	setup_read(loading, root, fixtures);
	for (const char *id = NULL; node_next(&once, &id, &member);) {
		if (!spelling_is_id(id) || strcmp(id, "setup") == 0)
			node_fail_key(&member, "`%s` cannot name a fixture", id);
		fixture_read(loading, &member, id, &fixtures[suite->fixture_count++]);
	}
}

static void
cleanup_read(struct loading *loading, const struct node *root)
{
	struct node cleanup;

	if (!node_member(root, "cleanup", &cleanup))
		return;
	struct unit *unit = unit_new(&loading->units, &cleanup, NULL);
	suite_case_steps(loading, unit, root, "cleanup", loading->as, &loading->suite->cleanup);
}

static bool
blocks_check(const struct node *root)
{
	struct node blocks, block;
	bool ok = true;

	if (!node_member(root, "blocks", &blocks))
		return true;
	if (!node_is_object(&blocks))
		return false;
	for (const char *name = NULL; node_next(&blocks, &name, &block);) {
		if (!spelling_is_id(name))
			node_fail_key(&block, "`%s` cannot name a block", name);
		ok &= node_is_array(&block);
	}
	return ok;
}

static void
cases_read(struct loading *loading, const struct node *root)
{
	struct suite *suite = loading->suite;
	struct case_list list = { 0 };
	struct node cases;

	if (!node_member(root, "cases", &cases)) {
		node_fail(root, "missing key `cases`");
		return;
	}
	if (!node_is_array(&cases))
		return;
	for (size_t i = 0; i < json_array_size(cases.value); i++) {
		struct node entry = node_item(&cases, i);
		suite_case_read(loading, &entry, &list);
	}
	struct suite_case *items = ARENA_ARRAY(&suite->arena, list.count, struct suite_case);
	if (list.count > 0)
		memcpy(items, list.items, list.count * sizeof(*items));
	suite->cases = items;
	suite->case_count = list.count;
	case_list_release(&list);
}

static void
writing_check(const struct loading *loading)
{
	const struct environment *environment = loading->environment;

	if (loading->suite->mutates && environment->yacht &&
	    !environment_may_mutate(environment, environment->yacht))
		node_fail(loading->writer,
			  "this writes to yacht %s, which `mutations` of the environment `%s` does "
			  "not list",
			  environment->yacht, environment->name);
}

static void
read_all(struct loading *loading, const struct node *root)
{
	if (!node_is_object(root))
		return;
	node_keys(root, keys, COUNTOF(keys));
	head_read(loading, root);
	blocks_check(root);
	fixtures_read(loading, root);
	cases_read(loading, root);
	cleanup_read(loading, root);
	units_judge(&loading->units, loading->errors);
	writing_check(loading);
}

/* A mistake inside a matrix or a block is met once per case; once is enough to read it. */
static void
forget_repetitions(struct errors *errors, size_t from)
{
	json_t *seen = json_object();
	size_t kept = from;
	struct buf text;

	for (size_t i = from; i < errors->count; i++) {
		buf_init(&text, 1024);
		error_print(&errors->items[i], &text);
		if (!json_object_get(seen, text.text)) {
			json_object_set_new(seen, text.text, json_true());
			errors->items[kept++] = errors->items[i];
		}
		buf_release(&text);
	}
	errors->count = kept;
	json_decref(seen);
}

static struct suite *
suite_new(struct document *document)
{
	struct suite *suite = must(calloc(1, sizeof(*suite)));

	suite->documents = ARENA_NEW(&suite->arena, struct document *);
	suite->documents[0] = document;
	suite->document_count = 1;
	suite->expanded = json_array();
	return suite;
}

struct suite *
suite_load(const char *path, const char *root, struct lens_cache *lenses,
	   const struct environment *environment, struct errors *errors)
{
	size_t before = errors->count;
	struct document *document = document_load(path, errors);

	if (!document)
		return NULL;
	struct suite *suite = suite_new(document);
	struct node writer = { .value = NULL };
	struct loading loading = { .suite = suite,
				   .environment = environment,
				   .lenses = lenses,
				   .errors = errors,
				   .includes = includes_new(),
				   .root = root,
				   .writer = &writer };
	units_init(&loading.units, &suite->arena);

	struct node top = node_root(document, errors);
	read_all(&loading, &top);
	units_release(&loading.units);
	includes_free(loading.includes);
	forget_repetitions(errors, before);
	if (errors->count == before && !loading.lens_broken)
		return suite;
	suite_free(suite);
	return NULL;
}

void
suite_free(struct suite *suite)
{
	if (!suite)
		return;
	json_decref(suite->expanded);
	for (size_t i = 0; i < suite->document_count; i++)
		document_free(suite->documents[i]);
	arena_release(&suite->arena);
	free(suite);
}
