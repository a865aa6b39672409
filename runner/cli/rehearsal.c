#include "cli/rehearsal.h"

#include <stdio.h>

/* What the callbacks are given. */
struct watcher {
	struct rehearsal *rehearsal;
	const struct plan *plan;
};

static const char *
what_it_said(const struct run_case *result)
{
	if (result->reason)
		return result->reason;
	return result->findings.count ? result->findings.items[0].message : "";
}

static void
note(struct watcher *watcher, enum notice notice, const struct run_case *result)
{
	const struct plan_node *node = &watcher->plan->nodes[watcher->plan->cases[result->index]];
	struct answer *answer = &watcher->rehearsal->answer;

	answer->notice = notice;
	(void)snprintf(answer->who, sizeof(answer->who), "%s/%s", node->suite->name,
		       node->test->id);
	(void)snprintf(answer->how, sizeof(answer->how), "%s", what_it_said(result));
}

/* No answer at all says nothing about the rows. */
static bool
went_unanswered(enum trouble trouble)
{
	return trouble == TROUBLE_TRANSPORT || trouble == TROUBLE_DATABASE ||
	       trouble == TROUBLE_SCENARIO || trouble == TROUBLE_VARIABLE;
}

static void
settled(void *arg, const struct run_case *result)
{
	struct watcher *watcher = arg;

	if (watcher->rehearsal->answer.notice == NOTICE_RED ||
	    result->trouble == TROUBLE_INTERRUPTED || result->trouble == TROUBLE_PREFLIGHT)
		return;
	if (result->verdict == VERDICT_FAIL ||
	    (result->verdict == VERDICT_ERROR && !went_unanswered(result->trouble)))
		note(watcher, NOTICE_RED, result);
	else if (result->verdict == VERDICT_ERROR &&
		 watcher->rehearsal->answer.notice == NOTICE_GREEN)
		note(watcher, NOTICE_UNJUDGED, result);
}

/* What ended the run from outside of its cases. */
static void
conclude(struct rehearsal *rehearsal, const struct performance *performance)
{
	struct answer *answer = &rehearsal->answer;
	bool asked = performance->session.invariants.transport_errors == 0;

	rehearsal->signal_number = performance->signal_number;
	if (answer->notice == NOTICE_RED)
		return;
	if (performance->refused) {
		answer->notice = asked ? NOTICE_RED : NOTICE_UNJUDGED;
		(void)snprintf(answer->who, sizeof(answer->who), "preflight");
		(void)snprintf(answer->how, sizeof(answer->how), "%s",
			       preflight_problem(performance->preflight));
	} else if (performance->signal_number || performance->deadline_over) {
		answer->notice = NOTICE_UNJUDGED;
		(void)snprintf(answer->how, sizeof(answer->how), "%s",
			       performance->deadline_over ? "the run's deadline was over"
							  : "the run was interrupted");
	}
}

bool
rehearsal_run(struct rehearsal *rehearsal, struct performance_options *options, struct error *err)
{
	struct performance performance = { 0 };
	struct watcher watcher = { rehearsal, options->plan };

	*rehearsal = (struct rehearsal){ .answer.notice = NOTICE_GREEN };
	options->fail_fast = true;
	options->settled = settled;
	options->arg = &watcher;
	bool ok =
		performance_open(&performance, options, err) && performance_run(&performance, err);
	if (ok)
		conclude(rehearsal, &performance);
	performance_close(&performance);
	return ok;
}
