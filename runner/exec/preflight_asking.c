#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/must.h"
#include "document/node.h"
#include "exec/preflight_http.h"
#include "exec/preflight_sql.h"
#include "exec/preflight_state.h"
#include "exec/token.h"

#define TIMEOUT_MS 10000

/* What the target says of itself, for the reports. */
static void
keep_version(struct preflight *preflight, const json_t *body)
{
	static const char *const keys[][2] = { { "commit", "git_commit" },
					       { "environment", "environment" },
					       { "version", "version" } };

	for (size_t i = 0; i < COUNTOF(keys); i++) {
		const char *text = json_string_value(json_object_get(body, keys[i][1]));
		json_object_set_new(preflight->target, keys[i][0], json_string(text ? text : ""));
	}
}

static bool
judge_http(struct probe *probe, long status, const json_t *body, char sentence[PREFLIGHT_SENTENCE])
{
	struct preflight *preflight = probe->preflight;
	const struct session *session = preflight->session;
	const struct environment *environment = session->environment;
	bool fits = true;

	switch (probe->kind) {
	case PROBE_LOGIN:
		fits = preflight_login_fits(probe->persona, status, body, sentence);
		if (fits)
			credentials_accept(
				session->credentials, probe->persona,
				json_string_value(json_object_get(body, "access_token")));
		break;
	case PROBE_HEALTH:
		fits = preflight_health_fits(status, body, sentence);
		break;
	case PROBE_VERSION:
		keep_version(preflight, body);
		fits = preflight_version_fits(environment->expect_commit, status, body, sentence);
		break;
	case PROBE_PERSONA:
		fits = preflight_persona_fits(preflight->lens, probe->persona, status, body,
					      sentence);
		break;
	case PROBE_FLAGS:
		fits = preflight_flags_fit(preflight->lens, environment->expect_flags, status, body,
					   sentence);
		break;
	case PROBE_ANSWERS:
	case PROBE_SERVER:
	case PROBE_SQL:
	case PROBE_BLIND:
		(void)snprintf(sentence, PREFLIGHT_SENTENCE, "it answered %ld", status);
		break;
	}
	return fits;
}

static void
note_exchange(struct probe *probe, const struct http_reply *reply)
{
	struct preflight *preflight = probe->preflight;
	struct exchange *exchange = &preflight->exchanges[preflight->exchange_count++];
	struct arena *arena = &preflight->arena;
	bool login = probe->kind == PROBE_LOGIN;

	const struct http_request *sent = login ? &probe->login.request : &probe->request;

	*exchange = (struct exchange){
		.kind = EXCHANGE_HTTP,
		.title = arena_text(arena, probe->name, strlen(probe->name)),
		.persona = probe->persona ? probe->persona->name : NULL,
		.attempt = 1,
		.started_us = probe->sent_us - preflight->session->began_us,
		.http = { .method = sent->method,
			  .url = sent->url,
			  .request_headers = "Accept: application/json\r\n",
			  .status = reply->status,
			  .response_headers = reply->headers ? arena_text(arena, reply->headers,
									  reply->headers_len)
							     : NULL,
			  /* A login's reply is a token and nothing else. */
			  .response_body = login ? "(a token)"
						 : arena_text(arena, reply->body ? reply->body : "",
							      reply->body_len),
			  .response_body_len = login ? 9 : reply->body_len,
			  .response_bytes = reply->wire_bytes,
			  .problem = reply->sentence ? arena_text(arena, reply->sentence,
								  strlen(reply->sentence))
						     : NULL,
			  .timing = { .dns_us = reply->dns_us,
				      .connect_us = reply->connect_us,
				      .tls_us = reply->tls_us,
				      .first_byte_us = reply->first_byte_us,
				      .total_us = reply->total_us } },
	};
}

static void
got_http(void *arg, const struct http_reply *reply)
{
	struct probe *probe = arg;
	char sentence[PREFLIGHT_SENTENCE];

	note_exchange(probe, reply);
	if (reply->problem != HTTP_OK) {
		probe_answer(probe, false, "the target does not answer: %s", reply->sentence);
		return;
	}
	json_t *body = reply->body_len
			       ? json_loadb(reply->body, reply->body_len, JSON_DECODE_ANY, NULL)
			       : NULL;
	bool fits = judge_http(probe, reply->status, body, sentence);
	json_decref(body);
	probe_answer(probe, fits, "%s", sentence);
}

