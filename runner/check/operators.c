#include <stdlib.h>
#include <string.h>

#include "check/matching.h"
#include "check/operand.h"
#include "check/regex.h"
#include "check/type.h"
#include "check/unordered.h"
#include "check/value.h"
#include "document/node.h"

/* Report with the operator's own name and operand. */
#define WRONG(o, ...) mismatch((o)->matching, (o)->at, (o)->name, (o)->operand, __VA_ARGS__)

static const char *
shown(const struct operation *o, const json_t *value)
{
	return pattern_text(value, SHOWN_BYTES, o->matching->findings->arena);
}

static bool
quiet(const struct operation *o)
{
	return o->matching->quiet;
}

static const json_t *
actual(const struct operation *o)
{
	return o->at->value;
}

/* Characters of a text, items of an array, members of an object; false for the rest. */
static bool
length(const json_t *value, size_t *count, const char **of)
{
	*count = 0;
	if (json_is_string(value)) {
		const char *text = json_string_value(value);

		for (size_t i = 0; i < json_string_length(value); i++)
			*count += ((unsigned char)text[i] & 0xC0) != 0x80;
		*of = "characters";
		return true;
	}
	*of = json_is_array(value) ? "items" : "keys";
	*count = json_is_array(value) ? json_array_size(value) : json_object_size(value);
	return json_is_array(value) || json_is_object(value);
}

/* Nothing can be proved with what is empty, unless the suite says how long it has to be. */
static bool
empty_proves_nothing(const struct operation *o)
{
	const char *of;
	size_t count;

	return length(actual(o), &count, &of) && count == 0 && !json_object_get(o->pattern, "$len");
}

static bool
absent(const struct operation *o)
{
	if (!json_is_true(o->operand))
		return WRONG(o, "`$absent` takes `true` and nothing else");
	return !actual(o) || (!quiet(o) && WRONG(o, "must be absent, is %s", shown(o, actual(o))));
}

static bool
present(const struct operation *o)
{
	return json_is_true(o->operand) || WRONG(o, "`$present` takes `true` and nothing else");
}

/* The first item that matches the operand, or the array's size. */
static size_t
find_item(const struct operation *o, size_t from)
{
	size_t count = json_array_size(actual(o)), i = from;

	for (; i < count; i++) {
		struct at item = { o->at, NULL, i, json_array_get(actual(o), i) };

		if (match_quietly(o->matching, &item, o->operand))
			break;
	}
	return i;
}

static bool
any(const struct operation *o)
{
	size_t count = json_array_size(actual(o));

	if (!json_is_array(actual(o)))
		return WRONG(o, "needs an array to look into, is %s", value_kind(actual(o)));
	return find_item(o, 0) < count || (!quiet(o) && WRONG(o, "none of the %zu items matches %s",
							      count, shown(o, o->operand)));
}

static bool
needs_text(const struct operation *o)
{
	return json_is_string(o->operand) || WRONG(o, "looks for a text in %s, not for %s",
						   value_kind(actual(o)), value_kind(o->operand));
}

static bool
holds_text(const struct operation *o)
{
	return strstr(json_string_value(actual(o)), json_string_value(o->operand)) != NULL;
}

static bool
holds_key(const struct operation *o)
{
	return json_object_get(actual(o), json_string_value(o->operand)) != NULL;
}

static bool
contains(const struct operation *o)
{
	if (json_is_array(actual(o)))
		return any(o);
	if (!json_is_string(actual(o)) && !json_is_object(actual(o)))
		return WRONG(o, "needs a string, an array or an object to look into, is %s",
			     value_kind(actual(o)));
	if (!needs_text(o))
		return false;
	if (json_is_string(actual(o)))
		return holds_text(o) ||
		       (!quiet(o) && WRONG(o, "must contain %s, is %s", shown(o, o->operand),
					   shown(o, actual(o))));
	return holds_key(o) ||
	       (!quiet(o) && WRONG(o, "must have the key %s", shown(o, o->operand)));
}

static bool
excludes_items(const struct operation *o)
{
	size_t count = json_array_size(actual(o));
	bool ok = true;

	for (size_t i = 0; (i = find_item(o, i)) < count; i++) {
		struct at item = { o->at, NULL, i, json_array_get(actual(o), i) };

		ok = mismatch(o->matching, &item, o->name, o->operand, "must not be in the array");
		if (quiet(o))
			break;
	}
	return ok;
}

