#include "run/decode.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "run/scan.h"

static json_t *read_value(struct scan *scan, int depth);

static json_t *
read_object(struct scan *scan, int depth)
{
	json_t *object = must(json_object());
	struct span key;
	bool ok = scan_open(scan, '{');

	while (ok && scan_member(scan, &key)) {
		(void)span_text(&key);
		/* jansson refuses a NUL in a name. */
		json_t *value =
			memchr(key.text, '\0', key.len) ? NULL : read_value(scan, depth + 1);
		ok = value && json_object_setn_new_nocheck(object, key.text, key.len, value) == 0;
	}
	if (ok && !scan->bad)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *
read_array(struct scan *scan, int depth)
{
	json_t *array = must(json_array());
	bool ok = scan_open(scan, '[');

	while (ok && scan_element(scan)) {
		json_t *value = read_value(scan, depth + 1);

		ok = value && json_array_append_new(array, value) == 0;
	}
	if (ok && !scan->bad)
		return array;
	json_decref(array);
	return NULL;
}

static json_t *
read_text(struct scan *scan)
{
	struct span span;

	if (!scan_string(scan, &span))
		return NULL;
	(void)span_text(&span);
	return must(json_stringn_nocheck(span.text, span.len));
}

static json_t *
read_number(struct scan *scan)
{
	const char *from = scan->at;
	int64_t number;

	if (scan_int(scan, &number))
		return must(json_integer(number));
	/* A fraction or an exponent. */
	return scan->bad ? NULL
			 : json_loadb(from, (size_t)(scan->at - from), JSON_DECODE_ANY, NULL);
}

static json_t *
read_word(struct scan *scan, char first)
{
	bool truth;

	if (first != 'n')
		return scan_bool(scan, &truth) ? json_boolean(truth) : NULL;
	scan_skip(scan);
	return scan->bad ? NULL : json_null();
}

static json_t *
read_value(struct scan *scan, int depth)
{
	char first = scan_peek(scan);

	if (depth > SCAN_DEPTH)
		return NULL;
	switch (first) {
	case '{':
		return read_object(scan, depth);
	case '[':
		return read_array(scan, depth);
	case '"':
		return read_text(scan);
	case 't':
	case 'f':
	case 'n':
		return read_word(scan, first);
	default:
		return read_number(scan);
	}
}

json_t *
decode(const char *text, size_t len)
{
	/* Escapes are undone where they stand. */
	char *copy = must(malloc(len + 1));

	memcpy(copy, text, len);
	struct scan scan = scan_of(copy, len);
	json_t *value = read_value(&scan, 0);
	if (value && !scan_done(&scan)) {
		json_decref(value);
		value = NULL;
	}
	free(copy);
	return value ? value : json_loadb(text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
}
