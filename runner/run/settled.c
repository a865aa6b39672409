#include "run/settled.h"

#include <stdint.h>
#include <string.h>

#include "run/member.h"

#define AT(member) offsetof(struct run_case, member)
#define IN(member) offsetof(struct reading_exchange, exchange.member)

/* The text that comes next; NULL when something else does. */
static const char *
next_text(struct members *members)
{
	struct span span;

	return scan_string(&members->scan, &span) ? span_text(&span) : NULL;
}

/* Room for one more object in an array that grows in the arena. */
static void *
grow(struct arena *arena, void *items, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return items;
	*room = *room ? *room * 2 : 4;
	void *larger = arena_array(arena, *room, size);
	if (count)
		memcpy(larger, items, count * size);
	return larger;
}

struct reading_exchange {
	struct exchange exchange;
	const char *kind, *purpose;
};

static bool
read_timing(struct members *members, void *into)
{
	static const struct member rows[] = {
		{ "queue_us", MEMBER_INT64, offsetof(struct timing, queue_us), 0, NULL },
		{ "dns_us", MEMBER_INT64, offsetof(struct timing, dns_us), 0, NULL },
		{ "connect_us", MEMBER_INT64, offsetof(struct timing, connect_us), 0, NULL },
		{ "tls_us", MEMBER_INT64, offsetof(struct timing, tls_us), 0, NULL },
		{ "first_byte_us", MEMBER_INT64, offsetof(struct timing, first_byte_us), 0, NULL },
		{ "total_us", MEMBER_INT64, offsetof(struct timing, total_us), 0, NULL },
	};
	struct reading_exchange *reading = into;

	(void)members_read(members, rows, COUNTOF(rows), &reading->exchange.http.timing);
	return true;
}

/* In the order in which record.c writes them. */
static const struct member exchange_rows[] = {
	{ "kind", MEMBER_TEXT, offsetof(struct reading_exchange, kind), 0, NULL },
	{ "purpose", MEMBER_TEXT, offsetof(struct reading_exchange, purpose), 0, NULL },
	{ "step", MEMBER_INT, IN(step), 0, NULL },
	{ "attempt", MEMBER_INT, IN(attempt), 0, NULL },
	{ "title", MEMBER_TEXT, IN(title), 0, NULL },
	{ "persona", MEMBER_TEXT, IN(persona), 0, NULL },
	{ "started_us", MEMBER_INT64, IN(started_us), 0, NULL },
	{ "method", MEMBER_TEXT, IN(http.method), 0, NULL },
	{ "url", MEMBER_TEXT, IN(http.url), 0, NULL },
	{ "status", MEMBER_LONG, IN(http.status), 0, NULL },
	{ "problem", MEMBER_TEXT, IN(http.problem), 0, NULL },
	{ "response_bytes", MEMBER_SIZE, IN(http.response_bytes), 0, NULL },
	{ "truncated", MEMBER_BOOL, IN(http.truncated), 0, NULL },
	{ "request_headers", MEMBER_TEXT, IN(http.request_headers), 0, NULL },
	{ "request_body", MEMBER_BYTES, IN(http.request_body), IN(http.request_body_len), NULL },
	{ "response_headers", MEMBER_TEXT, IN(http.response_headers), 0, NULL },
	{ "response_body", MEMBER_BYTES, IN(http.response_body), IN(http.response_body_len), NULL },
	{ "timing", MEMBER_OTHER, 0, 0, read_timing },
	{ "identity", MEMBER_TEXT, IN(sql.identity), 0, NULL },
	{ "role", MEMBER_TEXT, IN(sql.role), 0, NULL },
	{ "text", MEMBER_TEXT, IN(sql.text), 0, NULL },
	{ "params", MEMBER_TEXT, IN(sql.params), 0, NULL },
	{ "outcome", MEMBER_TEXT, IN(sql.outcome), 0, NULL },
	{ "sqlstate", MEMBER_TEXT, IN(sql.sqlstate), 0, NULL },
	{ "message", MEMBER_TEXT, IN(sql.message), 0, NULL },
	{ "rows", MEMBER_LONG, IN(sql.rows), 0, NULL },
	{ "claims", MEMBER_TEXT, IN(sql.claims), 0, NULL },
	{ "values", MEMBER_TEXT, IN(sql.values), 0, NULL },
	{ "elapsed_us", MEMBER_INT64, IN(sql.elapsed_us), 0, NULL },
};

