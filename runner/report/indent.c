#include "report/indent.h"

#include <string.h>

/* An object or array that fits into this is kept on one line. */
#define FLAT_BYTES ((size_t)72)
#define DEPTH      64

/* The length of the string at `text`, its quotes included; what is not closed ends the text. */
static size_t
string_bytes(const char *text, size_t len)
{
	size_t n = 1;

	while (n < len && text[n] != '"')
		n += text[n] == '\\' ? 2 : 1;
	return n < len ? n + 1 : len;
}

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* Closed, not too deep, and nothing behind it? */
static bool
is_whole(const char *text, size_t len)
{
	size_t depth = 0;
	size_t i = 0;

	while (i < len) {
		char byte = text[i];

		if (byte == '"') {
			i += string_bytes(text + i, len - i);
			continue;
		}
		if (byte == '{' || byte == '[')
			depth++;
		if (depth == 0 ? !is_blank(byte) : depth > DEPTH)
			return false;
		if (byte == '}' || byte == ']')
			depth--;
		i++;
	}
	return depth == 0;
}

/* The length of a bracket at `text` with nothing nested that fits one line; 0: it does not. */
static size_t
flat_bytes(const char *text, size_t len)
{
	size_t i = 1;

	while (i < len && i < FLAT_BYTES) {
		if (text[i] == '"') {
			i += string_bytes(text + i, len - i);
			continue;
		}
		if (text[i] == '{' || text[i] == '[')
			return 0;
		if (text[i] == '}' || text[i] == ']')
			return i + 1 <= FLAT_BYTES ? i + 1 : 0;
		i++;
	}
	return 0;
}

static void
add_break(struct buf *out, size_t depth)
{
	buf_printf(out, "\n%*s", (int)(2 * depth), "");
}

/* The tokens of a bracket that stays on one line. */
static void
add_flat(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t size = text[i] == '"' ? string_bytes(text + i, len - i) : 1;

		if (!is_blank(text[i]))
			buf_add(out, text + i, size);
		if (text[i] == ',' || text[i] == ':')
			buf_add(out, " ", 1);
		i += size;
	}
}

/* One token; returns its length. */
static size_t
add_token(struct buf *out, const char *text, size_t len, size_t *depth)
{
	size_t size = *text == '"' ? string_bytes(text, len) : 1;
	size_t flat = *text == '{' || *text == '[' ? flat_bytes(text, len) : 0;

	if (flat) {
		add_flat(out, text, flat);
		return flat;
	}
	if (is_blank(*text))
		return size;
	if (*text == '}' || *text == ']')
		add_break(out, --*depth);
	buf_add(out, text, size);
	if (*text == '{' || *text == '[')
		add_break(out, ++*depth);
	else if (*text == ',')
		add_break(out, *depth);
	else if (*text == ':')
		buf_add(out, " ", 1);
	return size;
}

bool
indent_json(struct buf *out, const char *text, size_t len)
{
	size_t depth = 0;
	size_t i = 0;

	while (i < len && is_blank(text[i]))
		i++;
	if (i == len || (text[i] != '{' && text[i] != '[') || !is_whole(text + i, len - i)) {
		buf_add(out, text, len);
		return false;
	}
	while (i < len)
		i += add_token(out, text + i, len - i, &depth);
	return true;
}
