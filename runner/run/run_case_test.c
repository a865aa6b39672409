#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/tree.h"
#include "run/record.h"
#include "run/run.h"

/* Property: whatever a case holds, it is read back as it was written. */

static char folder[] = "/tmp/lensgate-case-XXXXXX";
static char path[64];
static uint32_t seed = 20261122;

static void
enter(void)
{
	cr_assert_not_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/run.jsonl", folder);
}

static void
leave(void)
{
	cr_expect(tree_remove(folder));
}

TestSuite(run_case, .init = enter, .fini = leave);

static uint32_t
below(uint32_t limit)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % limit;
}

static const char *const words[] = { "plain",  "two words", "\"quoted\"",  "a\\b",
				     "\r\n\t", "\x01\x7f",  "caf\xc3\xa9", "\xf0\x9f\x9a\xa2",
				     "]]>",    "| a | b |", "<b>&amp;",    "{\"x\": [1, 2]}",
				     "it's",   "a,b;c",     "$1 ${x}",     "" };

static const char *
text(struct arena *arena)
{
	char made[200] = "";
	uint32_t count = below(5);

	for (uint32_t i = 0; i < count; i++)
		(void)strcat(made, words[below(COUNTOF(words))]);
	return arena_text(arena, made, strlen(made));
}

static const char *
maybe(struct arena *arena)
{
	return below(3) ? text(arena) : NULL;
}

/* A body may hold NULs. */
static const char *
body(struct arena *arena, size_t *len)
{
	static const char bytes[] = "a\0b\0\0c";

	if (below(3))
		return *len = 0, NULL;
	*len = below(sizeof(bytes));
	return arena_text(arena, bytes, *len);
}

static struct exchange
some_exchange(struct arena *arena)
{
	struct exchange made = {
		.kind = below(2) ? EXCHANGE_HTTP : EXCHANGE_SQL,
		.purpose = (enum purpose)below(PURPOSES),
		.step = (int)below(4),
		.attempt = (int)below(3),
		.title = maybe(arena),
		.persona = maybe(arena),
		.started_us = below(1000000),
	};

	if (made.kind == EXCHANGE_HTTP) {
		made.http = (struct http_exchange){
			.method = text(arena),
			.url = text(arena),
			.request_headers = maybe(arena),
			.status = below(600),
			.response_headers = maybe(arena),
			.response_bytes = below(1000),
			.truncated = below(2),
			.problem = maybe(arena),
			.timing = { below(2), below(9), below(9), below(9), below(9), below(9) },
		};
		made.http.request_body = body(arena, &made.http.request_body_len);
		made.http.response_body = body(arena, &made.http.response_body_len);
	} else {
		made.sql = (struct sql_exchange){
			.identity = text(arena),
			.role = maybe(arena),
			.claims = maybe(arena),
			.text = text(arena),
			.params = maybe(arena),
			.outcome = text(arena),
			.sqlstate = maybe(arena),
			.message = maybe(arena),
			.rows = below(10),
			.values = maybe(arena),
			.elapsed_us = below(1000),
		};
	}
	return made;
}

static struct run_case
some_case(struct arena *arena, size_t index)
{
	struct run_case made = {
		.index = index,
		.verdict = (enum verdict)(1 + below(VERDICT_SKIP)),
		.trouble = (enum trouble)below(TROUBLE_KINDS),
		.reason = maybe(arena),
		.expected = maybe(arena),
		.actual = maybe(arena),
		.proof = maybe(arena),
		.note = maybe(arena),
		.flaky = below(2),
		.attempts = (int)below(4),
		.started_us = below(100000),
		.elapsed_us = below(100000),
		.assertions = below(10),
		.findings = { .arena = arena },
		.exchange_count = below(4),
		.leftover_count = below(3),
	};
	struct exchange *exchanges = ARENA_ARRAY(arena, made.exchange_count, struct exchange);
	const char **leftovers = ARENA_ARRAY(arena, made.leftover_count, const char *);

	for (uint32_t i = below(4); i > 0; i--)
		finding_add(&made.findings, (enum finding_type)below(FINDING_TYPES), text(arena),
			    text(arena), text(arena), "%s", text(arena));
	for (size_t i = 0; i < made.exchange_count; i++)
		exchanges[i] = some_exchange(arena);
	for (size_t i = 0; i < made.leftover_count; i++)
		leftovers[i] = text(arena);
	made.exchanges = exchanges;
	made.leftovers = leftovers;
	return made;
}

static bool
same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool
same_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return !a == !b && a_len == b_len && (!a || memcmp(a, b, a_len) == 0);
}

static bool
same_http(const struct http_exchange *a, const struct http_exchange *b)
{
	return same(a->method, b->method) && same(a->url, b->url) &&
	       same(a->request_headers, b->request_headers) && a->status == b->status &&
	       same_bytes(a->request_body, a->request_body_len, b->request_body,
			  b->request_body_len) &&
	       same(a->response_headers, b->response_headers) &&
	       same_bytes(a->response_body, a->response_body_len, b->response_body,
			  b->response_body_len) &&
	       a->response_bytes == b->response_bytes && a->truncated == b->truncated &&
	       same(a->problem, b->problem) &&
	       memcmp(&a->timing, &b->timing, sizeof(a->timing)) == 0;
}

