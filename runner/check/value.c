#include "check/value.h"

#include <math.h>
#include <string.h>

#include "base/base.h"

const char *
value_kind(const json_t *value)
{
	if (!value)
		return "absent";
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
	case JSON_REAL:
		return "a number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "a boolean";
	case JSON_NULL:
		return "null";
	}
	return "null";
}

static int
sign(bool less, bool more)
{
	return (int)more - (int)less;
}

/* Order an integer and a real without rounding the integer to a double. */
static int
compare_mixed(json_int_t integer, double real)
{
	/* 2^63 is exact as a double; every integer is below it. */
	const double limit = 9223372036854775808.0;

	if (real >= limit)
		return -1;
	if (real < -limit)
		return 1;

	json_int_t whole = (json_int_t)real;
	if (integer != whole)
		return sign(integer<whole, integer> whole);
	double rest = real - (double)whole;
	return sign(rest > 0, rest < 0);
}

static int
compare_numbers(const json_t *a, const json_t *b)
{
	if (json_is_integer(a) && json_is_integer(b)) {
		json_int_t x = json_integer_value(a), y = json_integer_value(b);
		return sign(x<y, x> y);
	}
	if (json_is_integer(a))
		return compare_mixed(json_integer_value(a), json_real_value(b));
	if (json_is_integer(b))
		return -compare_mixed(json_integer_value(b), json_real_value(a));
	double x = json_real_value(a), y = json_real_value(b);
	return sign(x<y, x> y);
}

static bool
arrays_equal(const json_t *a, const json_t *b)
{
	size_t count = json_array_size(a);

	if (count != json_array_size(b))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!value_equal(json_array_get(a, i), json_array_get(b, i)))
			return false;
	}
	return true;
}

json_t *
value_iterable(const json_t *object)
{
	union {
		const json_t *in;
		json_t *out;
	} same = { .in = object };

	return same.out;
}

static bool
objects_equal(const json_t *a, const json_t *b)
{
	const char *key;
	json_t *value;

	if (json_object_size(a) != json_object_size(b))
		return false;
	json_object_foreach(value_iterable(a), key, value)
	{
		if (!value_equal(value, json_object_get(b, key)))
			return false;
	}
	return true;
}

bool
value_equal(const json_t *a, const json_t *b)
{
	if (!a || !b)
		return false;
	if (json_is_number(a) && json_is_number(b))
		return compare_numbers(a, b) == 0;
	if (json_typeof(a) != json_typeof(b))
		return false;
	if (json_is_string(a))
		return json_string_length(a) == json_string_length(b) &&
		       memcmp(json_string_value(a), json_string_value(b), json_string_length(a)) ==
			       0;
	if (json_is_array(a))
		return arrays_equal(a, b);
	if (json_is_object(a))
		return objects_equal(a, b);
	return true;
}

bool
value_compare(const json_t *a, const json_t *b, int *order)
{
	struct instant x, y;

	if (json_is_number(a) && json_is_number(b)) {
		*order = compare_numbers(a, b);
		return true;
	}
	if (!json_is_string(a) || !json_is_string(b) || !instant_parse(json_string_value(a), &x) ||
	    !instant_parse(json_string_value(b), &y))
		return false;
	*order = sign(x.seconds<y.seconds, x.seconds> y.seconds);
	if (*order == 0)
		*order = sign(x.nanoseconds<y.nanoseconds, x.nanoseconds> y.nanoseconds);
	return true;
}

bool
value_is_integer(const json_t *value)
{
	return json_is_integer(value) ||
	       (json_is_real(value) && trunc(json_real_value(value)) == json_real_value(value));
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool
text_is_uuid(const char *text)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	for (size_t i = 0; i < sizeof(shape) - 1; i++) {
		if (shape[i] == '-' ? text[i] != '-' : !is_hex(text[i]))
			return false;
	}
	return text[sizeof(shape) - 1] == '\0';
}

/* Read exactly `count` digits as a number from `min` to `max`, and step over them. */
static bool
digits(const char **text, int count, int min, int max, int *out)
{
	int value = 0;

	for (int i = 0; i < count; i++) {
		if (!is_digit((*text)[i]))
			return false;
		value = value * 10 + ((*text)[i] - '0');
	}
	*text += count;
	*out = value;
	return value >= min && value <= max;
}

static bool
one_of(const char **text, const char *set)
{
	if (**text == '\0' || !strchr(set, **text))
		return false;
	++*text;
	return true;
}

/* Days from 1970-01-01 in the Gregorian calendar, with March as the first month so that the
 * leap day is the last of its year. */
static int64_t
days_since_epoch(int year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static bool
day_exists(int year, int month, int day)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* A missing fraction is 0; digits below nanoseconds are read and dropped. */
static bool
fraction(const char **text, int32_t *nanoseconds)
{
	int32_t unit = 100000000;

	*nanoseconds = 0;
	if (**text != '.')
		return true;
	++*text;
	if (!is_digit(**text))
		return false;
	for (; is_digit(**text); ++*text, unit /= 10)
		*nanoseconds += unit * (**text - '0');
	return true;
}

/* "Z", "+00", "-03:30", "+00:19:32": PostgreSQL leaves out what is zero, and writes the
 * seconds of an old local time. */
static bool
offset(const char **text, int64_t *seconds)
{
	int h = 0, m = 0, s = 0;
	bool west = **text == '-';

	if (one_of(text, "Zz"))
		*seconds = 0;
	else if (!one_of(text, "+-") || !digits(text, 2, 0, 23, &h) ||
		 (one_of(text, ":") && (!digits(text, 2, 0, 59, &m) ||
					(one_of(text, ":") && !digits(text, 2, 0, 59, &s)))))
		return false;
	*seconds = (west ? -1L : 1L) * ((h * 60 + m) * 60 + s);
	return **text == '\0';
}

bool
instant_parse(const char *text, struct instant *instant)
{
	int year, month, day, hour, minute, second;
	int64_t east = 0;

	/* 60 is a leap second (RFC 3339, section 5.6). */
	if (!digits(&text, 4, 1, 9999, &year) || !one_of(&text, "-") ||
	    !digits(&text, 2, 1, 12, &month) || !one_of(&text, "-") ||
	    !digits(&text, 2, 1, 31, &day) || !day_exists(year, month, day) ||
	    !one_of(&text, "Tt ") || !digits(&text, 2, 0, 23, &hour) || !one_of(&text, ":") ||
	    !digits(&text, 2, 0, 59, &minute) || !one_of(&text, ":") ||
	    !digits(&text, 2, 0, 60, &second) || !fraction(&text, &instant->nanoseconds) ||
	    !offset(&text, &east))
		return false;
	instant->seconds = days_since_epoch(year, month, day) * 86400 +
			   ((hour * 60 + minute) * 60 + second) - east;
	return true;
}
