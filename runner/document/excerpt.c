#include "document/excerpt.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"

#define FILE_BYTES  ((size_t)4 * 1024 * 1024)
#define BLOCK_BYTES ((size_t)4096)
#define LINES       12

/* The beginning of line `number`, 1-based; NULL: there are fewer. */
static const char *
find_line(const char *text, int number)
{
	while (number-- > 1) {
		text = strchr(text, '\n');
		if (!text)
			return NULL;
		text++;
	}
	return *text ? text : NULL;
}

static bool
is_blank(const char *line)
{
	size_t n = strspn(line, " \t\r");

	return line[n] == '\n' || line[n] == '\0';
}

/* Copy the block that begins at `line`. */
static void
copy_block(const char *line, struct buf *out)
{
	size_t indent = strspn(line, " ");
	bool first = true;

	for (int count = 0; *line; count++) {
		size_t len = strcspn(line, "\n");
		size_t own = strspn(line, " ");

		if (!first && (is_blank(line) || own <= indent))
			return;
		if (count == LINES) {
			buf_printf(out, "...\n");
			return;
		}
		buf_add(out, line + indent, len - indent);
		buf_add(out, "\n", 1);
		line += len + (line[len] == '\n');
		first = false;
	}
}

const char *
excerpt_block(const char *path, int line, struct arena *arena)
{
	struct error ignored = { 0 };
	const char *block = NULL;
	struct buf out;
	size_t len;
	char *text = file_read(path, FILE_BYTES, &len, &ignored);
	const char *from = text && line > 0 ? find_line(text, line) : NULL;

	if (from && !is_blank(from)) {
		buf_init(&out, BLOCK_BYTES);
		copy_block(from, &out);
		block = arena_text(arena, out.text, out.len);
		buf_release(&out);
	}
	free(text);
	return block;
}
