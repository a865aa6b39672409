/* tokens.h - an SQL text as words, literals and parentheses that close.
 *
 * For expressions as PostgreSQL prints them and for bodies of functions as people wrote them:
 * blanks and comments are between tokens, keywords are words. Source: PostgreSQL's manual, 4.1.
 */
#ifndef RLS_TOKENS_H
#define RLS_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/base.h"

enum token_kind { TOKEN_WORD, TOKEN_QUOTED, TOKEN_LITERAL, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_OTHER };

struct token {
	enum token_kind kind;
	size_t start, len;
	size_t match; /* of an OPEN: its CLOSE */
};

struct tokens {
	const char *text; /* borrowed */
	struct token *items;
	size_t count;
};

/* False when parentheses or quotes do not close, or are nested deeper than people do. */
bool tokens_read(struct tokens *tokens, const char *text, struct arena *arena) MUST_USE;

/* The token that begins at byte `start`, which is no blank; its len is 0 when it does not close. */
struct token token_at(const char *text, size_t start);

/* Is token `i` this word, as it is written, and in any case? */
bool token_is(const struct tokens *tokens, size_t i, const char *word);
bool token_is_keyword(const struct tokens *tokens, size_t i, const char *word);
/* The byte after token `i`. */
size_t token_end(const struct tokens *tokens, size_t i);
/* The token after this one on the same level of parentheses. */
size_t token_next(const struct tokens *tokens, size_t i);

#endif
