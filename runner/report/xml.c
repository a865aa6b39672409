#include "report/xml.h"

#include <string.h>

#include "run/line.h"

/* Append the character of `size` bytes at `text`. */
static void
add_character(struct buf *out, const char *text, size_t size, bool attribute)
{
	unsigned char byte = (unsigned char)*text;

	if (byte == '&')
		buf_printf(out, "&amp;");
	else if (byte == '<')
		buf_printf(out, "&lt;");
	else if (byte == '>')
		buf_printf(out, "&gt;");
	else if (byte == '"' && attribute)
		buf_printf(out, "&quot;");
	/* A bare CR would be read as LF, and LF or TAB in an attribute as a blank. */
	else if (byte == '\r' || (attribute && (byte == '\n' || byte == '\t')))
		buf_printf(out, "&#%d;", byte);
	else if (size == 0 || (byte < 0x20 && byte != '\n' && byte != '\t') ||
		 (size == 3 &&
		  (memcmp(text, "\xef\xbf\xbe", 3) == 0 || memcmp(text, "\xef\xbf\xbf", 3) == 0)))
		buf_add(out, "\xef\xbf\xbd", 3);
	else
		buf_add(out, text, size);
}

static void
add_text(struct buf *out, const char *text, size_t len, bool attribute)
{
	while (len > 0) {
		size_t size = line_utf8(text, len);

		add_character(out, text, size, attribute);
		size += size == 0;
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
