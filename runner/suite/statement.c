#include "suite/statement.h"

#include <ctype.h>
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
