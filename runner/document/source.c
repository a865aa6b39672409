#include "document/source.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
source_path_tail(const char *path, char *tail, size_t size)
{
	size_t len = strlen(path);

	if (len < size) {
		memcpy(tail, path, len + 1);
		return;
	}
	const char *from = path + len - (size - 4);
	while (((unsigned char)*from & 0xc0) == 0x80)
		from++;
	(void)snprintf(tail, size, "...%s", from);
}

bool
source_fail(struct source *source, struct spot spot, const char *pointer, const char *fmt, ...)
{
	struct error *err = errors_new(source->errors);
	va_list args;

	err->code = ERROR_SUITE;
	err->line = spot.line;
	err->column = spot.column;
	source_path_tail(source->path, err->file, sizeof(err->file));
	(void)snprintf(err->pointer, sizeof(err->pointer), "%s", pointer);
	va_start(args, fmt);
	(void)vsnprintf(err->message, sizeof(err->message), fmt, args);
	va_end(args);
	source->mistakes++;
	return false;
}

struct spot
source_spot(const char *text, size_t offset)
{
	struct spot spot = { 1, 1 };

	for (size_t i = 0; i < offset; i++) {
		if (text[i] == '\n')
			spot = (struct spot){ spot.line + 1, 1 };
		else if (((unsigned char)text[i] & 0xc0) != 0x80)
			spot.column++;
	}
	return spot;
}

const char *
source_at(const char *text, struct spot spot)
{
	for (int line = 1; line < spot.line && *text; text++)
		line += *text == '\n';
	for (int column = 1; column < spot.column && *text; column++) {
		text++;
		while (((unsigned char)*text & 0xc0) == 0x80)
			text++;
	}
	return text;
}

/* Bytes of the UTF-8 character at `at`, of which `left` may be read; 0 when it is none.
 * Source: RFC 3629, section 4; overlong forms and surrogates are refused. */
static size_t
utf8_bytes(const unsigned char *at, size_t left)
{
	static const struct {
		unsigned char first_low, first_high, second_low, second_high;
		size_t bytes;
	} forms[] = {
		{ 0x00, 0x7f, 0x80, 0xbf, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < COUNTOF(forms); i++) {
		size_t n = forms[i].bytes;
		if (at[0] < forms[i].first_low || at[0] > forms[i].first_high)
			continue;
		if (n > left ||
		    (n > 1 && (at[1] < forms[i].second_low || at[1] > forms[i].second_high)))
			return 0;
		for (size_t k = 2; k < n; k++) {
			if ((at[k] & 0xc0) != 0x80)
				return 0;
		}
		return n;
	}
	return 0;
}

/* What libyaml's reader takes; in JSON the rest is no less of a mistake. Source: YAML 1.2.2,
 * section 5.1 (c-printable); a byte order mark inside the text is refused too. */
static bool
is_printable(const unsigned char *at, size_t bytes)
{
	unsigned long code = bytes == 1 ? at[0] : at[0] & (0xffUL >> (bytes + 1));

	for (size_t i = 1; i < bytes; i++)
		code = code << 6 | (at[i] & 0x3fUL);
	if (code < 0x20)
		return code == '\t' || code == '\n' || code == '\r';
	return code != 0x7f && (code < 0x80 || code >= 0xa0 || code == 0x85) && code != 0xfeff &&
	       code != 0xfffe && code != 0xffff;
}

bool
source_is_text(struct source *source)
{
	if (source->len >= 3 && memcmp(source->text, "\xef\xbb\xbf", 3) == 0) {
		source->text += 3;
		source->len -= 3;
	}
	for (size_t i = 0, n; i < source->len; i += n) {
		const unsigned char *at = (const unsigned char *)source->text + i;

		n = 1;
		if ((at[0] >= 0x20 && at[0] < 0x7f) || at[0] == '\n')
			continue;
		n = utf8_bytes(at, source->len - i);
		if (n == 0)
			return source_fail(source, source_spot(source->text, i), "",
					   "the file is not UTF-8: invalid byte 0x%02x", at[0]);
		if (!is_printable(at, n))
			return source_fail(source, source_spot(source->text, i), "",
					   "a control character is not allowed: byte 0x%02x",
					   at[0]);
	}
	return true;
}
