#include "report/prose.h"

#include <ctype.h>
#include <string.h>

#include "report/plain.h"
#include "run/line.h"

#define INLINE_BYTES ((size_t)300)
#define BLOCK_BYTES  ((size_t)64 * 1024)

/* `text` cut to at most `max` bytes, whole characters only. */
static size_t
cut(const char *text, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max && ((unsigned char)text[max] & 0xc0) == 0x80)
		max--;
	return max;
}

static bool
is_word(char byte)
{
	return isalnum((unsigned char)byte) || (unsigned char)byte >= 0x80;
}

/* An underscore within a word is no markup; escaping it would spoil every error code. */
static bool
needs_backslash(const char *text, size_t at)
{
	if (text[at] == '_')
		return at == 0 || !is_word(text[at - 1]) || !is_word(text[at + 1]);
	/* These begin a heading, a quotation or a list, and only at the beginning. */
	if (at == 0 && strchr("#>+-", text[at]))
		return true;
	return text[at] && strchr("\\`*[]|~$", text[at]) != NULL;
}

static void
add_sign(struct buf *out, const char *text, size_t at)
{
	if (text[at] == '<' || text[at] == '&') {
		buf_printf(out, text[at] == '<' ? "&lt;" : "&amp;");
		return;
	}
	if (needs_backslash(text, at))
		buf_add(out, "\\", 1);
	buf_add(out, text + at, 1);
}

void
prose_inline(struct buf *out, const char *text)
{
	char line[INLINE_BYTES + 1];

	if (!text || !*text) {
		buf_add(out, "-", 1);
		return;
	}
	size_t len = strlen(text);
	size_t kept = cut(text, len, INLINE_BYTES);
	memcpy(line, text, kept);
	line[kept] = '\0';
	for (size_t i = 0; i < kept; i++) {
		/* Control characters; a line end would end the table row. */
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = ' ';
	}
	/* Letters go in runs: there are far more of them than of anything else. */
	for (size_t i = 0, run; i < kept; i += run) {
		for (run = 0; i + run < kept && isalnum((unsigned char)line[i + run]); run++)
			;
		if (!run) {
			add_sign(out, line, i);
			run = 1;
		} else {
			buf_add(out, line + i, run);
		}
	}
	if (kept < len)
		buf_printf(out, "... (%zu bytes)", len);
}

/* The longest run of backticks: what encloses the text must be longer. */
static size_t
longest_ticks(const char *text, size_t len)
{
	size_t longest = 0;
	size_t now = 0;

	for (size_t i = 0; i < len; i++) {
		now = text[i] == '`' ? now + 1 : 0;
		if (now > longest)
			longest = now;
	}
	return longest;
}

static void
add_ticks(struct buf *out, size_t count)
{
	while (count-- > 0)
		buf_add(out, "`", 1);
}

void
prose_code(struct buf *out, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	if (len == 0) {
		buf_add(out, "-", 1);
		return;
	}
	size_t ticks = longest_ticks(text, len) + 1;
	add_ticks(out, ticks);
	/* A backtick at either end would join the fence. */
	if (text[0] == '`')
		buf_add(out, " ", 1);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '|')
			buf_add(out, "\\|", 2);
		else if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			buf_add(out, " ", 1);
		else
			buf_add(out, text + i, 1);
	}
	if (text[len - 1] == '`')
		buf_add(out, " ", 1);
	add_ticks(out, ticks);
}

void
prose_block(struct buf *out, const char *language, const char *text, size_t len)
{
	size_t kept = cut(text, len, BLOCK_BYTES);
	size_t ticks = longest_ticks(text, kept) + 1;
	struct buf line;

	if (ticks < 3)
		ticks = 3;
	buf_init(&line, BLOCK_BYTES + 4);
	buf_add(&line, text, kept);
	/* What follows is made for NUL-terminated text. */
	for (size_t i = 0; i < line.len; i++) {
		if (line.text[i] == '\0')
			line.text[i] = 1;
	}
	add_ticks(out, ticks);
	buf_printf(out, "%s\n", language);
	plain_add(out, line.text, 0);
	if (kept && line.text[kept - 1] != '\n')
		buf_add(out, "\n", 1);
	if (kept < len)
		buf_printf(out, "[cut here: %zu of %zu bytes]\n", kept, len);
	add_ticks(out, ticks);
	buf_add(out, "\n", 1);
	buf_release(&line);
}
