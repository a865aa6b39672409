#include "rls/tokens.h"

#include <string.h>
#include <strings.h>

/* An expression nested deeper than this was not written by a person. */
#define DEPTH_MAX 200

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

/* Bytes of a blank or a comment at `at`; 0 when there is neither. A comment holds comments. */
static size_t
gap_len(const char *at)
{
	if (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r')
		return 1;
	if (strncmp(at, "--", 2) == 0)
		return strcspn(at, "\n");
	if (strncmp(at, "/*", 2) != 0)
		return 0;
	size_t len = 2;
	for (size_t depth = 1; depth > 0 && at[len];) {
		bool opens = strncmp(at + len, "/*", 2) == 0;
		bool closes = strncmp(at + len, "*/", 2) == 0;

		depth += opens;
		depth -= closes;
		len += opens || closes ? 2 : 1;
	}
	return len;
}

/* Bytes of what `quote` opens at `at`, both quotes included; 0 when it does not close. */
static size_t
quoted_len(const char *at, char quote, bool escapes)
{
	for (size_t i = 1; at[i]; i++) {
		bool escaped = escapes && at[i] == '\\' && at[i + 1];
		if (escaped || (at[i] == quote && at[i + 1] == quote))
			i++;
		else if (at[i] == quote)
			return i + 1;
	}
	return 0;
}

struct token
token_at(const char *text, size_t start)
{
	const char *at = text + start;
	struct token token = { .kind = TOKEN_OTHER, .start = start, .len = 1 };

	if (*at == '\'') {
		bool escapes = start > 0 && at[-1] == 'E' && (start == 1 || !is_word(at[-2]));
		token.kind = TOKEN_LITERAL;
		token.len = quoted_len(at, '\'', escapes);
	} else if (*at == '"') {
		token.kind = TOKEN_QUOTED;
		token.len = quoted_len(at, '"', false);
	} else if (*at == '(') {
		token.kind = TOKEN_OPEN;
	} else if (*at == ')') {
		token.kind = TOKEN_CLOSE;
	} else if (is_word(*at)) {
		token.kind = TOKEN_WORD;
		while (is_word(at[token.len]))
			token.len++;
	}
	return token;
}

/* Give each OPEN its CLOSE. */
static bool
match_parentheses(struct tokens *tokens, struct arena *arena)
{
	size_t *open = ARENA_ARRAY(arena, tokens->count + 1, size_t);
	size_t depth = 0;

	for (size_t i = 0; i < tokens->count; i++) {
		if (tokens->items[i].kind == TOKEN_OPEN) {
			open[depth++] = i;
		} else if (tokens->items[i].kind == TOKEN_CLOSE) {
			if (depth == 0)
				return false;
			tokens->items[open[--depth]].match = i;
		}
		if (depth > DEPTH_MAX)
			return false;
	}
	return depth == 0;
}

bool
tokens_read(struct tokens *tokens, const char *text, struct arena *arena)
{
	*tokens = (struct tokens){ .text = text };
	tokens->items = ARENA_ARRAY(arena, strlen(text) + 1, struct token);
	for (size_t at = 0; text[at];) {
		size_t gap = gap_len(text + at);
		if (gap > 0) {
			at += gap;
			continue;
		}
		struct token token = token_at(text, at);
		if (token.len == 0)
			return false;
		tokens->items[tokens->count++] = token;
		at += token.len;
	}
	return match_parentheses(tokens, arena);
}

bool
token_is(const struct tokens *tokens, size_t i, const char *word)
{
	const struct token *token = &tokens->items[i];

	return token->kind == TOKEN_WORD && strlen(word) == token->len &&
	       memcmp(tokens->text + token->start, word, token->len) == 0;
}

bool
token_is_keyword(const struct tokens *tokens, size_t i, const char *word)
{
	const struct token *token = &tokens->items[i];

	return token->kind == TOKEN_WORD && strlen(word) == token->len &&
	       strncasecmp(tokens->text + token->start, word, token->len) == 0;
}

size_t
token_end(const struct tokens *tokens, size_t i)
{
	return tokens->items[i].start + tokens->items[i].len;
}

size_t
token_next(const struct tokens *tokens, size_t i)
{
	return tokens->items[i].kind == TOKEN_OPEN ? tokens->items[i].match + 1 : i + 1;
}
