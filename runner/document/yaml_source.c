#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/must.h"
#include "document/scalar.h"
#include "document/source.h"
#include "document/yaml_problem.h"

#define ANCHORS 256
/* Values that aliases may stand for, all together: a few nested anchors could be billions. */
#define ALIASED_VALUES 100000

/* Braces of ${name} while libyaml reads: two characters of the private use area, one
 * each, so that columns stay true. */
#define OPEN  "\xee\x80\x80"
#define CLOSE "\xee\x80\x81"
#define NAME  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.+-"

struct anchor {
	char *name;
	json_t *value; /* NULL while what it stands for is being read */
	long values;   /* in it, aliases counted out */
	int height;    /* levels below it */
};

struct reader {
	yaml_parser_t parser;
	struct source *source;
	char pointer[POINTER_BYTES];
	struct anchor anchors[ANCHORS];
	size_t anchor_count;
	long values, aliased;
	int depth, deepest;
};

static json_t *read_value(struct reader *reader, const yaml_event_t *event, struct spot key);

static struct spot
spot_of(yaml_mark_t mark)
{
	return (struct spot){ (int)mark.line + 1, (int)mark.column + 1 };
}

static bool
full(const struct reader *reader)
{
	return reader->source->mistakes >= SOURCE_MISTAKES;
}

/* The next event; false at a syntax error, or when there are mistakes enough. */
static bool
next(struct reader *reader, yaml_event_t *event)
{
	if (full(reader))
		return false;
	if (yaml_parser_parse(&reader->parser, event))
		return true;
	yaml_problem_note(&reader->parser, reader->source);
	reader->source->mistakes = SOURCE_MISTAKES;
	return false;
}

/* The text of a scalar, with the braces of its ${name}s put back. NULL with a mistake noted when it
 * holds a NUL. */
static char *
scalar_text(struct reader *reader, const yaml_event_t *event)
{
	const char *from = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length, out = 0;
	bool inside = false;

	if (memchr(from, '\0', len)) {
		source_fail(reader->source, spot_of(event->start_mark), reader->pointer,
			    "a text must not hold the character U+0000");
		return NULL;
	}
	char *text = must(malloc(len + 1));
	while (*from) {
		bool mark = strncmp(from, inside ? CLOSE : OPEN, 3) == 0 &&
			    (inside || (out > 0 && text[out - 1] == '$'));
		text[out++] = *from;
		if (mark) {
			inside = !inside;
			text[out - 1] = inside ? '{' : '}';
		}
		from += mark ? 3 : 1;
	}
	text[out] = '\0';
	return text;
}

static json_t *
read_scalar(struct reader *reader, const yaml_event_t *event)
{
	char *text = scalar_text(reader, event);
	const char *mistake = NULL;
	json_t *value = NULL;

	if (!text)
		return json_null();
	if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		value = json_string(text);
	else
		value = scalar_plain(text, &mistake);
	if (!value)
		source_fail(reader->source, spot_of(event->start_mark), reader->pointer,
			    "the number `%s` %s: quote it if it is a text", text, mistake);
	free(text);
	return value ? value : json_null();
}

static struct anchor *
anchor_find(struct reader *reader, const char *name)
{
	/* The latest of a name counts. */
	for (size_t i = reader->anchor_count; i > 0; i--) {
		if (strcmp(reader->anchors[i - 1].name, name) == 0)
			return &reader->anchors[i - 1];
	}
	return NULL;
}

/* A shared value: a copy for each alias would let a short text fill the memory. */
static json_t *
read_alias(struct reader *reader, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;
	const struct anchor *anchor = anchor_find(reader, name);
	struct spot spot = spot_of(event->start_mark);
	struct source *source = reader->source;

	if (!anchor) {
		source_fail(source, spot, reader->pointer, "no anchor `&%s` before this alias",
			    name);
	} else if (!anchor->value) {
		source_fail(source, spot, reader->pointer,
			    "the alias `*%s` is inside the value it stands for", name);
	} else if (reader->depth + anchor->height > SOURCE_DEPTH) {
		source_fail(source, spot, reader->pointer,
			    "more than %d levels of lists and mappings, with what `*%s` stands for",
			    SOURCE_DEPTH, name);
	} else if (reader->aliased + anchor->values > ALIASED_VALUES) {
		source_fail(source, spot, reader->pointer, "aliases stand for more than %d values",
			    ALIASED_VALUES);
		source->mistakes = SOURCE_MISTAKES;
	} else {
		reader->aliased += anchor->values;
		reader->values += anchor->values - 1;
		if (reader->depth + anchor->height > reader->deepest)
			reader->deepest = reader->depth + anchor->height;
		return json_incref(anchor->value);
	}
	return json_null();
}

