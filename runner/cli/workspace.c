#define _XOPEN_SOURCE 700 /* realpath */

#include "cli/workspace.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/home.h"
#include "suite/lens_cache.h"

struct loading {
	struct workspace *workspace;
	const struct workspace_request *request;
	struct errors *errors;
	const char *home;
	size_t room;
};

static bool
exists(const char *path, bool *directory)
{
	struct stat info;

	if (stat(path, &info) != 0)
		return false;
	if (directory)
		*directory = S_ISDIR(info.st_mode);
	return true;
}

/* A path below the working directory is shown from there: reports and annotations want it so. */
static const char *
shortened(struct workspace *workspace, const char *path)
{
	char here[PATH_MAX];

	if (path[0] == '/' && getcwd(here, sizeof(here))) {
		size_t len = strlen(here);
		if (strncmp(path, here, len) == 0 && path[len] == '/')
			path += len + 1;
	}
	while (strncmp(path, "./", 2) == 0)
		path += 2;
	return arena_text(&workspace->arena, path, strlen(path));
}

/* `below`/`name`.yaml in the working directory, else in the program's home. NULL when in neither.
 */
static const char *
find_named(struct loading *loading, const char *below, const char *name, const char *suffix)
{
	char path[PATH_MAX];
	const char *roots[] = { ".", loading->home };

	for (size_t i = 0; i < COUNTOF(roots) && roots[i]; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s%s%s%s", roots[i], below, *name ? "/" : "",
			       name, suffix);
		if (exists(path, NULL))
			return shortened(loading->workspace, path);
	}
	return NULL;
}

static bool
names_file(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".json") == 0);
}

static const char *
resolve(struct loading *loading, const char *below, const char *name, const char *what)
{
	const char *found = strchr(name, '/') || names_file(name)
				    ? shortened(loading->workspace, name)
				    : find_named(loading, below, name, ".yaml");

	if (!found)
		error_set(errors_new(loading->errors), ERROR_USAGE,
			  "there is no %s `%s`: %s/%s.yaml does not exist", what, name, below,
			  name);
	return found;
}

/* The directory that a suite's includes must stay below: the nearest one called "suites", else the
 * file's own. */
static const char *
root_of(struct loading *loading, const char *path)
{
	char full[PATH_MAX];

	if (!realpath(path, full))
		return ".";
	char *found = NULL;
	for (char *at = strstr(full, "/suites/"); at; at = strstr(at + 1, "/suites/"))
		found = at + strlen("/suites");
	if (!found)
		found = strrchr(full, '/');
	*found = '\0';
	return arena_text(&loading->workspace->arena, full, strlen(full));
}

static void
load_suite(struct loading *loading, const char *path)
{
	struct workspace *workspace = loading->workspace;

	for (size_t i = 0; i < workspace->suite_count; i++) {
		if (strcmp(workspace->suites[i]->documents[0]->path, path) == 0)
			return;
	}
	struct suite *suite = suite_load(path, root_of(loading, path), workspace->lenses,
					 workspace->environment, loading->errors);
	if (!suite)
		return;
	for (size_t i = 0; i < workspace->suite_count; i++) {
		if (strcmp(workspace->suites[i]->name, suite->name) == 0)
			error_set(errors_new(loading->errors), ERROR_SUITE,
				  "%s and %s are both called `%s`", path,
				  workspace->suites[i]->documents[0]->path, suite->name);
	}
	if (workspace->suite_count == loading->room) {
		loading->room = loading->room ? loading->room * 2 : 16;
		const struct suite **larger =
			ARENA_ARRAY(&workspace->arena, loading->room, const struct suite *);
		if (workspace->suite_count)
			memcpy(larger, workspace->suites,
			       workspace->suite_count * sizeof(const struct suite *));
		workspace->suites = larger;
		struct suite **owned =
			ARENA_ARRAY(&workspace->arena, loading->room, struct suite *);
		if (workspace->suite_count)
			memcpy(owned, workspace->owned,
			       workspace->suite_count * sizeof(struct suite *));
		workspace->owned = owned;
	}
	workspace->owned[workspace->suite_count] = suite;
	workspace->suites[workspace->suite_count++] = suite;
}

/* A file is a suite when its root has the key `suite`; a file that cannot be read is
 * a mistake, never left out. */
static bool
is_suite(struct loading *loading, const char *path)
{
	struct document *document = document_load(path, loading->errors);
	bool found = document && json_object_get(document->root, "suite");

	document_free(document);
	return found;
}

