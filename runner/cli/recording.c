#include "cli/recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/delivery.h"
#include "cli/exit.h"
#include "cli/header.h"
#include "cli/masking.h"
#include "document/excerpt.h"
#include "document/node.h"
#include "exec/janitor.h"

/* ---- before ---- */

static const char *
first_step_part(const struct suite_case *test, bool want_action)
{
	for (size_t i = test->steps.count; i-- > 0;) {
		const struct step *step = &test->steps.items[i];
		if (want_action && step->kind == STEP_ACTION)
			return step->action->name;
		if (!want_action && step->persona)
			return step->as;
	}
	return NULL;
}

static const char *
scenario_text(struct recording *r, const struct suite_case *test)
{
	char text[300] = "";
	int len = 0;
	size_t count = 0;

	if (!test->flags && !test->outage)
		return NULL;
	const char **words = performance_flag_words(&r->arena, test->flags, &count);
	for (size_t i = 0; i < count && len < 200; i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len, "%s%s%s", i ? ", " : "",
				words[i], strchr(words[i], '=') ? "" : " unset");
	if (test->outage)
		(void)snprintf(text + len, sizeof(text) - (size_t)len, "%s%s down", len ? ", " : "",
			       test->outage);
	return arena_text(&r->arena, text, strlen(text));
}

static const char *
tags_text(struct recording *r, const struct suite_case *test)
{
	const char *text = NULL;

	for (size_t i = 0; i < test->tag_count; i++)
		text = arena_printf(&r->arena, "%s%s%s", text ? text : "", text ? " " : "",
				    test->tags[i]);
	return text;
}

static void
describe_cases(struct recording *r)
{
	const struct plan *plan = r->options.plan;

	r->planned = ARENA_ARRAY(&r->arena, plan->case_count + 1, struct planned_case);
	for (size_t i = 0; i < plan->case_count; i++) {
		const struct plan_node *node = &plan->nodes[plan->cases[i]];
		const struct suite_case *test = node->test;
		const json_t *covers = test->covers;
		const char *action = json_string_value(json_object_get(covers, "action"));

		r->planned[i] = (struct planned_case){
			.suite = node->suite->name,
			.id = test->id,
			.title = test->title,
			.group = test->group,
			.persona = test->as ? test->as : first_step_part(test, false),
			.file = test->place.file,
			.line = test->place.line,
			.action = action ? action : first_step_part(test, true),
			.role = json_string_value(json_object_get(covers, "role")),
			.layer = json_string_value(json_object_get(covers, "layer")),
			.flags = scenario_text(r, test),
			.tags = tags_text(r, test),
		};
	}
}

/* Tell the masker of every secret handed out since it was last told. */
static bool
learn_secrets(struct recording *r, struct error *err)
{
	return masking_learn(r->options.mask, r->options.workspace->secrets, &r->secrets_learned,
			     err);
}

bool
recording_open(struct recording *r, const struct recording_options *options, struct error *err)
{
	const struct settings *settings = options->settings;
	enum record_detail detail = RECORD_FULL;

	*r = (struct recording){ .options = *options };
	if (!learn_secrets(r, err))
		return false;
	describe_cases(r);
	if (strcmp(settings->record, "summary") == 0)
		detail = RECORD_SUMMARY;
	else if (strcmp(settings->record, "full") != 0)
		return error_set(err, ERROR_USAGE, "--record wants full or summary, not \"%s\"",
				 settings->record);
	(void)snprintf(r->folder, sizeof(r->folder), "%s/%s/%s", settings->out, options->kind,
		       options->identity->run_id);
	(void)snprintf(r->path, sizeof(r->path), "%s/run.jsonl", r->folder);
	r->record = record_create(r->path, options->mask, detail, err);
	return r->record != NULL;
}

/* ---- during ---- */

