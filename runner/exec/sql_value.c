#include "exec/sql_value.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "run/decode.h"

/* A double holds any decimal of this many digits. */
#define EXACT_DIGITS 15

/* Object identifiers of types are fixed for ever. Source: pg_type.dat. */
enum type {
	TYPE_BOOL = 16,
	TYPE_INT8 = 20,
	TYPE_INT2 = 21,
	TYPE_INT4 = 23,
	TYPE_OID = 26,
	TYPE_JSON = 114,
	TYPE_FLOAT4 = 700,
	TYPE_FLOAT8 = 701,
	TYPE_NUMERIC = 1700,
	TYPE_JSONB = 3802
};

/* Text that is not UTF-8 can come out of a database in SQL_ASCII only; JSON cannot hold it. */
static json_t *
text_value(const char *text, size_t len)
{
	json_t *value = json_stringn(text, len);
	char *plain;

	if (value)
		return value;
	plain = must(malloc(len + 1));
	for (size_t i = 0; i < len; i++)
		plain[i] = (char)((unsigned char)text[i] < 0x80 ? text[i] : '?');
	value = json_stringn(plain, len);
	free(plain);
	return value;
}

/* Length of the number's whole part when what follows is nothing, or ".000"; 0 otherwise. */
static size_t
whole_len(const char *text)
{
	size_t whole = (*text == '-') + strspn(text + (*text == '-'), "0123456789");
	const char *rest = text + whole;

	if (*rest == '.')
		rest += 1 + strspn(rest + 1, "0");
	return *rest ? 0 : whole;
}

static size_t
significant_digits(const char *text)
{
	size_t count = 0;

	for (const char *c = text; *c && *c != 'e'; c++)
		if (isdigit((unsigned char)*c) && (count || *c != '0'))
			count++;
	return count;
}

static json_t *
number_value(const char *text, size_t len, bool exact)
{
	char *end;

	errno = 0;
	if (whole_len(text)) {
		long long whole = strtoll(text, &end, 10);

		return errno ? text_value(text, len) : json_integer(whole);
	}
	double real = strtod(text, &end);
	if (*end || errno || !isfinite(real) || (exact && significant_digits(text) > EXACT_DIGITS))
		return text_value(text, len);
	return json_real(real);
}

json_t *
sql_value(unsigned type, const char *text, size_t len)
{
	json_t *value = NULL;

	if (type == TYPE_BOOL)
		value = json_boolean(text[0] == 't');
	else if (type == TYPE_FLOAT4 || type == TYPE_FLOAT8)
		value = number_value(text, len, false);
	else if (type == TYPE_INT2 || type == TYPE_INT4 || type == TYPE_INT8 || type == TYPE_OID ||
		 type == TYPE_NUMERIC)
		value = number_value(text, len, true);
	else if (type == TYPE_JSON || type == TYPE_JSONB)
		value = decode(text, len);
	if (!value)
		value = text_value(text, len);
	if (!value)
		abort();
	return value;
}
