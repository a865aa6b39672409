#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "exec/preflight_state.h"

struct preflight *
preflight_new(struct session *session, const struct plan *plan)
{
	struct preflight *preflight = must(calloc(1, sizeof(*preflight)));

	preflight->session = session;
	preflight->plan = plan;
	preflight->checks = must(json_array());
	preflight->target = must(json_object());
	preflight->database = must(json_object());
	for (size_t i = 0; i < plan->node_count && !preflight->lens; i++)
		preflight->lens = plan->nodes[i].suite->lens;
	return preflight;
}

void
preflight_free(struct preflight *preflight)
{
	if (!preflight)
		return;
	for (size_t i = 0; i < preflight->count; i++) {
		login_release(&preflight->probes[i].login);
		free(preflight->probes[i].url);
		free(preflight->probes[i].body);
		free(preflight->probes[i].tables);
	}
	free(preflight->probes);
	free(preflight->exchanges);
	json_decref(preflight->checks);
	json_decref(preflight->target);
	json_decref(preflight->database);
	arena_release(&preflight->arena);
	free(preflight);
}

struct probe *
preflight_add(struct preflight *preflight, enum probe_kind kind, const struct persona *persona,
	      const char *name)
{
	if (preflight->count == preflight->room) {
		preflight->room = preflight->room ? preflight->room * 2 : 32;
		preflight->probes = must(
			realloc(preflight->probes, preflight->room * sizeof(*preflight->probes)));
	}
	struct probe *probe = &preflight->probes[preflight->count++];
	*probe = (struct probe){ .preflight = preflight, .kind = kind, .persona = persona };
	(void)snprintf(probe->name, sizeof(probe->name), "%s%s%s", name, persona ? " " : "",
		       persona ? persona->name : "");
	return probe;
}

void
probe_answer(struct probe *probe, bool ok, const char *fmt, ...)
{
	struct preflight *preflight = probe->preflight;
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(probe->sentence, sizeof(probe->sentence), fmt, args);
	va_end(args);
	const char *covered = credentials_cover(preflight->session->credentials, probe->sentence,
						&preflight->arena);
	if (covered != probe->sentence)
		(void)snprintf(probe->sentence, sizeof(probe->sentence), "%s", covered);
	probe->done = true;
	probe->ok = ok;
	if (--preflight->waiting == 0)
		loop_stop(preflight->session->loop);
}

static void
ask_all(void *arg)
{
	struct preflight *preflight = arg;

	for (size_t i = 0; i < preflight->count; i++) {
		struct probe *probe = &preflight->probes[i];
		if (probe->done)
			continue;
		probe_ask(probe);
	}
}

/* Ask what has been added since the last round; false when some answer was "no". */
static bool
round_of_questions(struct preflight *preflight, size_t from)
{
	struct error err = { 0 };
	bool ok = true;

	preflight->waiting = preflight->count - from;
	preflight->exchanges = must(realloc(
		preflight->exchanges, (preflight->count + 1) * sizeof(*preflight->exchanges)));
	if (preflight->waiting > 0) {
		(void)loop_after(preflight->session->loop, 0, ask_all, preflight);
		if (!loop_run(preflight->session->loop, &err))
			ok = false;
	}
	for (size_t i = from; i < preflight->count; i++) {
		const struct probe *probe = &preflight->probes[i];
		const char *sentence =
			probe->done ? probe->sentence : "the run was stopped before it answered";
		json_array_append_new(preflight->checks,
				      json_pack("{s:s, s:b, s:s}", "name", probe->name, "ok",
						probe->ok, "sentence", sentence));
		if (!probe->ok && !preflight->problem)
			preflight->problem =
				arena_text(&preflight->arena, sentence, strlen(sentence));
		ok = ok && probe->ok;
	}
	return ok;
}

bool
preflight_run(struct preflight *preflight)
{
	/* Pointers to probes are handed out while a round runs, so all of it is added first. */
	preflight_add_logins(preflight);
	if (!round_of_questions(preflight, 0))
		return false;
	size_t from = preflight->count;
	preflight_add_questions(preflight);
	return round_of_questions(preflight, from);
}

const char *
preflight_problem(const struct preflight *preflight)
{
	return preflight->problem;
}

const json_t *
preflight_checks(const struct preflight *preflight)
{
	return preflight->checks;
}

const struct exchange *
preflight_exchanges(const struct preflight *preflight, size_t *count)
{
	*count = preflight->exchange_count;
	return preflight->exchanges;
}

const json_t *
preflight_target(const struct preflight *preflight)
{
	return preflight->target;
}

const json_t *
preflight_database(const struct preflight *preflight)
{
	return preflight->database;
}
