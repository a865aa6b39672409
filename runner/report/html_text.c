#include "report/html_text.h"

#include <string.h>

#include "run/line.h"

/* Append the character of `size` bytes at `text`; 0: they are no character. */
static void
add_character(struct buf *out, const char *text, size_t size)
{
	unsigned char byte = (unsigned char)*text;

	if (byte == '&')
		buf_add(out, "&amp;", 5);
	else if (byte == '<')
		buf_add(out, "&lt;", 4);
	else if (byte == '>')
		buf_add(out, "&gt;", 4);
	else if (byte == '"')
		buf_add(out, "&quot;", 6);
	else if (byte == '\'')
		buf_add(out, "&#39;", 5);
	else if (byte == '\r')
		buf_add(out, " ", 1);
	else if (size == 0 || (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f ||
		 (size == 2 && byte == 0xc2 && (unsigned char)text[1] < 0xa0))
		buf_add(out, "\xef\xbf\xbd", 3);
	else
		buf_add(out, text, size);
}

/* How many bytes at `text` stand for themselves. */
static size_t
plain_bytes(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && (unsigned char)text[n] >= 0x20 && (unsigned char)text[n] < 0x7f &&
	       !strchr("&<>\"'", text[n]))
		n++;
	return n;
}

void
html_text(struct buf *out, const char *text, size_t len)
{
	while (len > 0) {
		size_t size = plain_bytes(text, len);

		if (size) {
			buf_add(out, text, size);
		} else {
			size = line_utf8(text, len);
			add_character(out, text, size);
			size += size == 0;
		}
		text += size;
		len -= size;
	}
}

void
html_line(struct buf *out, const char *text)
{
	if (text)
		html_text(out, text, strlen(text));
}

void
html_head(struct buf *out, const char *text, size_t len, size_t max)
{
	size_t kept = len;

	if (len > max) {
		kept = max;
		while (kept && ((unsigned char)text[kept] & 0xc0) == 0x80)
			kept--;
	}
	html_text(out, text, kept);
	if (kept < len)
		buf_printf(out, "\n[cut here: %zu of %zu bytes]", kept, len);
}
