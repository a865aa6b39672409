#include <stdlib.h>

#include "base/clock.h"
#include "exec/attempt_state.h"
#include "exec/janitor.h"
#include "run/decode.h"

void
attempt_forget_step(struct attempt *attempt)
{
	struct current *now = &attempt->now;

	if (now->step) {
		for (size_t i = 0; i < now->step->unchanged_count; i++) {
			json_decref(now->before ? now->before[i] : NULL);
			json_decref(now->guards ? now->guards[i] : NULL);
		}
	}
	request_release(&now->request);
	json_decref(now->reply);
	json_decref(now->won);
	json_decref(now->commit);
	attempt_free_load(now->load);
	json_decref(now->rows);
	*now = (struct current){ 0 };
}

/* ---- sending ---- */

static void
begin_phase(struct attempt *attempt, enum phase phase)
{
	attempt->phase = phase;
	attempt->item = 0;
}

/* Once more, if `eventually` leaves time and the run is not being stopped. */
static bool
try_again(const struct attempt *attempt)
{
	int64_t every_us = attempt->now.step->eventually_every_ms * 1000;

	return attempt->now.until_us && !attempt->session->stopping &&
	       clock_now_us() + every_us < attempt->now.until_us;
}

static void
send_again(void *arg)
{
	attempt_advance(arg);
}

static void
wait_and_retry(struct attempt *attempt)
{
	attempt->session->invariants.retried++;
	(void)loop_after(attempt->session->loop, attempt->now.step->eventually_every_ms, send_again,
			 attempt);
}

/* What a case expected, in one line, is the last reply it asked for; a claim in SQL behind it
 * proves the same, and says its own only where it does not hold or where nothing was asked over
 * HTTP. */
static bool
speaks_for_case(const struct attempt *attempt)
{
	const struct step *step = attempt->now.step;

	if (attempt->cleaning)
		return false;
	if (step->kind != STEP_SQL || !attempt->result.expected)
		return true;
	return step->persona && (!attempt->answered || attempt_broken(attempt) ||
				 attempt->now.judgement.trouble != TROUBLE_NONE);
}

bool
attempt_settle(struct attempt *attempt)
{
	struct run_case *result = &attempt->result;
	const struct judgement *judgement = &attempt->now.judgement;

	if ((attempt_broken(attempt) || judgement->trouble != TROUBLE_NONE) && try_again(attempt)) {
		/* Only the last value counts; the exchanges of the others stay as evidence. */
		result->findings.count = attempt->now.findings_at;
		wait_and_retry(attempt);
		return false;
	}
	result->assertions += judgement->assertions;
	if (speaks_for_case(attempt)) {
		result->expected = judgement->expected;
		result->actual = judgement->actual;
		attempt->answered = attempt->now.step->kind != STEP_SQL;
	}
	if (judgement->note)
		result->note = judgement->note;
	if (judgement->trouble != TROUBLE_NONE)
		attempt_trouble(attempt, judgement->trouble, "%s", judgement->reason);
	return true;
}

/* Rows a 2xx creates are registered even if the reply was not the expected one. */
static void
register_creations(struct attempt *attempt)
{
	const struct action *action = attempt->now.step->action;

	for (size_t i = 0; i < action->create_count; i++) {
		struct error ignored = { 0 };
		json_t *where =
			template_fill(action->creates[i].where.value, &attempt->scope, &ignored);
		if (where)
			janitor_register(attempt->session->janitor, action->creates[i].table,
					 where);
	}
}

int64_t
attempt_within_ms(const struct attempt *attempt)
{
	int64_t own = attempt->now.step->expect.within_ms;

	return own ? own : attempt->session->environment->within_ms;
}

static bool
is_expected(const struct step *step, long status)
{
	struct step other = *step;

	if (judge_status_expected(step, status))
		return true;
	if (!step->together)
		return false;
	other.expect = step->together->otherwise;
	return judge_status_expected(&other, status);
}

