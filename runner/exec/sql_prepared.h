/* sql_prepared.h - which texts a connection has prepared, so that what is asked again and again is
 * parsed and planned once. Only for what is asked as connected: a persona's statement is planned
 * anew each time, under the policies that hold for it. A name follows from its text, so that no
 * connection, not even one that a pooler shares out, can mean another text by it. Internal to sql.
 */
#ifndef EXEC_SQL_PREPARED_H
#define EXEC_SQL_PREPARED_H

#include <stdbool.h>
#include <stddef.h>

#define SQL_PREPARED_MAX  64
#define SQL_PREPARED_NAME 48 /* bytes */

struct sql_prepared {
	struct {
		char *text;
		char name[SQL_PREPARED_NAME];
	} items[SQL_PREPARED_MAX];
	size_t count;
};

void sql_prepared_release(struct sql_prepared *prepared);

/* The name of the statement with this text, into `name`; *fresh: it has to be prepared first. False
 * when there is no room for another one: send the text itself. */
bool sql_prepared_name(struct sql_prepared *prepared, const char *text,
		       char name[SQL_PREPARED_NAME], bool *fresh);

/* It could not be prepared. */
void sql_prepared_forget(struct sql_prepared *prepared, const char *text);

#endif
