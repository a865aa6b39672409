#include "exec/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/clock.h"
#include "exec/signature.h"

#define MAX_URL_BYTES  ((size_t)64 * 1024)
#define MAX_BODY_BYTES ((size_t)64 * 1024 * 1024)

static const char boundary[] = "lensgate-part-7d1f4c0b9a";

const char *
request_json(const json_t *value, struct arena *arena, size_t *len)
{
	const size_t flags = JSON_COMPACT | JSON_ENCODE_ANY;
	size_t size = json_dumpb(value, NULL, 0, flags);
	char *text = arena_array(arena, size + 1, 1);

	(void)json_dumpb(value, text, size, flags);
	if (len)
		*len = size;
	return text;
}

const char *
request_param(const json_t *value, struct arena *arena)
{
	if (!value || json_is_null(value))
		return NULL;
	if (json_is_string(value))
		return arena_text(arena, json_string_value(value), json_string_length(value));
	return request_json(value, arena, NULL);
}

static const char *
keep(struct buf *buf, struct arena *arena, size_t *len)
{
	const char *text = arena_text(arena, buf->text, buf->len);

	if (len)
		*len = buf->len;
	buf_release(buf);
	return text;
}

/* The text of a scalar, as it stands in a query, form or header. */
static const char *
scalar(const json_t *value, struct arena *arena)
{
	return json_is_null(value) ? "" : request_param(value, arena);
}

static void
add_text(struct buf *out, const char *text)
{
	buf_add(out, text, strlen(text));
}

/* "a=b&c=d", percent-encoded; an array repeats its key. */
static void
add_pairs(struct buf *out, json_t *pairs, struct arena *arena, const char *lead)
{
	const char *key;
	json_t *value;

	json_object_foreach(pairs, key, value)
	{
		size_t count = json_is_array(value) ? json_array_size(value) : 1;
		for (size_t i = 0; i < count; i++) {
			const char *text = scalar(
				json_is_array(value) ? json_array_get(value, i) : value, arena);
			add_text(out, lead);
			http_escape(out, key, strlen(key));
			buf_add(out, "=", 1);
			http_escape(out, text, strlen(text));
			lead = "&";
		}
	}
}

static bool
fill_url(const struct step *step, const struct scope *scope, struct arena *arena,
	 struct request *request, struct error *err)
{
	struct buf url;
	const char *path = "/v1/actions/execute";
	char *filled = NULL;

	if (step->kind == STEP_HTTP) {
		path = json_string_value(step->path.value);
		if (!step->path.constant && !(path = filled = template_fill_text(path, scope, err)))
			return error_within(err, "http");
	}
	buf_init(&url, MAX_URL_BYTES);
	/* A path with a scheme of its own is whole: password logins may live on another host. */
	if (path[0] == '/')
		add_text(&url, request->base_url);
	add_text(&url, path);
	free(filled);
	if (step->query.value) {
		json_t *query = template_fill(step->query.value, scope, err);
		if (!query) {
			buf_release(&url);
			return error_within(err, "query");
		}
		add_pairs(&url, query, arena, strchr(url.text, '?') ? "&" : "?");
		json_decref(query);
	}
	request->url = keep(&url, arena, NULL);
	return true;
}

static bool
add_header(struct request *request, const char *name, const char *value, struct error *err)
{
	if (strpbrk(value, "\r\n") || strpbrk(name, "\r\n:"))
		return error_set(err, ERROR_SUITE, "the header %s would hold a line break", name);
	for (size_t i = 0; i < request->header_count; i++) {
		if (strcasecmp(request->headers[i].name, name) == 0) {
			request->headers[i].value = value;
			return true;
		}
	}
	if (request->header_count == REQUEST_MAX_HEADERS)
		return error_set(err, ERROR_SUITE, "more than %d headers", REQUEST_MAX_HEADERS);
	request->headers[request->header_count++] = (struct http_header){ name, value };
	return true;
}