static json_t *
read_list(struct reader *reader)
{
	json_t *list = json_array();
	size_t len = strlen(reader->pointer);
	yaml_event_t event;

	while (next(reader, &event)) {
		bool end = event.type == YAML_SEQUENCE_END_EVENT;
		if (!end) {
			pointer_append_index(reader->pointer, json_array_size(list));
			json_array_append_new(
				list, read_value(reader, &event, spot_of(event.start_mark)));
			reader->pointer[len] = '\0';
		}
		yaml_event_delete(&event);
		if (end)
			break;
	}
	return list;
}

/* The text of a key; NULL with a mistake noted. The caller frees it. */
static char *
read_key(struct reader *reader, const yaml_event_t *event)
{
	struct spot spot = spot_of(event->start_mark);
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	const char *mistake;

	if (event->type != YAML_SCALAR_EVENT) {
		source_fail(reader->source, spot, reader->pointer,
			    "a key must be text, not an alias, a list or a mapping");
		return NULL;
	}
	if (event->data.scalar.tag || event->data.scalar.anchor) {
		source_fail(reader->source, spot, reader->pointer,
			    "a key must have neither tag nor anchor");
		return NULL;
	}
	char *text = scalar_text(reader, event);
	json_t *value = plain && text ? scalar_plain(text, &mistake) : NULL;
	if (plain && text && !json_is_string(value)) {
		source_fail(reader->source, spot, reader->pointer,
			    "the key `%s` is not text: quote it", text);
		free(text);
		text = NULL;
	} else if (plain && text && strcmp(text, "<<") == 0) {
		source_fail(reader->source, spot, reader->pointer,
			    "merge keys (`<<`) are not supported: write the keys out");
		free(text);
		text = NULL;
	}
	json_decref(value);
	return text;
}

/* Read a key that began with `event`, and its value, into `mapping`. */
static void
read_member(struct reader *reader, const yaml_event_t *event, json_t *mapping)
{
	struct spot spot = spot_of(event->start_mark);
	char *key = read_key(reader, event);
	yaml_event_t value;

	if (!key && event->type != YAML_SCALAR_EVENT)
		json_decref(read_value(reader, event, spot));
	if (key)
		pointer_append(reader->pointer, key);
	if (key && json_object_get(mapping, key)) {
		source_fail(reader->source, spot, reader->pointer, "duplicate key `%s`", key);
		free(key);
		key = NULL;
	}
	if (next(reader, &value)) {
		json_t *json = read_value(reader, &value, spot);
		if (key)
			json_object_set_new(mapping, key, json);
		else
			json_decref(json);
		yaml_event_delete(&value);
	}
	free(key);
}

static json_t *
read_mapping(struct reader *reader)
{
	json_t *mapping = json_object();
	size_t len = strlen(reader->pointer);
	yaml_event_t event;

	while (next(reader, &event)) {
		bool end = event.type == YAML_MAPPING_END_EVENT;
		if (!end)
			read_member(reader, &event, mapping);
		reader->pointer[len] = '\0';
		yaml_event_delete(&event);
		if (end)
			break;
	}
	return mapping;
}

/* A list or a mapping, unless it is too deep: then reading ends. */
static json_t *
read_container(struct reader *reader, const yaml_event_t *event)
{
	if (reader->depth == SOURCE_DEPTH) {
		source_fail(reader->source, spot_of(event->start_mark), reader->pointer,
			    "more than %d levels of lists and mappings", SOURCE_DEPTH);
		reader->source->mistakes = SOURCE_MISTAKES;
		return json_null();
	}
	if (++reader->depth > reader->deepest)
		reader->deepest = reader->depth;
	json_t *value =
		event->type == YAML_MAPPING_START_EVENT ? read_mapping(reader) : read_list(reader);
	reader->depth--;
	return value;
}

/* What an event carries besides its value: its anchor and its tag, if it has them. */
static void
decoration(const yaml_event_t *event, const char **anchor, const char **tag)
{
	*anchor = *tag = NULL;
	if (event->type == YAML_SCALAR_EVENT) {
		*anchor = (const char *)event->data.scalar.anchor;
		*tag = (const char *)event->data.scalar.tag;
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		*anchor = (const char *)event->data.sequence_start.anchor;
		*tag = (const char *)event->data.sequence_start.tag;
	} else if (event->type == YAML_MAPPING_START_EVENT) {
		*anchor = (const char *)event->data.mapping_start.anchor;
		*tag = (const char *)event->data.mapping_start.tag;
	}
}

