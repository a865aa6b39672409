#include "document/node.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Longer names are not typing errors of ours. */
#define NAME_BYTES 64

json_t *
node_writable(const json_t *value)
{
	const union {
		const json_t *given;
		json_t *value;
	} same = { value };

	return same.value;
}

json_t *
node_share(const json_t *value)
{
	return json_incref(node_writable(value));
}

struct node
node_root(const struct document *document, struct errors *errors)
{
	return (struct node){ .document = document, .value = document->root, .errors = errors };
}

struct place
node_place(const struct node *node)
{
	return document_place(node->document, node->pointer);
}

bool
node_member(const struct node *object, const char *key, struct node *member)
{
	json_t *value = json_object_get(object->value, key);

	if (!value)
		return false;
	*member = *object;
	member->value = value;
	pointer_append(member->pointer, key);
	return true;
}

struct node
node_item(const struct node *array, size_t index)
{
	struct node item = *array;

	item.value = json_array_get(array->value, index);
	pointer_append_index(item.pointer, index);
	return item;
}

static struct error *
error_at(const struct node *node, struct place place)
{
	struct error *err = errors_new(node->errors);

	err->code = ERROR_SUITE;
	place_set(&place, err);
	(void)snprintf(err->pointer, sizeof(err->pointer), "%s", node->pointer);
	return err;
}

bool
node_fail(const struct node *node, const char *fmt, ...)
{
	struct error *err = error_at(node, node_place(node));
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(err->message, sizeof(err->message), fmt, args);
	va_end(args);
	return false;
}

bool
node_fail_key(const struct node *node, const char *fmt, ...)
{
	struct error *err = error_at(node, document_key_place(node->document, node->pointer));
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(err->message, sizeof(err->message), fmt, args);
	va_end(args);
	return false;
}

bool
node_fail_with(const struct node *node, const struct error *err)
{
	return node_fail(node, "%s", err->message);
}

static const char *
kind_name(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "a mapping";
	case JSON_ARRAY:
		return "a list";
	case JSON_STRING:
		return "text";
	case JSON_INTEGER:
	case JSON_REAL:
		return "a number";
	case JSON_TRUE:
		return "`true`";
	case JSON_FALSE:
		return "`false`";
	case JSON_NULL:
		return "null";
	}
	return "something else";
}

bool
node_is_object(const struct node *node)
{
	return json_is_object(node->value) ||
	       node_fail(node, "must be a mapping, not %s", kind_name(node->value));
}

bool
node_is_array(const struct node *node)
{
	if (!json_is_array(node->value))
		return node_fail(node, "must be a list, not %s", kind_name(node->value));
	return json_array_size(node->value) > 0 || node_fail(node, "must not be empty");
}

bool
node_is_text(const struct node *node)
{
	if (!json_is_string(node->value))
		return node_fail(node, "must be text, not %s", kind_name(node->value));
	return json_string_length(node->value) > 0 || node_fail(node, "must not be empty");
}

bool
node_next(const struct node *object, const char **key, struct node *member)
{
	/* jansson iterates over const objects only through a pointer that is not. */
	const union {
		const json_t *given;
		json_t *value;
	} members = { object->value };
	void *at = *key ? json_object_iter_next(members.value, json_object_key_to_iter(*key))
			: json_object_iter(members.value);
	if (!at)
		return false;
	*key = json_object_iter_key(at);
	return node_member(object, *key, member);
}

bool
node_keys(const struct node *object, const char *const *known, size_t count)
{
	struct node member;
	bool ok = true;

	for (const char *key = NULL; node_next(object, &key, &member);) {
		size_t i = 0;
		while (i < count && strcmp(known[i], key) != 0)
			i++;
		if (i < count)
			continue;
		const char *near = nearest_name(key, known, count);
		if (near)
			ok = node_fail_key(&member, "unknown key `%s`; did you mean `%s`?", key,
					   near);
		else
			ok = node_fail_key(&member, "unknown key `%s`", key);
	}
	return ok;
}

/* Find the member, and say whether it is there; *ok is what the caller returns when it is not. */
static bool
present(const struct node *object, const char *key, enum need need, struct node *member, bool *ok)
{
	*ok = true;
	if (node_member(object, key, member))
		return true;
	if (need == REQUIRED)
		*ok = node_fail(object, "missing key `%s`", key);
	return false;
}

