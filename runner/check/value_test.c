#include "check/value.h"

#include <criterion/criterion.h>

#include "base/base.h"
#include "base/rows.h"

static const struct {
	const char *a, *b;
	bool equal;
} pairs[] = {
	{ "1", "1.0", true },
	{ "-0.0", "0", true },
	{ "1", "\"1\"", false },
	{ "9223372036854775807", "9223372036854775807", true },
	{ "9223372036854775807", "9223372036854775806", false },
	/* The real is 2^63, one more than the integer, though both are the same double. */
	{ "9223372036854775807", "9223372036854775808.0", false },
	{ "9007199254740993", "9007199254740992.0", false },
	{ "-9223372036854775808", "-9223372036854775808.0", true },
	{ "1", "1.5", false },
	{ "-1", "-1.5", false },
	{ "null", "null", true },
	{ "null", "false", false },
	{ "true", "false", false },
	{ "\"a\"", "\"a\"", true },
	{ "\"a\"", "\"A\"", false },
	{ "[1,2]", "[1.0,2]", true },
	{ "[1,2]", "[2,1]", false },
	{ "[1]", "[1,1]", false },
	{ "{\"a\":1,\"b\":[]}", "{\"b\":[],\"a\":1}", true },
	{ "{\"a\":1}", "{\"a\":1,\"b\":2}", false },
	{ "{\"a\":1,\"c\":2}", "{\"a\":1,\"b\":2}", false },
	{ "{}", "[]", false },
};

ParameterizedTestParameters(value, equality)
{
	return rows_of(COUNTOF(pairs));
}

ParameterizedTest(size_t *row, value, equality)
{
	json_t *a = json_loads(pairs[*row].a, JSON_DECODE_ANY, NULL);
	json_t *b = json_loads(pairs[*row].b, JSON_DECODE_ANY, NULL);

	cr_expect_eq(value_equal(a, b), pairs[*row].equal, "row %zu", *row);
	cr_expect_eq(value_equal(b, a), pairs[*row].equal, "row %zu, turned round", *row);
	cr_expect_not(value_equal(a, NULL));
	json_decref(a);
	json_decref(b);
}

static const struct {
	const char *a, *b;
	bool comparable;
	int order;
} orders[] = {
	{ "1", "2", true, -1 },
	{ "2", "1.5", true, 1 },
	{ "-2", "-1.5", true, -1 },
	{ "0.5", "0", true, 1 },
	{ "1e300", "1", true, 1 },
	{ "-1e300", "1", true, -1 },
	{ "9223372036854775807", "9223372036854775808.0", true, -1 },
	{ "1", "\"1\"", false, 0 },
	{ "\"b\"", "\"a\"", false, 0 },
	{ "null", "null", false, 0 },
	{ "\"2026-11-22T21:35:00Z\"", "\"2026-11-22 22:35:00+01\"", true, 0 },
	{ "\"2026-11-22T21:35:00.2Z\"", "\"2026-11-22 21:35:00.123+00\"", true, 1 },
	{ "\"2026-11-22T21:35:00Z\"", "\"2026-11-22T21:35:00-00:30\"", true, -1 },
	{ "\"2024-02-29T00:00:00Z\"", "\"2024-03-01T00:00:00Z\"", true, -1 },
	{ "\"1969-12-31T23:59:59Z\"", "\"1970-01-01T00:00:00Z\"", true, -1 },
};

ParameterizedTestParameters(value, order)
{
	return rows_of(COUNTOF(orders));
}

ParameterizedTest(size_t *row, value, order)
{
	json_t *a = json_loads(orders[*row].a, JSON_DECODE_ANY, NULL);
	json_t *b = json_loads(orders[*row].b, JSON_DECODE_ANY, NULL);
	int order = 7;

	cr_expect_eq(value_compare(a, b, &order), orders[*row].comparable, "row %zu", *row);
	if (orders[*row].comparable)
		cr_expect_eq(order, orders[*row].order, "row %zu: %d", *row, order);
	json_decref(a);
	json_decref(b);
}

static const struct {
	const char *text;
	bool instant;
	int64_t seconds;
	int32_t nanoseconds;
} instants[] = {
	{ "1970-01-01T00:00:00Z", true, 0, 0 },
	{ "2026-11-22T21:35:00.123Z", true, 1795383300, 123000000 },
	{ "2026-11-22 21:35:00.123456+00", true, 1795383300, 123456000 },
	{ "2026-11-22 21:35:00.1234567891-03:30", true, 1795395900, 123456789 },
	{ "2000-02-29t00:00:00z", true, 951782400, 0 },
	{ "1900-01-01 00:00:00+00:19:32", true, -2208989972, 0 },
	{ "1990-12-31T23:59:60Z", true, 662688000, 0 },
	{ "1900-02-29T00:00:00Z", false, 0, 0 },
	{ "2026-11-22T21:35:00", false, 0, 0 },
	{ "2026-11-22", false, 0, 0 },
	{ "2026-13-22T21:35:00Z", false, 0, 0 },
	{ "2026-11-31T21:35:00Z", false, 0, 0 },
	{ "2026-11-22T24:35:00Z", false, 0, 0 },
	{ "2026-11-22T21:35:00.Z", false, 0, 0 },
	{ "2026-11-22T21:35:00Z ", false, 0, 0 },
	{ "2026-11-22T21:35:00+0100", false, 0, 0 },
	{ "2026-11-22T21:35:00+01:", false, 0, 0 },
	{ "2026-11-22T21:35:00+99", false, 0, 0 },
	{ "", false, 0, 0 },
};

ParameterizedTestParameters(value, instant)
{
	return rows_of(COUNTOF(instants));
}

ParameterizedTest(size_t *row, value, instant)
{
	struct instant instant = { 0 };

	cr_expect_eq(instant_parse(instants[*row].text, &instant), instants[*row].instant,
		     "row %zu", *row);
	if (!instants[*row].instant)
		return;
	cr_expect_eq(instant.seconds, instants[*row].seconds, "%s: %lld", instants[*row].text,
		     (long long)instant.seconds);
	cr_expect_eq(instant.nanoseconds, instants[*row].nanoseconds);
}

Test(value, a_uuid_has_its_dashes_in_place_and_nothing_after)
{
	cr_expect(text_is_uuid("57e82f78-0a2d-4a7c-a428-6287621d06c5"));
	cr_expect(text_is_uuid("57E82F78-0A2D-4A7C-A428-6287621D06C5"));
	cr_expect_not(text_is_uuid("57e82f78-0a2d-4a7c-a428-6287621d06c5 "));
	cr_expect_not(text_is_uuid("57e82f780a2d4a7ca4286287621d06c5"));
	cr_expect_not(text_is_uuid("57e82f78-0a2d-4a7c-a428-6287621d06cg"));
	cr_expect_not(text_is_uuid("57e82f78"));
	cr_expect_not(text_is_uuid(""));
}
