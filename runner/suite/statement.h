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

#endif
