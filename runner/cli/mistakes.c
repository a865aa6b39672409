#include "cli/mistakes.h"

#include <stdio.h>

#include "base/buf.h"

int
mistakes_print(const struct errors *errors)
{
	struct buf text;

	buf_init(&text, (size_t)1024 * 1024);
	for (size_t i = 0; i < errors->count; i++)
		error_print(&errors->items[i], &text);
	(void)fprintf(stderr, "%slensgate: %zu mistake%s; nothing was sent\n", text.text,
		      errors->count, errors->count == 1 ? "" : "s");
	buf_release(&text);
	return errors->count ? error_exit_status(&errors->items[0]) : 0;
}

int
mistake_print(const struct error *err)
{
	struct buf text;

	buf_init(&text, 4096);
	error_print(err, &text);
	(void)fprintf(stderr, "lensgate: %s", text.text);
	buf_release(&text);
	return error_exit_status(err);
}