static bool
excludes(const struct operation *o)
{
	const json_t *value = actual(o);

	if (!json_is_string(value) && !json_is_object(value) && !json_is_array(value))
		return WRONG(o, "needs a string, an array or an object to look into, is %s",
			     value_kind(value));
	if (empty_proves_nothing(o))
		return WRONG(o, "is empty, so that nothing is missing from it proves nothing; "
				"put `$len` beside it if it may be");
	if (json_is_array(value))
		return excludes_items(o);
	if (!needs_text(o))
		return false;
	if (json_is_string(value))
		return !holds_text(o) ||
		       (!quiet(o) && WRONG(o, "must not contain %s", shown(o, o->operand)));
	return !holds_key(o) ||
	       (!quiet(o) && WRONG(o, "must not have the key %s", shown(o, o->operand)));
}

static bool
members(const struct operation *o)
{
	const char *key;
	json_t *value;
	bool ok = true;

	if (!json_is_object(actual(o)))
		return WRONG(o, "needs an object to look into, is %s", value_kind(actual(o)));
	if (empty_proves_nothing(o))
		return WRONG(o, "is empty: nothing to check; put `$len` beside it if it may be");
	json_object_foreach(node_writable(actual(o)), key, value)
	{
		struct at member = { o->at, key, 0, value };

		if (!quiet(o) || ok)
			ok = match(o->matching, &member, o->operand) && ok;
	}
	return ok;
}

static bool
each(const struct operation *o)
{
	size_t count = json_array_size(actual(o));
	bool ok = true;

	if (!json_is_array(actual(o)))
		return WRONG(o, "needs an array to look into, is %s", value_kind(actual(o)));
	if (empty_proves_nothing(o))
		return WRONG(o, "is empty: nothing to check; put `$len` beside it if it may be");
	for (size_t i = 0; i < count && !(quiet(o) && !ok); i++) {
		struct at item = { o->at, NULL, i, json_array_get(actual(o), i) };

		ok = match(o->matching, &item, o->operand) && ok;
	}
	return ok;
}

static bool
equals(const struct operation *o)
{
	return value_equal(o->operand, actual(o)) ||
	       mismatch_value(o->matching, o->at, o->name, o->operand);
}

static bool
differs(const struct operation *o)
{
	const json_t *value = actual(o);

	if (value_equal(o->operand, value))
		return !quiet(o) && WRONG(o, "must not be %s", shown(o, value));
	/* "5" is not 5 whatever the target does: only a value of the same kind, or null, says
	 * something. */
	if (!json_is_null(value) && !json_is_null(o->operand) &&
	    strcmp(value_kind(value), value_kind(o->operand)) != 0)
		return WRONG(o, "is %s and can never be %s, which proves nothing",
			     value_kind(value), value_kind(o->operand));
	return true;
}

/* Order the value and the operand, or report that they have no order. */
static bool
compare(const struct operation *o, int *order)
{
	return value_compare(actual(o), o->operand, order) ||
	       (!quiet(o) && WRONG(o, "cannot be compared: %s with %s", shown(o, actual(o)),
				   shown(o, o->operand)));
}

static bool
ordered(const struct operation *o, bool holds, const char *words)
{
	return holds || (!quiet(o) && WRONG(o, "must be %s %s, is %s", words, shown(o, o->operand),
					    shown(o, actual(o))));
}

static bool
at_least(const struct operation *o)
{
	int order;

	return compare(o, &order) && ordered(o, order >= 0, "at least");
}

static bool
above(const struct operation *o)
{
	int order;

	return compare(o, &order) && ordered(o, order > 0, "above");
}

static bool
at_most(const struct operation *o)
{
	int order;

	return compare(o, &order) && ordered(o, order <= 0, "at most");
}

static bool
below(const struct operation *o)
{
	int order;

	return compare(o, &order) && ordered(o, order < 0, "below");
}

static bool
has_length(const struct operation *o)
{
	size_t count;
	const char *of;

	if (!length(actual(o), &count, &of))
		return WRONG(o, "has no length: it is %s", value_kind(actual(o)));

	json_t *number = json_integer((json_int_t)count);
	struct at here = { o->at->up, o->at->key, o->at->index, number };
	bool ok = match_quietly(o->matching, &here, o->operand);

	json_decref(number);
	return ok ||
	       (!quiet(o) && WRONG(o, "has %zu %s, must have %s", count, of, shown(o, o->operand)));
}

static bool
matches(const struct operation *o)
{
	const json_t *value = actual(o);

	if (!json_is_string(value) || !json_is_string(o->operand))
		return WRONG(o, "needs a string to search, is %s", value_kind(value));
	switch (regex_search(o->matching->findings, json_string_value(o->operand),
			     json_string_value(value), json_string_length(value))) {
	case REGEX_FOUND:
		return true;
	case REGEX_NOT_FOUND:
		return !quiet(o) &&
		       WRONG(o, "must match %s, is %s", shown(o, o->operand), shown(o, value));
	case REGEX_GAVE_UP:
		return WRONG(o, "the search was given up: the pattern needs too much work "
				"for this text; make it simpler");
	case REGEX_WRONG:
		break;
	}
	return WRONG(o, "the pattern does not compile");
}

