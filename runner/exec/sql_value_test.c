#include "exec/sql_value.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/rows.h"

enum {
	BOOL = 16,
	INT8 = 20,
	INT4 = 23,
	TEXT = 25,
	JSON = 114,
	FLOAT8 = 701,
	NUMERIC = 1700,
	JSONB = 3802,
	UUID = 2950,
	TIMESTAMPTZ = 1184
};

static const struct {
	unsigned type;
	const char *text, *json;
} rows[] = {
	{ BOOL, "t", "true" },
	{ BOOL, "f", "false" },
	{ INT4, "-5", "-5" },
	{ INT8, "9223372036854775807", "9223372036854775807" },
	{ INT8, "-9223372036854775808", "-9223372036854775808" },
	{ NUMERIC, "5", "5" },
	{ NUMERIC, "5.00", "5" },
	{ NUMERIC, "-0.00", "0" },
	{ NUMERIC, "5.50", "5.5" },
	{ NUMERIC, "0.1", "0.1" },
	{ NUMERIC, "100000000000000000000", "\"100000000000000000000\"" },
	{ NUMERIC, "12345678901234.5", "12345678901234.5" },
	{ NUMERIC, "1234567890123456.5", "\"1234567890123456.5\"" },
	{ NUMERIC, "NaN", "\"NaN\"" },
	{ NUMERIC, "-Infinity", "\"-Infinity\"" },
	{ FLOAT8, "2", "2" },
	{ FLOAT8, "0.30000000000000004", "0.30000000000000004" },
	{ FLOAT8, "1e+300", "1e300" },
	{ FLOAT8, "NaN", "\"NaN\"" },
	{ JSON, "{\"a\": [1, null]}", "{\"a\":[1,null]}" },
	{ JSONB, "\"x\"", "\"x\"" },
	{ JSONB, "null", "null" },
	{ JSON, "1e999", "\"1e999\"" },
	{ TEXT, "5", "\"5\"" },
	{ TEXT, "", "\"\"" },
	{ TEXT, "caf\xc3\xa9", "\"caf\xc3\xa9\"" },
	{ TEXT, "caf\xe9", "\"caf?\"" },
	{ UUID, "57e82f78-0a2d-4a7c-a428-6287621d06c5",
	  "\"57e82f78-0a2d-4a7c-a428-6287621d06c5\"" },
	{ TIMESTAMPTZ, "2026-11-22 21:00:00+00", "\"2026-11-22 21:00:00+00\"" },
};

ParameterizedTestParameters(sql_value, rows)
{
	return rows_of(COUNTOF(rows));
}

ParameterizedTest(size_t *row, sql_value, rows)
{
	json_t *value = sql_value(rows[*row].type, rows[*row].text, strlen(rows[*row].text));
	json_t *expected = json_loads(rows[*row].json, JSON_DECODE_ANY, NULL);
	char *text = json_dumps(value, JSON_ENCODE_ANY);

	cr_assert(expected, "row %zu", *row);
	cr_expect(json_equal(value, expected), "row %zu: %s", *row, text);
	free(text);
	json_decref(expected);
	json_decref(value);
}