static void
drop_header(struct request *request, const char *name)
{
	for (size_t i = 0; i < request->header_count; i++) {
		if (strcasecmp(request->headers[i].name, name) == 0) {
			request->headers[i] = request->headers[--request->header_count];
			return;
		}
	}
}

static bool
add_own_headers(const struct step *step, const struct scope *scope, struct arena *arena,
		struct request *request, struct error *err)
{
	const char *name;
	json_t *value;
	bool ok = true;

	if (!step->headers.value)
		return true;
	json_t *headers = template_fill(step->headers.value, scope, err);
	if (!headers)
		return error_within(err, "headers");
	json_object_foreach(headers, name, value)
	{
		if (json_is_null(value))
			drop_header(request, name);
		else
			ok = ok && add_header(request, arena_text(arena, name, strlen(name)),
					      scalar(value, arena), err);
	}
	json_decref(headers);
	return ok;
}

/* The header lines as the record shows them: the token is named, never shown. */
static void
show_headers(struct request *request, const struct credential *credential, struct arena *arena)
{
	struct buf text;

	buf_init(&text, MAX_URL_BYTES);
	for (size_t i = 0; i < request->header_count; i++) {
		const struct http_header *header = &request->headers[i];
		bool token = credential && header->value == credential->authorization;
		add_text(&text, header->name);
		add_text(&text, ": ");
		add_text(&text, token ? credential->shown : header->value);
		add_text(&text, "\r\n");
	}
	request->shown_headers = keep(&text, arena, NULL);
}

/* The payload is shared with the file it comes from: the signature goes into a copy. */
static bool
sign_payload(const struct step *step, const struct scope *scope, struct request *request,
	     struct error *err)
{
	struct scope inner = *scope;

	inner.payload = request->payload;
	json_t *signature = signature_make(step, &inner, clock_wall_us(), err);
	if (!signature)
		return false;
	json_t *payload = json_copy(request->payload);
	json_decref(request->payload);
	request->payload = payload;
	json_object_set_new(payload, "signature", signature);
	return true;
}

static bool
fill_action(const struct step *step, const struct scope *scope, struct arena *arena,
	    struct request *request, struct error *err)
{
	json_t *context = NULL;

	request->payload = step->payload.value ? template_fill(step->payload.value, scope, err)
					       : json_object();
	if (!request->payload)
		return error_within(err, "payload");
	if (step->signature && !sign_payload(step, scope, request, err))
		return false;
	if (step->context.value)
		context = template_fill(step->context.value, scope, err);
	else
		context = json_pack("{s:s?}", "yacht_id", scope->environment->yacht);
	if (!context)
		return error_within(err, "context");
	json_t *body = json_pack("{s:s, s:o, s:O}", "action", step->action->name, "context",
				 context, "payload", request->payload);
	request->body = request_json(body, arena, &request->body_len);
	json_decref(body);
	return true;
}

/* RFC 7578: one part per member; {file, name?, type?} makes a file part. */
static void
multipart(struct buf *out, json_t *parts, struct arena *arena)
{
	const char *key;
	json_t *value;

	json_object_foreach(parts, key, value)
	{
		const json_t *file = json_is_object(value) ? json_object_get(value, "file") : NULL;
		buf_printf(out, "--%s\r\nContent-Disposition: form-data; name=\"%s\"", boundary,
			   key);
		if (file) {
			const char *name = json_string_value(json_object_get(value, "name"));
			const char *type = json_string_value(json_object_get(value, "type"));
			buf_printf(out, "; filename=\"%s\"\r\nContent-Type: %s",
				   name ? name : "file", type ? type : "application/octet-stream");
		}
		const char *text = scalar(file ? file : value, arena);
		buf_printf(out, "\r\n\r\n%s\r\n", text);
	}
	buf_printf(out, "--%s--\r\n", boundary);
}

