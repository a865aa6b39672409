/* Transcripts: what was asked and answered, case by case. */
#include <string.h>

#include "base/digest.h"
#include "report/markdown_parts.h"
#include "report/prose.h"
#include "report/transcript.h"

/* A longer body is folded away. */
#define FOLD_BYTES ((size_t)2048)

void
part_case_heading(struct document *document, const struct planned_case *planned,
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
			part_case_heading(document, planned, run_case);
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
		buf_printf(&document->out,
			   "### preflight\n\n<details><summary>%zu exchange%s before any case "
			   "began</summary>\n\n",
			   count, count == 1 ? "" : "s");
	for (size_t i = 0; i < count; i++) {
		add_line(document, &exchanges[i]);
		if (exchanges[i].kind == EXCHANGE_HTTP)
			add_http(document, &exchanges[i].http);
		part_flush(document);
	}
	if (count)
		buf_printf(&document->out, "</details>\n\n");
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
