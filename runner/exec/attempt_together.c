/* Several at once: every reply is waited for, and each is a winner's, a loser's, or wrong. */
#include <stdio.h>

#include "exec/attempt_state.h"

/* Judge the reply that was taken against `step`, into a list of its own. True when it fits. */
static bool
fits(struct attempt *attempt, const struct step *step, const struct http_reply *reply,
     struct findings *findings)
{
	struct current *now = &attempt->now;
	long assertions = now->judgement.assertions;

	now->judgement =
		(struct judgement){ .findings = findings, .within_ms = attempt_within_ms(attempt) };
	judge_http(step, &attempt->scope, reply, now->reply, &now->judgement);
	now->judgement.assertions += assertions;
	return findings->count == 0 && now->judgement.trouble == TROUBLE_NONE;
}

static void
win(struct attempt *attempt, const struct http_reply *reply)
{
	struct current *now = &attempt->now;

	if (now->winners++ > 0)
		return;
	now->won = json_incref(now->reply);
	attempt_take_captures(attempt, reply, NULL);
}

static void
lose(struct attempt *attempt, const struct http_reply *reply, const struct findings *why)
{
	struct current *now = &attempt->now;
	const struct together *together = now->step->together;
	struct findings against = { .arena = &attempt->arena };
	struct step other = *now->step;

	other.expect = together->otherwise;
	if (together->succeed < together->times && fits(attempt, &other, reply, &against))
		return;
	for (size_t i = 0; i < why->count; i++) {
		const struct finding *finding = &why->items[i];

		finding_add(&attempt->result.findings, finding->type, finding->pointer,
			    finding->expected, finding->actual, "reply %lld of %lld at once: %s",
			    (long long)(together->times - now->awaited), (long long)together->times,
			    finding->message);
	}
}

static void
settle_together(struct attempt *attempt)
{
	struct current *now = &attempt->now;
	const struct together *together = now->step->together;
	struct run_case *result = &attempt->result;
	char expected[80], actual[80];

	(void)snprintf(expected, sizeof(expected), "%lld of %lld at once succeed",
		       (long long)together->succeed, (long long)together->times);
	(void)snprintf(actual, sizeof(actual), "%lld of %lld succeeded", (long long)now->winners,
		       (long long)together->times);
	result->assertions += now->judgement.assertions + 1;
	result->expected = attempt_kept(attempt, expected);
	result->actual = attempt_kept(attempt, actual);
	if (now->winners != together->succeed && !attempt_broken(attempt))
		finding_add(&result->findings, FINDING_STATUS, "", expected, actual,
			    "of what was sent at once, %s, expected %lld", actual,
			    (long long)together->succeed);
	/* What a success promised is looked up by the reply of one. */
	json_decref(now->reply);
	now->reply = json_incref(now->won);
	attempt->scope.reply = now->reply;
	now->succeeded = now->winners > 0;
	if (result->trouble != TROUBLE_NONE)
		attempt->phase = PHASE_END;
	attempt_look_further(attempt);
}

static void
got_one(void *arg, const struct http_reply *reply)
{
	struct attempt *attempt = arg;
	struct current *now = &attempt->now;
	struct findings why = { .arena = &attempt->arena };

	now->awaited--;
	attempt_note_http(attempt, reply);
	attempt_take_reply(attempt, reply, true);
	if (fits(attempt, now->step, reply, &why))
		win(attempt, reply);
	else if (now->judgement.trouble == TROUBLE_NONE)
		lose(attempt, reply, &why);
	if (now->judgement.trouble != TROUBLE_NONE) {
		attempt_trouble(attempt, now->judgement.trouble, "%s", now->judgement.reason);
		attempt->phase = PHASE_SEND; /* the others are still on their way */
	}
	if (now->awaited == 0)
		settle_together(attempt);
}

void
attempt_send_together(struct attempt *attempt)
{
	struct current *now = &attempt->now;

	now->awaited = now->step->together->times;
	for (int64_t i = 0; i < now->step->together->times; i++)
		http_send(attempt->session->http, now->credential->identity, &attempt->http_request,
			  got_one, attempt);
}