static bool
one_of(const struct operation *o)
{
	size_t count = json_array_size(o->operand);

	for (size_t i = 0; i < count; i++) {
		if (match_quietly(o->matching, o->at, json_array_get(o->operand, i)))
			return true;
	}
	return !quiet(o) &&
	       WRONG(o, "is none of the %zu alternatives: %s", count, shown(o, actual(o)));
}

static bool
set(const struct operation *o)
{
	return unordered_match(o->matching, o->at, o->operand);
}

static bool
has_type(const struct operation *o)
{
	const struct type *type =
		type_find(json_is_string(o->operand) ? json_string_value(o->operand) : "");

	if (!type)
		return !quiet(o) && WRONG(o, "%s is no type", shown(o, o->operand));
	return type->is(actual(o)) ||
	       (!quiet(o) && WRONG(o, "must be %s, is %s: %s", type->phrase, value_kind(actual(o)),
				   shown(o, actual(o))));
}

/* Sorted by name: operator_find searches by halves. */
static const struct operator_help operators[] = {
	{ "$absent", "true", "the key is not there, though the object around it is",
	  "deleted_at: { $absent: true }", absent, operand_true, true },
	{ "$any", "pattern", "at least one item of the array matches",
	  "items: { $any: { status: approved } }", any, operand_pattern, false },
	{ "$contains", "text or pattern",
	  "the string holds this text, the object this key, or the array an item that matches",
	  "message: { $contains: permission }", contains, operand_sought, false },
	{ "$each", "pattern", "every item of the array matches, and there is one (or `$len` says)",
	  "data: { $each: { yacht_id: \"${yacht}\" } }", each, operand_pattern, false },
	{ "$eq", "value", "exactly this value, objects as a whole and `$` keys as they are",
	  "data: { $eq: {} }", equals, operand_any, false },
	{ "$excludes", "text or pattern",
	  "the string, object or array holds no such thing, and is not empty (or `$len` says)",
	  "actions: { $excludes: { action: approve } }", excludes, operand_sought, false },
	{ "$ge", "number or timestamp", "at least this", "quantity: { $ge: 1 }", at_least,
	  operand_ordered, false },
	{ "$gt", "number or timestamp", "above, or after, this",
	  "updated_at: { $gt: \"${before}\" }", above, operand_ordered, false },
	{ "$le", "number or timestamp", "at most this", "quantity: { $le: 10 }", at_most,
	  operand_ordered, false },
	{ "$len", "number or pattern", "as many items, keys or characters",
	  "items: { $len: { $ge: 1 } }", has_length, operand_length, false },
	{ "$lt", "number or timestamp", "below, or before, this", "created_at: { $lt: \"${now}\" }",
	  below, operand_ordered, false },
	{ "$match", "PCRE2", "the pattern is found somewhere in the string; `$` is its very end",
	  "code: { $match: \"^SL-[0-9]{4}$\" }", matches, operand_regex, false },
	{ "$members", "pattern",
	  "every member of the object matches, and there is one (or `$len` says)",
	  "handlers: { $members: true }", members, operand_pattern, false },
	{ "$ne", "value", "another value of the same kind, or null", "status: { $ne: draft }",
	  differs, operand_any, false },
	{ "$one_of", "patterns", "one of these matches; `because` beside it says why that is right",
	  "status: { $one_of: [open, new], because: \"either is fresh\" }", one_of,
	  operand_alternatives, true },
	{ "$present", "true", "the key is there, whatever its value", "id: { $present: true }",
	  present, operand_true, false },
	{ "$set", "patterns", "the array's items match these in any order, one for one",
	  "roles: { $set: [crew, hod] }", set, operand_patterns, false },
	{ "$type", "type", "one of uuid string number integer boolean timestamp null array object",
	  "id: { $type: uuid }", has_type, operand_type, false },
};

static int
by_name(const void *name, const void *row)
{
	return strcmp(name, ((const struct operator_help *)row)->name);
}

const struct operator_help *
operator_find(const char *name)
{
	return bsearch(name, operators, COUNTOF(operators), sizeof(operators[0]), by_name);
}

const struct operator_help *
pattern_operators(size_t *count)
{
	*count = COUNTOF(operators);
	return operators;
}
