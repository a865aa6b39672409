#include "exec/engine_state.h"
#include "exec/janitor.h"

static void
cleaned_up(void *arg)
{
	struct engine *engine = arg;

	loop_stop(engine->session->loop);
}

static void clean_next(struct engine *engine);

static void
cleaned(void *arg, struct attempt *attempt)
{
	struct engine *engine = arg;
	const struct run_case *result = attempt_result(attempt);

	for (size_t i = 0; i < result->leftover_count; i++)
		json_array_append_new(engine->leftovers, json_string(result->leftovers[i]));
	attempt_free(attempt);
	clean_next(engine);
}

static void
clean(struct engine *engine, const struct suite *suite, const struct step_list *steps,
      json_t *captures)
{
	struct attempt *attempt = attempt_new(engine->session, cleaned, engine);
	struct attempt_work work = { .suite = suite,
				     .steps = steps,
				     .captures = captures ? json_deep_copy(captures) : NULL,
				     .number = engine->next_number++,
				     .cleanup_only = true };

	attempt_start(attempt, &work);
}

/* Suites' clean-ups first, last suite first, then fixtures' in reverse order. */
static void
clean_next(struct engine *engine)
{
	const struct plan *plan = engine->plan;

	while (engine->clean_at > 0) {
		size_t at = --engine->clean_at;
		if (at >= plan->node_count) {
			const struct suite *suite = plan->suites[at - plan->node_count];
			json_t *captures = NULL;
			for (size_t i = 0; i < plan->node_count && suite->has_setup; i++) {
				if (plan->nodes[i].fixture == &suite->fixtures[0])
					captures = engine->states[i].captures;
			}
			if (suite->cleanup.count > 0) {
				clean(engine, suite, &suite->cleanup, captures);
				return;
			}
		} else if (plan->nodes[at].fixture && engine->states[at].tries > 0 &&
			   plan->nodes[at].fixture->cleanup.count > 0) {
			clean(engine, plan->nodes[at].suite, &plan->nodes[at].fixture->cleanup,
			      engine->states[at].captures);
			return;
		}
	}
	janitor_run(engine->session->janitor, engine->session->sql, cleaned_up, engine);
}

void
engine_clean_up(struct engine *engine)
{
	engine->cleaning = true;
	engine->clean_at = engine->plan->node_count + engine->plan->suite_count;
	clean_next(engine);
}
