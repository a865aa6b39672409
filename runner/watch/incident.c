#include "watch/incident.h"

#include <string.h>

#include "base/base.h"
#include "base/clock.h"
#include "document/node.h"
#include "report/prose.h"
#include "watch/timeline.h"

#define EVENTS 200
#define ROWS   100

static const char *const decisions[] = {
	[CANARY_PROMOTE] = "Go on to the next stage.",
	[CANARY_HOLD] = "Stay at this stage and find out why; nothing is rolled back.",
	[CANARY_ROLL_BACK] = "Roll back: pause the roll-out and switch the flag off.",
	[CANARY_INCONCLUSIVE] = "Too few rounds to say anything: see why, and wait for a whole "
				"window.",
};

/* ---- facts that both forms have ---- */

static bool
is_told(const json_t *event)
{
	const char *level = json_string_value(json_object_get(event, "level"));

	return !level || strcmp(level, "info") != 0;
}

/* Rows worth showing: not healthy, something wrong, a 5xx, or a reply over the limit. */
static bool
is_bad(const json_t *row, const struct canary_stage *stage)
{
	struct canary_window one = { .rounds = 0 };
	const char *status = json_string_value(json_object_get(row, "status"));

	canary_add(&one, stage, row);
	return !status || strcmp(status, "healthy") != 0 || one.wrong || one.replies_5xx ||
	       one.slow_rounds;
}

static json_t *
bad_rows(const struct incident *in)
{
	json_t *bad = json_array();

	for (size_t i = 0; i < json_array_size(in->rows); i++) {
		const json_t *row = json_array_get(in->rows, i);

		if (is_bad(row, in->stage))
			json_array_append(bad, node_writable(row));
	}
	return bad;
}

/* Runbooks of what is not met, each once, in the order of the criteria. */
static json_t *
runbooks(const struct incident *in)
{
	json_t *seen = json_object(), *list = json_array();
	const char *books[CANARY_CRITERIA + 1] = { NULL };

	for (size_t i = 0; i < CANARY_CRITERIA; i++) {
		if (!in->judgement->criteria[i].met)
			books[i] = in->judgement->criteria[i].runbook;
	}
	if (in->off && !switched_off_proved(in->off))
		books[CANARY_CRITERIA] = in->stage->runbooks.flag;
	for (size_t i = 0; i < COUNTOF(books); i++) {
		if (!books[i] || json_object_get(seen, books[i]))
			continue;
		json_object_set_new(seen, books[i], json_null());
		json_array_append_new(list, json_sprintf("suites/%s/%s", in->lens, books[i]));
	}
	json_decref(seen);
	return list;
}

static json_t *
timeline(const struct incident *in)
{
	json_t *entries = timeline_make(in->rows, in->stage->every_ms, in->window->to_us);
	char now[CLOCK_TEXT_BYTES];

	clock_text(in->window->to_us, now);
	json_array_append_new(entries, json_pack("{s:s, s:s+}", "at", now, "what", "decision: ",
						 canary_verdict_name(in->judgement->verdict)));
	return entries;
}

/* ---- Markdown ---- */

static const char *
text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void
add_cell(struct buf *out, const char *text)
{
	prose_inline(out, text);
	buf_printf(out, " | ");
}

static void
add_timeline(const struct incident *in, struct buf *out)
{
	json_t *entries = timeline(in);

	buf_printf(out, "\n## Time line\n\n| when (UTC) | what |\n|---|---|\n");
	for (size_t i = 0; i < json_array_size(entries); i++) {
		const json_t *entry = json_array_get(entries, i);

		buf_printf(out, "| %.10s %.8s | ", text_of(entry, "at"), text_of(entry, "at") + 11);
		prose_inline(out, text_of(entry, "what"));
		buf_printf(out, " |\n");
	}
	json_decref(entries);
}

static void
add_event(const json_t *row, const json_t *event, struct buf *out)
{
	const json_t *detail = json_object_get(event, "detail_json");

	buf_printf(out, "| %.10s %.8s | ", text_of(row, "observed_at"),
		   text_of(row, "observed_at") + 11);
	add_cell(out, text_of(row, "status"));
	add_cell(out, text_of(event, "level"));
	add_cell(out, text_of(detail, "check"));
	prose_inline(out, text_of(detail, "message"));
	buf_printf(out, " |\n");
}

