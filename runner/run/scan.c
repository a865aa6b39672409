#include "run/scan.h"

#include <string.h>

#include "run/line.h"
#include "run/unescape.h"

struct scan
scan_of(char *text, size_t len)
{
	return (struct scan){ .at = text, .end = text + len };
}

static bool
fail(struct scan *scan)
{
	scan->bad = true;
	scan->at = scan->end;
	return false;
}

char
scan_peek(struct scan *scan)
{
	while (scan->at < scan->end &&
	       (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r'))
		scan->at++;
	if (scan->at == scan->end)
		return '\0';
	return *scan->at;
}

/* Step over `c` when it comes next. */
static bool
take(struct scan *scan, char c)
{
	if (scan_peek(scan) != c || scan->at == scan->end)
		return false;
	scan->at++;
	return true;
}

bool
scan_open(struct scan *scan, char bracket)
{
	scan->fresh = take(scan, bracket);
	return scan->fresh;
}

/* Before the next member or element: the comma, or the bracket that closes. */
static bool
go_on(struct scan *scan, char closing)
{
	bool fresh = scan->fresh;

	scan->fresh = false;
	if (scan->bad || take(scan, closing))
		return false;
	return fresh || take(scan, ',') || fail(scan);
}

bool
scan_member(struct scan *scan, struct span *key)
{
	return go_on(scan, '}') && ((scan_string(scan, key) && take(scan, ':')) || fail(scan));
}

bool
scan_element(struct scan *scan)
{
	return go_on(scan, ']');
}

/* The width of the escape at `at`; 0 when it is none, and for half of a surrogate pair, which
 * stands for no character. */
static size_t
escape_width(const char *at, const char *end)
{
	char bytes[4];
	size_t count;
	size_t width = unescape_json(at, (size_t)(end - at), bytes, &count);
	bool half =
		count == 3 && (unsigned char)bytes[0] == 0xed && (unsigned char)bytes[1] >= 0xa0;

	return width && !half ? width : 0;
}

bool
scan_string(struct scan *scan, struct span *span)
{
	if (!take(scan, '"'))
		return false;

	char *at = scan->at;
	*span = (struct span){ .text = at };
	for (;;) {
		size_t step;

		at += line_plain(at, (size_t)(scan->end - at));
		if (at == scan->end)
			return fail(scan);
		if (*at == '"')
			break;
		if (*at == '\\') {
			step = escape_width(at, scan->end);
			span->escapes = true;
		} else {
			step = (unsigned char)*at < 0x20 ? 0
							 : line_utf8(at, (size_t)(scan->end - at));
		}
		if (step == 0)
			return fail(scan);
		at += step;
	}
	span->len = (size_t)(at - span->text);
	scan->at = at + 1;
	return true;
}

static bool
is_digit(const struct scan *scan)
{
	return scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9';
}

/* One digit or more; no zero before another where `whole`. */
static bool
digits(struct scan *scan, bool whole)
{
	const char *first = scan->at;

	while (is_digit(scan))
		scan->at++;
	return scan->at > first && !(whole && *first == '0' && scan->at > first + 1);
}

/* Step over a fraction and an exponent; false when there is neither. */
static bool
real_part(struct scan *scan)
{
	const char *first = scan->at;

	if (scan->at < scan->end && *scan->at == '.') {
		scan->at++;
		if (!digits(scan, false))
			(void)fail(scan);
	}
	if (scan->at < scan->end && (*scan->at == 'e' || *scan->at == 'E')) {
		scan->at++;
		if (scan->at < scan->end && (*scan->at == '+' || *scan->at == '-'))
			scan->at++;
		if (!digits(scan, false))
			(void)fail(scan);
	}
	return scan->at > first;
}

/* The magnitude of the digits from `at` on, or false when it is past `most`. */
static bool
magnitude(const char *at, const char *end, uint64_t most, uint64_t *value)
{
	*value = 0;
	for (; at < end; at++) {
		uint64_t digit = (uint64_t)(*at - '0');

		if (*value > (most - digit) / 10)
			return false;
		*value = *value * 10 + digit;
	}
	return true;
}

bool
scan_int(struct scan *scan, int64_t *number)
{
	char first = scan_peek(scan);
	bool negative = first == '-';
	uint64_t value;

	if (!negative && !is_digit(scan))
		return false;
	scan->at += negative;
	const char *begin = scan->at;
	if (!digits(scan, true))
		return fail(scan);
	const char *end = scan->at;
	if (real_part(scan))
		return false;
	if (!magnitude(begin, end, (uint64_t)INT64_MAX + negative, &value))
		return fail(scan);
	*number = negative ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

/* Step over `word` when it comes next. */
static bool
take_word(struct scan *scan, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(scan->end - scan->at) < len || memcmp(scan->at, word, len) != 0)
		return false;
	scan->at += len;
	return true;
}

bool
scan_bool(struct scan *scan, bool *truth)
{
	char first = scan_peek(scan);

	if (first != 't' && first != 'f')
		return false;
	*truth = first == 't';
	return take_word(scan, *truth ? "true" : "false") || fail(scan);
}

static void
skip_scalar(struct scan *scan, char first)
{
	struct span span;
	int64_t number;
	bool truth;

	if (first == '"')
		(void)scan_string(scan, &span);
	else if (first == 'n')
		(void)(take_word(scan, "null") || fail(scan));
	else if (first == 't' || first == 'f')
		(void)scan_bool(scan, &truth);
	else if (first == '-' || is_digit(scan))
		(void)scan_int(scan, &number);
	else
		(void)fail(scan);
}

static void
skip(struct scan *scan, int depth)
{
	char first = scan_peek(scan);
	struct span key;

	if (first != '{' && first != '[') {
		skip_scalar(scan, first);
		return;
	}
	if (depth == SCAN_DEPTH) {
		(void)fail(scan);
		return;
	}
	(void)scan_open(scan, first);
	while (first == '{' ? scan_member(scan, &key) : scan_element(scan))
		skip(scan, depth + 1);
}

void
scan_skip(struct scan *scan)
{
	skip(scan, 0);
}

bool
scan_done(struct scan *scan)
{
	(void)scan_peek(scan);
	return !scan->bad && scan->at == scan->end;
}

char *
span_text(struct span *span)
{
	char *to = span->text;
	const char *from = span->text, *end = from + span->len;

	while (span->escapes && from < end) {
		const char *escape = memchr(from, '\\', (size_t)(end - from));
		size_t plain = (size_t)((escape ? escape : end) - from), count = 0;

		memmove(to, from, plain);
		to += plain;
		from += plain;
		if (escape) {
			from += unescape_json(from, (size_t)(end - from), to, &count);
			to += count;
		}
	}
	if (span->escapes)
		span->len = (size_t)(to - span->text);
	span->escapes = false;
	span->text[span->len] = '\0';
	return span->text;
}

bool
span_is(const struct span *span, const char *word)
{
	return strncmp(span->text, word, span->len) == 0 && !word[span->len];
}
