/* What was asked and answered: every exchange of a case, folded until somebody looks. */
#include <string.h>

#include "report/failure.h"
#include "report/html_parts.h"
#include "report/html_text.h"
#include "report/indent.h"
#include "report/summary.h"
#include "report/transcript.h"

/* Of one body. */
#define BODY_BYTES ((size_t)32 * 1024)
/* Of all transcripts together: a browser opens this at once, and ten times as much not at all. */
#define GOOD_BYTES ((size_t)16 * 1024 * 1024)
#define BAD_BYTES  ((size_t)64 * 1024 * 1024)

/* The path and query of a URL: the host is the same in all of them. */
static const char *
path_of(const char *url)
{
	const char *scheme = url ? strstr(url, "://") : NULL;

	return scheme ? scheme + 3 + strcspn(scheme + 3, "/") : url ? url : "";
}

static void
add_body(struct page *page, const char *body, size_t len)
{
	struct buf *text = &page->text;
	size_t kept = len < BODY_BYTES ? len : BODY_BYTES;

	if (!body || len == 0)
		return;
	buf_add(text, "\n", 1);
	if (kept < len)
		buf_add(text, body, kept);
	else
		(void)indent_json(text, body, len);
	if (kept < len)
		buf_printf(text, "\n[cut here: %zu of %zu bytes]", kept, len);
}

static void
add_block(struct page *page, const char *what)
{
	buf_printf(&page->out, "<p class=\"cap\">%s</p>\n<pre>", what);
	page_add_scratch(page);
	buf_printf(&page->out, "</pre>\n");
}

static void
add_part(struct page *page, const char *name, int64_t us, int64_t all_us, double *at)
{
	double width = 1000.0 * (double)us / (double)all_us;

	if (us <= 0)
		return;
	buf_printf(&page->out, "<rect class=\"t-%s\" x=\"%.2f\" width=\"%.2f\" height=\"8\"/>",
		   name, *at, width);
	*at += width;
}

/* Where the time went, as a strip and in words. */
static void
add_timing(struct page *page, const struct timing *timing)
{
	int64_t rest_us = timing->total_us - timing->dns_us - timing->connect_us - timing->tls_us -
			  timing->first_byte_us;
	const struct {
		const char *name, *words;
		int64_t us;
	} parts[] = {
		{ "queue", "waited for a slot", timing->queue_us },
		{ "dns", "name", timing->dns_us },
		{ "connect", "connect", timing->connect_us },
		{ "tls", "TLS", timing->tls_us },
		{ "wait", "first byte", timing->first_byte_us },
		{ "rest", "rest", rest_us },
	};
	int64_t all_us = timing->queue_us + timing->total_us;
	const char *between = "";
	double at = 0;

	if (timing->total_us <= 0)
		return;
	buf_printf(&page->out, "<svg class=\"strip\" viewBox=\"0 0 1000 8\" "
			       "preserveAspectRatio=\"none\" aria-hidden=\"true\">");
	for (size_t i = 0; i < COUNTOF(parts); i++)
		add_part(page, parts[i].name, parts[i].us, all_us, &at);
	buf_printf(&page->out, "</svg>\n<p class=\"split\">");
	for (size_t i = 0; i < COUNTOF(parts); i++) {
		if (parts[i].us <= 0)
			continue;
		buf_printf(&page->out, "%s<span class=\"key t-%s\"></span>%s ", between,
			   parts[i].name, parts[i].words);
		page_time(page, parts[i].us);
		between = ", ";
	}
	buf_printf(&page->out, "</p>\n");
}

static void
add_http(struct page *page, const struct http_exchange *http)
{
	struct http_exchange bare = *http;

	bare.request_body = bare.response_body = NULL;
	add_timing(page, &http->timing);
	transcript_request(&bare, page_scratch(page));
	add_body(page, http->request_body, http->request_body_len);
	add_block(page, "Request");
	transcript_reply(&bare, page_scratch(page));
	add_body(page, http->response_body, http->response_body_len);
	add_block(page, "Reply");
}

static void
add_sql(struct page *page, const struct sql_exchange *sql)
{
	struct sql_exchange bare = *sql;

	bare.values = NULL;
	transcript_sql(&bare, page_scratch(page));
	add_block(page, "Statement and outcome");
	if (!sql->values)
		return;
	buf_clear(&page->text);
	size_t len = strlen(sql->values);
	if (len > BODY_BYTES)
		buf_printf(&page->text, "%.*s\n[cut here: %zu of %zu bytes]", (int)BODY_BYTES,
			   sql->values, BODY_BYTES, len);
	else
		(void)indent_json(&page->text, sql->values, len);
	add_block(page, "Rows");
}

static void
add_outcome(struct page *page, const struct exchange *exchange)
{
	struct buf *out = &page->out;

	buf_printf(out, "<span class=\"got\">");
	if (exchange->kind == EXCHANGE_SQL)
		html_line(out, exchange->sql.outcome ? exchange->sql.outcome : "unknown");
	else if (exchange->http.problem || !exchange->http.status)
		buf_printf(out, "no reply");
	else
		buf_printf(out, "%ld", exchange->http.status);
	buf_printf(out, "</span>");
}

static void
add_exchange(struct page *page, const struct exchange *exchange)
{
	struct buf *out = &page->out;
	bool sql = exchange->kind == EXCHANGE_SQL;

	buf_printf(out, "<details class=\"x\"><summary><span class=\"step\">%s",
		   purpose_name(exchange->purpose));
	if (exchange->step)
		buf_printf(out, " %d", exchange->step);
	if (exchange->attempt > 1)
		buf_printf(out, ", attempt %d", exchange->attempt);
	buf_printf(out, "</span> <code>");
	if (sql) {
		html_head(out, exchange->sql.text ? exchange->sql.text : "",
			  exchange->sql.text ? strlen(exchange->sql.text) : 0, 100);
	} else {
		html_line(out, exchange->http.method ? exchange->http.method : "GET");
		buf_printf(out, " ");
		html_line(out, path_of(exchange->http.url));
	}
	buf_printf(out, "</code> <span class=\"who\">");
	html_line(out, sql && exchange->sql.identity && !exchange->persona ? exchange->sql.identity
									   : exchange->persona);
	buf_printf(out, "</span> ");
	add_outcome(page, exchange);
	buf_printf(out, " <span class=\"took\">");
	page_time(page, sql ? exchange->sql.elapsed_us : exchange->http.timing.total_us);
	buf_printf(out, "</span></summary>\n");
	if (exchange->title) {
		buf_printf(out, "<p>");
		html_line(out, exchange->title);
		buf_printf(out, "</p>\n");
	}
	if (sql)
		add_sql(page, &exchange->sql);
	else
		add_http(page, &exchange->http);
	buf_printf(out, "</details>\n");
}

void
page_transcript(struct page *page, const struct run_case *run_case)
{
	bool good = run_case->verdict == VERDICT_PASS || run_case->verdict == VERDICT_SKIP;

	if (run_case->exchange_count == 0)
		return;
	if (page->transcript_bytes > (good ? GOOD_BYTES : BAD_BYTES)) {
		page->left_out++;
		buf_printf(&page->out, "<p>The transcript is in the run record.</p>\n");
		return;
	}
	size_t before = page->out.len;
	buf_printf(&page->out, "<div class=\"transcript\">\n");
	for (size_t i = 0; i < run_case->exchange_count; i++)
		add_exchange(page, &run_case->exchanges[i]);
	buf_printf(&page->out, "</div>\n");
	page->transcript_bytes += page->out.len - before;
}
