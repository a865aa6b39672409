#include "check/pattern.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "check/matching.h"
#include "check/value.h"

/* One wrong pattern under `$each` could otherwise fill a report with a finding per row. */
#define MISMATCHES_SHOWN 100

/* Texts longer than this are shown around their first difference. */
#define LONG_TEXT  60
#define CONTEXT    24
#define KEYS_SHOWN 12

static void
add_escaped(struct buf *line, const char *key)
{
	for (; *key; key++) {
		if (*key == '~' || *key == '/')
			buf_printf(line, "~%c", *key == '~' ? '0' : '1');
		else
			buf_add(line, key, 1);
	}
}

static void
add_pointer(struct buf *line, const struct matching *matching, const struct at *at)
{
	if (!at->up) {
		buf_printf(line, "%s", matching->pointer);
		return;
	}
	add_pointer(line, matching, at->up);
	if (at->key) {
		buf_add(line, "/", 1);
		add_escaped(line, at->key);
	} else {
		buf_printf(line, "/%zu", at->index);
	}
}

bool
mismatch(struct matching *matching, const struct at *at, const char *name, const json_t *expected,
	 const char *fmt, ...)
{
	struct arena *arena = matching->findings->arena;
	struct buf pointer;
	char message[1024], wanted[256];
	va_list args;

	if (matching->quiet || matching->mismatches++ >= MISMATCHES_SHOWN)
		return false;

	va_start(args, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	(void)snprintf(wanted, sizeof(wanted), "%s%s%s", name ? name : "", name ? ": " : "",
		       pattern_text(expected, 200, arena));
	buf_init(&pointer, 4096);
	add_pointer(&pointer, matching, at);
	finding_add(matching->findings, matching->type, pointer.text, wanted,
		    pattern_text(at->value, 200, arena), "%s", message);
	buf_release(&pointer);
	return false;
}

/* The first byte in which two texts differ, moved back to the start of its character. */
static size_t
first_difference(const char *a, const char *b)
{
	size_t at = 0;

	while (a[at] && a[at] == b[at])
		at++;
	while (at > 0 && ((unsigned char)a[at] & 0xC0) == 0x80)
		at--;
	return at;
}

static const char *
excerpt(const char *text, size_t len, size_t at, struct arena *arena)
{
	size_t from = at > CONTEXT ? at - CONTEXT : 0;
	size_t to = len - at > CONTEXT ? at + CONTEXT : len;

	while (from < at && ((unsigned char)text[from] & 0xC0) == 0x80)
		from++;
	while (to < len && ((unsigned char)text[to] & 0xC0) == 0x80)
		to++;
	json_t *part = json_stringn_nocheck(text + from, to - from);
	const char *shown = pattern_text(part, (size_t)SHOWN_BYTES * 2, arena);
	json_decref(part);
	return shown;
}

static bool
mismatch_text(struct matching *matching, const struct at *at, const char *name,
	      const json_t *expected)
{
	struct arena *arena = matching->findings->arena;
	const char *want = json_string_value(expected), *have = json_string_value(at->value);
	size_t place = first_difference(want, have), character = 1;

	for (size_t i = 0; i < place; i++)
		character += ((unsigned char)want[i] & 0xC0) != 0x80;
	return mismatch(matching, at, name, expected,
			"differs from character %zu on: must go on as %s, is %s", character,
			excerpt(want, json_string_length(expected), place, arena),
			excerpt(have, json_string_length(at->value), place, arena));
}

bool
mismatch_value(struct matching *matching, const struct at *at, const char *name,
	       const json_t *expected)
{
	struct arena *arena = matching->findings->arena;

	if (matching->quiet)
		return false;
	bool same_kind = strcmp(value_kind(expected), value_kind(at->value)) == 0;
	if (same_kind && json_is_string(expected) &&
	    (json_string_length(expected) > LONG_TEXT || json_string_length(at->value) > LONG_TEXT))
		return mismatch_text(matching, at, name, expected);

	const char *want = pattern_text(expected, SHOWN_BYTES, arena);
	const char *have = pattern_text(at->value, SHOWN_BYTES, arena);
	if (same_kind)
		return mismatch(matching, at, name, expected, "must be %s, is %s", want, have);
	return mismatch(matching, at, name, expected, "must be %s: %s, is %s: %s",
			value_kind(expected), want, value_kind(at->value), have);
}

/* Say what is there instead of a missing key. */
static bool
absent(struct matching *matching, const struct at *at, const char *name, const json_t *expected)
{
	const char *names[256];
	size_t count = 0;
	struct buf line;
	const char *key;
	json_t *value;

	if (matching->quiet)
		return false;
	if (!at->up || !json_is_object(at->up->value))
		return mismatch(matching, at, name, expected, "is absent");

	buf_init(&line, 600);
	json_object_foreach(value_iterable(at->up->value), key, value)
	{
		if (count < KEYS_SHOWN)
			buf_printf(&line, "%s%s", count ? ", " : "", key);
		if (count < COUNTOF(names))
			names[count++] = key;
	}
	const char *nearest = nearest_name(at->key, names, count);
	if (nearest)
		(void)mismatch(matching, at, name, expected, "is absent; the nearest key is `%s`",
			       nearest);
	else if (count == 0)
		(void)mismatch(matching, at, name, expected, "is absent; the object has no keys");
	else
		(void)mismatch(matching, at, name, expected, "is absent; the keys are %s%s",
			       line.text, count > KEYS_SHOWN ? ", ..." : "");
	buf_release(&line);
	return false;
}

bool
pattern_is_operators(const json_t *pattern)
{
	json_t *object = value_iterable(pattern);
	void *at = json_object_iter(object);

	/* `because` is the one plain word that may stand first among operators. */
	while (at && strcmp(json_object_iter_key(at), "because") == 0)
		at = json_object_iter_next(object, at);
	return at && json_object_iter_key(at)[0] == '$';
}

static bool
match_operators(struct matching *matching, const struct at *at, const json_t *pattern)
{
	bool ok = true;
	const char *name;
	json_t *operand;

	json_object_foreach(value_iterable(pattern), name, operand)
	{
		const struct operator_help *row = operator_find(name);

		if (!row) {
			if (strcmp(name, "because") == 0)
				continue;
			ok = mismatch(matching, at, name, operand, "`%s` is no operator", name);
		} else if (!at->value && !row->sees_absent) {
			return absent(matching, at, name, operand);
		} else {
			struct operation operation = { matching, at, name, operand, pattern };

			ok = row->holds(&operation) && ok;
		}
		if (!ok && matching->quiet)
			return false;
	}
	return ok;
}

static bool
match_object(struct matching *matching, const struct at *at, const json_t *pattern)
{
	bool ok = true;
	const char *key;
	json_t *member;

	if (!json_is_object(at->value))
		return mismatch_value(matching, at, NULL, pattern);
	json_object_foreach(value_iterable(pattern), key, member)
	{
		struct at here = { at, key, 0, json_object_get(at->value, key) };

		if (match(matching, &here, member))
			continue;
		ok = false;
		if (matching->quiet)
			break;
	}
	return ok;
}

static bool
match_array(struct matching *matching, const struct at *at, const json_t *pattern)
{
	size_t want = json_array_size(pattern), have = json_array_size(at->value);
	bool ok = true;

	if (!json_is_array(at->value))
		return mismatch_value(matching, at, NULL, pattern);
	if (want != have)
		ok = mismatch(matching, at, NULL, pattern, "must have %zu items, has %zu", want,
			      have);
	for (size_t i = 0; (i < want || i < have) && !(matching->quiet && !ok); i++) {
		struct at here = { at, NULL, i, json_array_get(at->value, i) };

		if (i >= want)
			ok = mismatch(matching, &here, NULL, NULL, "is one item too many");
		else if (i >= have)
			ok = mismatch(matching, &here, NULL, json_array_get(pattern, i),
				      "this item is missing");
		else if (!match(matching, &here, json_array_get(pattern, i)))
			ok = false;
	}
	return ok;
}

bool
match(struct matching *matching, const struct at *at, const json_t *pattern)
{
	if (json_is_object(pattern) && pattern_is_operators(pattern))
		return match_operators(matching, at, pattern);
	if (!at->value)
		return absent(matching, at, NULL, pattern);
	if (json_is_object(pattern))
		return match_object(matching, at, pattern);
	if (json_is_array(pattern))
		return match_array(matching, at, pattern);
	return value_equal(pattern, at->value) || mismatch_value(matching, at, NULL, pattern);
}

bool
match_quietly(const struct matching *matching, const struct at *at, const json_t *pattern)
{
	struct matching quiet = *matching;

	quiet.quiet = true;
	return match(&quiet, at, pattern);
}

void
pattern_match(const json_t *pattern, const json_t *actual, const char *pointer,
	      enum finding_type type, struct findings *findings)
{
	struct matching matching = { .findings = findings, .type = type, .pointer = pointer };
	struct at root = { .value = actual };

	if (match(&matching, &root, pattern) || matching.mismatches <= MISMATCHES_SHOWN)
		return;
	finding_add(findings, type, pointer, "no mismatch", "more than are shown",
		    "and %zu more mismatches", matching.mismatches - MISMATCHES_SHOWN);
}

/* Keeps what fits, and stops the dump of a large value once nothing more does. */
static int
add_until_full(const char *bytes, size_t len, void *arg)
{
	struct buf *line = arg;

	buf_add(line, bytes, len);
	return line->truncated ? -1 : 0;
}

const char *
pattern_text(const json_t *value, size_t max, struct arena *arena)
{
	struct buf line;

	if (!value)
		return "absent";
	buf_init(&line, max);
	(void)json_dump_callback(value, add_until_full, &line,
				 JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	if (line.truncated && max > 3) {
		size_t end = max - 3;

		while (end > 0 && ((unsigned char)line.text[end] & 0xC0) == 0x80)
			end--;
		line.len = end;
		line.truncated = false;
		buf_add(&line, "...", 3);
	}
	const char *text = arena_text(arena, line.text, line.len);
	buf_release(&line);
	return text;
}