static void
write_header(const struct recording *r, const struct performance *performance)
{
	json_t *reports = delivery_list(r->folder, r->options.settings);
	json_t *header = header_make(&(struct header_facts){
		.reports = reports,
		.identity = r->options.identity,
		.workspace = r->options.workspace,
		.plan = r->options.plan,
		.argv = r->options.argv,
		.title = r->options.title,
		.shard = r->options.shard,
		.target = preflight_target(performance->preflight),
		.database = preflight_database(performance->preflight),
		.started_wall_us = performance->started_wall_us,
	});

	record_header(r->record, header);
	json_decref(header);
	json_decref(reports);
	for (size_t i = 0; i < r->options.plan->case_count; i++)
		record_planned(r->record, &r->planned[i]);
}

void
recording_begin(struct recording *r, const struct performance *performance)
{
	const struct preflight *preflight = performance->preflight;
	size_t count = 0;

	write_header(r, performance);
	const struct exchange *exchanges = preflight_exchanges(preflight, &count);
	record_preflight(r->record, preflight_checks(preflight), exchanges, count);
}

void
recording_case(struct recording *r, const struct run_case *run_case)
{
	struct run_case told = *run_case;
	struct error ignored = { 0 };
	struct arena arena = { 0 };

	/* One that only a lens names is handed out when its step comes. None is too short: see
	 * secrets_secret(). */
	(void)!learn_secrets(r, &ignored);
	if (told.file)
		told.source = excerpt_block(told.file, told.line, &arena);
	record_case(r->record, &told);
	arena_release(&arena);
}

/* ---- after ---- */

static json_t *
cleanup_part(const struct performance *performance)
{
	json_t *leftovers =
		json_copy(node_writable(janitor_leftovers(performance->session.janitor)));

	json_array_extend(leftovers, node_writable(engine_leftovers(performance->engine)));
	return json_pack("{s:I, s:I, s:o}", "registered",
			 (json_int_t)janitor_registered(performance->session.janitor), "removed",
			 (json_int_t)janitor_removed(performance->session.janitor), "leftovers",
			 leftovers);
}

void
recording_end(struct recording *r, const struct performance *performance, int status,
	      const char *reason)
{
	const struct totals *t = engine_totals(performance->engine);
	const struct invariants *v = &performance->session.invariants;
	char ended[CLOCK_TEXT_BYTES];
	json_t *footer = json_object();

	clock_text(clock_wall_us(), ended);
	json_object_set_new(
		footer, "totals",
		json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "planned", (json_int_t)t->planned,
			  "executed", (json_int_t)t->executed, "passed", (json_int_t)t->passed,
			  "failed", (json_int_t)t->failed, "errors", (json_int_t)t->errors,
			  "skipped", (json_int_t)t->skipped, "flaky", (json_int_t)t->flaky));
	json_object_set_new(footer, "invariants",
			    json_pack("{s:I,s:I,s:I,s:I,s:I,s:I}", "replies",
				      (json_int_t)v->replies, "replies_5xx",
				      (json_int_t)v->replies_5xx, "transport_errors",
				      (json_int_t)v->transport_errors, "late", (json_int_t)v->late,
				      "statements", (json_int_t)v->statements, "retried",
				      (json_int_t)v->retried));
	json_object_set_new(footer, "cleanup", cleanup_part(performance));
	json_object_set_new(footer, "verdict",
			    json_string(status == EXIT_PASSED     ? "passed"
					: status == EXIT_FAILED   ? "failed"
					: status == EXIT_UNJUDGED ? "could not judge"
								  : "incomplete"));
	json_object_set_new(footer, "exit_status", json_integer(status));
	if (reason)
		json_object_set_new(footer, "reason", json_string(reason));
	json_object_set_new(footer, "elapsed_us",
			    json_integer(clock_now_us() - performance->session.began_us));
	json_object_set_new(footer, "ended", json_string(ended));
	if (performance->session.stopping || performance->signal_number)
		json_object_set_new(footer, "interrupted", json_true());
	record_footer(r->record, footer);
	json_decref(footer);
}

bool
recording_finish(struct recording *r, struct error *err)
{
	bool ok = record_close(r->record, err);

	r->record = NULL;
	return ok;
}

void
recording_release(struct recording *r)
{
	struct error ignored = { 0 };

	(void)!record_close(r->record, &ignored);
	arena_release(&r->arena);
	r->record = NULL;
}
