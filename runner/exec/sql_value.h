/* sql_value.h - one column of a row as JSON, by the column's type. */
#ifndef EXEC_SQL_VALUE_H
#define EXEC_SQL_VALUE_H

#include <jansson.h>
#include <stddef.h>

/* The value `text` (the server's text format, NUL-terminated) of a column of type `type` (an Oid of
 * pg_type): numbers as numbers, whole ones as integers whatever their scale; bool; json and jsonb
 * parsed; all else as text. A number that a JSON number cannot hold exactly stays text (NaN, more
 * than 15 digits with a fraction, beyond 64 bits), as does JSON that jansson cannot read. A new
 * reference, never NULL. */
json_t *sql_value(unsigned type, const char *text, size_t len);

#endif