static struct anchor *
anchor_open(struct reader *reader, const char *name, struct spot spot)
{
	if (reader->anchor_count == ANCHORS) {
		source_fail(reader->source, spot, reader->pointer, "more than %d anchors", ANCHORS);
		return NULL;
	}
	struct anchor *anchor = &reader->anchors[reader->anchor_count++];
	anchor->name = must(strdup(name));
	return anchor;
}

static json_t *
read_anchored(struct reader *reader, const yaml_event_t *event, struct anchor *anchor)
{
	long values = reader->values;
	int deepest = reader->deepest;

	reader->deepest = reader->depth;
	json_t *value = event->type == YAML_SCALAR_EVENT ? read_scalar(reader, event)
							 : read_container(reader, event);
	if (anchor) {
		anchor->value = json_incref(value);
		anchor->values = reader->values - values + 1;
		anchor->height = reader->deepest - reader->depth;
	}
	if (reader->deepest < deepest)
		reader->deepest = deepest;
	return value;
}

/* The value that begins with `event`; after a mistake null stands for it. */
static json_t *
read_value(struct reader *reader, const yaml_event_t *event, struct spot key)
{
	struct spot spot = spot_of(event->start_mark);
	const char *name, *tag;

	places_add(reader->source->places, reader->pointer, key, spot);
	reader->values++;
	if (event->type == YAML_ALIAS_EVENT)
		return read_alias(reader, event);
	decoration(event, &name, &tag);
	if (tag)
		source_fail(reader->source, spot, reader->pointer, "tags (`%s`) are not supported",
			    tag);
	return read_anchored(reader, event, name ? anchor_open(reader, name, spot) : NULL);
}

/* Read up to the end of the stream, which holds one document. */
static json_t *
read_stream(struct reader *reader)
{
	json_t *root = NULL;
	yaml_event_t event;
	bool end = false;

	while (!end && next(reader, &event)) {
		struct spot spot = spot_of(event.start_mark);
		end = event.type == YAML_STREAM_END_EVENT;
		if (event.type == YAML_DOCUMENT_START_EVENT && root) {
			source_fail(reader->source, spot, "", "a second document in one file");
			end = true;
		} else if (event.type == YAML_SCALAR_EVENT || event.type == YAML_ALIAS_EVENT ||
			   event.type == YAML_SEQUENCE_START_EVENT ||
			   event.type == YAML_MAPPING_START_EVENT) {
			root = read_value(reader, &event, spot);
		}
		yaml_event_delete(&event);
	}
	if (!root && !full(reader))
		source_fail(reader->source, (struct spot){ 1, 1 }, "", "the file is empty");
	return root;
}

/* The text with the braces of each ${name} replaced: in a flow mapping they would end it. False
 * when the text holds the replacements already. */
static bool
hide_braces(struct source *source, struct buf *hidden)
{
	const char *from = source->text, *end = source->text + source->len, *at;

	for (int i = 0; i < 2; i++) {
		at = strstr(from, i ? CLOSE : OPEN);
		if (at)
			return source_fail(source, source_spot(from, (size_t)(at - from)), "",
					   "the character U+E00%d is reserved", i);
	}
	while ((at = strstr(from, "${"))) {
		size_t name = strspn(at + 2, NAME);
		buf_add(hidden, from, (size_t)(at + 1 - from));
		from = at + 2 + name;
		buf_add(hidden, *from == '}' ? OPEN : "{", *from == '}' ? 3 : 1);
		buf_add(hidden, at + 2, name);
		if (*from == '}') {
			buf_add(hidden, CLOSE, 3);
			from++;
		}
	}
	buf_add(hidden, from, (size_t)(end - from));
	return true;
}

json_t *
source_read_yaml(struct source *source)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	struct buf hidden;
	json_t *root = NULL;

	/* Each ${} of three bytes and more becomes at most four bytes longer. */
	buf_init(&hidden, source->len * 3 + 1);
	if (!reader || !yaml_parser_initialize(&reader->parser))
		abort();
	if (hide_braces(source, &hidden)) {
		const unsigned char *text = (const unsigned char *)hidden.text;
		yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
		yaml_parser_set_input_string(&reader->parser, text, hidden.len);
		reader->source = source;
		root = read_stream(reader);
	}
	for (size_t i = 0; i < reader->anchor_count; i++) {
		free(reader->anchors[i].name);
		json_decref(reader->anchors[i].value);
	}
	yaml_parser_delete(&reader->parser);
	buf_release(&hidden);
	free(reader);
	return root;
}
