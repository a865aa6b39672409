/* refusal.h - who refused a statement, or let it through: row-level security or a grant. */
#ifndef REPORT_REFUSAL_H
#define REPORT_REFUSAL_H

#include "base/buf.h"
#include "run/run.h"

/* What stood in the way of a statement that was denied, in one line, from the server's message:
 * "refused by row-level security of pms_parts: no policy of this role lets the new row pass".
 * Nothing for a statement that was not denied. */
void refusal_line(const struct sql_exchange *sql, struct buf *out);

/* A psql command that lists the policies and grants of the table the statement is about; nothing
 * when it names none. */
void refusal_query(const struct sql_exchange *sql, struct buf *out);

#endif
