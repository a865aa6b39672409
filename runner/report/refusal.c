#include "report/refusal.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define NAME_BYTES ((size_t)64) /* of an identifier in PostgreSQL, with its NUL */

static bool
in_name(char byte)
{
	return isalnum((unsigned char)byte) || byte == '_' || byte == '.' ||
	       (unsigned char)byte >= 0x80;
}

/* The identifier at `text`, quoted or not, without its quotes; "" when there is none. */
static void
take_name(const char *text, char name[NAME_BYTES])
{
	size_t n = 0;

	for (text += strspn(text, " \t\r\n"); n + 1 < NAME_BYTES; text++) {
		if (*text == '"')
			continue;
		if (!in_name(*text))
			break;
		name[n++] = *text;
	}
	name[n] = '\0';
}

/* What follows `word` in `text` as a word of its own; NULL: it is not there. */
static const char *
after(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = text; *at; at++) {
		bool begins = at == text || !in_name(at[-1]);

		if (begins && strncasecmp(at, word, len) == 0 && !in_name(at[len]))
			return at + len;
	}
	return NULL;
}

/* The table a statement is about: of the words before its name the first that is there. */
static void
find_table(const struct sql_exchange *sql, char name[NAME_BYTES])
{
	static const char *const words[] = { "insert into", "delete from", "update", "from" };
	const char *at = NULL;

	name[0] = '\0';
	for (size_t i = 0; sql->text && i < COUNTOF(words) && !at; i++)
		at = after(sql->text, words[i]);
	if (at)
		take_name(at, name);
}

static void
add_security(const char *message, const char *table, struct buf *out)
{
	const char *quoted = strstr(message, "policy \"");
	char name[NAME_BYTES] = "";

	/* Only a restrictive policy is named by the server. */
	if (quoted)
		take_name(quoted + strlen("policy "), name);
	if (name[0])
		buf_printf(out, "refused by the policy %s of %s\n", name, table);
	else
		buf_printf(out,
			   "refused by row-level security of %s: no policy of this role lets the "
			   "new row pass\n",
			   table);
}

void
refusal_line(const struct sql_exchange *sql, struct buf *out)
{
	static const char grant[] = "permission denied for ";
	const char *message = sql->message ? sql->message : "";
	const char *denied = strstr(message, grant);
	char table[NAME_BYTES];

	if (!sql->sqlstate || strcmp(sql->sqlstate, "42501") != 0)
		return;
	find_table(sql, table);
	if (denied)
		buf_printf(out, "refused by a missing grant on %s\n", denied + strlen(grant));
	else if (strstr(message, "row-level security") && table[0])
		add_security(message, table, out);
}

void
refusal_query(const struct sql_exchange *sql, struct buf *out)
{
	char table[NAME_BYTES];

	find_table(sql, table);
	if (!table[0] || strchr(table, '\''))
		return;
	const char *dot = strrchr(table, '.');
	const char *bare = dot ? dot + 1 : table;
	buf_printf(
		out,
		"psql \"$DATABASE_URL\" -x -c \"select policyname, permissive, roles, cmd, qual, "
		"with_check from pg_policies where tablename = '%s'\" -c \"select grantee, "
		"privilege_type from information_schema.role_table_grants where table_name = "
		"'%s'\"",
		bare, bare);
}
