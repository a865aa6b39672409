#include "suite/statement.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base.h"

#define MAX_PARAMETERS 65535 /* the protocol counts them in 16 bits */

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Just past the quote that closes what `sql` opens; a doubled one is part of the text. */
static const char *
past_quoted(const char *sql, bool escapes)
{
	char quote = *sql++;

	for (; *sql; sql++) {
		bool escaped = escapes && *sql == '\\' && sql[1];
		bool doubled = *sql == quote && sql[1] == quote;
		if (escaped || doubled)
			sql++;
		else if (*sql == quote)
			return sql + 1;
	}
	return sql;
}

/* Block comments nest. */
static const char *
past_comment(const char *sql)
{
	int depth = 0;

	for (; *sql; sql++) {
		if (sql[0] == '/' && sql[1] == '*') {
			depth++;
			sql++;
		} else if (sql[0] == '*' && sql[1] == '/') {
			sql++;
			if (--depth == 0)
				return sql + 1;
		}
	}
	return sql;
}

/* Past a body such as $$...$$ or $tag$...$tag$; `sql` itself when none begins there. */
static const char *
past_dollar_body(const char *sql)
{
	size_t tag = 1;

	while (is_word(sql[tag]))
		tag++;
	if (sql[tag] != '$' || isdigit((unsigned char)sql[1]))
		return sql;
	tag++;
	for (const char *end = sql + tag; *end; end++) {
		if (strncmp(end, sql, tag) == 0)
			return end + tag;
	}
	return sql + strlen(sql);
}

/* Past one comment, literal or quoted name; `sql` itself when it is at none of them. */
static const char *
past_inert(const char *sql)
{
	if (sql[0] == '-' && sql[1] == '-')
		return sql + strcspn(sql, "\n");
	if (sql[0] == '/' && sql[1] == '*')
		return past_comment(sql);
	if ((sql[0] == 'E' || sql[0] == 'e') && sql[1] == '\'')
		return past_quoted(sql + 1, true);
	if (sql[0] == '\'' || sql[0] == '"')
		return past_quoted(sql, false);
	if (sql[0] == '$')
		return past_dollar_body(sql);
	return sql;
}

static const char *
past_word(const char *sql)
{
	while (is_word(*sql) || *sql == '$')
		sql++;
	return sql;
}

size_t
statement_parameters(const char *sql)
{
	unsigned long highest = 0;

	while (*sql) {
		const char *next = past_inert(sql);

		if (next != sql) {
			sql = next;
		} else if (*sql == '$' && isdigit((unsigned char)sql[1])) {
			char *end;
			unsigned long number = strtoul(sql + 1, &end, 10);

			if (number > highest && number <= MAX_PARAMETERS)
				highest = number;
			sql = end;
		} else if (is_word(*sql)) {
			/* A `$` inside a name is part of it. */
			sql = past_word(sql);
		} else {
			sql++;
		}
	}
	return highest;
}

bool
statement_reads(const char *sql)
{
	static const char *const words[] = { "select", "with", "table", "values" };

	while (isspace((unsigned char)*sql) || *sql == '(' || strncmp(sql, "--", 2) == 0 ||
	       strncmp(sql, "/*", 2) == 0)
		sql = *sql == '-' || *sql == '/' ? past_inert(sql) : sql + 1;
	for (size_t i = 0; i < COUNTOF(words); i++) {
		size_t len = strlen(words[i]);

		if (strncasecmp(sql, words[i], len) == 0 && !is_word(sql[len]))
			return true;
	}
	return false;
}

/* ---- names ---- */

enum token_kind { TOKEN_END, TOKEN_NAME, TOKEN_QUOTED, TOKEN_OTHER };

struct token {
	enum token_kind kind;
	char text[STATEMENT_NAME_BYTES]; /* of a name, folded; of TOKEN_OTHER one character */
};

static void
take_quoted(const char *sql, const char *end, struct token *token)
{
	size_t len = 0;

	token->kind = TOKEN_QUOTED;
	for (sql++; sql < end - 1 && len < sizeof(token->text) - 1; sql++) {
		token->text[len++] = *sql;
		sql += *sql == '"';
	}
	token->text[len] = '\0';
}

static void
take_name(const char *sql, const char *end, struct token *token)
{
	size_t len = 0;

	token->kind = TOKEN_NAME;
	for (; sql < end && len < sizeof(token->text) - 1; sql++)
		token->text[len++] = (char)tolower((unsigned char)*sql);
	token->text[len] = '\0';
}

