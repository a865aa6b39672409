/* State proof and transcripts: what was asked and answered, case by case. */
#include <string.h>

#include "base/digest.h"
#include "report/markdown_parts.h"
#include "report/prose.h"
#include "report/transcript.h"

/* A longer body is folded away. */
#define FOLD_BYTES ((size_t)2048)

static void
add_heading(struct document *document, const struct planned_case *planned,
	    const struct run_case *run_case)
{
	buf_printf(&document->out, "### ");
	prose_inline(&document->out, planned->id);
	buf_printf(&document->out, " (%s)\n\n", verdict_name(run_case->verdict));
}

static void
add_line(struct document *document, const struct exchange *exchange)
{
	struct buf *text = part_scratch(document);

	transcript_line(exchange, text);
	prose_inline(&document->out, text->text);
	buf_printf(&document->out, "\n\n");
}

void
part_case_proof(struct document *document, const struct planned_case *planned,
		const struct run_case *run_case)
{
	bool headed = false;

	for (size_t i = 0; i < run_case->exchange_count; i++) {
		const struct exchange *exchange = &run_case->exchanges[i];
		struct buf *text;

		if (exchange->kind != EXCHANGE_SQL)
			continue;
		if (!headed)
			add_heading(document, planned, run_case);
		headed = true;
		add_line(document, exchange);
		text = part_scratch(document);
		transcript_sql(&exchange->sql, text);
		prose_block(&document->out, "sql", text->text, text->len);
		buf_printf(&document->out, "\n");
	}
	part_put(document, SECTION_PROOF);
}

bool
part_state_proof(struct document *document)
{
	buf_printf(&document->out, "## State proof\n\n");
	if (document->run->invariants.statements == 0)
		buf_printf(&document->out, "No SQL statement was judged; those below, if any, "
					   "looked at rows.\n\n");
	part_play(document, SECTION_PROOF);
	return true;
}

/* A body too long to stand in the way: folded, named by size and sum. */
static void
add_folded(struct document *document, const char *what, const char *body, size_t len)
{
	char sum[DIGEST_HEX_BYTES];

	digest_hex(body, len, sum);
	buf_printf(&document->out, "\n<details><summary>%s, %zu bytes, SHA-256 %s</summary>\n\n",
		   what, len, sum);
	prose_block(&document->out, "text", body, len);
	buf_printf(&document->out, "\n</details>\n");
}

static void
add_http(struct document *document, const struct http_exchange *http)
{
	struct http_exchange shown = *http;
	struct buf *text = part_scratch(document);

	if (http->request_body_len > FOLD_BYTES)
		shown.request_body = NULL;
	if (http->response_body_len > FOLD_BYTES)
		shown.response_body = NULL;
	transcript_request(&shown, text);
	prose_block(&document->out, "http", text->text, text->len);
	if (http->request_body && !shown.request_body)
		add_folded(document, "request body", http->request_body, http->request_body_len);
	buf_printf(&document->out, "\n");
	text = part_scratch(document);
	transcript_reply(&shown, text);
	prose_block(&document->out, "http", text->text, text->len);
	if (http->response_body && !shown.response_body)
		add_folded(document, "response body", http->response_body, http->response_body_len);
	buf_printf(&document->out, "\n");
}

void
part_case_transcript(struct document *document, const struct planned_case *planned,
		     const struct run_case *run_case)
{
	bool headed = false;

	for (size_t i = 0; i < run_case->exchange_count; i++) {
		const struct exchange *exchange = &run_case->exchanges[i];

		if (exchange->kind != EXCHANGE_HTTP)
			continue;
		if (!headed)
			add_heading(document, planned, run_case);
		headed = true;
		add_line(document, exchange);
		add_http(document, &exchange->http);
	}
	part_put(document, SECTION_TRANSCRIPTS);
}

static void
add_preflight(struct document *document)
{
	struct arena arena = { 0 };
	size_t count = 0;
	const struct exchange *exchanges = run_preflight_exchanges(document->run, &arena, &count);

	if (count)
		buf_printf(&document->out, "### preflight\n\n");
	for (size_t i = 0; i < count; i++) {
		add_line(document, &exchanges[i]);
		if (exchanges[i].kind == EXCHANGE_HTTP)
			add_http(document, &exchanges[i].http);
		part_flush(document);
	}
	arena_release(&arena);
}

bool
part_transcripts(struct document *document)
{
	buf_printf(&document->out, "## Transcripts\n\n"
				   "Secrets are masked; a token is named by its persona.\n\n");
	part_flush(document);
	add_preflight(document);
	part_play(document, SECTION_TRANSCRIPTS);
	return true;
}
