/* alert_ledger.h - which change of which alert was told: in the database, so that each is told
 * once, whichever machine looks.
 *
 * Who wants to tell a change claims it first. A claim is kept before anything is sent: whoever dies
 * in between loses a message rather than sending it twice. What certainly did not arrive is given
 * back, and the next look tells it.
 */
#ifndef WATCH_ALERT_LEDGER_H
#define WATCH_ALERT_LEDGER_H

#include "exec/sql_session.h"

/* One change; texts are borrowed. */
struct alert_entry {
	const char *lens, *yacht, *alert, *change;
	int64_t at_us;
};

/* *mine says whether nobody had claimed it. */
bool alert_ledger_claim(struct sql_session *session, const struct alert_entry *entry, bool *mine,
			struct error *err) MUST_USE;

/* Give a claim back. */
bool alert_ledger_give_back(struct sql_session *session, const struct alert_entry *entry,
			    struct error *err) MUST_USE;

#endif
