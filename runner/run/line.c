#include "run/line.h"

#include <stdio.h>
#include <string.h>

#define EVERY(byte) (0x0101010101010101ULL * (byte))

/* A flag, the highest bit of its byte, for each of the eight bytes at `text` that cannot stand in a
 * JSON string as it is, or begins a character that must be looked at; the first byte is the lowest.
 * Borrows only go up: the lowest flag is never wrong, and those above it may be. */
static uint64_t
specials(const char *text)
{
	const unsigned char *byte = (const unsigned char *)text;
	/* One load, where the machine's order is this one. */
	uint64_t word = (uint64_t)byte[0] | (uint64_t)byte[1] << 8 | (uint64_t)byte[2] << 16 |
			(uint64_t)byte[3] << 24 | (uint64_t)byte[4] << 32 |
			(uint64_t)byte[5] << 40 | (uint64_t)byte[6] << 48 | (uint64_t)byte[7] << 56;
	uint64_t quote = word ^ EVERY('"');
	uint64_t slash = word ^ EVERY('\\');
	uint64_t low = (word - EVERY(0x20)) | (quote - EVERY(1)) | (slash - EVERY(1));

	return (low | word) & EVERY(0x80);
}

/* How many bytes stand before the lowest flag. */
static size_t
before(uint64_t flags)
{
	return (size_t)LOWEST_BIT(flags) / 8;
}

static bool
special(char byte)
{
	unsigned char value = (unsigned char)byte;

	return value < 0x20 || value >= 0x80 || value == '"' || value == '\\';
}

size_t
line_plain(const char *text, size_t len)
{
	size_t at = 0;

	for (; len - at >= 8; at += 8) {
		uint64_t flags = specials(text + at);

		if (flags)
			return at + before(flags);
	}
	while (at < len && !special(text[at]))
		at++;
	return at;
}

size_t
line_utf8(const char *text, size_t len)
{
	const unsigned char *byte = (const unsigned char *)text;
	/* The second byte's range keeps out overlong forms, surrogates and what is past U+10FFFF.
	 */
	unsigned char low = 0x80;
	unsigned char high = 0xbf;
	size_t size;

	if (len == 0)
		return 0;
	if (byte[0] < 0x80)
		return 1;
	if (byte[0] < 0xc2 || byte[0] > 0xf4)
		return 0;
	size = byte[0] < 0xe0 ? 2 : byte[0] < 0xf0 ? 3 : 4;
	if (byte[0] == 0xe0)
		low = 0xa0;
	else if (byte[0] == 0xed)
		high = 0x9f;
	else if (byte[0] == 0xf0)
		low = 0x90;
	else if (byte[0] == 0xf4)
		high = 0x8f;
	if (size > len || byte[1] < low || byte[1] > high)
		return 0;
	for (size_t i = 2; i < size; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
	}
	return size;
}

/* What is escaped so far, handed to `out` in pieces: a call per quote of a JSON body would cost
 * more than the rest of the line. */
struct escaped {
	struct buf *out;
	size_t len;
	char piece[512];
};

static void
hand_over(struct escaped *escaped)
{
	buf_add(escaped->out, escaped->piece, escaped->len);
	escaped->len = 0;
}

/* At most eight bytes; there is room for them. */
static void
put(struct escaped *escaped, const char *bytes, size_t len)
{
	memcpy(escaped->piece + escaped->len, bytes, len);
	escaped->len += len;
}

static void
put_control(struct escaped *escaped, char byte)
{
	static const char digits[] = "0123456789abcdef";
	char unicode[6] = { '\\', 'u', '0', '0', digits[(byte >> 4) & 1], digits[byte & 15] };

	switch (byte) {
	case '"':
	case '\\':
		put(escaped, (const char[]){ '\\', byte }, 2);
		break;
	case '\n':
		put(escaped, "\\n", 2);
		break;
	case '\r':
		put(escaped, "\\r", 2);
		break;
	case '\t':
		put(escaped, "\\t", 2);
		break;
	default:
		put(escaped, unicode, sizeof(unicode));
		break;
	}
}

/* Escape the character at `text`, or a byte that is none. Returns how many bytes it was. */
static size_t
put_character(struct escaped *escaped, const char *text, size_t len)
{
	size_t size;

	if (!special(*text)) {
		put(escaped, text, 1);
		return 1;
	}
	if ((unsigned char)*text < 0x80) {
		put_control(escaped, *text);
		return 1;
	}
	size = line_utf8(text, len);
	if (size == 0) {
		put(escaped, "\xef\xbf\xbd", 3);
		return 1;
	}
	put(escaped, text, size);
	return size;
}

void
line_escape(struct buf *out, const char *text, size_t len)
{
	struct escaped escaped;

	/* Field by field: clearing the piece for every short text would cost more than escaping it.
	 */
	escaped.out = out;
	escaped.len = 0;
	while (len > 0) {
		size_t size = len < 8 ? 0 : 8;

		/* Eight bytes are copied at once, of which those before the first special one
		 * count. */
		if (size) {
			uint64_t flags = specials(text);

			memcpy(escaped.piece + escaped.len, text, 8);
			size = flags ? before(flags) : 8;
			escaped.len += size;
		}
		if (size < 8)
			size += put_character(&escaped, text + size, len - size);
		if (escaped.len > sizeof(escaped.piece) - 16)
			hand_over(&escaped);
		text += size;
		len -= size;
	}
	hand_over(&escaped);
}

