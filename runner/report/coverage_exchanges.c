/* What exchanges show of a lens: actions asked for as a role, what they were answered, and ways
 * that rows went. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/coverage.h"
#include "run/decode.h"

/* ---- actions, by whom, at which layer ---- */

static const char *
role_of(const struct coverage *coverage, const char *persona)
{
	for (size_t i = 0; persona && i < coverage->stand_in_count; i++) {
		if (strcmp(coverage->stand_ins[i].persona, persona) == 0)
			return coverage->stand_ins[i].role;
	}
	return NULL;
}

static size_t
place_of(const char *const *names, size_t count, const char *name)
{
	size_t i = 0;

	while (i < count && (!name || !names[i] || strcmp(names[i], name) != 0))
		i++;
	return i;
}

/* The action that a request to execute names. Without a body, as a record of the kind `summary`
 * leaves it, the case's own has to do. */
static size_t
executed_action(const struct lens_coverage *lens, const struct http_exchange *http,
		const struct planned_case *planned)
{
	json_t *body =
		http->request_body ? decode(http->request_body, http->request_body_len) : NULL;
	const char *name = json_string_value(json_object_get(body, "action"));
	size_t place = place_of(lens->actions, lens->action_count,
				http->request_body ? name : planned->action);

	json_decref(body);
	return place;
}

/* One exchange as `role`. A list is about every action at once. */
static void
ask(struct lens_coverage *lens, const struct planned_case *planned, const struct exchange *exchange,
    size_t role)
{
	const char *url = exchange->http.url ? exchange->http.url : "";
	size_t action = lens->action_count;
	enum layer layer = LAYER_EXECUTE;

	if (exchange->kind == EXCHANGE_SQL) {
		layer = LAYER_RLS;
		action = place_of(lens->statements, lens->action_count, exchange->sql.text);
	} else if (strstr(url, "/v1/actions/execute")) {
		action = executed_action(lens, &exchange->http, planned);
	} else if (strstr(url, "/v1/actions/list")) {
		for (size_t i = 0; i < lens->action_count; i++)
			coverage_cell(lens, i, role, LAYER_LIST)->asked++;
	}
	if (action < lens->action_count)
		coverage_cell(lens, action, role, layer)->asked++;
}

/* ---- what a case that failed was answered ---- */

static bool
has_finding(const struct run_case *run_case, enum finding_type type, const char *below)
{
	for (size_t i = 0; i < run_case->findings.count; i++) {
		const struct finding *finding = &run_case->findings.items[i];

		if (finding->type == type && strncmp(finding->pointer, below, strlen(below)) == 0)
			return true;
	}
	return false;
}

static const struct exchange *
last_of_steps(const struct run_case *run_case)
{
	for (size_t i = run_case->exchange_count; i > 0; i--) {
		if (run_case->exchanges[i - 1].purpose == PURPOSE_STEP)
			return &run_case->exchanges[i - 1];
	}
	return NULL;
}

static enum answer
answer_of_status(const struct http_exchange *http)
{
	if (http->problem || http->status < 200 || http->status >= 500)
		return ANSWER_UNKNOWN;
	return http->status < 300 ? ANSWER_ALLOWED : ANSWER_REFUSED;
}

static enum answer
answer_of_list(const struct run_case *run_case, const struct http_exchange *http, bool allowed)
{
	enum answer answer = answer_of_status(http);

	if (answer != ANSWER_ALLOWED)
		return answer;
	return has_finding(run_case, FINDING_BODY, "/actions") == allowed ? ANSWER_REFUSED
									  : ANSWER_ALLOWED;
}

static enum answer
answer_of_outcome(const char *outcome)
{
	static const struct {
		const char *begins;
		enum answer answer;
	} answers[] = { { "allowed", ANSWER_ALLOWED },
			{ "denied", ANSWER_REFUSED },
			{ "filtered", ANSWER_REFUSED } };

	for (size_t i = 0; outcome && i < COUNTOF(answers); i++) {
		if (strncmp(outcome, answers[i].begins, strlen(answers[i].begins)) == 0)
			return answers[i].answer;
	}
	return ANSWER_UNKNOWN;
}

enum answer
coverage_answer(const struct lens_coverage *lens, const struct planned_case *planned,
		const struct run_case *run_case, const struct cell *cell, enum layer layer)
{
	const struct exchange *exchange = last_of_steps(run_case);

	if (run_case->verdict != VERDICT_FAIL || !exchange)
		return ANSWER_UNKNOWN;
	if (layer == LAYER_RLS)
		return exchange->kind == EXCHANGE_SQL ? answer_of_outcome(exchange->sql.outcome)
						      : ANSWER_UNKNOWN;
	if (exchange->kind != EXCHANGE_HTTP)
		return ANSWER_UNKNOWN;
	if (layer == LAYER_LIST)
		return answer_of_list(run_case, &exchange->http, cell->allowed);
	/* What made the row that the action needs was another action. A record without bodies does
	 * not tell them apart, but only the last one is judged by what it answers. */
	if (!exchange->http.request_body && !has_finding(run_case, FINDING_STATUS, ""))
		return ANSWER_UNKNOWN;
	size_t action = executed_action(lens, &exchange->http, planned);
	if (action != place_of(lens->actions, lens->action_count, planned->action))
		return ANSWER_UNKNOWN;
	return answer_of_status(&exchange->http);
}

