#include "exec/preflight.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "check/pattern.h"
#include "document/node.h"
#include "exec/preflight_sql.h"
#include "exec/request.h"
#include "exec/token.h"

#define TIMEOUT_MS 10000

enum probe_kind {
	PROBE_LOGIN,   /* password grant of a persona */
	PROBE_ANSWERS, /* anything at all comes back */
	PROBE_HEALTH,
	PROBE_VERSION,
	PROBE_PERSONA, /* bootstrap: the role is the one stated */
	PROBE_FLAGS,
	PROBE_SERVER, /* who the database connection is */
	PROBE_SQL,    /* who a persona is in SQL */
	PROBE_BLIND   /* a row that only its write policy decides about */
};

struct probe {
	struct preflight *preflight;
	enum probe_kind kind;
	const struct persona *persona; /* NULL: nobody */
	char name[96];
	bool done, ok;
	char sentence[400];
	/* what is sent; must stay until the answer */
	struct http_header headers[3];
	struct http_request request;
	struct sql_request sql_request;
	char *url, *body, *tables;
	const char *params[1];
	int64_t sent_us;
};

struct preflight {
	struct session *session;
	const struct plan *plan;
	const struct lens *lens; /* of the first suite that has one */
	struct arena arena;
	struct probe *probes;
	size_t count, room, waiting;
	struct exchange *exchanges;
	size_t exchange_count;
	json_t *checks, *target, *database;
	const char *problem;
	bool blind; /* the self-test of blind writes is among the probes */
};

static void *
must(void *storage)
{
	if (!storage)
		abort();
	return storage;
}

struct preflight *
preflight_new(struct session *session, const struct plan *plan)
{
	struct preflight *preflight = must(calloc(1, sizeof(*preflight)));

	preflight->session = session;
	preflight->plan = plan;
	preflight->checks = must(json_array());
	preflight->target = must(json_object());
	preflight->database = must(json_object());
	for (size_t i = 0; i < plan->node_count && !preflight->lens; i++)
		preflight->lens = plan->nodes[i].suite->lens;
	return preflight;
}

void
preflight_free(struct preflight *preflight)
{
	if (!preflight)
		return;
	for (size_t i = 0; i < preflight->count; i++) {
		free(preflight->probes[i].url);
		free(preflight->probes[i].body);
		free(preflight->probes[i].tables);
	}
	free(preflight->probes);
	free(preflight->exchanges);
	json_decref(preflight->checks);
	json_decref(preflight->target);
	json_decref(preflight->database);
	arena_release(&preflight->arena);
	free(preflight);
}

static struct probe *
add(struct preflight *preflight, enum probe_kind kind, const struct persona *persona,
    const char *name)
{
	if (preflight->count == preflight->room) {
		preflight->room = preflight->room ? preflight->room * 2 : 32;
		preflight->probes = must(
			realloc(preflight->probes, preflight->room * sizeof(*preflight->probes)));
	}
	struct probe *probe = &preflight->probes[preflight->count++];
	*probe = (struct probe){ .preflight = preflight, .kind = kind, .persona = persona };
	(void)snprintf(probe->name, sizeof(probe->name), "%s%s%s", name, persona ? " " : "",
		       persona ? persona->name : "");
	return probe;
}

/* ---- which questions to ask ---- */

static bool
has_probe(const struct preflight *preflight, enum probe_kind kind, const struct persona *persona)
{
	for (size_t i = 0; i < preflight->count; i++) {
		if (preflight->probes[i].kind == kind && preflight->probes[i].persona == persona)
			return true;
	}
	return false;
}

static void
add_step(struct preflight *preflight, const struct step *step, bool logins)
{
	const struct persona *persona = step->persona;

	if (!persona || persona->token != TOKEN_VALID || !persona->user)
		return;
	if (logins) {
		if (credentials_by_password(preflight->session->environment, persona) &&
		    !has_probe(preflight, PROBE_LOGIN, persona))
			add(preflight, PROBE_LOGIN, persona, "login of");
		return;
	}
	/* What a token with claims of its own may do is not our identity: it is what suites test.
	 */
	if (preflight->lens && !persona->claims && !has_probe(preflight, PROBE_PERSONA, persona))
		add(preflight, PROBE_PERSONA, persona, "role of");
	if (step->kind != STEP_SQL || !preflight->session->sql)
		return;
	if (!has_probe(preflight, PROBE_SQL, persona))
		add(preflight, PROBE_SQL, persona, "SQL identity of");
	if (step->blind && !preflight->blind) {
		preflight->blind = true;
		add(preflight, PROBE_BLIND, persona, "blind writes, tried as");
	}
}

