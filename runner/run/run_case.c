#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/member.h"
#include "run/run.h"

static struct timing
read_timing(struct members *members, const json_t *object)
{
	return (struct timing){
		.queue_us = member_int(members, object, "queue_us", 0),
		.dns_us = member_int(members, object, "dns_us", 0),
		.connect_us = member_int(members, object, "connect_us", 0),
		.tls_us = member_int(members, object, "tls_us", 0),
		.first_byte_us = member_int(members, object, "first_byte_us", 0),
		.total_us = member_int(members, object, "total_us", 0),
	};
}

static void
read_http(struct members *members, const json_t *object, struct http_exchange *http)
{
	http->method = member_text(members, object, "method");
	http->url = member_text(members, object, "url");
	http->request_headers = member_text(members, object, "request_headers");
	http->request_body = member_bytes(members, object, "request_body", &http->request_body_len);
	http->status = (long)member_int(members, object, "status", 0);
	http->response_headers = member_text(members, object, "response_headers");
	http->response_body =
		member_bytes(members, object, "response_body", &http->response_body_len);
	http->response_bytes = (size_t)member_int(members, object, "response_bytes", 0);
	http->truncated = member_bool(members, object, "truncated");
	http->problem = member_text(members, object, "problem");
	http->timing = read_timing(members, json_object_get(object, "timing"));
}

static void
read_sql(struct members *members, const json_t *object, struct sql_exchange *sql)
{
	sql->identity = member_text(members, object, "identity");
	sql->role = member_text(members, object, "role");
	sql->claims = member_text(members, object, "claims");
	sql->text = member_text(members, object, "text");
	sql->params = member_text(members, object, "params");
	sql->outcome = member_text(members, object, "outcome");
	sql->sqlstate = member_text(members, object, "sqlstate");
	sql->message = member_text(members, object, "message");
	sql->rows = (long)member_int(members, object, "rows", 0);
	sql->values = member_text(members, object, "values");
	sql->elapsed_us = member_int(members, object, "elapsed_us", 0);
}

static void
read_exchange(struct members *members, const json_t *object, struct exchange *exchange)
{
	const char *kind = member_text(members, object, "kind");
	const char *purpose = member_text(members, object, "purpose");

	if (!kind || !purpose || !purpose_parse(purpose, &exchange->purpose)) {
		members->bad = "exchanges";
		return;
	}
	exchange->step = (int)member_int(members, object, "step", 0);
	exchange->attempt = (int)member_int(members, object, "attempt", 1);
	exchange->title = member_text(members, object, "title");
	exchange->persona = member_text(members, object, "persona");
	exchange->started_us = member_int(members, object, "started_us", 0);
	if (strcmp(kind, "http") == 0) {
		exchange->kind = EXCHANGE_HTTP;
		read_http(members, object, &exchange->http);
	} else if (strcmp(kind, "sql") == 0) {
		exchange->kind = EXCHANGE_SQL;
		read_sql(members, object, &exchange->sql);
	} else {
		members->bad = "exchanges";
	}
}

static const struct exchange *
read_exchanges(struct members *members, const json_t *object, size_t *count)
{
	const json_t *array = member_array(members, object, "exchanges");

	*count = json_array_size(array);
	struct exchange *exchanges = ARENA_ARRAY(members->arena, *count, struct exchange);
	for (size_t i = 0; i < *count; i++)
		read_exchange(members, json_array_get(array, i), &exchanges[i]);
	return exchanges;
}

static void
read_findings(struct members *members, const json_t *object, struct findings *findings)
{
	const json_t *array = member_array(members, object, "findings");

	*findings = (struct findings){ .arena = members->arena };
	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *element = json_array_get(array, i);
		const char *name = member_text(members, element, "type");
		const char *pointer = member_text(members, element, "pointer");
		const char *expected = member_text(members, element, "expected");
		const char *actual = member_text(members, element, "actual");
		const char *message = member_text(members, element, "message");
		enum finding_type type;

		if (!name || !finding_type_parse(name, &type)) {
			members->bad = "findings";
			return;
		}
		finding_add(findings, type, pointer ? pointer : "", expected ? expected : "",
			    actual ? actual : "", "%s", message ? message : "");
	}
}