static bool
read_exchange(struct members *members, struct exchange *out)
{
	struct reading_exchange reading = { .exchange.attempt = 1 };
	bool known = members_read(members, exchange_rows, COUNTOF(exchange_rows), &reading) &&
		     reading.kind && reading.purpose &&
		     purpose_parse(reading.purpose, &reading.exchange.purpose);

	if (known && strcmp(reading.kind, "http") == 0)
		reading.exchange.kind = EXCHANGE_HTTP;
	else if (known && strcmp(reading.kind, "sql") == 0)
		reading.exchange.kind = EXCHANGE_SQL;
	else
		return false;
	*out = reading.exchange;
	return true;
}

static struct exchange *
read_exchanges(struct members *members, size_t *count)
{
	struct exchange *exchanges = NULL;
	size_t room = 0;

	*count = 0;
	while (scan_element(&members->scan)) {
		exchanges = grow(members->arena, exchanges, *count, &room, sizeof(*exchanges));
		if (read_exchange(members, &exchanges[*count]))
			++*count;
		else if (!members->bad)
			members->bad = "exchanges";
	}
	return exchanges;
}

static bool
read_case_exchanges(struct members *members, void *into)
{
	struct run_case *out = into;

	if (members->brief) {
		scan_skip(&members->scan);
		return true;
	}
	if (!scan_open(&members->scan, '['))
		return false;
	out->exchanges = read_exchanges(members, &out->exchange_count);
	return true;
}

struct reading_finding {
	const char *type, *pointer, *expected, *actual, *message;
};

static bool
read_finding(struct members *members, struct findings *findings)
{
	static const struct member rows[] = {
		{ "type", MEMBER_TEXT, offsetof(struct reading_finding, type), 0, NULL },
		{ "pointer", MEMBER_TEXT, offsetof(struct reading_finding, pointer), 0, NULL },
		{ "expected", MEMBER_TEXT, offsetof(struct reading_finding, expected), 0, NULL },
		{ "actual", MEMBER_TEXT, offsetof(struct reading_finding, actual), 0, NULL },
		{ "message", MEMBER_TEXT, offsetof(struct reading_finding, message), 0, NULL },
	};
	struct reading_finding reading = { NULL, "", "", "", "" };
	enum finding_type type;

	if (!members_read(members, rows, COUNTOF(rows), &reading) || !reading.type ||
	    !finding_type_parse(reading.type, &type))
		return false;
	finding_add(findings, type, reading.pointer, reading.expected, reading.actual, "%s",
		    reading.message);
	return true;
}

static bool
read_findings(struct members *members, void *into)
{
	struct run_case *out = into;

	if (!scan_open(&members->scan, '['))
		return false;
	out->findings = (struct findings){ .arena = members->arena };
	while (scan_element(&members->scan)) {
		if (!read_finding(members, &out->findings) && !members->bad)
			members->bad = "findings";
	}
	return true;
}

static bool
read_leftovers(struct members *members, void *into)
{
	struct run_case *out = into;
	const char **leftovers = NULL;
	size_t room = 0;

	if (!scan_open(&members->scan, '['))
		return false;
	out->leftover_count = 0;
	while (scan_element(&members->scan)) {
		const char *sentence = next_text(members);

		if (!sentence)
			scan_skip(&members->scan);
		leftovers = grow(members->arena, leftovers, out->leftover_count, &room,
				 sizeof(*leftovers));
		leftovers[out->leftover_count++] = sentence ? sentence : "";
	}
	out->leftovers = leftovers;
	return true;
}

static bool
read_verdict(struct members *members, void *into)
{
	struct run_case *out = into;
	const char *name = next_text(members);

	return name && verdict_parse(name, &out->verdict);
}

static bool
read_trouble(struct members *members, void *into)
{
	struct run_case *out = into;
	const char *name = next_text(members);

	return name && trouble_parse(name, &out->trouble);
}