static int
not_hidden(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Every suite below `path`, in alphabetical order. `suites/self` and `schema` are not part of
 * "everything". */
static void
load_directory(struct loading *loading, const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, not_hidden, alphasort);

	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		char child[PATH_MAX];
		bool directory = false;

		(void)snprintf(child, sizeof(child), "%s/%s", path, name);
		if (exists(child, &directory) && directory && strcmp(name, "schema") != 0 &&
		    strcmp(name, "self") != 0)
			load_directory(loading, child);
		else if (!directory && names_file(name) && is_suite(loading, child))
			load_suite(loading, shortened(loading->workspace, child));
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static void
add_id(struct loading *loading, const char *id)
{
	struct workspace *workspace = loading->workspace;

	if (!workspace->ids)
		workspace->ids =
			ARENA_ARRAY(&workspace->arena,
				    loading->request->settings->operand_count + 1, const char *);
	workspace->ids[workspace->id_count++] = id;
}

/* An operand is a path, a path below suites/, FILE:LINE, or the id of a case. */
static bool
load_operand(struct loading *loading, const char *operand)
{
	const char *path = shortened(loading->workspace, operand);
	const char *colon = strrchr(operand, ':');
	bool directory = false;

	if (!exists(path, &directory)) {
		path = find_named(loading, "suites", operand, "");
		if (path)
			(void)exists(path, &directory);
	}
	if (path) {
		if (directory)
			load_directory(loading, path);
		else
			load_suite(loading, path);
		return true;
	}
	if (colon) {
		const char *file =
			arena_text(&loading->workspace->arena, operand, (size_t)(colon - operand));
		file = shortened(loading->workspace, file);
		if (exists(file, NULL)) {
			char id[PATH_MAX];
			(void)snprintf(id, sizeof(id), "%s%s", file, colon);
			add_id(loading, arena_text(&loading->workspace->arena, id, strlen(id)));
			load_suite(loading, file);
			return true;
		}
	}
	if (names_file(operand)) {
		error_set(errors_new(loading->errors), ERROR_USAGE, "there is no file %s", operand);
		return true;
	}
	add_id(loading, operand);
	return false;
}

static void
load_all_suites(struct loading *loading)
{
	const char *suites = find_named(loading, "suites", "", "");

	if (suites)
		load_directory(loading, suites);
}

static void
load_gate(struct loading *loading)
{
	struct workspace *workspace = loading->workspace;
	const char *path = resolve(loading, "ci/gates", loading->request->gate, "gate");

	if (!path || !(workspace->gate = gate_load(path, loading->errors)))
		return;
	for (size_t i = 0; i < workspace->gate->suite_count; i++) {
		const char *name = workspace->gate->suites[i];
		const char *suite = find_named(loading, "suites", name, "");
		if (suite)
			load_suite(loading, suite);
		else
			error_set(errors_new(loading->errors), ERROR_SUITE,
				  "%s names the suite %s, but suites/%s does not exist", path, name,
				  name);
	}
}

static void
load_operands(struct loading *loading)
{
	const struct settings *settings = loading->request->settings;
	bool any = false;

	for (size_t i = 0; i < settings->operand_count; i++)
		any = load_operand(loading, settings->operands[i]) || any;
	if (!any)
		load_all_suites(loading);
}

static bool
load_vars(struct workspace *workspace, const struct settings *settings, struct errors *errors)
{
	workspace->vars = json_object();
	for (size_t i = 0; i < settings->vars.count; i++) {
		const char *text = settings->vars.items[i];
		const char *equals = strchr(text, '=');
		if (!equals || equals == text)
			return error_set(errors_new(errors), ERROR_USAGE,
					 "--var wants K=V, not \"%s\"", text);
		const char *key = arena_text(&workspace->arena, text, (size_t)(equals - text));
		json_object_set_new(workspace->vars, key, json_string(equals + 1));
	}
	return true;
}

static bool
read_env_files(struct secrets *secrets, const struct settings *settings, struct errors *errors)
{
	bool ok = true;

	for (size_t i = 0; i < settings->env_files.count; i++) {
		struct error err = { 0 };
		if (!secrets_read_file(secrets, settings->env_files.items[i], &err)) {
			*errors_new(errors) = err;
			ok = false;
		}
	}
	return ok;
}

/* Checked first, then read for real: only the file itself says whether its values come from an
 * embedded target, and while that does not run, checking is all that can be done. */
static bool
load_environment(struct workspace *workspace, const struct workspace_request *request,
		 const char *path, struct errors *errors)
{
	workspace->environment =
		environment_load(path, workspace->secrets, request->embedded, true, errors);
	if (!workspace->environment)
		return false;
	if (request->check_only || (workspace->environment->embedded && !request->embedded))
		return true;
	environment_free(workspace->environment);
	workspace->environment =
		environment_load(path, workspace->secrets, request->embedded, false, errors);
	return workspace->environment != NULL;
}

bool
workspace_load(struct workspace *workspace, const struct workspace_request *request,
	       struct secrets *secrets, struct errors *errors)
{
	struct loading loading = { .workspace = workspace, .request = request, .errors = errors };
	struct error err = { 0 };

	*workspace = (struct workspace){ .secrets = secrets };
	loading.home = home_find(&workspace->arena, &err);
	workspace->lenses = lens_cache_new();
	if (!load_vars(workspace, request->settings, errors) ||
	    !read_env_files(secrets, request->settings, errors))
		return false;
	const char *path = resolve(&loading, "fixtures/environments",
				   request->settings->environment, "environment");
	if (!path)
		return false;
	if (!load_environment(workspace, request, path, errors))
		return false;
	if (request->gate)
		load_gate(&loading);
	else if (!request->without_suites)
		load_operands(&loading);
	return errors->count == 0;
}

const struct lens *
workspace_lens(struct workspace *workspace, const char *name, struct errors *errors)
{
	struct loading loading = { .workspace = workspace, .errors = errors };
	struct error err = { 0 };
	const char *path;

	loading.home = home_find(&workspace->arena, &err);
	if (strchr(name, '/') || names_file(name))
		path = shortened(workspace, name);
	else
		path = find_named(&loading, "suites", name, "/lens.yaml");
	if (path)
		return lens_cache_get(workspace->lenses, path, errors);
	error_set(errors_new(errors), ERROR_USAGE,
		  "there is no lens `%s`: suites/%s/lens.yaml does not exist", name, name);
	return NULL;
}

void
workspace_release(struct workspace *workspace)
{
	for (size_t i = 0; i < workspace->suite_count; i++)
		suite_free(workspace->owned[i]);
	gate_free(workspace->gate);
	environment_free(workspace->environment);
	if (workspace->lenses)
		lens_cache_free(workspace->lenses);
	json_decref(workspace->vars);
	arena_release(&workspace->arena);
	*workspace = (struct workspace){ 0 };
}