static void
got_sql(void *arg, const struct sql_reply *reply)
{
	struct probe *probe = arg;
	const json_t *row = json_array_get(reply->values, 0);
	char sentence[PREFLIGHT_SENTENCE];
	bool fits = false;

	if (probe->kind == PROBE_BLIND) {
		fits = preflight_blind_fits(reply, sentence);
	} else if (reply->status == SQL_DONE && row && probe->kind == PROBE_SERVER) {
		json_object_update(probe->preflight->database, node_writable(row));
		fits = preflight_server_fits(row, sentence);
	} else if (reply->status == SQL_DONE && row) {
		fits = preflight_identity_fits(probe->persona, row, sentence);
	} else if (probe->persona) {
		preflight_no_identity(probe->persona, reply, sentence);
	} else {
		(void)snprintf(sentence, sizeof(sentence), "the database does not answer: %s",
			       reply->message ? reply->message : "no row");
	}
	probe_answer(probe, fits, "%s", sentence);
}

/* ---- asking ---- */

static const char *
path_of(enum probe_kind kind)
{
	switch (kind) {
	case PROBE_HEALTH:
		return "/health";
	case PROBE_VERSION:
		return "/version";
	case PROBE_PERSONA:
		return "/v1/bootstrap";
	case PROBE_FLAGS:
		return "/v1/actions/list";
	case PROBE_LOGIN:
	case PROBE_ANSWERS:
	case PROBE_SERVER:
	case PROBE_SQL:
	case PROBE_BLIND:
		break;
	}
	return "/";
}

static void
ask_login(struct probe *probe)
{
	struct session *session = probe->preflight->session;
	struct error err = { 0 };

	if (!login_prepare(&probe->login, session->environment, session->credentials,
			   probe->persona, session_timeout_ms(session, TIMEOUT_MS, 0), &err))
		probe_answer(probe, false, "%s", err.message);
	else
		http_send(session->http, http_identity(session->http, "(login)"),
			  &probe->login.request, got_http, probe);
}

static void
ask_http(struct probe *probe)
{
	struct session *session = probe->preflight->session;
	struct error err = { 0 };
	const struct credential *who = credentials_get(session->credentials, probe->persona, &err);
	struct buf text;

	if (!who) {
		probe_answer(probe, false, "%s", err.message);
		return;
	}
	buf_init(&text, 4096);
	buf_printf(&text, "%s%s", session->environment->base_url, path_of(probe->kind));
	if (probe->kind == PROBE_FLAGS && probe->preflight->lens->domain)
		buf_printf(&text, "?domain=%s", probe->preflight->lens->domain);
	probe->url = text.text;
	probe->headers[0] = (struct http_header){ "Accept", "application/json" };
	probe->headers[1] = (struct http_header){ "Authorization", who->authorization };
	probe->request =
		(struct http_request){ .method = "GET",
				       .url = probe->url,
				       .headers = probe->headers,
				       .header_count = who->authorization ? 2 : 1,
				       .timeout_ms = session_timeout_ms(session, TIMEOUT_MS, 0) };
	http_send(session->http, who->identity, &probe->request, got_http, probe);
}

static void
ask_identity(struct probe *probe)
{
	struct session *session = probe->preflight->session;
	struct error err = { 0 };
	const struct credential *who = credentials_get(session->credentials, probe->persona, &err);
	struct buf tables;

	if (!who) {
		probe_answer(probe, false, "%s", err.message);
		return;
	}
	buf_init(&tables, (size_t)64 * 1024);
	preflight_tables(probe->preflight->plan, &tables);
	probe->tables = tables.text;
	probe->params[0] = probe->tables;
	probe->sql_request.identity = SQL_PERSONA;
	probe->sql_request.role = who->role;
	probe->sql_request.claims = who->claims;
	probe->sql_request.text = preflight_identity_sql;
	probe->sql_request.params = probe->params;
	probe->sql_request.param_count = 1;
	sql_send(session->sql, &probe->sql_request, got_sql, probe);
}

static void
ask_blind(struct probe *probe)
{
	struct buf text;

	buf_init(&text, 4096);
	preflight_blind_sql(token_database_role(probe->persona), &text);
	probe->body = text.text;
	probe->sql_request.identity = SQL_JANITOR;
	probe->sql_request.text = probe->body;
	sql_send(probe->preflight->session->sql, &probe->sql_request, got_sql, probe);
}

static void
ask_sql(struct probe *probe)
{
	probe->sql_request = (struct sql_request){
		.identity = SQL_WITNESS,
		.text = preflight_server_sql,
		.timeout_ms = TIMEOUT_MS,
		.max_rows = 1,
	};
	if (probe->kind == PROBE_SQL)
		ask_identity(probe);
	else if (probe->kind == PROBE_BLIND)
		ask_blind(probe);
	else
		sql_send(probe->preflight->session->sql, &probe->sql_request, got_sql, probe);
}

void
probe_ask(struct probe *probe)
{
	probe->sent_us = clock_now_us();
	if (probe->kind >= PROBE_SERVER)
		ask_sql(probe);
	else if (probe->kind == PROBE_LOGIN)
		ask_login(probe);
	else
		ask_http(probe);
}
