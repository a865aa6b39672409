#include "scaffold/schema.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/rows.h"
#include "scaffold/sketch.h"

static const char document[] =
	"{\"components\": {\"schemas\": {"
	" \"id\": {\"type\": \"string\", \"format\": \"uuid\"},"
	" \"base\": {\"required\": [\"a\"], \"properties\": {\"a\": {\"type\": \"integer\"}}},"
	" \"more\": {\"allOf\": [{\"$ref\": \"#/components/schemas/base\"},"
	"   {\"required\": [\"b\"], \"properties\": {\"b\": {}}}]},"
	" \"self\": {\"$ref\": \"#/components/schemas/self\"},"
	" \"inside\": {\"allOf\": [{\"$ref\": \"#/components/schemas/inside\"}]}}}}";

static const struct {
	const char *name, *schema, *value;
} rows[] = {
	{ "q", "{\"type\": \"integer\"}", "1" },
	{ "q", "{\"type\": \"integer\", \"minimum\": 5}", "5" },
	{ "q", "{\"type\": \"number\", \"exclusiveMinimum\": 5}", "6" },
	{ "q", "{\"type\": \"number\", \"minimum\": 5, \"exclusiveMinimum\": true}", "6" },
	{ "q", "{\"type\": \"boolean\"}", "true" },
	{ "q", "{\"type\": [\"null\", \"string\"]}", "\"q ${unique}\"" },
	{ "q", "{\"enum\": [\"low\", \"high\"]}", "\"low\"" },
	{ "q", "{\"const\": 7}", "7" },
	{ "q", "{\"type\": \"integer\", \"example\": 9, \"default\": 3}", "9" },
	{ "q", "{\"type\": \"integer\", \"default\": 3}", "3" },
	{ "q", "{\"type\": \"string\", \"examples\": [\"x\"]}", "\"x\"" },
	{ "q", "{\"type\": \"string\", \"format\": \"date-time\"}", "\"${now}\"" },
	{ "q", "{\"type\": \"string\", \"pattern\": \"^A\"}", "\"FILL_IN\"" },
	{ "part_id", "{\"type\": \"string\"}", "\"FILL_IN\"" },
	{ "q", "{\"$ref\": \"#/components/schemas/id\"}", "\"FILL_IN\"" },
	{ "q", "{\"type\": \"object\"}", "\"FILL_IN\"" },
	{ "q", "{}", "\"FILL_IN\"" },
};

ParameterizedTestParameters(schema, values)
{
	return rows_of(COUNTOF(rows));
}

ParameterizedTest(size_t *row, schema, values)
{
	json_t *root = json_loads(document, 0, NULL);
	json_t *schema = json_loads(rows[*row].schema, 0, NULL);
	struct error err = { 0 };
	json_t *value = schema_value(root, rows[*row].name, schema, &err);

	sketch_expect(value, rows[*row].value);
	json_decref(value);
	json_decref(schema);
	json_decref(root);
}

static bool
fields_of(const char *ref, json_t *required, json_t *properties, struct error *err)
{
	json_t *root = json_loads(document, 0, NULL);
	json_t *schema = json_pack("{s:s}", "$ref", ref);
	bool ok = schema_fields(root, schema, required, properties, err);

	json_decref(schema);
	json_decref(root);
	return ok;
}

Test(schema, the_fields_are_those_of_all_parts)
{
	json_t *required = json_array(), *properties = json_object();
	struct error err = { 0 };

	cr_assert(fields_of("#/components/schemas/more", required, properties, &err));
	sketch_expect(required, "[\"a\", \"b\"]");
	cr_expect_eq(json_object_size(properties), 2);
	json_decref(required);
	json_decref(properties);
}

Test(schema, a_reference_that_leads_nowhere_is_said)
{
	static const struct {
		const char *ref, *sentence;
	} wrong[] = {
		{ "#/components/schemas/none",
		  "the reference #/components/schemas/none leads to nothing in this document" },
		{ "other.yaml#/x",
		  "the reference other.yaml#/x leads to nothing in this document" },
		{ "#/components/schemas/self", "a reference goes round in a circle" },
		{ "#/components/schemas/inside",
		  "a schema is nested too deep, or contains itself" },
	};

	for (size_t i = 0; i < COUNTOF(wrong); i++) {
		json_t *required = json_array(), *properties = json_object();
		struct error err = { 0 };

		cr_expect_not(fields_of(wrong[i].ref, required, properties, &err));
		cr_expect_str_eq(err.message, wrong[i].sentence);
		json_decref(required);
		json_decref(properties);
	}
}
