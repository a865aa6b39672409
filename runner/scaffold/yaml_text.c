#include "scaffold/yaml_text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/must.h"
#include "document/node.h"

#define LINE_BYTES 65536

/* What text without quotes may begin with and be made of, as far as nobody has to think about it.
 */
static const char first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_/";
static const char rest[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			   "0123456789_./-+*()=<>$';|? ";

/* Members whose lists are one item after the other, however short. */
static const char *const listed[] = { "cases", "steps", "stages" };

/* 250ms, 3s: no number, though it begins with one. */
static bool
is_duration(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	const char *unit = text + digits;

	return digits > 0 && (strcmp(unit, "ms") == 0 || strcmp(unit, "s") == 0 ||
			      strcmp(unit, "m") == 0 || strcmp(unit, "h") == 0);
}

static bool
is_plain(const char *text, const char *more)
{
	static const char *const values[] = { "true", "false", "null" };
	size_t len = strlen(text);

	if (is_duration(text))
		return true;
	if (len == 0 || !strchr(first, text[0]) || text[len - 1] == ' ')
		return false;
	for (const char *at = text; *at; at++) {
		if (!strchr(rest, *at) && !strchr(more, *at))
			return false;
	}
	for (size_t i = 0; i < COUNTOF(values); i++) {
		if (strcmp(text, values[i]) == 0)
			return false;
	}
	return true;
}

static void
put_scalar(struct buf *out, const json_t *value, const char *more)
{
	const char *text = json_string_value(value);

	if (text && is_plain(text, more)) {
		buf_printf(out, "%s", text);
		return;
	}
	char *quoted = must(json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT));
	buf_printf(out, "%s", quoted);
	free(quoted);
}

/* Operators are keys that begin with a dollar. */
static void
put_key(struct buf *out, const char *name)
{
	json_t *text = json_string(name);

	if (name[0] == '$' && is_plain(name + 1, ""))
		buf_printf(out, "%s:", name);
	else {
		put_scalar(out, text, "");
		buf_printf(out, ":");
	}
	json_decref(text);
}

void
yaml_text_flow(struct buf *out, const json_t *value)
{
	const char *between = "", *name;
	json_t *member;
	size_t i;

	if (json_is_object(value) && json_object_size(value) > 0) {
		buf_printf(out, "{ ");
		json_object_foreach(node_writable(value), name, member)
		{
			buf_printf(out, "%s", between);
			put_key(out, name);
			buf_printf(out, " ");
			yaml_text_flow(out, member);
			between = ", ";
		}
		buf_printf(out, " }");
	} else if (json_is_array(value)) {
		buf_printf(out, "[");
		json_array_foreach(value, i, member)
		{
			buf_printf(out, "%s", between);
			yaml_text_flow(out, member);
			between = ", ";
		}
		buf_printf(out, "]");
	} else {
		put_scalar(out, value, "");
	}
}

/* Is there room for the whole value behind the `column` that is written? */
static bool
fits(const json_t *value, size_t column)
{
	struct buf line;

	buf_init(&line, LINE_BYTES);
	yaml_text_flow(&line, value);
	bool short_enough = column + line.len <= YAML_TEXT_WIDTH;
	buf_release(&line);
	return short_enough;
}

static bool
is_listed(const char *name)
{
	for (size_t i = 0; i < COUNTOF(listed); i++) {
		if (strcmp(listed[i], name) == 0)
			return true;
	}
	return false;
}

/* Text whose words may move to other lines: folding gives one blank for each line feed. */
static bool
may_fold(const char *text)
{
	return text && text[0] != '\0' && text[0] != ' ' && text[strlen(text) - 1] != ' ' &&
	       !strstr(text, "  ") && !strpbrk(text, "\n\r\t") && strchr(text, ' ');
}

static void
put_folded(struct buf *out, const char *text, int indent)
{
	size_t column = YAML_TEXT_WIDTH;

	buf_printf(out, " >-");
	while (*text) {
		size_t len = strcspn(text, " ");

		if (column + 1 + len > YAML_TEXT_WIDTH) {
			buf_printf(out, "\n%*s", indent, "");
			column = (size_t)indent;
		} else {
			buf_printf(out, " ");
			column++;
		}
		buf_printf(out, "%.*s", (int)len, text);
		column += len;
		text += len + (text[len] == ' ');
	}
	buf_printf(out, "\n");
}

static void
put_member(struct buf *out, const char *name, const json_t *value, int indent)
{
	const char *text = json_string_value(value);
	size_t column = (size_t)indent + strlen(name) + 2;
	bool empty =
		json_is_object(value) ? json_object_size(value) == 0 : json_array_size(value) == 0;

	put_key(out, name);
	if (!empty && json_is_array(value) && (is_listed(name) || !fits(value, column))) {
		buf_printf(out, "\n");
		yaml_text_items(out, value, indent + 2, strcmp(name, "cases") == 0);
	} else if (!empty && json_is_object(value) && !fits(value, column)) {
		buf_printf(out, "\n");
		yaml_text_members(out, value, indent + 2);
	} else if (may_fold(text) && !fits(value, column)) {
		put_folded(out, text, indent + 2);
	} else {
		buf_printf(out, " ");
		if (text)
			put_scalar(out, value, ",");
		else
			yaml_text_flow(out, value);
		buf_printf(out, "\n");
	}
}

void
yaml_text_members(struct buf *out, const json_t *object, int indent)
{
	const char *name;
	json_t *value;

	json_object_foreach(node_writable(object), name, value)
	{
		buf_printf(out, "%*s", indent, "");
		put_member(out, name, value, indent);
	}
}

/* Cases, and their steps: who reads them looks for the same thing in the same place. */
static bool
is_step(const json_t *item)
{
	return json_object_get(item, "expect") || json_object_get(item, "steps");
}

/* Where a member of a case or step stands: -1 before what it does, 1 after it. */
static int
rank(const char *name)
{
	static const char *const before[] = { "id", "title", "needs", "matrix", "flags", "as" };
	static const char *const after[] = { "expect",    "steps",   "capture",
					     "unchanged", "control", "unproved" };

	for (size_t i = 0; i < COUNTOF(before); i++) {
		if (strcmp(before[i], name) == 0)
			return -1;
	}
	for (size_t i = 0; i < COUNTOF(after); i++) {
		if (strcmp(after[i], name) == 0)
			return 1;
	}
	return 0;
}

/* The first member stands behind the dash. */
static void
put_item(struct buf *out, const json_t *item, int indent)
{
	bool begun = false;
	const char *name;
	json_t *value;

	for (int turn = -1; turn <= 1; turn++) {
		json_object_foreach(node_writable(item), name, value)
		{
			if ((is_step(item) ? rank(name) : -1) != turn)
				continue;
			if (begun)
				buf_printf(out, "%*s", indent, "");
			put_member(out, name, value, indent);
			begun = true;
		}
	}
}

void
yaml_text_items(struct buf *out, const json_t *list, int indent, bool apart)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (i > 0 && apart)
			buf_printf(out, "\n");
		buf_printf(out, "%*s- ", indent, "");
		if (json_object_size(item) > 0 &&
		    (is_step(item) || !fits(item, (size_t)indent + 2))) {
			put_item(out, item, indent + 2);
		} else {
			yaml_text_flow(out, item);
			buf_printf(out, "\n");
		}
	}
}
