#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/must.h"

bool
error_set(struct error *err, enum error_code code, const char *fmt, ...)
{
	if (err->code != ERROR_NONE)
		return false;

	va_list args;
	va_start(args, fmt);
	(void)vsnprintf(err->message, sizeof(err->message), fmt, args);
	va_end(args);
	err->code = code;
	return false;
}

bool
error_within(struct error *err, const char *token)
{
	size_t room = sizeof(err->pointer) - 1;
	size_t add = 1 + strlen(token);
	size_t keep = strlen(err->pointer);

	/* A pointer too long to hold loses its tail: the outermost tokens are
	 * the ones a reader needs to find the place. */
	if (add > room)
		add = room;
	if (keep > room - add)
		keep = room - add;
	memmove(err->pointer + add, err->pointer, keep);
	memcpy(err->pointer + 1, token, add - 1);
	err->pointer[0] = '/';
	err->pointer[add + keep] = '\0';
	return false;
}

int
error_exit_status(const struct error *err)
{
	switch (err->code) {
	case ERROR_NONE:
		return 0;
	case ERROR_USAGE:
	case ERROR_SUITE:
		return 2;
	case ERROR_ENVIRONMENT:
		return 3;
	}
	return 3;
}

struct error *
errors_new(struct errors *list)
{
	if (list->count == list->room) {
		list->room = list->room ? list->room * 2 : 8;
		list->items = must(realloc(list->items, list->room * sizeof(*list->items)));
	}
	list->items[list->count] = (struct error){ 0 };
	return &list->items[list->count++];
}

void
errors_release(struct errors *list)
{
	free(list->items);
	*list = (struct errors){ 0 };
}

static bool
stands_after(const struct error *a, const struct error *b)
{
	return a->line > b->line || (a->line == b->line && a->column > b->column);
}

void
errors_sort(struct errors *list, size_t from)
{
	/* By insertion: it is stable, and nobody reads a thousand mistakes. */
	for (size_t i = from + 1; i < list->count; i++) {
		struct error moved = list->items[i];
		size_t k = i;
		for (; k > from && stands_after(&list->items[k - 1], &moved); k--)
			list->items[k] = list->items[k - 1];
		list->items[k] = moved;
	}
}

void
error_print(const struct error *err, struct buf *line)
{
	if (err->file[0])
		buf_printf(line, "%s:", err->file);
	if (err->line)
		buf_printf(line, "%d:%d:", err->line, err->column);
	if (err->file[0] || err->line)
		buf_add(line, " ", 1);
	buf_printf(line, "%s", err->message);
	if (err->pointer[0])
		buf_printf(line, " (at %s)", err->pointer);
	buf_add(line, "\n", 1);
}
