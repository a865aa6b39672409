#include "run/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/must.h"
#include "run/line.h"

/* One case with every body it kept; a line past this would be cut, and no JSON. */
#define LINE_BYTES ((size_t)512 * 1024 * 1024)

/* Planned cases are written together: a call for each costs more than the line. */
#define HELD_BYTES ((size_t)64 * 1024)

struct record {
	int fd;
	enum record_detail detail;
	const struct mask *mask;
	struct digest *digest;
	char previous[DIGEST_HEX_BYTES];
	struct buf text;   /* of the line being written */
	struct buf masked; /* scratch of `line` */
	struct buf held;   /* whole lines that are still to be written */
	struct line line;
	char path[200];     /* for messages: its tail may be cut */
	char sentence[400]; /* of the first failure, "" */
};

static void
remember(struct record *record, const char *what)
{
	if (!record->sentence[0])
		(void)snprintf(record->sentence, sizeof(record->sentence), "cannot write %s: %s",
			       record->path, what);
}

struct record *
record_create(const char *path, const struct mask *mask, enum record_detail detail,
	      struct error *err)
{
	if (!file_make_parent(path, err))
		return NULL;

	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0) {
		error_set(err, ERROR_ENVIRONMENT, "cannot create the run record %s: %s", path,
			  strerror(errno));
		return NULL;
	}

	struct record *record = must(calloc(1, sizeof(*record)));
	record->fd = fd;
	record->detail = detail;
	record->mask = mask;
	record->digest = digest_new();
	memset(record->previous, '0', DIGEST_HEX_BYTES - 1);
	buf_init(&record->text, LINE_BYTES);
	buf_init(&record->masked, LINE_BYTES);
	buf_init(&record->held, LINE_BYTES);
	(void)snprintf(record->path, sizeof(record->path), "%s", path);
	return record;
}

const char *
record_failed(const struct record *record)
{
	return record->sentence[0] ? record->sentence : NULL;
}

static void
write_held(struct record *record)
{
	struct buf *held = &record->held;

	if (held->len && !file_write_all(record->fd, held->text, held->len))
		remember(record, strerror(errno));
	buf_clear(held);
}

bool
record_close(struct record *record, struct error *err)
{
	if (!record)
		return true;
	write_held(record);
	/* A full disk may speak up only at close. */
	if (close(record->fd) != 0)
		remember(record, strerror(errno));

	bool ok = !record->sentence[0];
	if (!ok)
		error_set(err, ERROR_ENVIRONMENT, "%s", record->sentence);
	digest_free(record->digest);
	buf_release(&record->held);
	buf_release(&record->masked);
	buf_release(&record->text);
	free(record);
	return ok;
}

static struct line *
begin(struct record *record, const char *kind)
{
	record->text.len = 0;
	record->text.truncated = false;
	record->line = (struct line){
		.out = &record->text,
		.mask = record->mask,
		.masked = &record->masked,
	};
	line_object(&record->line, NULL);
	line_word(&record->line, "previous", record->previous);
	line_word(&record->line, "record", kind);
	return &record->line;
}

/* End the line and hash it: true when it may be written. After a failure nothing more is written: a
 * line that follows a missing one would not fit the chain. */
static bool
end_line(struct record *record)
{
	struct buf *text = &record->text;

	line_object_end(&record->line);
	buf_add(text, "\n", 1);
	if (record->sentence[0])
		return false;
	if (record->line.leaks)
		remember(record, "a secret would have been written");
	else if (text->truncated || record->masked.truncated)
		remember(record, "one case is larger than 512 MiB");
	else
		digest_next(record->digest, text->text, text->len - 1, record->previous);
	return !record->sentence[0];
}

/* Write the line, behind those that are held. */
static void
finish(struct record *record)
{
	write_held(record);
	if (end_line(record) && !file_write_all(record->fd, record->text.text, record->text.len))
		remember(record, strerror(errno));
}

/* Keep the line for later, but not too many of them. */
static void
hold(struct record *record)
{
	if (end_line(record))
		buf_add(&record->held, record->text.text, record->text.len);
	if (record->held.len >= HELD_BYTES)
		write_held(record);
}

/* Every member of `object` into the open one. */
static void
write_members(struct line *line, const json_t *object)
{
	/* Iteration takes no const pointer. */
	json_t *copy = json_deep_copy(object);
	const char *key;
	json_t *value;

	json_object_foreach(copy, key, value) line_json(line, key, value);
	json_decref(copy);
}

void
record_header(struct record *record, const json_t *header)
{
	struct line *line = begin(record, "header");

	line_int(line, "format", 1);
	write_members(line, header);
	finish(record);
}

void
record_footer(struct record *record, const json_t *footer)
{
	write_members(begin(record, "footer"), footer);
	finish(record);
}

void
record_planned(struct record *record, const struct planned_case *planned)
{
	struct line *line = begin(record, "planned");

	line_text(line, "suite", planned->suite);
	line_text(line, "id", planned->id);
	line_text(line, "title", planned->title);
	line_text(line, "group", planned->group);
	line_text(line, "persona", planned->persona);
	line_text(line, "file", planned->file);
	line_count(line, "line", planned->line);
	line_text(line, "action", planned->action);
	line_text(line, "role", planned->role);
	line_text(line, "layer", planned->layer);
	line_text(line, "flags", planned->flags);
	line_text(line, "tags", planned->tags);
	hold(record);
}

