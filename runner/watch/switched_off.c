#include "watch/switched_off.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"

#define PATH_BYTES 300
#define NAMED      5 /* of those that are not off, in a sentence */
#define UNPROVED   "nothing is sent that could be written"

/* Who may use the lens asks: anybody else would be refused anyway. */
static const char *
asker(const struct lens *lens, const struct action *action)
{
	for (size_t i = 0; i < lens->role_count; i++) {
		if (action && action->allow_count &&
		    strcmp(lens->roles[i].name, action->allow[0]) == 0)
			return lens->roles[i].persona;
	}
	return lens->role_count ? lens->roles[0].persona : "none";
}

/* One more case; takes the step over. */
static void
add_case(json_t *cases, const char *id, const char *as, json_t *step)
{
	json_object_set_new(step, "expect",
			    json_pack("{s:i, s:s}", "status", 503, "error", "FEATURE_DISABLED"));
	json_object_set_new(step, "unproved", json_string(UNPROVED));
	json_array_append_new(cases, json_pack("{s:s, s:s+, s:s, s:[o]}", "id", id, "title", id,
					       " is off", "as", as, "steps", step));
}

static void
add_action(json_t *cases, const struct lens *lens, const struct action *action)
{
	const char *as = asker(lens, action);
	char id[PATH_BYTES], request[PATH_BYTES];

	(void)snprintf(id, sizeof(id), "execute.%s", action->name);
	add_case(cases, id, as,
		 json_pack("{s:s, s:{s:s, s:{s:s}, s:{}}}", "http", "POST /v1/actions/execute",
			   "json", "action", action->name, "context", "yacht_id", "${yacht}",
			   "payload"));
	(void)snprintf(id, sizeof(id), "prefill.%s", action->name);
	(void)snprintf(request, sizeof(request), "GET /v1/actions/%s/prefill", action->name);
	add_case(cases, id, as, json_pack("{s:s}", "http", request));
	(void)snprintf(id, sizeof(id), "preview.%s", action->name);
	(void)snprintf(request, sizeof(request), "POST /v1/actions/%s/preview", action->name);
	add_case(cases, id, as,
		 json_pack("{s:s, s:{s:{s:s}, s:{}}}", "http", request, "json", "context",
			   "yacht_id", "${yacht}", "payload"));
}

json_t *
switched_off_suite(const struct lens *lens)
{
	const char *as = asker(lens, NULL);
	json_t *cases = json_array();

	add_case(cases, "list", as,
		 json_pack("{s:s, s:{s:s}}", "http", "GET /v1/actions/list", "query", "domain",
			   lens->domain));
	add_case(cases, "suggestions", as,
		 json_pack("{s:s, s:{s:s}}", "http", "POST /v1/actions/suggestions", "json",
			   "domain", lens->domain));
	for (size_t i = 0; i < lens->action_count; i++)
		add_action(cases, lens, &lens->actions[i]);
	return json_pack("{s:s+, s:s+, s:s, s:[s], s:o}", "suite", lens->name, ".switched_off",
			 "title", lens->name, ": every endpoint is off", "lens", lens->name, "tags",
			 "flags", "cases", cases);
}

/* Cases settle in any order, and are told in that of the suite. */
static void
keep_in_order(struct switched_off *off, size_t index, json_t *endpoint)
{
	size_t at = 0;

	if (!off->endpoints)
		off->endpoints = json_array();
	while (at < json_array_size(off->endpoints) &&
	       (size_t)json_integer_value(
		       json_object_get(json_array_get(off->endpoints, at), "case")) < index)
		at++;
	json_array_insert_new(off->endpoints, at, endpoint);
}

void
switched_off_case(struct switched_off *off, const struct planned_case *planned,
		  const struct run_case *run_case)
{
	const char *state = "unknown";
	const char *answer = run_case->actual ? run_case->actual : run_case->reason;

	if (run_case->verdict == VERDICT_PASS)
		state = "off";
	else if (run_case->verdict == VERDICT_FAIL)
		state = "on";
	off->off += run_case->verdict == VERDICT_PASS;
	off->on += run_case->verdict == VERDICT_FAIL;
	off->unknown += state[0] == 'u';
	if (run_case->trouble == TROUBLE_PREFLIGHT && !off->problem[0])
		(void)snprintf(off->problem, sizeof(off->problem), "%s",
			       run_case->reason ? run_case->reason : "preflight said no");
	keep_in_order(off, run_case->index,
		      json_pack("{s:I, s:s, s:s, s:s}", "case", (json_int_t)run_case->index, "id",
				planned->id, "answer", answer ? answer : "none", "state", state));
}

void
switched_off_release(struct switched_off *off)
{
	json_decref(off->endpoints);
	*off = (struct switched_off){ 0 };
}

bool
switched_off_proved(const struct switched_off *off)
{
	return off->off > 0 && off->on == 0 && off->unknown == 0;
}

/* The ids of those that are not off. */
static void
name_others(const struct switched_off *off, struct buf *out)
{
	const char *between = ": ";
	long named = 0;

	for (size_t i = 0; i < json_array_size(off->endpoints) && named < NAMED; i++) {
		const json_t *one = json_array_get(off->endpoints, i);

		if (strcmp(json_string_value(json_object_get(one, "state")), "off") == 0)
			continue;
		buf_printf(out, "%s%s", between, json_string_value(json_object_get(one, "id")));
		between = ", ";
		named++;
	}
	if (off->on + off->unknown > named)
		buf_printf(out, " and %ld more", off->on + off->unknown - named);
}

void
switched_off_sentence(const struct switched_off *off, struct buf *out)
{
	long all = off->off + off->on + off->unknown;
	const char *plural = all == 1 ? "" : "s";

	if (off->problem[0])
		buf_printf(out, "no endpoint could be asked: %s", off->problem);
	else if (all == 0)
		buf_printf(out, "no endpoint was asked");
	else if (switched_off_proved(off) && all == 1)
		buf_printf(out, "the only endpoint answers 503 FEATURE_DISABLED");
	else if (switched_off_proved(off))
		buf_printf(out, "all %ld endpoints answer 503 FEATURE_DISABLED", all);
	else if (off->on == 0)
		buf_printf(out, "%ld of %ld endpoint%s could not be asked", off->unknown, all,
			   plural);
	else
		buf_printf(out, "%ld of %ld endpoint%s %s not off", all - off->off, all, plural,
			   all - off->off == 1 ? "is" : "are");
	if (!off->problem[0])
		name_others(off, out);
}
