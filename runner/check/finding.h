/* finding.h - a broken expectation: what, where, expected, actual.
 *
 * A list of findings is what a check leaves behind; an empty list means the
 * expectation held. All texts live in the list's arena.
 */
#ifndef CHECK_FINDING_H
#define CHECK_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* What kind of expectation broke; the JUnit type. finding_types[] has the words. */
enum finding_type {
	FINDING_STATUS,     /* another status or error code */
	FINDING_BODY,       /* the body does not match its pattern */
	FINDING_HEADER,     /* a header is absent or does not match */
	FINDING_SCHEMA,     /* the envelope (success or error shape) is not the lens's */
	FINDING_LATENCY,    /* later than `within` */
	FINDING_CAPTURE,    /* a capture found nothing, or another type */
	FINDING_UNCHANGED,  /* a row that had to stay as it was did not */
	FINDING_WRITTEN,    /* what a success promised to write is not in the tables */
	FINDING_RLS_LEAK,   /* SQL allowed what had to be refused */
	FINDING_RLS_DENIED, /* SQL refused what had to be allowed */
	FINDING_ROWS,       /* SQL gave other rows than expected */
	FINDING_MEASURED,   /* what a load measured is not what was wanted */
	FINDING_INVARIANT,  /* an invariant over every exchange: a 5xx nobody expected */
	FINDING_EXPOSED,    /* a reply repeats the credential it was sent */
	FINDING_TYPES
};

struct finding {
	enum finding_type type;
	const char *pointer;  /* JSON Pointer into what was looked at, "" for the root */
	const char *expected; /* one line */
	const char *actual;   /* one line */
	const char *message;  /* a lower-case sentence without the full stop */
};

struct findings {
	struct arena *arena; /* where texts and the array live; set by the owner */
	struct finding *items;
	size_t count, room;
	struct regex *regexes; /* compiled by checks, kept for the next one; in `arena` */
};

/* "status", "body", "headers", "schema", "latency", "capture", "unchanged", "written",
 * "rls.leak", "rls.denied", "rows", "measured", "invariant", "exposed". */
const char *finding_type_name(enum finding_type type);
/* False when `name` is none of them. */
bool finding_type_parse(const char *name, enum finding_type *type);

/* Append one; every text is copied. `fmt` makes the message. */
void finding_add(struct findings *findings, enum finding_type type, const char *pointer,
		 const char *expected, const char *actual, const char *fmt, ...) PRINTF_LIKE(6, 7);

#endif