void
line_break(struct line *line)
{
	line->breaks = true;
}

static void
begin_line(struct line *line)
{
	if (line->breaks)
		buf_add(line->out, "\n", 1);
	line->breaks = false;
}

static void
add_long_key(struct line *line, const char *key)
{
	buf_add(line->out, "\"", 1);
	line_escape(line->out, key, strlen(key));
	buf_add(line->out, "\":", 2);
}

/* The comma, the member's name, and the first byte of its value unless `then` is 0. A line has
 * dozens of members with short plain names: these go in one piece. */
static void
begin_value(struct line *line, const char *key, char then)
{
	char head[64];
	size_t len = 0, plain = key ? line_plain(key, strlen(key)) : 0;

	if (line->follows)
		head[len++] = ',';
	if (line->breaks)
		head[len++] = '\n';
	line->breaks = false;
	line->follows = true;
	if (key && !key[plain] && plain < sizeof(head) - 8) {
		head[len++] = '"';
		for (size_t i = 0; i < plain; i++)
			head[len++] = key[i];
		head[len++] = '"';
		head[len++] = ':';
	} else if (key) {
		buf_add(line->out, head, len);
		add_long_key(line, key);
		len = 0;
	}
	if (then)
		head[len++] = then;
	buf_add(line->out, head, len);
}

void
line_object(struct line *line, const char *key)
{
	begin_value(line, key, '{');
	line->follows = false;
}

void
line_object_end(struct line *line)
{
	begin_line(line);
	buf_add(line->out, "}", 1);
	line->follows = true;
}

void
line_array(struct line *line, const char *key)
{
	begin_value(line, key, '[');
	line->follows = false;
}

void
line_array_end(struct line *line)
{
	begin_line(line);
	buf_add(line->out, "]", 1);
	line->follows = true;
}

void
line_bytes(struct line *line, const char *key, const char *text, size_t len)
{
	const char *shown;

	begin_value(line, key, '"');
	if (line->mask && mask_finds(line->mask, text, len, &shown)) {
		line->masked->len = 0;
		if (!mask_text(line->mask, text, len, line->masked))
			line->leaks = true;
		line_escape(line->out, line->masked->text, line->masked->len);
	} else {
		line_escape(line->out, text, len);
	}
	buf_add(line->out, "\"", 1);
}

void
line_text(struct line *line, const char *key, const char *text)
{
	if (text)
		line_bytes(line, key, text, strlen(text));
}

void
line_word(struct line *line, const char *key, const char *word)
{
	begin_value(line, key, '"');
	line_escape(line->out, word, strlen(word));
	buf_add(line->out, "\"", 1);
}

void
line_int(struct line *line, const char *key, int64_t number)
{
	char digits[24];
	size_t at = sizeof(digits);
	/* The magnitude of the smallest number does not fit an int64_t. */
	uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

	begin_value(line, key, 0);
	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (number < 0)
		digits[--at] = '-';
	buf_add(line->out, digits + at, sizeof(digits) - at);
}

void
line_count(struct line *line, const char *key, int64_t number)
{
	if (number)
		line_int(line, key, number);
}

void
line_bool(struct line *line, const char *key, bool truth)
{
	begin_value(line, key, 0);
	buf_add(line->out, truth ? "true" : "false", truth ? 4 : 5);
}

static void
write_real(struct line *line, const char *key, double number)
{
	char digits[40];
	int len = snprintf(digits, sizeof(digits), "%.17g", number);

	begin_value(line, key, 0);
	buf_add(line->out, digits, (size_t)len);
	/* Without a point it would be read back as an integer. */
	if (strpbrk(digits, ".e") == NULL)
		buf_add(line->out, ".0", 2);
}

static void
write_members(struct line *line, const char *key, json_t *object)
{
	const char *name;
	json_t *value;

	line_object(line, key);
	json_object_foreach(object, name, value) line_json(line, name, value);
	line_object_end(line);
}

static void
write_elements(struct line *line, const char *key, json_t *array)
{
	line_array(line, key);
	for (size_t i = 0; i < json_array_size(array); i++)
		line_json(line, NULL, json_array_get(array, i));
	line_array_end(line);
}

void
line_json(struct line *line, const char *key, json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		write_members(line, key, value);
		break;
	case JSON_ARRAY:
		write_elements(line, key, value);
		break;
	case JSON_STRING:
		line_bytes(line, key, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
		line_int(line, key, json_integer_value(value));
		break;
	case JSON_REAL:
		write_real(line, key, json_real_value(value));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		line_bool(line, key, json_is_true(value));
		break;
	case JSON_NULL:
		begin_value(line, key, 0);
		buf_add(line->out, "null", 4);
		break;
	}
}
