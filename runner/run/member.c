#include "run/member.h"

#include <stdint.h>

/* The row of `key`, looked for from `next` on, and after that from the beginning. */
static const struct member *
find(const struct member *rows, size_t count, size_t next, const struct span *key)
{
	for (size_t tried = 0; tried < count; tried++, next++) {
		/* A remainder would cost more than the rest of the search. */
		if (next == count)
			next = 0;
		if (rows[next].key[0] == key->text[0] && span_is(key, rows[next].key))
			return &rows[next];
	}
	return NULL;
}

static bool
read_bytes(struct scan *scan, const struct member *row, char *into)
{
	struct span span;

	if (!scan_string(scan, &span))
		return false;
	*(const char **)(into + row->offset) = span_text(&span);
	if (row->kind == MEMBER_BYTES)
		*(size_t *)(into + row->len_offset) = span.len;
	return true;
}

static bool
read_number(struct scan *scan, const struct member *row, char *into)
{
	int64_t number;

	if (!scan_int(scan, &number))
		return false;
	if (row->kind == MEMBER_INT)
		*(int *)(into + row->offset) = (int)number;
	else if (row->kind == MEMBER_LONG)
		*(long *)(into + row->offset) = (long)number;
	else if (row->kind == MEMBER_SIZE)
		*(size_t *)(into + row->offset) = (size_t)number;
	else
		*(int64_t *)(into + row->offset) = number;
	return true;
}

static bool
read_value(struct members *members, const struct member *row, char *into)
{
	switch (row->kind) {
	case MEMBER_TEXT:
	case MEMBER_BYTES:
		return read_bytes(&members->scan, row, into);
	case MEMBER_INT:
	case MEMBER_LONG:
	case MEMBER_INT64:
	case MEMBER_SIZE:
		return read_number(&members->scan, row, into);
	case MEMBER_BOOL:
		return scan_bool(&members->scan, (bool *)(into + row->offset));
	case MEMBER_OTHER:
		return row->read(members, into);
	}
	return false;
}

bool
members_read(struct members *members, const struct member *rows, size_t count, void *into)
{
	struct scan *scan = &members->scan;
	struct span key;
	size_t next = 0;

	if (!scan_open(scan, '{')) {
		scan_skip(scan);
		return false;
	}
	while (scan_member(scan, &key)) {
		const struct member *row = find(rows, count, next, &key);

		if (!row) {
			scan_skip(scan);
			continue;
		}
		next = (size_t)(row - rows) + 1;
		(void)scan_peek(scan);
		const char *value = scan->at;
		if (read_value(members, row, into))
			continue;
		if (!members->bad)
			members->bad = row->key;
		/* A number of another kind is read already. */
		if (scan->at == value)
			scan_skip(scan);
	}
	return true;
}
