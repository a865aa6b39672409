#include <string.h>

#include "document/source.h"

/* A walk over text that jansson has read already, for what jansson does not tell: where each
 * value stands, and which key is a duplicate. */
struct walk {
	struct source *source;
	const char *at;
	struct spot spot;
	char pointer[POINTER_BYTES];
	int depth;
};

static void
step(struct walk *walk)
{
	if (*walk->at == '\n')
		walk->spot = (struct spot){ walk->spot.line + 1, 1 };
	else if (((unsigned char)walk->at[1] & 0xc0) != 0x80)
		walk->spot.column++;
	walk->at++;
}

static void
skip(struct walk *walk, const char *any_of)
{
	while (*walk->at && strchr(any_of, *walk->at))
		step(walk);
}

static void
pass_text(struct walk *walk)
{
	step(walk);
	while (*walk->at != '"') {
		if (*walk->at == '\\')
			step(walk);
		step(walk);
	}
	step(walk);
}

static void pass_value(struct walk *walk, struct spot key);

static void
pass_item(struct walk *walk, size_t index)
{
	size_t len = strlen(walk->pointer);

	pointer_append_index(walk->pointer, index);
	pass_value(walk, walk->spot);
	walk->pointer[len] = '\0';
}

static void
pass_member(struct walk *walk, json_t *seen)
{
	struct spot spot = walk->spot;
	const char *start = walk->at;
	size_t len = strlen(walk->pointer);

	pass_text(walk);
	json_t *key = json_loadb(start, (size_t)(walk->at - start), JSON_DECODE_ANY, NULL);
	const char *name = json_string_value(key);
	pointer_append(walk->pointer, name);
	if (json_object_get(seen, name))
		source_fail(walk->source, spot, walk->pointer, "duplicate key `%s`", name);
	else
		json_object_set_new(seen, name, json_true());
	json_decref(key);
	skip(walk, " \t\r\n:");
	pass_value(walk, spot);
	walk->pointer[len] = '\0';
}

static void
pass_container(struct walk *walk, char end)
{
	json_t *seen = json_object();
	size_t index = 0;

	step(walk);
	skip(walk, " \t\r\n");
	while (*walk->at != end) {
		if (walk->source->mistakes >= SOURCE_MISTAKES)
			break;
		if (end == '}')
			pass_member(walk, seen);
		else
			pass_item(walk, index++);
		skip(walk, " \t\r\n,");
	}
	if (*walk->at == end)
		step(walk);
	json_decref(seen);
}

static void
pass_value(struct walk *walk, struct spot key)
{
	places_add(walk->source->places, walk->pointer, key, walk->spot);
	if (*walk->at == '"') {
		pass_text(walk);
	} else if (*walk->at != '{' && *walk->at != '[') {
		while (*walk->at && !strchr(" \t\r\n,]}", *walk->at))
			step(walk);
	} else if (walk->depth == SOURCE_DEPTH) {
		source_fail(walk->source, walk->spot, walk->pointer,
			    "more than %d levels of lists and mappings", SOURCE_DEPTH);
		walk->source->mistakes = SOURCE_MISTAKES;
	} else {
		walk->depth++;
		pass_container(walk, *walk->at == '{' ? '}' : ']');
		walk->depth--;
	}
}

/* jansson quotes with '; we quote with `. */
static void
fail(struct source *source, const json_error_t *error)
{
	char text[JSON_ERROR_TEXT_LENGTH];
	size_t len = strlen(error->text);

	memcpy(text, error->text, len + 1);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\'')
			text[i] = '`';
	}
	/* jansson's columns count the characters read, so 0 is before the first. */
	int column = error->column < 1 ? 1 : error->column;
	source_fail(source, (struct spot){ error->line, column }, "", "not JSON: %s", text);
}

json_t *
source_read_json(struct source *source)
{
	json_error_t error;
	json_t *root = json_loadb(source->text, source->len, JSON_DECODE_ANY, &error);

	if (!root) {
		fail(source, &error);
		return NULL;
	}
	struct walk walk = { .source = source, .at = source->text, .spot = { 1, 1 } };
	skip(&walk, " \t\r\n");
	pass_value(&walk, walk.spot);
	return root;
}
