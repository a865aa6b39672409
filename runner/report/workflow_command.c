#include "report/workflow_command.h"

#include <string.h>

#include "run/line.h"

#define TITLE_BYTES   ((size_t)200)
#define MESSAGE_BYTES ((size_t)4000)

static void
add_byte(struct buf *out, char byte, bool property)
{
	if (byte == '%' || byte == '\r' || byte == '\n' || (property && strchr(":,", byte)))
		buf_printf(out, "%%%02X", (unsigned)byte);
	else if ((unsigned char)byte < 0x20 || byte == 0x7f)
		buf_add(out, "?", 1);
	else
		buf_add(out, &byte, 1);
}

static void
add_text(struct buf *out, const char *text, size_t max, bool property)
{
	size_t len = strlen(text);
	size_t at = 0;

	while (at < len) {
		size_t size = line_utf8(text + at, len - at);

		if (at + size > max) {
			buf_printf(out, "...");
			return;
		}
		if (size == 0)
			buf_add(out, "?", 1);
		else if (size == 1)
			add_byte(out, text[at], property);
		else
			buf_add(out, text + at, size);
		at += size ? size : 1;
	}
}

static void
add_property(struct buf *out, const char **between, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	buf_printf(out, "%s%s=", *between, name);
	add_text(out, value, TITLE_BYTES, true);
	*between = ",";
}

void
workflow_command_add(struct buf *out, const struct workflow_command *command)
{
	const char *between = " ";

	buf_printf(out, "::%s", command->name);
	add_property(out, &between, "file", command->file);
	if (command->file && command->line > 0)
		buf_printf(out, ",line=%d", command->line);
	add_property(out, &between, "title", command->title);
	buf_printf(out, "::");
	add_text(out, command->message ? command->message : "", MESSAGE_BYTES, false);
	buf_printf(out, "\n");
}
