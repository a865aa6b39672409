#include "report/plain.h"

#include <string.h>

#include "run/line.h"

/* True for a control character of `size` bytes; C1 is U+0080 to U+009F. */
static bool
is_control(const char *text, size_t size)
{
	unsigned char byte = (unsigned char)*text;

	if (size == 2 && byte == 0xc2)
		return (unsigned char)text[1] < 0xa0;
	return size == 0 || byte < 0x20 || byte == 0x7f;
}

static void
add_blanks(struct buf *out, int count)
{
	if (count > 0)
		buf_printf(out, "%*s", count, "");
}

/* How many bytes at `text` are printable ASCII. */
static size_t
printable(const char *text)
{
	size_t n = 0;

	while ((unsigned char)text[n] >= 0x20 && (unsigned char)text[n] < 0x7f)
		n++;
	return n;
}

void
plain_add(struct buf *out, const char *text, int indent)
{
	size_t len = strlen(text);
	bool fresh = true;

	while (len > 0) {
		size_t size = printable(text);

		if (size == 0)
			size = line_utf8(text, len);
		if (fresh && *text != '\n')
			add_blanks(out, indent);
		fresh = *text == '\n';
		if (is_control(text, size) && *text != '\n' && *text != '\t')
			buf_add(out, "?", 1);
		else
			buf_add(out, text, size);
		size += size == 0;
		text += size;
		len -= size;
	}
}

void
plain_line(struct buf *out, const char *text)
{
	size_t from = out->len;

	plain_add(out, text, 0);
	for (size_t i = from; i < out->len; i++) {
		if (out->text[i] == '\n' || out->text[i] == '\t')
			out->text[i] = ' ';
	}
}

void
plain_word(struct buf *out, const char *word, enum plain_color hue, bool color)
{
	static const int codes[] = {
		[PLAIN_GREEN] = 32,
		[PLAIN_RED] = 31,
		[PLAIN_YELLOW] = 33,
		[PLAIN_DIM] = 2,
	};

	if (color)
		buf_printf(out, "\033[%dm%s\033[0m", codes[hue], word);
	else
		buf_printf(out, "%s", word);
}

size_t
plain_fit(const char *text, size_t len, int columns)
{
	size_t at = 0;

	while (at < len) {
		size_t size = line_utf8(text + at, len - at);
		/* East Asian characters and emoji; a few narrow ones of these ranges lose a
		 * column, which nobody sees. */
		int width = size == 4 || (size == 3 && (unsigned char)text[at] >= 0xe3) ? 2 : 1;

		if (columns < width)
			break;
		columns -= width;
		at += size ? size : 1;
	}
	return at;
}