static void
repeat(struct buf *out, const json_t *value)
{
	const char *text = json_string_value(json_object_get(value, "text"));
	json_int_t times = json_integer_value(json_object_get(value, "times"));

	for (json_int_t i = 0; text && i < times; i++)
		buf_add(out, text, strlen(text));
}

static const char *
fill_body(const struct step *step, json_t *value, struct arena *arena, struct request *request)
{
	struct buf out;

	buf_init(&out, MAX_BODY_BYTES);
	switch (step->body_kind) {
	case BODY_NONE:
		break;
	case BODY_JSON:
		buf_release(&out);
		request->body = request_json(value, arena, &request->body_len);
		return "application/json";
	case BODY_FORM:
		add_pairs(&out, value, arena, "");
		request->body = keep(&out, arena, &request->body_len);
		return "application/x-www-form-urlencoded";
	case BODY_MULTIPART:
		multipart(&out, value, arena);
		request->body = keep(&out, arena, &request->body_len);
		return "multipart/form-data; boundary=lensgate-part-7d1f4c0b9a";
	case BODY_TEXT:
		buf_add(&out, json_string_value(value), json_string_length(value));
		request->body = keep(&out, arena, &request->body_len);
		return "application/json";
	case BODY_REPEAT:
		repeat(&out, value);
		request->body = keep(&out, arena, &request->body_len);
		return "application/json";
	}
	buf_release(&out);
	return NULL;
}

static bool
fill_http_body(const struct step *step, const struct scope *scope, struct arena *arena,
	       struct request *request, const char **type, struct error *err)
{
	if (step->body_kind == BODY_NONE)
		return true;
	json_t *value = template_fill(step->body.value, scope, err);
	if (!value)
		return error_within(err, "body");
	*type = fill_body(step, value, arena, request);
	json_decref(value);
	return true;
}

static bool
fill_http(const struct step *step, const struct scope *scope, struct arena *arena,
	  struct request *request, struct error *err)
{
	const struct credential *credential = request->credential;
	const char *type = NULL;

	request->method = step->kind == STEP_ACTION ? "POST" : step->method;
	if (!fill_url(step, scope, arena, request, err))
		return false;
	if (step->kind == STEP_ACTION) {
		type = "application/json";
		if (!fill_action(step, scope, arena, request, err))
			return false;
	} else if (!fill_http_body(step, scope, arena, request, &type, err)) {
		return false;
	}
	bool ok = add_header(request, "Accept", "application/json", err);
	if (ok && type)
		ok = add_header(request, "Content-Type", type, err);
	if (ok && credential && credential->authorization)
		ok = add_header(request, "Authorization", credential->authorization, err);
	if (!ok || !add_own_headers(step, scope, arena, request, err))
		return false;
	show_headers(request, credential, arena);
	return true;
}

static bool
fill_sql(const struct step *step, const struct scope *scope, struct arena *arena,
	 struct request *request, struct error *err)
{
	request->sql = step->sql;
	request->params_json = "[]";
	if (!step->params.value)
		return true;
	json_t *params = template_fill(step->params.value, scope, err);
	if (!params)
		return error_within(err, "params");
	request->param_count = json_array_size(params);
	request->params = ARENA_ARRAY(arena, request->param_count + 1, const char *);
	for (size_t i = 0; i < request->param_count; i++)
		request->params[i] = request_param(json_array_get(params, i), arena);
	request->params_json = request_json(params, arena, NULL);
	json_decref(params);
	return true;
}

bool
request_fill(const struct step *step, const struct scope *scope, struct arena *arena,
	     struct request *request, struct error *err)
{
	switch (step->kind) {
	case STEP_ACTION:
	case STEP_HTTP:
		return fill_http(step, scope, arena, request, err);
	case STEP_SQL:
		return fill_sql(step, scope, arena, request, err);
	case STEP_WAIT:
	case STEP_KINDS:
		break;
	}
	return true;
}

void
request_release(struct request *request)
{
	json_decref(request->payload);
	request->payload = NULL;
}