/* Read the token at `sql`, past blanks, comments and literals; returns what follows it. */
static const char *
next_token(const char *sql, struct token *token)
{
	*token = (struct token){ .kind = TOKEN_END };
	while (*sql) {
		const char *next = past_inert(sql);

		if (*sql == '"') {
			take_quoted(sql, next, token);
			return next;
		}
		if (next != sql) {
			sql = next;
		} else if (isspace((unsigned char)*sql)) {
			sql++;
		} else if (is_word(*sql)) {
			next = past_word(sql);
			take_name(sql, next, token);
			return next;
		} else {
			token->kind = TOKEN_OTHER;
			token->text[0] = *sql;
			return sql + 1;
		}
	}
	return sql;
}

static bool
is_keyword(const struct token *token, const char *word)
{
	return token->kind == TOKEN_NAME && strcmp(token->text, word) == 0;
}

static bool
is_name(const struct token *token)
{
	return token->kind == TOKEN_NAME || token->kind == TOKEN_QUOTED;
}

void
statement_verb(const char *sql, char verb[16])
{
	struct token token;

	do {
		sql = next_token(sql, &token);
	} while (token.kind == TOKEN_OTHER && token.text[0] == '(');
	(void)snprintf(verb, 16, "%.15s", token.kind == TOKEN_NAME ? token.text : "");
}

/* The name at `sql`, "schema.name" or "name", past ONLY, TABLE, LATERAL and brackets. */
static const char *
take_target(const char *sql, struct statement_target *target)
{
	struct token token, dot;
	const char *next;

	*target = (struct statement_target){ .name = "" };
	do {
		sql = next_token(sql, &token);
	} while (is_keyword(&token, "only") || is_keyword(&token, "table") ||
		 is_keyword(&token, "lateral") ||
		 (token.kind == TOKEN_OTHER && token.text[0] == '('));
	while (is_name(&token)) {
		(void)snprintf(target->schema, sizeof(target->schema), "%s", target->name);
		(void)snprintf(target->name, sizeof(target->name), "%s", token.text);
		next = next_token(sql, &dot);
		if (dot.kind != TOKEN_OTHER || dot.text[0] != '.')
			break;
		sql = next_token(next, &token);
	}
	return sql;
}

/* `select schema.function(...)`, without a FROM. */
static void
take_call(const char *sql, struct statement_target *target)
{
	struct token token;

	sql = take_target(sql, target);
	(void)next_token(sql, &token);
	if (token.kind != TOKEN_OTHER || token.text[0] != '(')
		*target = (struct statement_target){ .name = "" };
}

/* What has to stand before the name; NULL: the verb itself. */
static const char *
lead_of(const char *verb)
{
	static const struct {
		const char *verb, *lead;
	} verbs[] = { { "insert", "into" }, { "merge", "into" },  { "delete", "from" },
		      { "update", NULL },   { "truncate", NULL }, { "table", NULL } };

	for (size_t i = 0; i < COUNTOF(verbs); i++) {
		if (strcmp(verbs[i].verb, verb) == 0)
			return verbs[i].lead;
	}
	return "from";
}

/* Past the next `lead`; NULL when there is none. */
static const char *
past_lead(const char *sql, const char *lead)
{
	struct token token, last = { .kind = TOKEN_END };

	for (sql = next_token(sql, &token); token.kind != TOKEN_END;
	     sql = next_token(sql, &token)) {
		/* `is distinct from x` names no table. */
		if (is_keyword(&token, lead) && !is_keyword(&last, "distinct"))
			return sql;
		last = token;
	}
	return NULL;
}

void
statement_target(const char *sql, struct statement_target *target)
{
	struct token token;
	char verb[16];

	statement_verb(sql, verb);
	do {
		sql = next_token(sql, &token);
	} while (token.kind == TOKEN_OTHER);
	const char *lead = lead_of(verb), *at = sql;
	do {
		at = lead ? past_lead(at, lead) : at;
		*target = (struct statement_target){ .name = "" };
		if (at)
			at = take_target(at, target);
		/* `from (select ...`: the table is further in. */
	} while (at && lead && !target->schema[0] && strcmp(target->name, "select") == 0);
	if (!target->name[0] && strcmp(verb, "select") == 0)
		take_call(sql, target);
}

bool
statement_mentions(const char *sql, const char *name)
{
	struct token token;

	do {
		sql = next_token(sql, &token);
		if (is_name(&token) && strcmp(token.text, name) == 0)
			return true;
	} while (token.kind != TOKEN_END);
	return false;
}