static void
add_personas(struct preflight *preflight, bool logins)
{
	for (size_t i = 0; i < preflight->plan->node_count; i++) {
		const struct plan_node *node = &preflight->plan->nodes[i];
		const struct step_list *steps =
			node->test ? &node->test->steps : &node->fixture->steps;
		for (size_t k = 0; k < steps->count; k++)
			add_step(preflight, &steps->items[k], logins);
	}
}

/* Asked along with the logins, and before them in order: who cannot log in at a target that is down
 * has another problem. */
static void
add_target(struct preflight *preflight)
{
	if (!preflight->lens) {
		add(preflight, PROBE_ANSWERS, NULL, "target answers");
	} else {
		add(preflight, PROBE_HEALTH, NULL, "target is healthy");
		add(preflight, PROBE_VERSION, NULL, "target is the one meant");
	}
}

static void
add_questions(struct preflight *preflight)
{
	const struct environment *environment = preflight->session->environment;

	add_personas(preflight, false);
	if (preflight->lens && environment->expect_flags) {
		for (size_t i = 0; i < preflight->count; i++) {
			const struct persona *persona = preflight->probes[i].persona;
			if (preflight->probes[i].kind == PROBE_PERSONA && persona->role) {
				add(preflight, PROBE_FLAGS, persona,
				    "flags stand as stated, seen by");
				break;
			}
		}
	}
	if (preflight->session->sql && preflight->plan->needs_database)
		add(preflight, PROBE_SERVER, NULL, "database answers");
}

/* ---- judging the answers ---- */

static void answer(struct probe *probe, bool ok, const char *fmt, ...) PRINTF_LIKE(3, 4);

static void
answer(struct probe *probe, bool ok, const char *fmt, ...)
{
	struct preflight *preflight = probe->preflight;
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(probe->sentence, sizeof(probe->sentence), fmt, args);
	va_end(args);
	const char *covered = credentials_cover(preflight->session->credentials, probe->sentence,
						&preflight->arena);
	if (covered != probe->sentence)
		(void)snprintf(probe->sentence, sizeof(probe->sentence), "%s", covered);
	probe->done = true;
	probe->ok = ok;
	if (--preflight->waiting == 0)
		loop_stop(preflight->session->loop);
}

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void
judge_health(struct probe *probe, const struct http_reply *reply, const json_t *body)
{
	if (reply->status != 200)
		answer(probe, false, "the target says it is not healthy: GET /health is %ld%s%s",
		       reply->status, *text_of(body, "database") ? ", database " : "",
		       text_of(body, "database"));
	else if (strcmp(text_of(body, "database"), "down") == 0)
		answer(probe, false, "the target says its database is down");
	else
		answer(probe, true, "GET /health is 200");
}

static void
judge_version(struct probe *probe, const struct http_reply *reply, const json_t *body)
{
	const char *expected = probe->preflight->session->environment->expect_commit;
	const char *commit = text_of(body, "git_commit");

	json_object_set_new(probe->preflight->target, "commit", json_string(commit));
	json_object_set_new(probe->preflight->target, "environment",
			    json_string(text_of(body, "environment")));
	json_object_set_new(probe->preflight->target, "version",
			    json_string(text_of(body, "version")));
	/* A short commit names a long one. */
	size_t len = strlen(expected ? expected : "") < strlen(commit)
			     ? strlen(expected ? expected : "")
			     : strlen(commit);
	if (reply->status != 200)
		answer(probe, false, "GET /version is %ld", reply->status);
	else if (expected && (len < 7 || strncmp(expected, commit, len) != 0))
		answer(probe, false,
		       "the target runs another version: commit %.40s was expected, it says %.40s",
		       expected, *commit ? commit : "nothing");
	else
		answer(probe, true, "commit %.40s", *commit ? commit : "not stated");
}

static bool
without_role(const struct lens *lens, const struct persona *persona)
{
	for (size_t i = 0; i < lens->without_role_count; i++) {
		if (strcmp(lens->without_role[i], persona->name) == 0)
			return true;
	}
	return !persona->role;
}

