#include <string.h>

#include "base/buf.h"
#include "check/pattern.h"
#include "check/value.h"

/* Keys named in a sentence; the rest is counted. */
#define KEYS_SHOWN 24

/* Compare a key with a reference token of `len` bytes, in which ~0 stands for ~ and ~1 for /.
 * Any other use of ~ equals no key. */
static bool
token_is(const char *token, size_t len, const char *key)
{
	for (size_t i = 0; i < len; i++, key++) {
		char c = token[i];

		if (c == '~') {
			if (++i == len || (token[i] != '0' && token[i] != '1'))
				return false;
			c = token[i] == '0' ? '~' : '/';
		}
		if (*key != c)
			return false;
	}
	return *key == '\0';
}

static const json_t *
member(const json_t *object, const char *token, size_t len)
{
	const char *key;
	json_t *value;

	json_object_foreach(value_iterable(object), key, value)
	{
		if (token_is(token, len, key))
			return value;
	}
	return NULL;
}

/* Source: RFC 6901, section 4: decimal digits without leading zeros; "-" is past the end. */
static const json_t *
item(const json_t *array, const char *token, size_t len)
{
	size_t index = 0;

	/* No array has more items than nine digits can count. */
	if (len == 0 || len > 9 || (token[0] == '0' && len > 1))
		return NULL;
	for (size_t i = 0; i < len; i++) {
		if (token[i] < '0' || token[i] > '9')
			return NULL;
		index = index * 10 + (size_t)(token[i] - '0');
	}
	return json_array_get(array, index);
}

/* "key=text": the first item that has this text at this key. Whoever lists things lists them in an
 * order of his own. */
static const json_t *
chosen(const json_t *array, const char *token, size_t len)
{
	const char *equals = memchr(token, '=', len);
	size_t key = equals ? (size_t)(equals - token) : 0;

	for (size_t i = 0; equals && i < json_array_size(array); i++) {
		const json_t *each = json_array_get(array, i);
		const json_t *value = json_is_object(each) ? member(each, token, key) : NULL;

		if (json_is_string(value) &&
		    token_is(equals + 1, len - key - 1, json_string_value(value)))
			return each;
	}
	return NULL;
}

/* Take one step along `pointer`: the value it leads to (NULL: absent) and, in *rest, the rest. */
static const json_t *
step(const json_t *value, const char *pointer, const char **rest)
{
	if (*pointer != '/')
		return NULL;

	const char *token = pointer + 1;
	size_t len = strcspn(token, "/");

	*rest = token + len;
	if (json_is_object(value))
		return member(value, token, len);
	if (json_is_array(value))
		return memchr(token, '=', len) ? chosen(value, token, len)
					       : item(value, token, len);
	return NULL;
}

const json_t *
pointer_get(const json_t *value, const char *pointer)
{
	while (value && *pointer)
		value = step(value, pointer, &pointer);
	return value;
}

static void
add_keys(struct buf *line, const json_t *object)
{
	size_t shown = 0, count = json_object_size(object);
	const char *key;
	json_t *value;

	buf_printf(line, ", with keys:");
	json_object_foreach(value_iterable(object), key, value)
	{
		if (shown == KEYS_SHOWN)
			break;
		buf_printf(line, "%s ", shown ? "," : "");
		for (const char *c = key; *c; c++)
			buf_printf(line, (unsigned char)*c < ' ' ? "\\u%04x" : "%c", *c);
		shown++;
	}
	if (count > shown)
		buf_printf(line, " and %zu more", count - shown);
}

const char *
pointer_nearest(const json_t *value, const char *pointer, struct arena *arena)
{
	const char *at = pointer;
	struct buf line;

	if (!value)
		return "there is no value at all";
	for (const json_t *next = value; next && *at;) {
		const char *rest = at;

		next = step(value, at, &rest);
		if (next) {
			value = next;
			at = rest;
		}
	}

	buf_init(&line, 2048);
	if (at == pointer)
		buf_printf(&line, "the root exists");
	else
		buf_printf(&line, "%.*s exists", (int)(at - pointer), pointer);
	if (json_is_object(value) && json_object_size(value))
		add_keys(&line, value);
	else if (json_is_array(value))
		buf_printf(&line, ", with %zu items", json_array_size(value));
	else
		buf_printf(&line, ", and is %s",
			   json_is_object(value) ? "an empty object" : value_kind(value));

	const char *text = arena_text(arena, line.text, line.len);
	buf_release(&line);
	return text;
}