static void
add_events(const struct incident *in, struct buf *out)
{
	size_t count = 0;

	buf_printf(out, "\n## Events\n\n");
	for (size_t i = 0; i < json_array_size(in->rows); i++) {
		const json_t *row = json_array_get(in->rows, i);
		const json_t *events = json_object_get(row, "events");

		for (size_t k = 0; k < json_array_size(events); k++) {
			if (!is_told(json_array_get(events, k)) || ++count > EVENTS)
				continue;
			if (count == 1)
				buf_printf(out, "| when (UTC) | round | level | check | what |\n"
						"|---|---|---|---|---|\n");
			add_event(row, json_array_get(events, k), out);
		}
	}
	if (count == 0)
		buf_printf(out, "None.\n");
	if (count > EVENTS)
		buf_printf(out, "\nThe first %d of %zu; all are in pms_health_events.\n", EVENTS,
			   count);
}

static void
add_row(const json_t *row, struct buf *out)
{
	const json_t *target = json_object_get(json_object_get(row, "notes"), "target");

	buf_printf(out, "| %.10s %.8s | %s | %lld ms | %.4g %% of %lld | ",
		   text_of(row, "observed_at"), text_of(row, "observed_at") + 11,
		   text_of(row, "status"),
		   (long long)json_integer_value(json_object_get(row, "p95_latency_ms")),
		   json_number_value(json_object_get(row, "error_rate_percent")),
		   (long long)json_integer_value(json_object_get(row, "sample_size")));
	buf_printf(out, "%.12s | `%s` |\n",
		   text_of(target, "commit") ? text_of(target, "commit") : "-", text_of(row, "id"));
}

static void
add_rows(const struct incident *in, struct buf *out)
{
	json_t *bad = bad_rows(in);
	size_t count = json_array_size(bad), all = json_array_size(in->rows);

	buf_printf(out, "\n## Rows\n\n");
	if (count == 0)
		buf_printf(out, "%s\n",
			   all ? "Every round there is was healthy and in time."
			       : "There is none.");
	else
		buf_printf(out,
			   "Not healthy, with a wrong check, or too slow: %zu of %zu%s.\n\n"
			   "| when (UTC) | round | P95 | wrong checks | version | row |\n"
			   "|---|---|---|---|---|---|\n",
			   count, all, count > ROWS ? "; here are the newest" : "");
	for (size_t i = count > ROWS ? count - ROWS : 0; i < count; i++)
		add_row(json_array_get(bad, i), out);
	json_decref(bad);
}

static void
add_transcripts(const struct incident *in, struct buf *out)
{
	buf_printf(out, "\n## Transcripts\n");
	if (!json_array_size(in->transcripts))
		buf_printf(out,
			   "\nNone: no record of a round that went wrong is on this machine.\n");
	for (size_t i = 0; i < json_array_size(in->transcripts); i++) {
		const json_t *one = json_array_get(in->transcripts, i);
		const json_t *cases = json_object_get(one, "cases");

		for (size_t k = 0; k < json_array_size(cases); k++) {
			const json_t *test = json_array_get(cases, k);

			buf_printf(out, "\n### %.10s %.8s: %s, %s\n\nRecord: ", text_of(one, "at"),
				   text_of(one, "at") + 11, text_of(test, "id"),
				   text_of(test, "verdict"));
			prose_code(out, text_of(one, "record"));
			buf_printf(out, "\n\n");
			prose_block(out, "http", text_of(test, "text"),
				    json_string_length(json_object_get(test, "text")));
		}
	}
}

