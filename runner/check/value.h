/* value.h - what operators ask of one JSON value: its kind, equality, order.
 *
 * 1 and 1.0 are the same number and integers are exact to 64 bits, also beside a real; "1" is
 * text. An instant is a time with its offset from UTC, as RFC 3339 or as PostgreSQL writes a
 * timestamptz.
 */
#ifndef CHECK_VALUE_H
#define CHECK_VALUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct instant {
	int64_t seconds; /* since 1970-01-01 UTC */
	int32_t nanoseconds;
};

/* "a string", "a number", "null", ...; "absent" for NULL. */
const char *value_kind(const json_t *value);

/* The same object for jansson's iterators, which take it without const and do not change it. */
json_t *value_iterable(const json_t *object);

/* The same value of the same kind, objects and arrays as a whole. NULL equals nothing. */
bool value_equal(const json_t *a, const json_t *b);

/* Order two numbers or two instants: *order is below, equal to or above 0. False when they
 * cannot be compared. */
bool value_compare(const json_t *a, const json_t *b, int *order);

/* Parse `2026-11-22T21:35:00.123Z` (RFC 3339) or `2026-11-22 21:35:00.123+00` (PostgreSQL).
 * Without an offset it is no instant. */
bool instant_parse(const char *text, struct instant *instant);

/* 8-4-4-4-12 hexadecimal digits in either case (RFC 4122). */
bool text_is_uuid(const char *text);

/* A whole number, also when written 5.0. */
bool value_is_integer(const json_t *value);

#endif
