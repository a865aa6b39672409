#include "report/xml.h"

#include <string.h>

#include "run/line.h"

/* The code point of a well-formed character of `size` bytes, 2 to 4. Source: RFC 3629, section 3.
 */
static unsigned
code_point(const char *text, size_t size)
{
	unsigned code = (unsigned char)*text & (0x7fU >> size);

	for (size_t i = 1; i < size; i++)
		code = code << 6 | ((unsigned char)text[i] & 0x3fU);
	return code;
}

/* Append the character of `size` bytes at `text`; 0: they are none. */
static void
add_character(struct buf *out, const char *text, size_t size, bool attribute)
{
	unsigned char byte = (unsigned char)*text;

	if (size > 1) {
		unsigned code = code_point(text, size);

		buf_printf(out, "&#x%X;", code == 0xfffe || code == 0xffff ? 0xfffdU : code);
	} else if (byte == '&') {
		buf_printf(out, "&amp;");
	} else if (byte == '<') {
		buf_printf(out, "&lt;");
	} else if (byte == '>') {
		buf_printf(out, "&gt;");
	} else if (byte == '"' && attribute) {
		buf_printf(out, "&quot;");
	} else if (byte == '\r' || (attribute && (byte == '\n' || byte == '\t'))) {
		/* A bare CR would be read as LF, and LF or TAB in an attribute as a blank. */
		buf_printf(out, "&#%d;", byte);
	} else if (size == 0 || (byte < 0x20 && byte != '\n' && byte != '\t')) {
		buf_printf(out, "&#xFFFD;");
	} else {
		buf_add(out, text, size);
	}
}

/* How many bytes at `text` stand for themselves. */
static size_t
plain_bytes(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && (unsigned char)text[n] >= 0x20 && (unsigned char)text[n] < 0x7f &&
	       text[n] != '&' && text[n] != '<' && text[n] != '>' && text[n] != '"')
		n++;
	return n;
}

static void
add_text(struct buf *out, const char *text, size_t len, bool attribute)
{
	while (len > 0) {
		size_t size = plain_bytes(text, len);

		if (size) {
			buf_add(out, text, size);
		} else {
			size = line_utf8(text, len);
			add_character(out, text, size, attribute);
			size += size == 0;
		}
		text += size;
		len -= size;
	}
}

void
xml_text(struct buf *out, const char *text, size_t len)
{
	add_text(out, text, len, false);
}

void
xml_attribute(struct buf *out, const char *name, const char *text)
{
	if (!text)
		return;
	buf_printf(out, " %s=\"", name);
	add_text(out, text, strlen(text), true);
	buf_add(out, "\"", 1);
}

void
xml_attribute_int(struct buf *out, const char *name, long number)
{
	buf_printf(out, " %s=\"%ld\"", name, number);
}
