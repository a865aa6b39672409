#include "exec/attempt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/must.h"
#include "exec/attempt_state.h"

struct attempt *
attempt_new(struct session *session, attempt_done_fn *done, void *arg)
{
	struct attempt *attempt = must(calloc(1, sizeof(*attempt)));

	attempt->session = session;
	attempt->done = done;
	attempt->arg = arg;
	return attempt;
}

void
attempt_free(struct attempt *attempt)
{
	if (!attempt)
		return;
	attempt_forget_step(attempt);
	json_decref(attempt->captures);
	arena_release(&attempt->arena);
	free(attempt);
}

void
attempt_tag(struct attempt *attempt, size_t node)
{
	attempt->node = node;
}

size_t
attempt_node(const struct attempt *attempt)
{
	return attempt->node;
}

struct run_case *
attempt_result(struct attempt *attempt)
{
	return &attempt->result;
}

json_t *
attempt_captures(const struct attempt *attempt)
{
	return json_incref(attempt->captures);
}

static void
conclude(struct attempt *attempt)
{
	struct run_case *result = &attempt->result;
	char proof[160];
	int len = 0;

	result->elapsed_us = clock_now_us() - attempt->session->began_us - result->started_us;
	if (result->findings.count > 0)
		result->verdict = VERDICT_FAIL;
	else
		result->verdict = result->trouble == TROUBLE_NONE ? VERDICT_PASS : VERDICT_ERROR;
	/* What the target did wrong is known, whatever could not be judged after it. */
	if (result->verdict == VERDICT_FAIL) {
		result->trouble = TROUBLE_NONE;
		result->reason = NULL;
	}
	attempt_cover(attempt);
	proof[0] = '\0';
	if (attempt->guards_held)
		len += snprintf(proof + len, sizeof(proof) - (size_t)len,
				"%ld look%s found nothing changed; ", attempt->guards_held,
				attempt->guards_held == 1 ? "" : "s");
	if (attempt->promises_held)
		len += snprintf(proof + len, sizeof(proof) - (size_t)len,
				"%ld promised write%s seen; ", attempt->promises_held,
				attempt->promises_held == 1 ? "" : "s");
	if (attempt->sql_held)
		len += snprintf(proof + len, sizeof(proof) - (size_t)len,
				"%ld claim%s held in SQL; ", attempt->sql_held,
				attempt->sql_held == 1 ? "" : "s");
	if (len > 2) {
		proof[len - 2] = '\0';
		result->proof = attempt_kept(attempt, proof);
	}
}

static void
begin_list(struct attempt *attempt, const struct step_list *list)
{
	attempt->list = list;
	attempt->index = 0;
	attempt_next_step(attempt);
}

void
attempt_next_step(struct attempt *attempt)
{
	static const struct step_list none = { 0 };

	if (!attempt->list)
		attempt->list = &none;
	if (attempt->index < attempt->list->count) {
		attempt_begin_step(attempt, &attempt->list->items[attempt->index]);
		return;
	}
	if (!attempt->cleaning) {
		conclude(attempt);
		if (attempt->work.cleanup && attempt->work.cleanup->count > 0) {
			attempt->cleaning = true;
			attempt->deadline_us = 0;
			begin_list(attempt, attempt->work.cleanup);
			return;
		}
	}
	attempt->done(attempt->arg, attempt);
}

static void
reset(struct attempt *attempt, const struct attempt_work *work)
{
	attempt_forget_step(attempt);
	json_decref(attempt->captures);
	arena_reset(&attempt->arena);
	attempt->work = *work;
	attempt->captures = work->captures ? work->captures : json_object();
	attempt->result = (struct run_case){
		.findings = { .arena = &attempt->arena },
		.attempts = 1,
		.started_us = clock_now_us() - attempt->session->began_us,
	};
	attempt->exchanges = NULL;
	attempt->exchange_room = 0;
	attempt->leftovers = NULL;
	attempt->leftover_room = 0;
	attempt->cleaning = work->cleanup_only;
	attempt->guards_held = attempt->promises_held = attempt->sql_held = 0;
	(void)snprintf(attempt->unique, sizeof(attempt->unique), "%s%zu", attempt->session->unique,
		       work->number);
}

static void
start_now(void *arg)
{
	struct attempt *attempt = arg;

	if (!attempt->base_url) {
		attempt->now.step = NULL;
		attempt_trouble(attempt, TROUBLE_SCENARIO,
				"the environment does not offer the state this case asks for: "
				"add it to its `scenarios`");
		attempt->index = 0;
		attempt->list = NULL;
		attempt_next_step(attempt);
		return;
	}
	begin_list(attempt, attempt->work.steps);
}

void
attempt_start(struct attempt *attempt, const struct attempt_work *work)
{
	const struct suite_case *test = work->test;
	struct session *session = attempt->session;
	struct error ignored = { 0 };

	reset(attempt, work);
	attempt->base_url =
		session_base_url(session, test ? test->flags : NULL, test ? test->outage : NULL);
	attempt->deadline_us =
		test && test->timeout_ms ? clock_now_us() + test->timeout_ms * 1000 : 0;
	attempt->scope = (struct scope){
		.environment = session->environment,
		.lens = work->suite->lens,
		.suite = work->suite,
		.vars = session->vars,
		.captures = attempt->captures,
		.needed = work->needed,
		.needed_count = work->needed_count,
		.run_id = session->run_id,
		.unique = attempt->unique,
		.apikey = credentials_apikey(session->credentials, &ignored),
	};
	start_now(attempt);
}