static void
count_reply(struct attempt *attempt, const struct http_reply *reply)
{
	struct invariants *invariants = &attempt->session->invariants;
	int64_t limit_ms = attempt_within_ms(attempt);

	if (reply->problem != HTTP_OK) {
		invariants->transport_errors++;
		return;
	}
	invariants->replies++;
	if (reply->status >= 500 && !is_expected(attempt->now.step, reply->status))
		invariants->replies_5xx++;
	if (limit_ms && reply->total_us > limit_ms * 1000)
		invariants->late++;
}

void
attempt_take_reply(struct attempt *attempt, const struct http_reply *reply, bool body)
{
	struct current *now = &attempt->now;

	count_reply(attempt, reply);
	json_decref(now->reply);
	now->reply = body && reply->problem == HTTP_OK && reply->body_len > 0
			     ? decode(reply->body, reply->body_len)
			     : NULL;
	attempt->scope.reply = now->reply;
	attempt->scope.payload = now->request.payload;
	if (now->step->kind == STEP_ACTION && reply->status >= 200 && reply->status < 300)
		register_creations(attempt);
}

void
attempt_look_further(struct attempt *attempt)
{
	if (attempt->phase == PHASE_SEND)
		begin_phase(attempt, PHASE_WRITTEN);
	attempt_advance(attempt);
}

static void
got_http(void *arg, const struct http_reply *reply)
{
	struct attempt *attempt = arg;
	struct current *now = &attempt->now;

	attempt_note_http(attempt, reply);
	attempt_take_reply(attempt, reply, true);
	now->judgement = (struct judgement){ .findings = &attempt->result.findings,
					     .within_ms = attempt_within_ms(attempt),
					     .authorization = now->credential->authorization };
	judge_http(now->step, &attempt->scope, reply, now->reply, &now->judgement);
	if (!attempt_settle(attempt))
		return;
	now->succeeded = attempt->phase == PHASE_SEND && reply->status < 300 &&
			 judge_status_expected(now->step, reply->status);
	if (attempt->phase == PHASE_SEND && !attempt_broken(attempt))
		attempt_take_captures(attempt, reply, NULL);
	attempt_look_further(attempt);
}

static void
waited(void *arg)
{
	struct attempt *attempt = arg;

	begin_phase(attempt, PHASE_END);
	attempt_advance(attempt);
}

static int64_t
step_timeout_ms(const struct attempt *attempt)
{
	return session_timeout_ms(attempt->session, attempt->now.step->timeout_ms,
				  attempt->deadline_us);
}

static void
send_http(struct attempt *attempt)
{
	struct request *request = &attempt->now.request;

	attempt->http_request = (struct http_request){
		.method = request->method,
		.url = request->url,
		.headers = request->headers,
		.header_count = request->header_count,
		.body = request->body,
		.body_len = request->body_len,
		.timeout_ms = step_timeout_ms(attempt),
	};
	if (attempt->now.step->together) {
		attempt_send_together(attempt);
		return;
	}
	if (attempt->now.step->load) {
		attempt_send_load(attempt);
		return;
	}
	http_send(attempt->session->http, attempt->now.credential->identity, &attempt->http_request,
		  got_http, attempt);
}

static void
send_step(struct attempt *attempt)
{
	attempt->now.tries++;
	attempt->sent_us = clock_now_us();
	switch (attempt->now.step->kind) {
	case STEP_ACTION:
	case STEP_HTTP:
		send_http(attempt);
		return;
	case STEP_SQL:
		attempt_send_sql(attempt);
		return;
	case STEP_WAIT:
		(void)loop_after(attempt->session->loop,
				 session_timeout_ms(attempt->session, attempt->now.step->wait_ms,
						    attempt->deadline_us),
				 waited, attempt);
		return;
	case STEP_KINDS:
		break;
	}
	abort();
}

/* ---- one step ---- */