static void
add_off(const struct incident *in, struct buf *out)
{
	if (!in->off)
		return;
	buf_printf(out, "\n## Is the flag off?\n\n");
	buf_printf(out, switched_off_proved(in->off) ? "Yes: " : "**No**: ");
	switched_off_sentence(in->off, out);
	buf_printf(out, ".\n");
	if (json_array_size(in->off->endpoints))
		buf_printf(out, "\n| endpoint | answer | |\n|---|---|---|\n");
	for (size_t i = 0; i < json_array_size(in->off->endpoints); i++) {
		const json_t *one = json_array_get(in->off->endpoints, i);

		buf_printf(out, "| ");
		add_cell(out, text_of(one, "id"));
		add_cell(out, text_of(one, "answer"));
		buf_printf(out, "%s |\n", text_of(one, "state"));
	}
	if (in->off_record && in->off_record[0]) {
		buf_printf(out, "\nRecord: ");
		prose_code(out, in->off_record);
		buf_printf(out, "\n");
	}
}

static void
add_decision(const struct incident *in, struct buf *out)
{
	json_t *books = runbooks(in);

	buf_printf(out, "\n## Decision\n\n%s", decisions[in->judgement->verdict]);
	if (in->judgement->verdict == CANARY_ROLL_BACK) {
		if (in->off && switched_off_proved(in->off))
			buf_printf(out, " The flag is off already.");
		else
			buf_printf(
				out,
				" Then `lensgate canary %s --stage %s --env %s --verify-off` asks "
				"every endpoint whether it is off.",
				in->lens, in->stage->name, in->environment);
	}
	buf_printf(out, "\n\n## Runbooks\n\n");
	for (size_t i = 0; i < json_array_size(books); i++)
		buf_printf(out, "- %s\n", json_string_value(json_array_get(books, i)));
	if (!json_array_size(books))
		buf_printf(out, "None is needed; all are below suites/%s/runbooks/.\n", in->lens);
	json_decref(books);
}

void
incident_markdown(const struct incident *in, struct buf *out)
{
	char from[CLOCK_TEXT_BYTES], to[CLOCK_TEXT_BYTES];

	clock_text(in->window->from_us, from);
	clock_text(in->window->to_us, to);
	buf_printf(out,
		   "# %s: %s\n\nLens %s, environment %s, yacht %s, from %s to %s; a round is due "
		   "every "
		   "%lld minute%s.\n\n## Criteria\n\n",
		   in->stage->title, canary_verdict_name(in->judgement->verdict), in->lens,
		   in->environment, in->yacht, from, to, (long long)(in->stage->every_ms / 60000),
		   in->stage->every_ms / 60000 == 1 ? "" : "s");
	canary_table(in->judgement, out);
	if (in->comparison)
		buf_printf(out, "\n## Comparison\n\n%s", in->comparison);
	add_decision(in, out);
	add_off(in, out);
	add_timeline(in, out);
	add_events(in, out);
	add_rows(in, out);
	add_transcripts(in, out);
}

/* ---- JSON ---- */

static json_t *
off_json(const struct switched_off *off)
{
	return json_pack("{s:b, s:I, s:I, s:I, s:s*, s:o}", "proved", (int)switched_off_proved(off),
			 "off", (json_int_t)off->off, "on", (json_int_t)off->on, "unknown",
			 (json_int_t)off->unknown, "problem", off->problem[0] ? off->problem : NULL,
			 "endpoints", off->endpoints ? json_incref(off->endpoints) : json_array());
}

json_t *
incident_json(const struct incident *in)
{
	char from[CLOCK_TEXT_BYTES], to[CLOCK_TEXT_BYTES];

	clock_text(in->window->from_us, from);
	clock_text(in->window->to_us, to);
	json_t *out = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s*, s:s, s:o, s:o, s:o, s:O?}", "lens",
		in->lens, "environment", in->environment, "yacht", in->yacht, "stage",
		in->stage->name, "from", from, "to", to, "verdict",
		canary_verdict_name(in->judgement->verdict), "criteria", canary_list(in->judgement),
		"comparison", in->comparison, "decision", decisions[in->judgement->verdict],
		"runbooks", runbooks(in), "timeline", timeline(in), "rows", bad_rows(in),
		"transcripts", in->transcripts);
	if (in->off)
		json_object_set_new(out, "off", off_json(in->off));
	return out;
}
