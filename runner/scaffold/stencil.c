#include "scaffold/stencil.h"

#include <assert.h>
#include <string.h>

#define NAME_BYTES 32

/* The length of the place `@NAME@` that `text` begins with; 0 when it is none. */
static size_t
place(const char *text, char name[static NAME_BYTES])
{
	size_t len = strspn(text + 1, "abcdefghijklmnopqrstuvwxyz_");

	if (text[0] != '@' || len == 0 || len >= NAME_BYTES || text[len + 1] != '@')
		return 0;
	memcpy(name, text + 1, len);
	name[len] = '\0';
	return len + 2;
}

void
stencil_fill(struct buf *out, const char *text, const json_t *values)
{
	char name[NAME_BYTES];

	while (*text) {
		size_t len = strcspn(text, "@");

		buf_add(out, text, len);
		text += len;
		if (!*text)
			break;
		size_t taken = place(text, name);
		if (taken > 0) {
			const char *value = json_string_value(json_object_get(values, name));

			assert(value);
			buf_printf(out, "%s", value);
			text += taken;
		} else {
			buf_add(out, text++, 1);
		}
	}
}