/* ---- ways that rows went ---- */

static void
went(struct lens_coverage *lens, const char *column, const json_t *from, const json_t *to)
{
	const char *left = json_string_value(from), *right = json_string_value(to);

	for (long i = 0; left && right && i < lens->transitions; i++) {
		struct transition *way = &lens->ways[i];
		if ((!column || strcmp(way->column, column) == 0) && strcmp(way->from, left) == 0 &&
		    strcmp(way->to, right) == 0)
			way->seen = true;
	}
}

static json_t *
columns_of(json_t *row)
{
	json_t *whole = json_object_get(row, "row");

	return json_is_object(whole) && json_object_size(row) == 1 ? whole : row;
}

/* A row of a history or an audit log tells by itself: previous_state and new_state, old_values and
 * new_values. */
static void
read_history(struct lens_coverage *lens, json_t *row)
{
	static const char *const before[] = { "previous", "old" };
	const char *key;
	json_t *value;

	json_object_foreach(row, key, value)
	{
		char name[80];

		if (strncmp(key, "new_", 4) != 0 || strlen(key) > 60)
			continue;
		for (size_t i = 0; i < COUNTOF(before); i++) {
			(void)snprintf(name, sizeof(name), "%s_%s", before[i], key + 4);
			const json_t *old = json_object_get(row, name);
			went(lens, NULL, old, value);
			for (long w = 0; json_is_object(old) && w < lens->transitions; w++)
				went(lens, lens->ways[w].column,
				     json_object_get(old, lens->ways[w].column),
				     json_object_get(value, lens->ways[w].column));
		}
	}
}

/* The same row, seen twice. */
static void
compare_rows(struct lens_coverage *lens, json_t *before, json_t *after)
{
	for (size_t i = 0; i < json_array_size(before); i++) {
		json_t *row = columns_of(json_array_get(before, i));
		const json_t *id = json_object_get(row, "id");

		for (size_t k = 0; id && k < json_array_size(after); k++) {
			json_t *now = columns_of(json_array_get(after, k));
			if (!json_equal(id, json_object_get(now, "id")))
				continue;
			for (long w = 0; w < lens->transitions; w++)
				went(lens, lens->ways[w].column,
				     json_object_get(row, lens->ways[w].column),
				     json_object_get(now, lens->ways[w].column));
		}
	}
}

static json_t *
rows_of_exchange(const struct exchange *exchange)
{
	if (exchange->kind != EXCHANGE_SQL || !exchange->sql.values ||
	    exchange->purpose == PURPOSE_CLEANUP)
		return NULL;
	return decode(exchange->sql.values, strlen(exchange->sql.values));
}

/* Every row against every later look at it in the case; most cases have a handful. */
static void
watch_rows(struct lens_coverage *lens, const struct run_case *run_case)
{
	json_t **looks = calloc(run_case->exchange_count + 1, sizeof(json_t *));
	size_t count = 0;

	if (!looks)
		abort();
	for (size_t i = 0; i < run_case->exchange_count; i++) {
		json_t *rows = rows_of_exchange(&run_case->exchanges[i]);

		if (!rows)
			continue;
		for (size_t k = 0; k < json_array_size(rows); k++)
			read_history(lens, columns_of(json_array_get(rows, k)));
		for (size_t k = count; k > 0 && count - k < 16; k--)
			compare_rows(lens, looks[k - 1], rows);
		looks[count++] = rows;
	}
	for (size_t i = 0; i < count; i++)
		json_decref(looks[i]);
	free(looks);
}

static bool
all_seen(const struct lens_coverage *lens)
{
	long i = 0;

	while (i < lens->transitions && lens->ways[i].seen)
		i++;
	return i == lens->transitions;
}

void
coverage_exchanges(struct coverage *coverage, struct lens_coverage *lens,
		   const struct planned_case *planned, const struct run_case *run_case)
{
	for (size_t i = 0; i < run_case->exchange_count; i++) {
		const struct exchange *exchange = &run_case->exchanges[i];
		size_t role = place_of(lens->roles, lens->role_count,
				       role_of(coverage, exchange->persona));

		if (exchange->purpose == PURPOSE_STEP && role < lens->role_count)
			ask(lens, planned, exchange, role);
	}
	/* Parsing rows is what costs; once every way was gone there is nothing left to learn. */
	if (!all_seen(lens))
		watch_rows(lens, run_case);
}
