#include "suite/capture.h"

#include <string.h>

#include "suite/reading.h"

/* The types `$type` knows; see check/pattern.h. */
static const char *const types[] = { "uuid",      "string", "number", "integer", "boolean",
				     "timestamp", "null",   "array",  "object" };

static bool
type_read(const struct node *node, struct capture *capture)
{
	struct node type;

	if (!node_member(node, "type", &type))
		return true;
	if (!node_is_text(&type))
		return false;
	capture->type = json_string_value(type.value);
	return reading_known(&type, "type", capture->type, types, COUNTOF(types));
}

/* Exactly one of the keys says where the value comes from, and fits the kind of step. */
static bool
source_read(const struct node *node, enum step_kind kind, struct capture *capture)
{
	struct node member;
	bool at = node_member(node, "at", &member), rows = node_member(node, "rows", &member),
	     header = node_member(node, "header", &member);

	if (at + rows + header != 1)
		return node_fail(node, "needs one of `at`, `header` and `rows`");
	if (rows && kind != STEP_SQL)
		return node_fail(&member, "only a statement has rows: use `at`");
	if (header && kind == STEP_SQL)
		return node_fail(&member, "a statement has no headers: use `at`");
	if (header) {
		capture->source = CAPTURE_HEADER;
		return node_text(node, "header", REQUIRED, &capture->at);
	}
	capture->source = kind == STEP_SQL ? CAPTURE_ROWS : CAPTURE_BODY;
	return reading_pointer(node, rows ? "rows" : "at", REQUIRED, &capture->at);
}

static bool
capture_read(const struct node *map, const char *name, enum step_kind kind, struct capture *capture)
{
	static const char *const keys[] = { "at", "header", "rows", "secret", "type" };
	struct node node;

	if (!node_member(map, name, &node))
		return false;
	capture->name = name;
	capture->place = node_place(&node);
	bool ok = reading_word(&node, "a capture", name);
	if (!json_is_object(node.value)) {
		capture->source = kind == STEP_SQL ? CAPTURE_ROWS : CAPTURE_BODY;
		return reading_pointer(map, name, REQUIRED, &capture->at) && ok;
	}
	ok &= node_keys(&node, keys, COUNTOF(keys));
	ok &= type_read(&node, capture);
	ok &= node_boolean(&node, "secret", OPTIONAL, &capture->secret);
	return source_read(&node, kind, capture) && ok;
}

bool
capture_read_all(const struct node *node, struct arena *arena, struct step *step)
{
	struct node member;
	const char *name = NULL;
	bool ok = true;

	if (!node_is_object(node))
		return false;
	struct capture *captures =
		ARENA_ARRAY(arena, json_object_size(node->value), struct capture);
	while (node_next(node, &name, &member))
		ok &= capture_read(node, name, step->kind, &captures[step->capture_count++]);
	step->captures = captures;
	return ok;
}
