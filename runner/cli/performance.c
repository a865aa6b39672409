#include "cli/performance.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "document/node.h"
#include "exec/janitor.h"

/* ---- before ---- */

static bool
is_listed(const struct performance *p, const struct suite_case *test)
{
	for (size_t i = 0; i < p->session.target_count; i++) {
		const struct session_target *target = &p->targets[i];
		bool same_outage = !test->outage == !target->outage &&
				   (!test->outage || strcmp(test->outage, target->outage) == 0);
		bool same_flags = !test->flags == !target->flags &&
				  (!test->flags || json_equal(test->flags, target->flags));
		if (same_outage && same_flags)
			return true;
	}
	return false;
}

const char **
performance_flag_words(struct arena *arena, const json_t *flags, size_t *count)
{
	const char **words = ARENA_ARRAY(arena, json_object_size(flags) + 1, const char *);
	const char *name;
	json_t *value;
	char word[256];

	*count = 0;
	json_object_foreach(node_writable(flags), name, value)
	{
		(void)snprintf(word, sizeof(word), "%s%s", name,
			       json_is_null(value)   ? ""
			       : json_is_true(value) ? "=true"
						     : "=false");
		words[(*count)++] = arena_text(arena, word, strlen(word));
	}
	return words;
}

/* A target for every scenario the plan asks for: started, when the environment is embedded. */
static bool
start_scenarios(struct performance *p, struct error *err)
{
	const struct plan *plan = p->options->plan;

	p->targets = ARENA_ARRAY(&p->arena, plan->case_count + 1, struct session_target);
	p->session.targets = p->targets;
	for (size_t i = 0; i < plan->case_count; i++) {
		const struct suite_case *test = plan->nodes[plan->cases[i]].test;
		size_t count = 0;
		const char *base_url = NULL;

		if ((!test->flags && !test->outage) || is_listed(p, test))
			continue;
		const char **words = performance_flag_words(&p->arena, test->flags, &count);
		if (!embed_scenario(p->options->embed, words, count, test->outage != NULL,
				    &base_url, err))
			return false;
		p->targets[p->session.target_count++] =
			(struct session_target){ test->flags, test->outage, base_url };
	}
	return true;
}

static void
list_scenarios(struct performance *p)
{
	const struct environment *environment = p->options->workspace->environment;

	p->targets = ARENA_ARRAY(&p->arena, environment->scenario_count + 1, struct session_target);
	for (size_t i = 0; i < environment->scenario_count; i++)
		p->targets[i] = (struct session_target){ environment->scenarios[i].flags,
							 environment->scenarios[i].outage,
							 environment->scenarios[i].base_url };
	p->session.targets = p->targets;
	p->session.target_count = environment->scenario_count;
}

struct sql *
performance_connect(struct loop *loop, const struct environment *environment)
{
	if (!environment->database)
		return NULL;
	return sql_new(loop, &(struct sql_options){ .conninfo = environment->database,
						    .connections = 4,
						    .connect_timeout_ms = 5000 });
}

static void
connect_session(struct session *session, const struct performance_options *options)
{
	const struct environment *environment = options->workspace->environment;

	session->http =
		http_new(session->loop, &(struct http_options){
						.allow_hosts = environment->allow_hosts,
						.allow_host_count = environment->allow_host_count,
						.max_body_bytes = (size_t)8 * 1024 * 1024,
						.max_header_bytes = (size_t)256 * 1024,
						.connect_timeout_ms = 5000,
					});
	session->sql =
		options->sql ? options->sql : performance_connect(session->loop, environment);
}

bool
performance_open(struct performance *p, const struct performance_options *options,
		 struct error *err)
{
	const struct environment *environment = options->workspace->environment;
	const struct settings *settings = options->settings;
	const struct gate *gate = options->workspace->gate;
	int64_t deadline_ms = gate && gate->deadline_ms ? gate->deadline_ms : settings->deadline_ms;
	struct session *session = &p->session;

	p->options = options;
	session->loop = options->loop ? options->loop : loop_new();
	connect_session(session, options);
	session->credentials = credentials_new(environment, session->http, options->mask);
	session->janitor = janitor_new();
	session->environment = environment;
	session->vars = options->workspace->vars;
	session->run_id = options->identity->run_id;
	session->unique = options->identity->unique;
	session->began_us = clock_now_us();
	session->deadline_us = deadline_ms ? session->began_us + deadline_ms * 1000 : 0;
	session->timeout_ms = settings->timeout_ms;
	p->started_wall_us = clock_wall_us();
	if (!options->embed) {
		list_scenarios(p);
		return true;
	}
	return start_scenarios(p, err);
}

/* ---- during ---- */

void
performance_signal(struct performance *p, int signal_number)
{
	if (p->signal_number) {
		loop_stop(p->session.loop);
		return;
	}
	p->signal_number = signal_number;
	if (p->engine)
		engine_stop(p->engine, signal_number == SIGINT ? "not run: the run was interrupted"
							       : "not run: the run was terminated");
	else
		loop_stop(p->session.loop);
}

static void
signalled(void *arg, int signal_number)
{
	performance_signal(arg, signal_number);
}

static void
deadline(void *arg)
{
	struct performance *p = arg;

	p->deadline_over = true;
	engine_stop(p->engine, "not run: the run's deadline was over");
}

static void
make_engine(struct performance *p)
{
	const struct performance_options *options = p->options;
	struct engine_options engine = { .jobs = options->settings->jobs,
					 .retries = options->settings->retries,
					 .fail_fast = options->fail_fast,
					 .started = options->started,
					 .settled = options->settled,
					 .arg = options->arg };

	p->engine = engine_new(&p->session, options->plan, &engine);
}

/* Settle every case unrun when there is a reason to begin none. */
static bool
refuse(struct performance *p, bool identified)
{
	if (p->signal_number) {
		engine_refuse(p->engine, TROUBLE_INTERRUPTED, "not run: the run was interrupted");
		return true;
	}
	if (identified)
		return false;
	if (p->session.deadline_us && clock_now_us() >= p->session.deadline_us) {
		p->deadline_over = p->session.stopping = true;
		engine_refuse(p->engine, TROUBLE_INTERRUPTED,
			      "not run: the run's deadline was over before preflight ended");
		return true;
	}
	p->refused = true;
	engine_refuse(p->engine, TROUBLE_PREFLIGHT, preflight_problem(p->preflight));
	return true;
}

bool
performance_run(struct performance *p, struct error *err)
{
	struct loop_timer *limit = NULL;

	if (!p->options->own_signals && !loop_on_signals(p->session.loop, signalled, p, err))
		return false;
	p->preflight = preflight_new(&p->session, p->options->plan);
	bool identified = preflight_run(p->preflight);
	if (p->options->preflighted)
		p->options->preflighted(p->options->arg);
	make_engine(p);
	if (refuse(p, identified))
		return true;
	if (p->session.deadline_us)
		limit = loop_after(p->session.loop,
				   (p->session.deadline_us - clock_now_us()) / 1000, deadline, p);
	bool ok = engine_run(p->engine, err);
	if (!p->deadline_over)
		loop_cancel(p->session.loop, limit);
	return ok;
}

/* ---- after ---- */

void
performance_close(struct performance *p)
{
	struct session *session = &p->session;

	preflight_free(p->preflight);
	engine_free(p->engine);
	janitor_free(session->janitor);
	credentials_free(session->credentials);
	if (p->options && session->sql != p->options->sql)
		sql_free(session->sql);
	http_free(session->http);
	if (p->options && !p->options->loop)
		loop_free(session->loop);
	arena_release(&p->arena);
	*p = (struct performance){ 0 };
}
