#include "run/forms.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/must.h"
#include "run/line.h"

/* Encoded forms of what is longer are not looked for in parts: that is a token, and random enough
 * in each of its parts to be found by its claims or its signature. */
#define FRAGMENT_FORMS_MAX 256

struct writing {
	struct needles *needles;
	struct fragments *fragments;
	const char *shown;
};

/* One way in which the secret may be written. */
static void
add_form(const struct writing *to, const char *text, size_t len, size_t before, size_t after)
{
	needles_add(to->needles, text, len, to->shown, before, after);
	if (len <= FRAGMENT_FORMS_MAX)
		fragments_add(to->fragments, text, len, to->shown);
}

static void
add_hex(const struct writing *to, const char *value, size_t len, const char *digits)
{
	char *text = must(calloc(1, 2 * len));

	for (size_t i = 0; i < len; i++) {
		text[2 * i] = digits[(unsigned char)value[i] >> 4];
		text[2 * i + 1] = digits[(unsigned char)value[i] & 15];
	}
	add_form(to, text, 2 * len, 0, 0);
	free(text);
}

/* The six bits at `bit` of `value`, when `skipped` bytes that are not known stand before it. */
static unsigned
six_bits(const char *value, size_t len, size_t skipped, size_t bit)
{
	unsigned bits = 0;

	for (size_t i = bit; i < bit + 6; i++) {
		size_t byte = i / 8 - skipped;
		unsigned one = byte < len ? (unsigned char)value[byte] >> (7 - i % 8) & 1U : 0;

		bits = bits << 1 | one;
	}
	return bits;
}

/* Base64 (RFC 4648) of the value when `skipped` bytes, 0 to 2, stand before it in its group. Only
 * characters whose six bits all come from the value are known; one that holds some of its bits
 * may stand on either side. */
static void
add_base64(const struct writing *to, const char *value, size_t len, size_t skipped,
	   const char *last_two)
{
	static const char most[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	size_t first = (8 * skipped + 5) / 6, end = 8 * (skipped + len) / 6;
	char *text = must(calloc(1, end - first + 1));

	for (size_t i = first; i < end; i++) {
		unsigned bits = six_bits(value, len, skipped, 6 * i);

		if (bits < 62)
			text[i - first] = most[bits];
		else
			text[i - first] = last_two[bits - 62];
	}
	add_form(to, text, end - first, skipped ? 1 : 0, 8 * (skipped + len) % 6 ? 1 : 0);
	free(text);
}

static void
add_encoded(const struct writing *to, const char *value, size_t len)
{
	add_hex(to, value, len, "0123456789abcdef");
	add_hex(to, value, len, "0123456789ABCDEF");
	for (size_t skipped = 0; skipped < 3; skipped++) {
		add_base64(to, value, len, skipped, "+/");
		add_base64(to, value, len, skipped, "-_");
	}
}

/* Append `text` percent-encoded, as in a form or a query. Source: RFC 3986, section 2. */
static void
add_percent(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (isalnum(byte) || strchr("-._~", byte))
			buf_add(out, text + i, 1);
		else
			buf_printf(out, "%%%02X", byte);
	}
}

static void
add_plain_and_encoded(const struct writing *to, const char *value, size_t len)
{
	struct buf escaped;

	needles_add(to->needles, value, len, to->shown, 0, 0);
	fragments_add(to->fragments, value, len, to->shown);
	add_encoded(to, value, len);
	/* Claims, cookies and forms are escaped first, and then encoded as a whole. */
	buf_init(&escaped, 6 * len + 16);
	line_escape(&escaped, value, len);
	if (escaped.len != len)
		add_encoded(to, escaped.text, escaped.len);
	buf_clear(&escaped);
	add_percent(&escaped, value, len);
	if (escaped.len != len)
		add_encoded(to, escaped.text, escaped.len);
	buf_release(&escaped);
}

/* A form writes a blank as a plus sign. */
static void
add_with_plus(const struct writing *to, const char *value, size_t len)
{
	if (!memchr(value, ' ', len))
		return;
	char *text = must(calloc(1, len + 1));

	memcpy(text, value, len);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == ' ')
			text[i] = '+';
	}
	needles_add(to->needles, text, len, to->shown, 0, 0);
	free(text);
}

/* A writer that takes bytes for characters turns UTF-8 into twice as much of it. */
static void
add_as_latin1(const struct writing *to, const char *value, size_t len)
{
	char *text = must(calloc(1, 2 * len));
	size_t at = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)value[i];

		if (byte >= 0x80)
			text[at++] = (char)(0xC0 | byte >> 6);
		text[at++] = (char)(byte >= 0x80 ? 0x80 | (byte & 0x3F) : byte);
	}
	needles_add(to->needles, text, at, to->shown, 0, 0);
	free(text);
}

/* Claims and signature of a token by themselves; the header is the same for every token. */
static void
add_token_parts(const struct writing *to, const char *value)
{
	const char *begin = strstr(value, "eyJ");
	const char *dot = begin ? strchr(begin, '.') : NULL;

	while (dot) {
		size_t len = strcspn(dot + 1, ".");

		needles_add(to->needles, dot + 1, len, to->shown, 0, 0);
		dot = strchr(dot + 1, '.');
	}
}

void
forms_add(struct needles *needles, struct fragments *fragments, const char *value,
	  const char *shown)
{
	const struct writing to = { needles, fragments, shown };
	size_t len = strlen(value);

	add_plain_and_encoded(&to, value, len);
	add_with_plus(&to, value, len);
	add_as_latin1(&to, value, len);
	add_token_parts(&to, value);
}
