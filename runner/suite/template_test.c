#include "suite/template.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/rows.h"

/* The names `n` (a number), `t` (a text), `l` (a list), `z` (null) and `bad` (a mistake). */
static json_t *
look_up(void *arg, const char *name, struct error *err)
{
	(void)arg;
	if (strcmp(name, "n") == 0)
		return json_integer(5);
	if (strcmp(name, "t") == 0)
		return json_string("text");
	if (strcmp(name, "l") == 0)
		return json_pack("[i]", 1);
	if (strcmp(name, "z") == 0)
		return json_null();
	if (strcmp(name, "bad") == 0)
		error_set(err, ERROR_SUITE, "bad it is");
	return NULL;
}

static const struct {
	enum template_extent extent;
	const char *json, *filled, *error; /* `filled` or `error` is NULL */
} fillings[] = {
	{ TEMPLATE_WHOLE, "\"plain\"", "\"plain\"", NULL },
	{ TEMPLATE_WHOLE, "\"${n}\"", "5", NULL },
	{ TEMPLATE_WHOLE, "\"${l}\"", "[1]", NULL },
	{ TEMPLATE_WHOLE, "\"${z}\"", "null", NULL },
	{ TEMPLATE_WHOLE, "\" ${n}\"", "\" 5\"", NULL },
	{ TEMPLATE_WHOLE, "\"${n}${t}/${t}\"", "\"5text/text\"", NULL },
	{ TEMPLATE_WHOLE, "{\"a\":[\"${n}\",{\"b\":\"x${n}\"}],\"c\":true}",
	  "{\"a\":[5,{\"b\":\"x5\"}],\"c\":true}", NULL },
	{ TEMPLATE_WHOLE, "\"$${n}\"", "\"${n}\"", NULL },
	{ TEMPLATE_WHOLE, "\"a$${${n}}\"", "\"a${5}\"", NULL },
	{ TEMPLATE_WHOLE, "\"cost: $5 {x} $\"", "\"cost: $5 {x} $\"", NULL },
	{ TEMPLATE_WHOLE, "\"${q}\"", NULL, "`${q}` has no value here" },
	{ TEMPLATE_WHOLE, "[\"x ${q}\"]", NULL, "`${q}` has no value here" },
	{ TEMPLATE_WHOLE, "\"${bad}\"", NULL, "bad it is" },
	{ TEMPLATE_WHOLE, "\"x${l}\"", NULL, "`${l}` is a list, which cannot stand inside a text" },
	{ TEMPLATE_WHOLE, "\"x${z}\"", NULL, "`${z}` is null, which cannot stand inside a text" },
	{ TEMPLATE_WHOLE, "\"${n\"", NULL,
	  "`${` must be followed by a name and `}`: a literal one is `$${`" },
	{ TEMPLATE_WHOLE, "\"${a b}\"", NULL,
	  "`${` must be followed by a name and `}`: a literal one is `$${`" },
	{ TEMPLATE_WHOLE, "\"${}\"", NULL,
	  "`${` must be followed by a name and `}`: a literal one is `$${`" },
	{ TEMPLATE_PART, "\"${q}\"", "\"${q}\"", NULL },
	{ TEMPLATE_PART, "\"x${q}-${n}-$${n}\"", "\"x${q}-5-$${n}\"", NULL },
	{ TEMPLATE_PART, "\"${n}\"", "5", NULL },
	{ TEMPLATE_PART, "\"${bad}\"", NULL, "bad it is" },
};

ParameterizedTestParameters(template, a_value_is_filled_in)
{
	return rows_of(COUNTOF(fillings));
}

ParameterizedTest(size_t *row, template, a_value_is_filled_in)
{
	json_t *value = json_loads(fillings[*row].json, JSON_DECODE_ANY, NULL);
	struct error err = { 0 };
	json_t *filled = template_fill_with(value, fillings[*row].extent, look_up, NULL, &err);
	char *json = filled ? json_dumps(filled, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	cr_expect_str_eq(err.message, fillings[*row].error ? fillings[*row].error : "");
	cr_expect_eq(json == NULL, fillings[*row].filled == NULL, "row %zu", *row);
	if (json)
		cr_expect_str_eq(json, fillings[*row].filled);
	free(json);
	json_decref(filled);
	json_decref(value);
}

Test(template, an_error_points_at_the_text)
{
	json_t *value = json_loads("{\"a\":[1,\"${q}\"]}", 0, NULL);
	struct error err = { 0 };

	cr_expect_null(template_fill_with(value, TEMPLATE_WHOLE, look_up, NULL, &err));
	cr_expect_str_eq(err.pointer, "/a/1");
	json_decref(value);
}

Test(template, a_constant_value_is_shared_not_copied)
{
	json_t *value = json_loads("{\"a\":[1,\"$x\"]}", 0, NULL);
	struct error err = { 0 };
	json_t *filled = template_fill_with(value, TEMPLATE_WHOLE, look_up, NULL, &err);

	cr_expect_eq(filled, value);
	json_decref(filled);
	json_decref(value);
}

static const struct {
	const char *json;
	bool constant;
	const char *names; /* each followed by a blank */
} scans[] = {
	{ "\"plain\"", true, "" },
	{ "[1, null, {\"a\": \"$x\"}]", true, "" },
	{ "\"$${n}\"", false, "" },
	{ "{\"a\":[\"${x.y}\",{\"b\":\"-${n} ${now-2h}\"}]}", false, "x.y n now-2h " },
	{ "\"${n} ${\"", false, "n " },
};

static void
note(void *arg, const char *name)
{
	buf_printf(arg, "%s ", name);
}

ParameterizedTestParameters(template, names_are_found_wherever_they_stand)
{
	return rows_of(COUNTOF(scans));
}

ParameterizedTest(size_t *row, template, names_are_found_wherever_they_stand)
{
	json_t *value = json_loads(scans[*row].json, JSON_DECODE_ANY, NULL);
	struct buf names;

	buf_init(&names, 200);
	template_names(value, note, &names);
	cr_expect_str_eq(names.text, scans[*row].names);
	cr_expect_eq(template_is_constant(value), scans[*row].constant, "row %zu", *row);
	buf_release(&names);
	json_decref(value);
}

static const struct {
	const char *path, *json; /* NULL: nothing there */
} walks[] = {
	{ "", "{\"a\":{\"b\":[10,{\"c\":null}]},\"e\":\"x\"}" },
	{ "a.b.0", "10" },
	{ "a.b.1.c", "null" },
	{ "a.b.2", NULL },
	{ "a.b.x", NULL },
	{ "a.b.-1", NULL },
	{ "a.b.99999999999999999999", NULL },
	{ "e.f", NULL },
	{ "e", "\"x\"" },
};

ParameterizedTestParameters(template, a_dotted_path_walks_down)
{
	return rows_of(COUNTOF(walks));
}

ParameterizedTest(size_t *row, template, a_dotted_path_walks_down)
{
	json_t *value = json_loads("{\"a\":{\"b\":[10,{\"c\":null}]},\"e\":\"x\"}", 0, NULL);
	const json_t *found = template_walk(value, walks[*row].path);
	char *json = found ? json_dumps(found, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	cr_expect_eq(json == NULL, walks[*row].json == NULL, "row %zu", *row);
	if (json)
		cr_expect_str_eq(json, walks[*row].json);
	free(json);
	json_decref(value);
}