static void
end_step(struct attempt *attempt)
{
	bool stop = attempt_broken(attempt) && !attempt->cleaning;

	if (attempt->cleaning) {
		struct findings *findings = &attempt->result.findings;
		for (size_t i = attempt->now.findings_at; i < findings->count; i++)
			attempt_leftover(attempt, findings->items[i].message);
		findings->count = attempt->now.findings_at;
	}
	if (stop) {
		attempt->result.file = attempt->now.step->place.file;
		attempt->result.line = attempt->now.step->place.line;
	}
	attempt_forget_step(attempt);
	attempt->index = stop ? attempt->list->count : attempt->index + 1;
	attempt_next_step(attempt);
}

/* Do what the phase asks for; each phase that has nothing (more) to ask falls to the next. */
void
attempt_advance(struct attempt *attempt)
{
	if (attempt->session->stopping && !attempt->cleaning && attempt->phase != PHASE_END &&
	    attempt->phase != PHASE_AFTER)
		attempt_trouble(attempt, TROUBLE_INTERRUPTED,
				"the run was stopped before it finished");
	switch (attempt->phase) {
	case PHASE_BEFORE:
		if (attempt_ask_before(attempt))
			return;
		begin_phase(attempt, PHASE_SEND);
		/* fall through */
	case PHASE_SEND:
		send_step(attempt);
		return;
	case PHASE_WRITTEN:
		if (attempt_ask_written(attempt))
			return;
		if (attempt->phase == PHASE_WRITTEN)
			begin_phase(attempt, PHASE_AFTER);
		/* fall through */
	case PHASE_AFTER:
		if (attempt->phase == PHASE_AFTER && attempt_ask_after(attempt))
			return;
		/* fall through */
	case PHASE_END:
		end_step(attempt);
		return;
	}
}

/* Fill in everything the step needs before anything is sent. */
static bool
prepare(struct attempt *attempt, const struct step *step, struct error *err)
{
	struct current *now = &attempt->now;
	struct session *session = attempt->session;

	attempt->scope.persona = step->persona;
	attempt->scope.payload = NULL;
	attempt->scope.reply = NULL;
	now->credential = credentials_get(session->credentials, step->persona, err);
	if (!now->credential) {
		attempt_trouble(attempt, TROUBLE_LOGIN, "%s", err->message);
		return false;
	}
	now->request =
		(struct request){ .credential = now->credential, .base_url = attempt->base_url };
	if (!request_fill(step, &attempt->scope, &attempt->arena, &now->request, err))
		return false;
	now->before = ARENA_ARRAY(&attempt->arena, step->unchanged_count + 1, json_t *);
	now->guards = ARENA_ARRAY(&attempt->arena, step->unchanged_count + 1, json_t *);
	for (size_t i = 0; i < step->unchanged_count; i++) {
		now->guards[i] =
			template_fill(step->unchanged[i].where.value, &attempt->scope, err);
		if (!now->guards[i])
			return error_within(err, "unchanged");
	}
	return step->kind != STEP_SQL || attempt_prepare_sql(attempt, err);
}

void
attempt_begin_step(struct attempt *attempt, const struct step *step)
{
	struct error err = { 0 };
	struct current *now = &attempt->now;

	now->step = step;
	now->findings_at = attempt->result.findings.count;
	if (step->eventually_within_ms)
		now->until_us = clock_now_us() + step->eventually_within_ms * 1000;
	begin_phase(attempt, PHASE_BEFORE);
	if (!prepare(attempt, step, &err)) {
		attempt_trouble(attempt, TROUBLE_VARIABLE, "step %zu: %s", attempt->index + 1,
				err.message);
		attempt->phase = PHASE_END;
	} else if (attempt->deadline_us && clock_now_us() > attempt->deadline_us &&
		   !attempt->cleaning) {
		attempt_trouble(attempt, TROUBLE_TRANSPORT,
				"the case's time limit was over before step %zu",
				attempt->index + 1);
	}
	attempt_advance(attempt);
}