static bool
same_sql(const struct sql_exchange *a, const struct sql_exchange *b)
{
	return same(a->identity, b->identity) && same(a->role, b->role) &&
	       same(a->claims, b->claims) && same(a->text, b->text) && same(a->params, b->params) &&
	       same(a->outcome, b->outcome) && same(a->sqlstate, b->sqlstate) &&
	       same(a->message, b->message) && a->rows == b->rows && same(a->values, b->values) &&
	       a->elapsed_us == b->elapsed_us;
}

static bool
same_exchange(const struct exchange *a, const struct exchange *b)
{
	return a->kind == b->kind && a->purpose == b->purpose && a->step == b->step &&
	       a->attempt == b->attempt && same(a->title, b->title) &&
	       same(a->persona, b->persona) && a->started_us == b->started_us &&
	       same_http(&a->http, &b->http) && same_sql(&a->sql, &b->sql);
}

static bool
same_finding(const struct finding *a, const struct finding *b)
{
	return a->type == b->type && same(a->pointer, b->pointer) &&
	       same(a->expected, b->expected) && same(a->actual, b->actual) &&
	       same(a->message, b->message);
}

static bool
same_lists(const struct run_case *a, const struct run_case *b)
{
	bool ok = a->findings.count == b->findings.count &&
		  a->exchange_count == b->exchange_count && a->leftover_count == b->leftover_count;

	for (size_t i = 0; ok && i < a->findings.count; i++)
		ok = same_finding(&a->findings.items[i], &b->findings.items[i]);
	for (size_t i = 0; ok && i < a->exchange_count; i++)
		ok = same_exchange(&a->exchanges[i], &b->exchanges[i]);
	for (size_t i = 0; ok && i < a->leftover_count; i++)
		ok = same(a->leftovers[i], b->leftovers[i]);
	return ok;
}

static bool
same_case(const struct run_case *a, const struct run_case *b)
{
	return a->index == b->index && a->verdict == b->verdict && a->trouble == b->trouble &&
	       same(a->reason, b->reason) && same(a->expected, b->expected) &&
	       same(a->actual, b->actual) && same(a->proof, b->proof) && same(a->note, b->note) &&
	       a->flaky == b->flaky && a->attempts == b->attempts &&
	       a->started_us == b->started_us && a->elapsed_us == b->elapsed_us &&
	       a->assertions == b->assertions && same_lists(a, b);
}

static void
write_cases(const struct run_case *cases, size_t count)
{
	struct error err = { 0 };
	struct record *record = record_create(path, NULL, RECORD_FULL, &err);
	json_t *empty = json_object();

	cr_assert_not_null(record, "%s", err.message);
	record_header(record, empty);
	for (size_t i = 0; i < count; i++)
		record_planned(record, &(struct planned_case){ .suite = "s", .id = "i" });
	for (size_t i = count; i-- > 0;)
		record_case(record, &cases[i]);
	record_footer(record, empty);
	json_decref(empty);
	cr_assert(record_close(record, &err), "%s", err.message);
}

Test(run_case, what_is_written_is_read_back)
{
	enum { COUNT = 500 };
	struct arena arena = { 0 };
	struct error err = { 0 };
	struct run_case *cases = ARENA_ARRAY(&arena, COUNT, struct run_case);
	struct run_case read;

	for (size_t i = 0; i < COUNT; i++)
		cases[i] = some_case(&arena, i);
	write_cases(cases, COUNT);
	struct run *run = run_load(path, &err);
	cr_assert_not_null(run, "%s", err.message);
	cr_expect_str_eq(run->broken, "");
	for (size_t i = 0; i < COUNT; i++) {
		cr_assert(run_case_read(run, i, &arena, &read, &err), "%s", err.message);
		cr_expect(same_case(&cases[i], &read), "case %zu differs", i);
		cr_expect_eq(run->entries[i].verdict, cases[i].verdict);
	}
	run_free(run);
	arena_release(&arena);
}

Test(run_case, the_comparison_would_notice_a_difference)
{
	struct arena arena = { 0 };
	struct run_case one = some_case(&arena, 0);
	struct run_case other = one;

	cr_expect(same_case(&one, &other));
	other.note = "another";
	cr_expect_not(same_case(&one, &other));
	arena_release(&arena);
}

/* A member of a case's line, its type wrong, and what is said. */
Test(run_case, a_malformed_member_is_named)
{
	static const char lines[] =
		"{\"previous\":\"\",\"record\":\"header\",\"format\":1}\n"
		"{\"previous\":\"\",\"record\":\"planned\",\"suite\":\"s\",\"id\":\"i\"}\n"
		"{\"previous\":\"\",\"record\":\"case\",\"index\":0,\"verdict\":\"PASS\",\"note\":"
		"7}\n";
	struct arena arena = { 0 };
	struct error err = { 0 };
	struct run_case read;

	cr_assert(file_replace(path, lines, sizeof(lines) - 1, &err));
	struct run *run = run_load(path, &err);
	cr_assert_not_null(run, "%s", err.message);
	cr_expect_not(run_case_read(run, 0, &arena, &read, &err));
	cr_expect_not_null(strstr(err.message, "the record of s/i has a malformed `note`"), "%s",
			   err.message);
	run_free(run);
	arena_release(&arena);
}
