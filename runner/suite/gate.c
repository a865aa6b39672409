#include "suite/gate.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "document/node.h"

/* More would be a typing error. */
#define MOST_CASES 100000

static const char *const keys[] = {
	"gate", "title", "suites", "planned", "flaky_budget", "deadline"
};

static bool
has_ending(const char *path, const char *ending)
{
	size_t len = strlen(path), n = strlen(ending);

	return len > n && strcmp(path + len - n, ending) == 0;
}

/* A path that stays below the suites' directory, whatever it is joined to. */
static bool
is_below(const char *path)
{
	if (*path == '/')
		return false;
	for (const char *part = path; part; part = strchr(part, '/')) {
		part += *part == '/';
		size_t len = strcspn(part, "/");
		if (len == 0 || (len == 1 && part[0] == '.') ||
		    (len == 2 && part[0] == '.' && part[1] == '.'))
			return false;
	}
	return true;
}

static bool
check_suite(const struct node *suites, const char *const *paths, size_t index)
{
	struct node item = json_is_array(suites->value) ? node_item(suites, index) : *suites;
	const char *path = paths[index];

	if (!is_below(path))
		return node_fail(&item, "must be a path below the suites' directory");
	if (!has_ending(path, ".yaml") && !has_ending(path, ".yml") && !has_ending(path, ".json"))
		return node_fail(&item, "must end in `.yaml`, `.yml` or `.json`");
	for (size_t i = 0; i < index; i++) {
		if (strcmp(paths[i], path) == 0)
			return node_fail(&item, "`%s` is listed twice", path);
	}
	return true;
}

static bool
read_suites(const struct node *root, struct gate *gate)
{
	struct node suites;
	bool ok = true;

	if (!node_texts(root, "suites", REQUIRED, &gate->arena, &gate->suites, &gate->suite_count))
		return false;
	if (!node_member(root, "suites", &suites))
		return false;
	if (gate->suite_count == 0)
		return node_fail(&suites, "must not be empty");
	for (size_t i = 0; i < gate->suite_count; i++)
		ok &= check_suite(&suites, gate->suites, i);
	return ok;
}

static bool
read_gate(const struct node *root, struct gate *gate)
{
	if (!node_is_object(root))
		return false;
	bool ok = node_keys(root, keys, COUNTOF(keys));
	ok &= node_text(root, "gate", REQUIRED, &gate->name);
	gate->title = gate->name;
	ok &= node_text(root, "title", OPTIONAL, &gate->title);
	ok &= read_suites(root, gate);
	ok &= node_integer(root, "planned", REQUIRED, 1, MOST_CASES, &gate->planned);
	ok &= node_integer(root, "flaky_budget", OPTIONAL, 0, MOST_CASES, &gate->flaky_budget);
	ok &= node_duration(root, "deadline", OPTIONAL, &gate->deadline_ms);
	return ok;
}

struct gate *
gate_load(const char *path, struct errors *errors)
{
	size_t noted = errors->count;
	struct document *document = document_load(path, errors);

	if (!document)
		return NULL;
	struct gate *gate = must(calloc(1, sizeof(*gate)));
	gate->document = document;
	struct node root = node_root(document, errors);
	if (!read_gate(&root, gate)) {
		errors_sort(errors, noted);
		gate_free(gate);
		return NULL;
	}
	return gate;
}

void
gate_free(struct gate *gate)
{
	if (!gate)
		return;
	document_free(gate->document);
	arena_release(&gate->arena);
	free(gate);
}