static void
read_leftovers(struct members *members, const json_t *object, struct run_case *out)
{
	const json_t *array = member_array(members, object, "leftovers");
	size_t count = json_array_size(array);
	const char **leftovers = ARENA_ARRAY(members->arena, count, const char *);

	for (size_t i = 0; i < count; i++) {
		const char *sentence = json_string_value(json_array_get(array, i));

		leftovers[i] = arena_printf(members->arena, "%s", sentence ? sentence : "");
	}
	out->leftovers = leftovers;
	out->leftover_count = count;
}

static void
read_verdict(struct members *members, const json_t *object, struct run_case *out)
{
	const char *verdict = member_text(members, object, "verdict");
	const char *trouble = member_text(members, object, "trouble");

	if (!verdict || !verdict_parse(verdict, &out->verdict))
		members->bad = "verdict";
	if (trouble && !trouble_parse(trouble, &out->trouble))
		members->bad = "trouble";
}

static void
read_case(struct members *members, const json_t *object, struct run_case *out)
{
	read_verdict(members, object, out);
	out->reason = member_text(members, object, "reason");
	out->expected = member_text(members, object, "expected");
	out->actual = member_text(members, object, "actual");
	out->proof = member_text(members, object, "proof");
	out->note = member_text(members, object, "note");
	out->measured = member_text(members, object, "measured");
	out->flaky = member_bool(members, object, "flaky");
	out->attempts = (int)member_int(members, object, "attempts", 1);
	out->started_us = member_int(members, object, "started_us", 0);
	out->elapsed_us = member_int(members, object, "elapsed_us", 0);
	out->assertions = (long)member_int(members, object, "assertions", 0);
	read_findings(members, object, &out->findings);
	out->file = member_text(members, object, "file");
	out->line = (int)member_int(members, object, "line", 0);
	out->source = member_text(members, object, "source");
	out->exchanges = read_exchanges(members, object, &out->exchange_count);
	read_leftovers(members, object, out);
}

/* The line of `entry`, parsed; a new reference. */
static json_t *
load_line(const struct run *run, const struct run_entry *entry, struct error *err)
{
	json_t *object = NULL;
	char *text = malloc(entry->length + 1);
	FILE *file = fopen(run->path, "rbe");

	if (!text)
		abort();
	if (!file || fseek(file, entry->offset, SEEK_SET) != 0) {
		error_set(err, ERROR_SUITE, "cannot read %s: %s", run->path, strerror(errno));
		goto out;
	}
	size_t got = fread(text, 1, entry->length, file);
	object = json_loadb(text, got, JSON_ALLOW_NUL, NULL);
	if (!object)
		error_set(err, ERROR_SUITE, "%s was changed while it was read", run->path);
out:
	if (file)
		(void)fclose(file);
	free(text);
	return object;
}

bool
run_case_read(const struct run *run, size_t index, struct arena *arena, struct run_case *out,
	      struct error *err)
{
	const struct run_entry *entry = &run->entries[index];
	struct members members = { .arena = arena };

	*out = (struct run_case){ .index = index, .findings.arena = arena };
	if (entry->offset < 0) {
		out->verdict = VERDICT_ERROR;
		out->trouble = TROUBLE_INTERRUPTED;
		out->reason = "did not run: the run was cut short";
		return true;
	}
	json_t *object = load_line(run, entry, err);
	if (!object)
		return false;
	read_case(&members, object, out);
	json_decref(object);
	if (members.bad)
		error_set(err, ERROR_SUITE, "%s: the record of %s/%s has a malformed `%s`",
			  run->path, entry->planned.suite, entry->planned.id, members.bad);
	return !members.bad;
}

const struct exchange *
run_preflight_exchanges(const struct run *run, struct arena *arena, size_t *count)
{
	struct members members = { .arena = arena };

	return read_exchanges(&members, run->preflight, count);
}
