/* alert_teller.h - tells changes of alerts to their channels: each once, whichever machine looks.
 *
 *   struct alert_teller teller = { .session = ..., ... };
 *   alert_replay(rules, alerts, &observed, alert_teller_tell, &teller);
 *
 * A change is claimed (alert_ledger.h), sent to the channel's webhook when its address is set, and
 * said through `said` in any case. A change older than an hour is told nobody any more: who only
 * now begins to look does not wake anybody for what was.
 */
#ifndef WATCH_ALERT_TELLER_H
#define WATCH_ALERT_TELLER_H

#include "suite/secrets.h"
#include "watch/alert.h"

struct loop;
struct sql_session;

/* Everything above the line is borrowed and set by the caller. */
struct alert_teller {
	struct loop *loop;
	struct sql_session *session; /* NULL with dry_run */
	const struct alert_rules *rules;
	struct secrets *secrets;
	const char *lens, *yacht;
	const char *ca_file; /* NULL */
	int64_t now_us;
	int64_t backoff_ms; /* see webhook.h */
	bool dry_run;       /* nothing is claimed or sent */
	/* One message; `problem` is NULL when it was delivered, or has no webhook to go to. */
	void (*said)(void *arg, const char *channel, const char *text, const char *problem);
	void *arg;
	/* ---- */
	long told, failed;
	struct error err; /* of the database: nothing is told after it */
};

/* An alert_change_fn; `arg` is the teller. */
void alert_teller_tell(void *arg, const struct alert *alert, enum alert_change change,
		       int64_t at_us, const char *why, const char *untold);

#endif
