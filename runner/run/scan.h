/* scan.h - JSON read straight from its text, value after value: what line.h writes.
 *
 * No tree is built: a record has a line per case, and every report reads all of them. The reader
 * takes what it wants and skips the rest; what is skipped is looked at all the same, so that what
 * comes to its end without `bad` was JSON. Once `bad` is set every call says there is no more.
 *
 *     struct scan scan = scan_of(text, len);
 *     for (bool more = scan_open(&scan, '{'); more && scan_member(&scan, &key);)
 *             scan_skip(&scan);
 *     if (!scan_done(&scan)) ...
 *
 * Stricter than RFC 8259 in one thing: nesting deeper than SCAN_DEPTH is refused. More lenient in
 * one: a real number may be past what a double holds.
 */
#ifndef RUN_SCAN_H
#define RUN_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCAN_DEPTH 64

struct scan {
	char *at, *end;
	bool fresh; /* the open object or array has had nothing yet */
	bool bad;   /* not JSON */
};

/* What stands between the quotes of a string, in the text that is scanned. */
struct span {
	char *text;
	size_t len;
	bool escapes; /* it holds some */
};

/* The text is borrowed, and changed only by span_text. */
struct scan scan_of(char *text, size_t len);

/* The first byte of the value that comes next; NUL at the end. */
char scan_peek(struct scan *scan);

/* Enter the object '{' or the array '[' that comes next; false when something else does. */
bool scan_open(struct scan *scan, char bracket);

/* The name of the open object's next member; false at its end, which is then left. The value has
 * to be read or skipped before the next call. */
bool scan_member(struct scan *scan, struct span *key);
/* True when the open array has one more value; false at its end, which is then left. */
bool scan_element(struct scan *scan);

/* The value that comes next, if it is of that type; if not, that is no mistake and nothing is read:
 * but for scan_int, which has then read a number with a fraction or an exponent. */
bool scan_string(struct scan *scan, struct span *span);
bool scan_int(struct scan *scan, int64_t *number);
bool scan_bool(struct scan *scan, bool *truth);

/* Step over the value that comes next. */
void scan_skip(struct scan *scan);

/* True when all of the text was one value. */
bool scan_done(struct scan *scan);

/* Undo the escapes of `span` where it stands, and end it with a NUL in place of its quote. */
char *span_text(struct span *span);
/* True when the name, which has no escapes, is `word`. */
bool span_is(const struct span *span, const char *word);

#endif
