#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check/pattern.h"
#include "exec/attempt_state.h"

#define MAX_PROOF_BYTES ((size_t)20 * 1024)

const char *
attempt_kept(struct attempt *attempt, const char *text)
{
	return text ? arena_text(&attempt->arena, text, strlen(text)) : NULL;
}

/* Room for one more item of an array in the arena: the old one is simply left behind. */
static void *
grown(struct attempt *attempt, void *items, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return items;
	*room = *room ? *room * 2 : 8;
	void *larger = arena_array(&attempt->arena, *room, size);
	if (count)
		memcpy(larger, items, count * size);
	return larger;
}

static struct exchange *
new_exchange(struct attempt *attempt, enum purpose purpose)
{
	struct run_case *result = &attempt->result;

	attempt->exchanges = grown(attempt, attempt->exchanges, result->exchange_count,
				   &attempt->exchange_room, sizeof(*attempt->exchanges));
	struct exchange *exchange = &attempt->exchanges[result->exchange_count++];
	result->exchanges = attempt->exchanges;
	if (purpose == PURPOSE_STEP && attempt->cleaning)
		purpose = PURPOSE_CLEANUP;
	else if (purpose == PURPOSE_STEP && !attempt->work.test)
		purpose = PURPOSE_SETUP;
	*exchange = (struct exchange){
		.purpose = purpose,
		.step = (int)attempt->index + 1,
		.attempt = attempt->now.tries,
		.title = attempt->now.step->title,
		.persona = attempt->now.step->as,
		.started_us = attempt->sent_us - attempt->session->began_us,
	};
	return exchange;
}

void
attempt_leftover(struct attempt *attempt, const char *sentence)
{
	struct run_case *result = &attempt->result;

	attempt->leftovers = grown(attempt, attempt->leftovers, result->leftover_count,
				   &attempt->leftover_room, sizeof(*attempt->leftovers));
	attempt->leftovers[result->leftover_count++] =
		credentials_cover(attempt->session->credentials, sentence, &attempt->arena);
	result->leftovers = attempt->leftovers;
}

/* The case cannot be judged. In a clean-up it is only noted: the verdict stands. */
void
attempt_trouble(struct attempt *attempt, enum trouble kind, const char *fmt, ...)
{
	char text[600];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (attempt->cleaning) {
		attempt_leftover(attempt, attempt_kept(attempt, text));
	} else if (attempt->result.trouble == TROUBLE_NONE) {
		attempt->result.trouble = kind;
		attempt->result.reason = attempt_kept(attempt, text);
	}
	attempt->phase = PHASE_END;
}

void
attempt_cover(struct attempt *attempt)
{
	const struct credentials *credentials = attempt->session->credentials;
	struct run_case *result = &attempt->result;
	struct arena *arena = &attempt->arena;

	result->reason = credentials_cover(credentials, result->reason, arena);
	result->expected = credentials_cover(credentials, result->expected, arena);
	result->actual = credentials_cover(credentials, result->actual, arena);
	result->note = credentials_cover(credentials, result->note, arena);
	for (size_t i = 0; i < result->findings.count; i++) {
		struct finding *finding = &result->findings.items[i];

		finding->pointer = credentials_cover(credentials, finding->pointer, arena);
		finding->expected = credentials_cover(credentials, finding->expected, arena);
		finding->actual = credentials_cover(credentials, finding->actual, arena);
		finding->message = credentials_cover(credentials, finding->message, arena);
	}
}

bool
attempt_broken(const struct attempt *attempt)
{
	return attempt->result.trouble != TROUBLE_NONE ||
	       attempt->result.findings.count > attempt->now.findings_at;
}

void
attempt_note_sql(struct attempt *attempt, enum purpose purpose, const char *identity,
		 const char *text, const char *params, const struct sql_reply *reply)
{
	struct exchange *exchange = new_exchange(attempt, purpose);
	const struct credential *who = attempt->now.credential;
	bool persona = strcmp(identity, "persona") == 0;
	enum outcome outcome = sql_meaning(reply, text).outcome;

	exchange->kind = EXCHANGE_SQL;
	if (!persona)
		exchange->persona = "witness";
	exchange->sql = (struct sql_exchange){
		.identity = identity,
		.role = persona ? who->role : NULL,
		.claims = persona ? who->claims : NULL,
		.text = text,
		.params = params,
		.outcome = outcome == OUTCOME_NONE ? "lost" : outcome_name(outcome),
		.sqlstate = reply->sqlstate[0] ? attempt_kept(attempt, reply->sqlstate) : NULL,
		.message = attempt_kept(attempt, reply->message),
		.rows = reply->rows,
		.elapsed_us = reply->elapsed_us,
	};
	if (reply->values && json_array_size(reply->values) > 0)
		exchange->sql.values =
			pattern_text(reply->values, MAX_PROOF_BYTES, &attempt->arena);
	attempt->session->invariants.statements++;
}

void
attempt_note_http(struct attempt *attempt, const struct http_reply *reply)
{
	struct exchange *exchange = new_exchange(attempt, PURPOSE_STEP);
	const struct request *request = &attempt->now.request;

	exchange->kind = EXCHANGE_HTTP;
	exchange->http = (struct http_exchange){
		.method = request->method,
		.url = request->url,
		.request_headers = request->shown_headers,
		.request_body = request->body,
		.request_body_len = request->body_len,
		.status = reply->status,
		.response_headers = reply->headers ? arena_text(&attempt->arena, reply->headers,
								reply->headers_len)
						   : NULL,
		.response_body = reply->body
					 ? arena_text(&attempt->arena, reply->body, reply->body_len)
					 : NULL,
		.response_body_len = reply->body_len,
		.response_bytes = reply->wire_bytes,
		.truncated = reply->problem == HTTP_TOO_LARGE,
		.problem = attempt_kept(attempt, reply->sentence),
		.timing = { .dns_us = reply->dns_us,
			    .connect_us = reply->connect_us,
			    .tls_us = reply->tls_us,
			    .first_byte_us = reply->first_byte_us,
			    .total_us = reply->total_us },
	};
}
