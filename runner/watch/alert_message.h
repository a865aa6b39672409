/* alert_message.h - what is said of a change of an alert: as a sentence, and as what a webhook
 * wants.
 *
 * A channel without a template gets {"text": SENTENCE}, which Slack and what imitates it take. A
 * template is any JSON value; in each text of it, ${place} becomes a fact, and what is written
 * stays JSON whatever the fact holds.
 */
#ifndef WATCH_ALERT_MESSAGE_H
#define WATCH_ALERT_MESSAGE_H

#include "suite/secrets.h"
#include "watch/alert.h"

#define ALERT_MESSAGE_BYTES 1200

/* Everything is borrowed. */
struct alert_facts {
	const char *lens, *yacht; /* yacht NULL: of none in particular */
	const struct alert_rule *rule;
	enum alert_change change;
	int64_t at_us;
	const char *why;
};

/* One sentence with the facts, how soon to answer, the runbook, and the query that shows more. */
void alert_message_text(const struct alert_facts *facts, char text[ALERT_MESSAGE_BYTES]);

/* The body for a webhook, to be freed. NULL with err when the template wants a secret that is not
 * set. `template` NULL: {"text": SENTENCE}. */
char *alert_message_body(const struct alert_facts *facts, const json_t *template,
			 struct secrets *secrets, struct error *err) MUST_USE;

/* A text of a template: NULL when every place in it is one, else the first that is not, copied to
 * `place`. The places are action (trigger or resolve), alert, answer_within, at, change, lens,
 * level, query, runbook, text, title, why, yacht, and secret.NAME. */
const char *alert_message_unknown(const char *text, char place[64]);

#endif
