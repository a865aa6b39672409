#include "document/scalar.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/rows.h"

static const struct {
	const char *text, *json; /* NULL: refused */
} scalars[] = {
	{ "", "null" },
	{ "null", "null" },
	{ "NULL", "\"NULL\"" },
	{ "~", "\"~\"" },
	{ "true", "true" },
	{ "TRUE", "\"TRUE\"" },
	{ "yes", "\"yes\"" },
	{ "0", "0" },
	{ "-0", "0" },
	{ "007", "7" },
	{ "0o8", "\"0o8\"" },
	{ "0o10", "8" },
	{ "0xfF", "255" },
	{ "-0x1", "\"-0x1\"" },
	{ "9223372036854775807", "9223372036854775807" },
	{ "9223372036854775808", NULL },
	{ "0x8000000000000000", NULL },
	{ "1.25", "1.25" },
	{ "-.5e-1", "-0.05" },
	{ "1e", "\"1e\"" },
	{ ".", "\".\"" },
	{ "+", "\"+\"" },
	{ "e5", "\"e5\"" },
	{ "1.2.3", "\"1.2.3\"" },
	{ "-.INF", NULL },
	{ ".nan", NULL },
	{ "1e400", NULL },
	{ "nan", "\"nan\"" },
	{ "infinity", "\"infinity\"" },
	{ "0x1p3", "\"0x1p3\"" },
};

ParameterizedTestParameters(scalar, a_plain_text_means)
{
	return rows_of(COUNTOF(scalars));
}

ParameterizedTest(size_t *row, scalar, a_plain_text_means)
{
	const char *mistake = NULL;
	json_t *value = scalar_plain(scalars[*row].text, &mistake);
	char *json = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

	cr_expect_eq(value == NULL, mistake != NULL);
	if (scalars[*row].json)
		cr_expect_str_eq(json ? json : "refused", scalars[*row].json);
	else
		cr_expect_null(value, "%s", scalars[*row].text);
	free(json);
	json_decref(value);
}