/* In the order in which record.c writes them. */
static const struct member case_rows[] = {
	{ "index", MEMBER_SIZE, AT(index), 0, NULL },
	{ "verdict", MEMBER_OTHER, 0, 0, read_verdict },
	{ "trouble", MEMBER_OTHER, 0, 0, read_trouble },
	{ "reason", MEMBER_TEXT, AT(reason), 0, NULL },
	{ "expected", MEMBER_TEXT, AT(expected), 0, NULL },
	{ "actual", MEMBER_TEXT, AT(actual), 0, NULL },
	{ "proof", MEMBER_TEXT, AT(proof), 0, NULL },
	{ "note", MEMBER_TEXT, AT(note), 0, NULL },
	{ "measured", MEMBER_TEXT, AT(measured), 0, NULL },
	{ "flaky", MEMBER_BOOL, AT(flaky), 0, NULL },
	{ "attempts", MEMBER_INT, AT(attempts), 0, NULL },
	{ "started_us", MEMBER_INT64, AT(started_us), 0, NULL },
	{ "elapsed_us", MEMBER_INT64, AT(elapsed_us), 0, NULL },
	{ "assertions", MEMBER_LONG, AT(assertions), 0, NULL },
	{ "findings", MEMBER_OTHER, 0, 0, read_findings },
	{ "file", MEMBER_TEXT, AT(file), 0, NULL },
	{ "line", MEMBER_INT, AT(line), 0, NULL },
	{ "source", MEMBER_TEXT, AT(source), 0, NULL },
	{ "exchanges", MEMBER_OTHER, 0, 0, read_case_exchanges },
	{ "leftovers", MEMBER_OTHER, 0, 0, read_leftovers },
};

static bool
read_settled(struct members *members, struct run_case *out, const char **bad)
{
	*out = (struct run_case){ .index = SIZE_MAX,
				  .attempts = 1,
				  .findings.arena = members->arena };
	bool is_object = members_read(members, case_rows, COUNTOF(case_rows), out);
	*bad = members->bad;
	return is_object && scan_done(&members->scan);
}

bool
settled_read(char *line, size_t len, struct arena *arena, struct run_case *out, const char **bad)
{
	struct members members = { .scan = scan_of(line, len), .arena = arena };

	return read_settled(&members, out, bad);
}

bool
settled_read_brief(char *line, size_t len, struct arena *arena, struct run_case *out,
		   const char **bad)
{
	struct members members = { .scan = scan_of(line, len), .arena = arena, .brief = true };

	return read_settled(&members, out, bad);
}

const struct exchange *
settled_exchanges(char *text, size_t len, struct arena *arena, size_t *count)
{
	struct members members = { .scan = scan_of(text, len), .arena = arena };

	*count = 0;
	return scan_open(&members.scan, '[') ? read_exchanges(&members, count) : NULL;
}

/* True for an exchange that the case's own steps made. */
static bool
count_exchange(const struct exchange *exchange, struct invariants *invariants)
{
	bool step = exchange->purpose == PURPOSE_STEP;

	invariants->retried += exchange->attempt > 1;
	if (exchange->kind == EXCHANGE_SQL)
		invariants->statements += step;
	else if (exchange->http.status && !exchange->http.problem)
		invariants->replies++;
	else
		invariants->transport_errors++;
	return step;
}

static void
add_time(const struct exchange *exchange, struct times *times)
{
	if (exchange->kind == EXCHANGE_SQL)
		latency_add(&times->sql, exchange->sql.elapsed_us);
	else if (exchange->http.status && !exchange->http.problem)
		latency_add(&times->http, exchange->http.timing.total_us);
}

void
settled_count(const struct run_case *run_case, struct run *run)
{
	struct totals *totals = &run->totals;
	struct invariants *invariants = &run->invariants;
	enum verdict verdict = run_case->verdict;
	bool asked = false;

	for (size_t i = 0; i < run_case->exchange_count; i++) {
		asked |= count_exchange(&run_case->exchanges[i], invariants);
		add_time(&run_case->exchanges[i], &run->times);
	}
	for (size_t i = 0; i < run_case->findings.count; i++) {
		enum finding_type type = run_case->findings.items[i].type;

		invariants->replies_5xx += type == FINDING_INVARIANT;
		invariants->late += type == FINDING_LATENCY;
	}
	totals->passed += verdict == VERDICT_PASS;
	totals->failed += verdict == VERDICT_FAIL;
	totals->errors += verdict == VERDICT_ERROR;
	totals->blocked += verdict == VERDICT_ERROR && run_case->trouble == TROUBLE_BLOCKED;
	totals->skipped += verdict == VERDICT_SKIP;
	totals->flaky += run_case->flaky;
	/* An ERROR was executed when its steps sent something; PASS and FAIL always were. */
	totals->executed += verdict == VERDICT_PASS || verdict == VERDICT_FAIL ||
			    (verdict == VERDICT_ERROR && asked);
}
