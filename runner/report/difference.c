#include "report/difference.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "check/value.h"

#define SHOWN       24 /* members; past these nobody reads on */
#define VALUE_BYTES ((size_t)200)

/* JSON text of a value, cut in whole characters. */
static const char *
shown(struct arena *arena, const json_t *value)
{
	char *text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
	size_t len = text ? strlen(text) : 0;
	const char *kept;

	if (len <= VALUE_BYTES) {
		kept = arena_printf(arena, "%s", text ? text : "absent");
	} else {
		len = VALUE_BYTES;
		while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
		kept = arena_printf(arena, "%.*s...", (int)len, text);
	}
	free(text);
	return kept;
}

static const char *
kinds_of(struct arena *arena, const json_t *expected, const json_t *actual)
{
	const char *wanted = value_kind(expected), *got = value_kind(actual);

	if (!expected || !actual || json_is_null(expected) || json_is_null(actual) ||
	    strcmp(wanted, got) == 0)
		return NULL;
	return arena_printf(arena, "%s, not %s", got, wanted);
}

static void
add(struct differences *all, const char *pointer, const json_t *expected, const json_t *actual)
{
	if (all->count == SHOWN) {
		all->left_out++;
		return;
	}
	if (!all->items)
		all->items = ARENA_ARRAY(&all->arena, all->room = SHOWN, struct difference);
	all->items[all->count++] = (struct difference){
		.pointer = pointer,
		.expected = shown(&all->arena, expected),
		.actual = shown(&all->arena, actual),
		.kinds = kinds_of(&all->arena, expected, actual),
	};
}

/* A key as a pointer has it. Source: RFC 6901, section 3. */
static const char *
below(struct arena *arena, const char *pointer, const char *key)
{
	struct buf text;

	buf_init(&text, 4096);
	buf_printf(&text, "%s/", pointer);
	for (; *key; key++) {
		if (*key == '~' || *key == '/')
			buf_printf(&text, "~%c", *key == '~' ? '0' : '1');
		else
			buf_add(&text, key, 1);
	}
	const char *kept = arena_text(arena, text.text, text.len);
	buf_release(&text);
	return kept;
}

static void compare(struct differences *all, const char *pointer, json_t *expected,
		    json_t *actual); /* an object's member may be an object */

static void
compare_objects(struct differences *all, const char *pointer, json_t *expected, json_t *actual)
{
	const char *key;
	json_t *value;

	json_object_foreach(expected, key, value)
		compare(all, below(&all->arena, pointer, key), value, json_object_get(actual, key));
	/* What only came is no mismatch, unless everything had to stay. */
	if (!all->changed)
		return;
	json_object_foreach(actual, key, value)
	{
		if (!json_object_get(expected, key))
			add(all, below(&all->arena, pointer, key), NULL, value);
	}
}

static void
compare_arrays(struct differences *all, const char *pointer, json_t *expected, json_t *actual)
{
	size_t count = json_array_size(expected), now = json_array_size(actual);

	for (size_t i = 0; i < count || i < now; i++)
		compare(all, arena_printf(&all->arena, "%s/%zu", pointer, i),
			json_array_get(expected, i), json_array_get(actual, i));
}

static void
compare(struct differences *all, const char *pointer, json_t *expected, json_t *actual)
{
	if (expected && value_equal(expected, actual))
		return;
	if (json_is_object(expected) && json_is_object(actual))
		compare_objects(all, pointer, expected, actual);
	else if (json_is_array(expected) && json_is_array(actual))
		compare_arrays(all, pointer, expected, actual);
	else
		add(all, pointer, expected, actual);
}

/* Something in it begins with a "$": it says what values are like, and is none itself. */
static bool
is_pattern(json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;

	json_object_foreach(value, key, member)
	{
		if (*key == '$' || is_pattern(member))
			return true;
	}
	json_array_foreach(value, i, member)
	{
		if (is_pattern(member))
			return true;
	}
	return false;
}

void
differences_init(struct differences *differences, const struct finding *finding)
{
	json_t *expected = json_loads(finding->expected, JSON_ALLOW_NUL, NULL);
	json_t *actual = expected ? json_loads(finding->actual, JSON_ALLOW_NUL, NULL) : NULL;

	*differences = (struct differences){ .changed = finding->type == FINDING_UNCHANGED };
	if (expected && actual && json_typeof(expected) == json_typeof(actual) &&
	    !is_pattern(expected))
		compare(differences, finding->pointer, expected, actual);
	json_decref(actual);
	json_decref(expected);
}

void
differences_release(struct differences *differences)
{
	arena_release(&differences->arena);
	*differences = (struct differences){ 0 };
}

void
differences_text(const struct differences *differences, struct buf *out)
{
	for (size_t i = 0; i < differences->count; i++) {
		const struct difference *item = &differences->items[i];

		buf_printf(out, "   %s: %s%s%s%s", item->pointer,
			   differences->changed ? "" : "expected ", item->expected,
			   differences->changed ? " -> " : ", actual ", item->actual);
		if (item->kinds)
			buf_printf(out, " (%s)", item->kinds);
		buf_printf(out, "\n");
	}
	if (differences->left_out)
		buf_printf(out, "   and %zu more\n", differences->left_out);
}