static void
judge_persona(struct probe *probe, const struct http_reply *reply, const json_t *body)
{
	const struct persona *persona = probe->persona;
	const char *code = text_of(body, "error_code");

	if (without_role(probe->preflight->lens, persona)) {
		answer(probe, reply->status == 403,
		       "persona %s has no role, and the target says %ld %s", persona->name,
		       reply->status, code);
		return;
	}
	if (reply->status != 200)
		answer(probe, false,
		       "persona %s should be %s, but the target does not accept it: %ld %s",
		       persona->name, persona->role, reply->status, code);
	else if (strcmp(text_of(body, "role"), persona->role) != 0)
		answer(probe, false, "persona %s should be %s, but the target says its role is %s",
		       persona->name, persona->role,
		       *text_of(body, "role") ? text_of(body, "role") : "none");
	else if (*text_of(body, "user_id") && strcmp(text_of(body, "user_id"), persona->user) != 0)
		answer(probe, false, "persona %s should be user %s, but the target says %s",
		       persona->name, persona->user, text_of(body, "user_id"));
	else if (persona->yacht && *text_of(body, "yacht_id") &&
		 strcmp(text_of(body, "yacht_id"), persona->yacht) != 0)
		answer(probe, false, "persona %s should be of yacht %s, but the target says %s",
		       persona->name, persona->yacht, text_of(body, "yacht_id"));
	else
		answer(probe, true, "persona %s is %s", persona->name, persona->role);
}

/* Every flag of the lens is stated on, or one of them is not: the action list shows which. */
static void
judge_flags(struct probe *probe, const struct http_reply *reply, const json_t *body)
{
	const struct lens *lens = probe->preflight->lens;
	const json_t *stated = probe->preflight->session->environment->expect_flags;
	bool on = true;

	for (size_t i = 0; i < lens->flag_count; i++) {
		const json_t *value = json_object_get(stated, lens->flags[i]);
		on = on && (!value || json_is_true(value));
	}
	bool off = reply->status == 503 &&
		   strcmp(text_of(body, "error_code"), "FEATURE_DISABLED") == 0;
	if (on && reply->status == 200)
		answer(probe, true, "the lens is switched on");
	else if (!on && off)
		answer(probe, true, "the lens is switched off");
	else
		answer(probe, false,
		       "the environment states that the lens is switched %s, but the action list "
		       "answers %ld %s",
		       on ? "on" : "off", reply->status, text_of(body, "error_code"));
}

static void
judge_login(struct probe *probe, const struct http_reply *reply, const json_t *body)
{
	const char *token = text_of(body, "access_token");

	if (reply->status != 200 || !*token) {
		answer(probe, false, "persona %s cannot log in: %ld %s", probe->persona->name,
		       reply->status, text_of(body, "error_code"));
		return;
	}
	credentials_accept(probe->preflight->session->credentials, probe->persona, token);
	answer(probe, true, "persona %s logged in", probe->persona->name);
}