bool
node_text(const struct node *object, const char *key, enum need need, const char **out)
{
	struct node member;
	bool ok;

	if (!present(object, key, need, &member, &ok))
		return ok;
	if (!node_is_text(&member))
		return false;
	*out = json_string_value(member.value);
	return true;
}

bool
node_integer(const struct node *object, const char *key, enum need need, int64_t min, int64_t max,
	     int64_t *out)
{
	struct node member;
	bool ok;

	if (!present(object, key, need, &member, &ok))
		return ok;
	if (!json_is_number(member.value))
		return node_fail(&member,
				 "must be a whole number from %" PRId64 " to %" PRId64 ", not %s",
				 min, max, kind_name(member.value));
	json_int_t number = json_integer_value(member.value);
	if (!json_is_integer(member.value) || number < min || number > max)
		return node_fail(&member, "must be a whole number from %" PRId64 " to %" PRId64,
				 min, max);
	*out = number;
	return true;
}

bool
node_boolean(const struct node *object, const char *key, enum need need, bool *out)
{
	struct node member;
	bool ok;

	if (!present(object, key, need, &member, &ok))
		return ok;
	if (!json_is_boolean(member.value))
		return node_fail(&member, "must be `true` or `false`, not %s",
				 kind_name(member.value));
	*out = json_is_true(member.value);
	return true;
}

bool
node_duration(const struct node *object, const char *key, enum need need, int64_t *ms)
{
	struct node member;
	bool ok;

	if (!present(object, key, need, &member, &ok))
		return ok;
	if (json_is_string(member.value) && duration_parse(json_string_value(member.value), ms))
		return true;
	return node_fail(&member,
			 "must be a duration such as `250ms`, `3s`, `2m` or `1h`, at most a day");
}

bool
node_texts(const struct node *object, const char *key, enum need need, struct arena *arena,
	   const char *const **out, size_t *count)
{
	struct node member;
	bool ok;

	if (!present(object, key, need, &member, &ok))
		return ok;
	bool list = json_is_array(member.value);
	if (!list && !json_is_string(member.value))
		return node_fail(&member, "must be a list of texts, not %s",
				 kind_name(member.value));
	size_t n = list ? json_array_size(member.value) : 1;
	const char **texts = ARENA_ARRAY(arena, n, const char *);
	for (size_t i = 0; i < n; i++) {
		struct node item = list ? node_item(&member, i) : member;
		ok &= node_is_text(&item);
		texts[i] = json_string_value(item.value);
	}
	if (!ok)
		return false;
	*out = texts;
	*count = n;
	return true;
}

bool
duration_parse(const char *text, int64_t *ms)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 } };
	const int64_t day = 86400000;
	int64_t number = 0;
	const char *at = text;

	for (; *at >= '0' && *at <= '9'; at++) {
		number = number * 10 + (*at - '0');
		if (number > day)
			return false;
	}
	for (size_t i = 0; at > text && i < COUNTOF(units); i++) {
		if (strcmp(at, units[i].unit) != 0)
			continue;
		if (number > day / units[i].ms)
			return false;
		*ms = number * units[i].ms;
		return true;
	}
	return false;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Damerau-Levenshtein distance (optimal string alignment) of two names under NAME_BYTES. */
static size_t
distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][NAME_BYTES] = { { 0 } };

	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3];
		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t differ = a[i - 1] != b[j - 1];
			row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + differ);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], rows[(i + 1) % 3][j - 2] + 1);
		}
	}
	return rows[a_len % 3][b_len];
}

static void
lower(const char *name, char out[NAME_BYTES])
{
	size_t i = 0;

	for (; name[i]; i++)
		out[i] = (char)tolower((unsigned char)name[i]);
	out[i] = '\0';
}

const char *
nearest_name(const char *name, const char *const *known, size_t count)
{
	char given[NAME_BYTES], other[NAME_BYTES];
	size_t len = strlen(name), best = len / 3 + 1;
	const char *nearest = NULL;

	if (len == 0 || len >= NAME_BYTES)
		return NULL;
	lower(name, given);
	for (size_t i = 0; i < count; i++) {
		size_t known_len = known[i] ? strlen(known[i]) : 0;
		if (known_len == 0 || known_len >= NAME_BYTES)
			continue;
		lower(known[i], other);
		size_t edits = distance(given, len, other, known_len);
		if (edits < best) {
			best = edits;
			nearest = known[i];
		}
	}
	return nearest;
}
