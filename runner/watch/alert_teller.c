#include "watch/alert_teller.h"

#include <stdio.h>
#include <stdlib.h>

#include "exec/webhook.h"
#include "watch/alert_ledger.h"
#include "watch/alert_message.h"

#define LATE_US       INT64_C(3600000000)
#define DELIVERY_MS   10000
#define TRIES         3
#define PROBLEM_BYTES 500

/* What became of a message. */
struct sent {
	enum webhook_end end;
	char problem[PROBLEM_BYTES];
};

/* A channel without an address has its message said, and nothing to fail. */
static void
send_message(struct alert_teller *t, const struct alert_facts *facts, struct sent *sent)
{
	char name[ALERT_SECRET_BYTES], problem[PROBLEM_BYTES - 200];
	struct alert_channel channel = alert_channel_find(t->rules, facts->rule->channel, name);
	struct error unset = { 0 }, err = { 0 };
	struct webhook webhook = { .url = secrets_secret(t->secrets, channel.secret, &unset),
				   .ca_file = t->ca_file,
				   .tries = TRIES,
				   .timeout_ms = DELIVERY_MS,
				   .backoff_ms = t->backoff_ms };

	*sent = (struct sent){ .end = WEBHOOK_DELIVERED };
	if (!webhook.url)
		return;
	char *body = alert_message_body(facts, channel.template, t->secrets, &err);
	if (body) {
		webhook.body = body;
		sent->end = webhook_post(t->loop, &webhook, problem, sizeof(problem));
	} else {
		sent->end = WEBHOOK_REFUSED;
		(void)snprintf(problem, sizeof(problem), "%.250s", err.message);
	}
	if (sent->end != WEBHOOK_DELIVERED)
		(void)snprintf(sent->problem, sizeof(sent->problem), "to $%s: %s", channel.secret,
			       problem);
	free(body);
}

/* Claim, send, and give back what certainly did not arrive. */
static void
deliver(struct alert_teller *t, const struct alert_facts *facts, const char *text)
{
	const struct alert_entry entry = { .lens = facts->lens,
					   .yacht = facts->yacht,
					   .alert = facts->rule->id,
					   .change = alert_change_name(facts->change),
					   .at_us = facts->at_us };
	struct sent sent;
	bool mine = false;

	if (!alert_ledger_claim(t->session, &entry, &mine, &t->err) || !mine)
		return;
	send_message(t, facts, &sent);
	t->told += sent.end == WEBHOOK_DELIVERED;
	t->failed += sent.end != WEBHOOK_DELIVERED;
	t->said(t->arg, facts->rule->channel, text,
		sent.end == WEBHOOK_DELIVERED ? NULL : sent.problem);
	if (sent.end == WEBHOOK_REFUSED)
		(void)!alert_ledger_give_back(t->session, &entry, &t->err);
}

void
alert_teller_tell(void *arg, const struct alert *alert, enum alert_change change, int64_t at_us,
		  const char *why, const char *untold)
{
	struct alert_teller *t = arg;
	const struct alert_facts facts = { .lens = t->lens,
					   .yacht = t->yacht,
					   .rule = alert->rule,
					   .change = change,
					   .at_us = at_us,
					   .why = why };
	char text[ALERT_MESSAGE_BYTES];

	if (change == ALERT_BEGAN || untold || t->now_us - at_us > LATE_US || t->err.code)
		return;
	alert_message_text(&facts, text);
	if (t->dry_run)
		t->said(t->arg, alert->rule->channel, text, NULL);
	else
		deliver(t, &facts, text);
}
