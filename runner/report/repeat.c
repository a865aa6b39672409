#include "report/repeat.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

/* A longer body is not for a command line. */
#define BODY_BYTES ((size_t)4096)

/* The length of `open`...`close` at `text` with a name in between; 0 when it is not there. */
static size_t
enclosed(const char *text, size_t len, const char *open, const char *close)
{
	size_t from = strlen(open);
	size_t n = from;

	if (len < from || strncmp(text, open, from) != 0)
		return 0;
	while (n < len && (isalnum((unsigned char)text[n]) || strchr("_-.", text[n])) && text[n])
		n++;
	if (n == from || len - n < strlen(close) || strncmp(text + n, close, strlen(close)) != 0)
		return 0;
	return n + strlen(close);
}

/* The length of what the masker put at `text`: "<crew token>", "[secret NAME]"; 0: nothing. */
static size_t
mask_at(const char *text, size_t len)
{
	static const struct {
		const char *open, *close;
	} forms[] = { { "<", " token>" }, { "<", " password>" }, { "[secret ", "]" } };
	size_t n = 0;

	if (*text != '<' && *text != '[')
		return 0;
	for (size_t i = 0; i < COUNTOF(forms) && n == 0; i++)
		n = enclosed(text, len, forms[i].open, forms[i].close);
	return n;
}

/* "<crew token>" as ${CREW_TOKEN}, "[secret NAME]" as ${NAME}. */
static void
add_variable(struct buf *out, const char *mask, size_t len)
{
	size_t from = *mask == '[' ? strlen("[secret ") : 1;

	buf_add(out, "${", 2);
	for (size_t i = from; i + 1 < len; i++) {
		int byte = (unsigned char)mask[i];
		char name = isalnum(byte) ? (char)toupper(byte) : '_';

		buf_add(out, &name, 1);
	}
	buf_add(out, "}", 1);
}

/* `text` in double quotes, masks as variables. */
static void
add_expanded(struct buf *out, const char *text, size_t len)
{
	buf_add(out, "\"", 1);
	for (size_t i = 0; i < len; i++) {
		size_t mask = mask_at(text + i, len - i);

		if (mask) {
			add_variable(out, text + i, mask);
			i += mask - 1;
			continue;
		}
		if (strchr("\"\\$`", text[i]) && text[i])
			buf_add(out, "\\", 1);
		buf_add(out, text + i, 1);
	}
	buf_add(out, "\"", 1);
}

/* `text` in single quotes. */
static void
add_literal(struct buf *out, const char *text, size_t len)
{
	buf_add(out, "'", 1);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\'')
			buf_add(out, "'\\''", 4);
		else
			buf_add(out, text + i, 1);
	}
	buf_add(out, "'", 1);
}

static bool
has_mask(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (mask_at(text + i, len - i))
			return true;
	}
	return false;
}

static void
add_word(struct buf *out, const char *text, size_t len)
{
	if (has_mask(text, len))
		add_expanded(out, text, len);
	else
		add_literal(out, text, len);
}

/* curl computes these itself. */
static bool
is_computed(const char *line)
{
	static const char *const names[] = { "Content-Length:", "Host:", "Connection:",
					     "Accept-Encoding:" };

	for (size_t i = 0; i < COUNTOF(names); i++) {
		size_t n = 0;

		while (names[i][n] &&
		       tolower((unsigned char)names[i][n]) == tolower((unsigned char)line[n]))
			n++;
		if (!names[i][n])
			return true;
	}
	return false;
}

static void
add_headers(struct buf *out, const char *lines)
{
	while (lines && *lines) {
		size_t len = strcspn(lines, "\r\n");

		if (len && !is_computed(lines)) {
			buf_printf(out, " \\\n  -H ");
			add_word(out, lines, len);
		}
		lines += len + strspn(lines + len, "\r\n");
	}
}

static void
add_body(struct buf *out, const char *body, size_t len)
{
	if (!body || len == 0)
		return;
	buf_printf(out, " \\\n  --data-binary ");
	if (len > BODY_BYTES || memchr(body, '\0', len))
		buf_printf(out, "@body  # %zu bytes: the request body of the transcript", len);
	else
		add_word(out, body, len);
}

void
repeat_curl(const struct http_exchange *http, struct buf *out)
{
	const char *url = http->url ? http->url : "";

	buf_printf(out, "curl -i -X %s ", http->method ? http->method : "GET");
	add_word(out, url, strlen(url));
	add_headers(out, http->request_headers);
	add_body(out, http->request_body, http->request_body_len);
}

/* `text` as an SQL literal. */
static void
add_quoted(struct buf *out, const char *text)
{
	buf_add(out, "'", 1);
	for (; *text; text++) {
		if (*text == '\'')
			buf_add(out, "'", 1);
		buf_add(out, text, 1);
	}
	buf_add(out, "'", 1);
}

static void
add_param(struct buf *out, const json_t *value)
{
	char *text;

	if (json_is_null(value)) {
		buf_printf(out, "null");
	} else if (json_is_string(value)) {
		add_quoted(out, json_string_value(value));
	} else if ((text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT))) {
		add_quoted(out, text);
		free(text);
	}
}

/* psql 15 binds no parameters by itself; a prepared statement does, and finds their types. */
static void
add_statement(struct buf *out, const struct sql_exchange *sql, const json_t *params)
{
	size_t len = strlen(sql->text);

	while (len && strchr("; \t\r\n", sql->text[len - 1]))
		len--;
	if (json_array_size(params) == 0) {
		buf_printf(out, "%.*s;\n", (int)len, sql->text);
		return;
	}
	buf_printf(out, "prepare step as %.*s;\nexecute step(", (int)len, sql->text);
	for (size_t i = 0; i < json_array_size(params); i++) {
		buf_printf(out, "%s", i ? ", " : "");
		add_param(out, json_array_get(params, i));
	}
	buf_printf(out, ");\n");
}

void
repeat_psql(const struct sql_exchange *sql, struct buf *out)
{
	json_t *params = sql->params ? json_loads(sql->params, 0, NULL) : NULL;

	buf_printf(out, "psql \"$DATABASE_URL\" <<'SQL'\nbegin;\n");
	if (sql->role) {
		buf_printf(out, "select set_config('role', ");
		add_quoted(out, sql->role);
		buf_printf(out, ", true), set_config('request.jwt.claims', ");
		add_quoted(out, sql->claims ? sql->claims : "");
		buf_printf(out, ", true);\n");
	}
	if (sql->text)
		add_statement(out, sql, params);
	buf_printf(out, "rollback;\nSQL");
	json_decref(params);
}
