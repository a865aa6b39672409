#include "report/html_walls.h"

#include <ctype.h>
#include <string.h>

#include "base/digest.h"
#include "report/html_text.h"

static const char common[] = {
#include "report/html_walls.css.inc"
};

static unsigned
nibble(char digit)
{
	return (unsigned)(isdigit((unsigned char)digit) ? digit - '0' : digit - 'a' + 10);
}

/* The SHA-256 of a text as a content security policy names it: 32 bytes in base64. */
static void
add_source(struct buf *out, const char *text)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char hex[DIGEST_HEX_BYTES];

	digest_hex(text, strlen(text), hex);
	buf_printf(out, " 'sha256-");
	/* Three digits of 4 bits are two of 6; 64 digits are 21 threes and one. */
	for (size_t i = 0; i + 2 < 64; i += 3) {
		unsigned bits = nibble(hex[i]) << 8 | nibble(hex[i + 1]) << 4 | nibble(hex[i + 2]);

		buf_printf(out, "%c%c", digits[bits >> 6], digits[bits & 63]);
	}
	buf_printf(out, "%c='", digits[nibble(hex[63]) << 2]);
}

/* No element of the page names anything outside of it; should one slip in, the browser refuses. */
static void
add_policy(struct buf *out, const struct walls *walls)
{
	buf_printf(out, "<meta http-equiv=\"Content-Security-Policy\" content=\""
			"default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
			"style-src");
	add_source(out, common);
	add_source(out, walls->style);
	if (walls->rules)
		add_source(out, walls->rules);
	buf_printf(out, "; script-src");
	if (walls->script)
		add_source(out, walls->script);
	else
		buf_printf(out, " 'none'");
	buf_printf(out, "\">\n");
}

/* Not through printf: a style may be longer than it likes, and has percent signs. */
static void
add_style(struct buf *out, const char *style)
{
	buf_printf(out, "<style>");
	buf_add(out, style, strlen(style));
	buf_printf(out, "</style>\n");
}

void
walls_begin(struct buf *out, const struct walls *walls)
{
	buf_printf(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
			"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
			"<meta name=\"color-scheme\" content=\"light dark\">\n"
			"<meta name=\"referrer\" content=\"no-referrer\">\n");
	add_policy(out, walls);
	buf_printf(out, "<link rel=\"icon\" href=\"data:,\">\n<title>");
	html_line(out, walls->title);
	buf_printf(out, "</title>\n");
	add_style(out, common);
	add_style(out, walls->style);
	if (walls->rules)
		add_style(out, walls->rules);
	buf_printf(out,
		   "</head>\n<body class=\"%s\">\n"
		   "<a class=\"skip\" href=\"#main\">Skip to content</a>\n",
		   walls->tone);
}

void
walls_end(struct buf *out, const struct walls *walls)
{
	if (walls->script) {
		buf_printf(out, "<script>");
		buf_add(out, walls->script, strlen(walls->script));
		buf_printf(out, "</script>\n");
	}
	buf_printf(out, "</body>\n</html>\n");
}

static const char *
mark_of(const char *tone)
{
	return strcmp(tone, "good") == 0  ? "\xe2\x9c\x93"
	       : strcmp(tone, "bad") == 0 ? "\xe2\x9c\x97"
					  : "!";
}

void
walls_verdict(struct buf *out, const char *tone, const char *word)
{
	buf_printf(out, "<p class=\"verdict\"><span aria-hidden=\"true\">%s</span>", mark_of(tone));
	html_line(out, word);
	buf_printf(out, "</p>\n");
}

void
walls_count(struct buf *out, size_t count, const char *what, const char *tone)
{
	buf_printf(out, "<li class=\"%s\"><b>%zu</b> ", count ? tone : "none", count);
	html_line(out, what);
	buf_printf(out, "</li>\n");
}

void
walls_pill(struct buf *out, const char *look, const char *word)
{
	static const struct {
		const char *look, *mark;
	} marks[] = {
		{ "PASS", "\xe2\x9c\x93" }, { "FAIL", "\xe2\x9c\x97" }, { "ERROR", "!" },
		{ "FLAKY", "~" },           { "SKIP", "\xe2\x80\x93" },
	};
	const char *mark = "";

	for (size_t i = 0; i < COUNTOF(marks); i++)
		mark = strcmp(marks[i].look, look) == 0 ? marks[i].mark : mark;
	buf_printf(out, "<span class=\"v v-%s\"><b aria-hidden=\"true\">%s</b>", look, mark);
	html_line(out, word);
	buf_printf(out, "</span>");
}

void
walls_section(struct buf *out, const char *id, const char *heading)
{
	buf_printf(out, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s</h2>\n", id, id,
		   heading);
}

void
walls_section_end(struct buf *out)
{
	buf_printf(out, "</section>\n");
}

void
walls_fact(struct buf *out, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	buf_printf(out, "<div><dt>%s</dt><dd>", name);
	html_line(out, value);
	buf_printf(out, "</dd></div>\n");
}

void
walls_table(struct buf *out, const char *label, const char *classes)
{
	buf_printf(out, "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"");
	html_line(out, label);
	buf_printf(out, "\"><table class=\"%s\">\n", classes);
}

void
walls_chart(struct buf *out, long height_px, const char *label)
{
	buf_printf(out,
		   "<svg class=\"chart\" width=\"100%%\" height=\"%ld\" role=\"img\" "
		   "aria-label=\"%s\">\n",
		   height_px, label);
}
