#include "exec/http_lines.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base.h"

void
http_lines_init(struct http_lines *lines)
{
	*lines = (struct http_lines){ 0 };
	buf_init(&lines->key, SIZE_MAX / 4);
}

void
http_lines_release(struct http_lines *lines)
{
	curl_slist_free_all(lines->list);
	buf_release(&lines->key);
	*lines = (struct http_lines){ 0 };
}

/* Step over `text` at *at in the key; false when something else stands there. */
static bool
key_has(const struct buf *key, size_t *at, const char *text)
{
	size_t len = strlen(text) + 1;

	if (len > key->len - *at || memcmp(key->text + *at, text, len) != 0)
		return false;
	*at += len;
	return true;
}

static bool
unchanged(const struct http_lines *lines, const struct http_header *headers, size_t count)
{
	size_t at = 0;

	if (!lines->list)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!key_has(&lines->key, &at, headers[i].name) ||
		    !key_has(&lines->key, &at, headers[i].value))
			return false;
	return at == lines->key.len;
}

static bool
is_token(const char *name)
{
	static const char token[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return *name && !name[strspn(name, token)];
}

static bool
valid(const struct http_header *headers, size_t count, char *sentence, size_t size)
{
	for (size_t i = 0; i < count; i++) {
		const char *wrong = !is_token(headers[i].name) ? "is not a header's name"
				    : strpbrk(headers[i].value, "\r\n")
					    ? "has a value of more than one line"
					    : NULL;

		if (wrong) {
			(void)snprintf(sentence, size, "the header `%.60s` %s", headers[i].name,
				       wrong);
			return false;
		}
	}
	return true;
}

static bool
mentions(const struct http_header *headers, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(headers[i].name, name) == 0)
			return true;
	return false;
}

static void
append(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (!longer)
		abort();
	*list = longer;
}

/* Lines of ours that stand unless the suite has such a line of its own: what we accept; that we
 * wait for no "100 Continue"; and that a body is no form by default. The first two could be options
 * of the handle, but libcurl 7.88 formats those twice per request. */
static const struct {
	const char *name, *line;
} own[] = {
	{ "User-Agent", "User-Agent: lensgate/" LENSGATE_VERSION },
	{ "Accept-Encoding", "Accept-Encoding: gzip, deflate" },
	{ "Expect", "Expect:" },
	{ "Content-Type", "Content-Type:" },
};

/* libcurl's notation: "Name: value"; "Name;" for an empty value; "Name:" for a line it must not add
 * of its own accord. A value of blanks alone would read as the last one. */
static struct curl_slist *
build(const struct http_header *headers, size_t count)
{
	struct curl_slist *list = NULL;
	struct buf line;

	buf_init(&line, SIZE_MAX / 4);
	for (size_t i = 0; i < count; i++) {
		const char *value = headers[i].value;
		bool empty = !value[strspn(value, " \t")];

		buf_clear(&line);
		buf_printf(&line, empty ? "%s;" : "%s: %s", headers[i].name, value);
		append(&list, line.text);
	}
	for (size_t i = 0; i < COUNTOF(own); i++)
		if (!mentions(headers, count, own[i].name))
			append(&list, own[i].line);
	buf_release(&line);
	return list;
}

bool
http_lines_set(struct http_lines *lines, const struct http_header *headers, size_t count,
	       bool *changed, char *sentence, size_t size)
{
	*changed = !unchanged(lines, headers, count);
	if (!*changed)
		return true;
	if (!valid(headers, count, sentence, size))
		return false;
	curl_slist_free_all(lines->list);
	lines->list = build(headers, count);
	buf_clear(&lines->key);
	for (size_t i = 0; i < count; i++) {
		buf_add(&lines->key, headers[i].name, strlen(headers[i].name) + 1);
		buf_add(&lines->key, headers[i].value, strlen(headers[i].value) + 1);
	}
	return true;
}