static void
write_timing(struct line *line, const struct timing *timing)
{
	static const struct timing none = { 0 };

	if (memcmp(timing, &none, sizeof(none)) == 0)
		return;
	line_object(line, "timing");
	line_count(line, "queue_us", timing->queue_us);
	line_count(line, "dns_us", timing->dns_us);
	line_count(line, "connect_us", timing->connect_us);
	line_count(line, "tls_us", timing->tls_us);
	line_count(line, "first_byte_us", timing->first_byte_us);
	line_count(line, "total_us", timing->total_us);
	line_object_end(line);
}

static void
write_http(struct line *line, const struct http_exchange *http, enum record_detail detail)
{
	line_text(line, "method", http->method);
	line_text(line, "url", http->url);
	line_count(line, "status", http->status);
	line_text(line, "problem", http->problem);
	line_count(line, "response_bytes", (int64_t)http->response_bytes);
	if (http->truncated)
		line_bool(line, "truncated", true);
	if (detail == RECORD_FULL) {
		line_text(line, "request_headers", http->request_headers);
		if (http->request_body)
			line_bytes(line, "request_body", http->request_body,
				   http->request_body_len);
		line_text(line, "response_headers", http->response_headers);
		if (http->response_body)
			line_bytes(line, "response_body", http->response_body,
				   http->response_body_len);
	}
	write_timing(line, &http->timing);
}

static void
write_sql(struct line *line, const struct sql_exchange *sql, enum record_detail detail)
{
	line_text(line, "identity", sql->identity);
	line_text(line, "role", sql->role);
	line_text(line, "text", sql->text);
	line_text(line, "params", sql->params);
	line_text(line, "outcome", sql->outcome);
	line_text(line, "sqlstate", sql->sqlstate);
	line_text(line, "message", sql->message);
	line_count(line, "rows", sql->rows);
	if (detail == RECORD_FULL) {
		line_text(line, "claims", sql->claims);
		line_text(line, "values", sql->values);
	}
	line_count(line, "elapsed_us", sql->elapsed_us);
}

static void
write_exchange(struct line *line, const struct exchange *exchange, enum record_detail detail)
{
	line_object(line, NULL);
	line_word(line, "kind", exchange->kind == EXCHANGE_HTTP ? "http" : "sql");
	line_word(line, "purpose", purpose_name(exchange->purpose));
	line_count(line, "step", exchange->step);
	if (exchange->attempt != 1)
		line_int(line, "attempt", exchange->attempt);
	line_text(line, "title", exchange->title);
	line_text(line, "persona", exchange->persona);
	line_count(line, "started_us", exchange->started_us);
	if (exchange->kind == EXCHANGE_HTTP)
		write_http(line, &exchange->http, detail);
	else
		write_sql(line, &exchange->sql, detail);
	line_object_end(line);
}

static void
write_exchanges(struct line *line, const struct exchange *exchanges, size_t count,
		enum record_detail detail)
{
	if (count == 0)
		return;
	line_array(line, "exchanges");
	for (size_t i = 0; i < count; i++)
		write_exchange(line, &exchanges[i], detail);
	line_array_end(line);
}

void
record_preflight(struct record *record, const json_t *checks, const struct exchange *exchanges,
		 size_t count)
{
	struct line *line = begin(record, "preflight");
	json_t *copy = json_deep_copy(checks);

	line_json(line, "checks", copy);
	json_decref(copy);
	write_exchanges(line, exchanges, count, RECORD_FULL);
	finish(record);
}

static void
write_findings(struct line *line, const struct findings *findings)
{
	if (findings->count == 0)
		return;
	line_array(line, "findings");
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		line_object(line, NULL);
		line_word(line, "type", finding_type_name(finding->type));
		line_text(line, "pointer", finding->pointer);
		line_text(line, "expected", finding->expected);
		line_text(line, "actual", finding->actual);
		line_text(line, "message", finding->message);
		line_object_end(line);
	}
	line_array_end(line);
}

static void
write_leftovers(struct line *line, const struct run_case *run_case)
{
	if (run_case->leftover_count == 0)
		return;
	line_array(line, "leftovers");
	for (size_t i = 0; i < run_case->leftover_count; i++)
		line_text(line, NULL, run_case->leftovers[i]);
	line_array_end(line);
}

void
record_case(struct record *record, const struct run_case *run_case)
{
	bool proved = run_case->verdict == VERDICT_PASS && !run_case->flaky;
	enum record_detail detail = proved ? record->detail : RECORD_FULL;
	struct line *line = begin(record, "case");

	line_int(line, "index", (int64_t)run_case->index);
	line_word(line, "verdict", verdict_name(run_case->verdict));
	if (run_case->trouble != TROUBLE_NONE)
		line_word(line, "trouble", trouble_name(run_case->trouble));
	line_text(line, "reason", run_case->reason);
	line_text(line, "expected", run_case->expected);
	line_text(line, "actual", run_case->actual);
	line_text(line, "proof", run_case->proof);
	line_text(line, "note", run_case->note);
	line_text(line, "measured", run_case->measured);
	if (run_case->flaky)
		line_bool(line, "flaky", true);
	if (run_case->attempts != 1)
		line_int(line, "attempts", run_case->attempts);
	line_count(line, "started_us", run_case->started_us);
	line_count(line, "elapsed_us", run_case->elapsed_us);
	line_count(line, "assertions", run_case->assertions);
	write_findings(line, &run_case->findings);
	line_text(line, "file", run_case->file);
	line_count(line, "line", run_case->line);
	line_text(line, "source", run_case->source);
	write_exchanges(line, run_case->exchanges, run_case->exchange_count, detail);
	write_leftovers(line, run_case);
	finish(record);
}
