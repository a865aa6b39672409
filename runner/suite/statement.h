/* statement.h - what can be said about the text of a SQL statement without a server.
 *
 * Quoted text, quoted names, dollar-quoted bodies and comments are stepped over as PostgreSQL does
 * with standard_conforming_strings on. Source: PostgreSQL manual, 4.1 Lexical Structure.
 */
#ifndef SUITE_STATEMENT_H
#define SUITE_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>

/* The highest n of its $n parameters, 0 when there is none. */
size_t statement_parameters(const char *sql);

/* Whether its first word is one that only reads: select, with, table or values. */
bool statement_reads(const char *sql);

/* Its first word in lower case, into `verb`: "select", "insert", "with"; "" when there is none. */
void statement_verb(const char *sql, char verb[16]);

#define STATEMENT_NAME_BYTES 64 /* NAMEDATALEN: longer names are cut by the server too */

/* What a statement is about, folded as PostgreSQL folds names that are not quoted. */
struct statement_target {
	char schema[STATEMENT_NAME_BYTES]; /* "" when it is not said */
	char name[STATEMENT_NAME_BYTES];   /* "" when it cannot be told */
};

/* The table that insert, update, delete, merge, truncate or table names; of anything else what
 * follows the first FROM, or the function a select without one calls. */
void statement_target(const char *sql, struct statement_target *target);

/* Whether `name` stands in it as a word or a quoted name, folded as above; not in literals and
 * comments. */
bool statement_mentions(const char *sql, const char *name);

#endif