static void
note_exchange(struct probe *probe, const struct http_reply *reply)
{
	struct preflight *preflight = probe->preflight;
	struct exchange *exchange = &preflight->exchanges[preflight->exchange_count++];
	struct arena *arena = &preflight->arena;
	bool login = probe->kind == PROBE_LOGIN;

	*exchange = (struct exchange){
		.kind = EXCHANGE_HTTP,
		.title = arena_text(arena, probe->name, strlen(probe->name)),
		.persona = probe->persona ? probe->persona->name : NULL,
		.attempt = 1,
		.started_us = probe->sent_us - preflight->session->began_us,
		.http = { .method = probe->request.method,
			  .url = probe->url,
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
	json_t *body = reply->body_len
			       ? json_loadb(reply->body, reply->body_len, JSON_DECODE_ANY, NULL)
			       : NULL;

	note_exchange(probe, reply);
	if (reply->problem != HTTP_OK) {
		answer(probe, false, "the target does not answer: %s", reply->sentence);
		json_decref(body);
		return;
	}
	switch (probe->kind) {
	case PROBE_LOGIN:
		judge_login(probe, reply, body);
		break;
	case PROBE_HEALTH:
		judge_health(probe, reply, body);
		break;
	case PROBE_VERSION:
		judge_version(probe, reply, body);
		break;
	case PROBE_PERSONA:
		judge_persona(probe, reply, body);
		break;
	case PROBE_FLAGS:
		judge_flags(probe, reply, body);
		break;
	case PROBE_ANSWERS:
	case PROBE_SERVER:
	case PROBE_SQL:
	case PROBE_BLIND:
		answer(probe, true, "it answered %ld", reply->status);
		break;
	}
	json_decref(body);
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
	answer(probe, fits, "%s", sentence);
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
fill_login(struct probe *probe, struct error *err)
{
	const struct session *session = probe->preflight->session;
	const char *url = session->environment->password_url;
	struct buf text;
	json_t *body = json_pack("{s:s?, s:s?}", "email", probe->persona->email, "password",
				 probe->persona->password);

	probe->body = must(json_dumps(body, JSON_COMPACT));
	json_decref(body);
	buf_init(&text, 4096);
	buf_printf(&text, "%s%sgrant_type=password", url, strchr(url, '?') ? "&" : "?");
	probe->url = text.text;
	probe->request.method = "POST";
	probe->request.body = probe->body;
	probe->request.body_len = strlen(probe->body);
	const char *apikey = credentials_apikey(session->credentials, err);
	probe->headers[1] = (struct http_header){ "Content-Type", "application/json" };
	probe->headers[2] = (struct http_header){ "apikey", apikey ? apikey : "" };
	probe->request.header_count = 3;
}

static void
ask_http(struct probe *probe)
{
	struct session *session = probe->preflight->session;
	struct error err = { 0 };
	const struct credential *who = NULL;

	probe->request =
		(struct http_request){ .method = "GET",
				       .headers = probe->headers,
				       .header_count = 1,
				       .timeout_ms = session_timeout_ms(session, TIMEOUT_MS, 0) };
	probe->headers[0] = (struct http_header){ "Accept", "application/json" };
	if (probe->kind == PROBE_LOGIN)
		fill_login(probe, &err);
	else
		who = credentials_get(session->credentials, probe->persona, &err);
	if (err.code != ERROR_NONE) {
		answer(probe, false, "%s", err.message);
		return;
	}
	if (!probe->url) {
		struct buf text;
		buf_init(&text, 4096);
		buf_printf(&text, "%s%s", session->environment->base_url, path_of(probe->kind));
		if (probe->kind == PROBE_FLAGS && probe->preflight->lens->domain)
			buf_printf(&text, "?domain=%s", probe->preflight->lens->domain);
		probe->url = text.text;
	}
	if (who && who->authorization)
		probe->headers[probe->request.header_count++] =
			(struct http_header){ "Authorization", who->authorization };
	probe->request.url = probe->url;
	http_send(session->http, who ? who->identity : http_identity(session->http, "(login)"),
		  &probe->request, got_http, probe);
}

static void
ask_identity(struct probe *probe)
{
	struct session *session = probe->preflight->session;
	struct error err = { 0 };
	const struct credential *who = credentials_get(session->credentials, probe->persona, &err);
	struct buf tables;

	if (!who) {
		answer(probe, false, "%s", err.message);
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

static void
ask_all(void *arg)
{
	struct preflight *preflight = arg;

	for (size_t i = 0; i < preflight->count; i++) {
		struct probe *probe = &preflight->probes[i];
		if (probe->done)
			continue;
		probe->sent_us = clock_now_us();
		if (probe->kind >= PROBE_SERVER)
			ask_sql(probe);
		else
			ask_http(probe);
	}
}

/* Ask what has been added since the last round; false when some answer was "no". */
static bool
round_of_questions(struct preflight *preflight, size_t from)
{
	struct error err = { 0 };
	bool ok = true;

	preflight->waiting = preflight->count - from;
	preflight->exchanges = must(realloc(
		preflight->exchanges, (preflight->count + 1) * sizeof(*preflight->exchanges)));
	if (preflight->waiting > 0) {
		(void)loop_after(preflight->session->loop, 0, ask_all, preflight);
		if (!loop_run(preflight->session->loop, &err))
			ok = false;
	}
	for (size_t i = from; i < preflight->count; i++) {
		const struct probe *probe = &preflight->probes[i];
		const char *sentence =
			probe->done ? probe->sentence : "the run was stopped before it answered";
		json_array_append_new(preflight->checks,
				      json_pack("{s:s, s:b, s:s}", "name", probe->name, "ok",
						probe->ok, "sentence", sentence));
		if (!probe->ok && !preflight->problem)
			preflight->problem =
				arena_text(&preflight->arena, sentence, strlen(sentence));
		ok = ok && probe->ok;
	}
	return ok;
}

bool
preflight_run(struct preflight *preflight)
{
	/* Pointers to probes are handed out while a round runs, so all of it is added first. */
	add_target(preflight);
	add_personas(preflight, true);
	if (!round_of_questions(preflight, 0))
		return false;
	size_t from = preflight->count;
	add_questions(preflight);
	return round_of_questions(preflight, from);
}

const char *
preflight_problem(const struct preflight *preflight)
{
	return preflight->problem;
}

const json_t *
preflight_checks(const struct preflight *preflight)
{
	return preflight->checks;
}

const struct exchange *
preflight_exchanges(const struct preflight *preflight, size_t *count)
{
	*count = preflight->exchange_count;
	return preflight->exchanges;
}

const json_t *
preflight_target(const struct preflight *preflight)
{
	return preflight->target;
}

const json_t *
preflight_database(const struct preflight *preflight)
{
	return preflight->database;
}
