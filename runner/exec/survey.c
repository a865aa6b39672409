#include "exec/survey.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/must.h"
#include "exec/credential.h"
#include "exec/http.h"
#include "exec/login.h"
#include "exec/loop.h"
#include "exec/preflight_http.h"

#define TIMEOUT_MS 10000
#define URL_BYTES  4096

/* One persona while it is asked. What is sent must stay until the answer. */
struct asked {
	struct survey *survey;
	const struct persona *persona;
	struct login login;
	struct http_header headers[2];
	struct http_request request;
	json_t *list; /* NULL: it has not answered well */
};

struct survey {
	const struct environment *environment;
	struct loop *loop;
	struct http *http;
	struct credentials *credentials;
	char *url;
	struct asked *asked;
	size_t count;
	struct error *err; /* the first that went wrong */
};

static bool
is_asked(const struct environment *environment, const struct persona *persona)
{
	bool here = !persona->yacht || !environment->yacht ||
		    strcmp(persona->yacht, environment->yacht) == 0;

	return persona->role && persona->token == TOKEN_VALID && !persona->claims && here;
}

static const char *
code_of(const json_t *body)
{
	const char *code = json_string_value(json_object_get(body, "error_code"));

	return code ? code : "";
}

static void
got_list(void *arg, const struct http_reply *reply)
{
	struct asked *asked = arg;
	json_t *body = json_loadb(reply->body ? reply->body : "", reply->body_len, 0, NULL);

	if (reply->problem != HTTP_OK)
		error_set(asked->survey->err, ERROR_ENVIRONMENT, "the target does not answer: %s",
			  reply->sentence);
	else if (reply->status == 200 && json_is_array(json_object_get(body, "actions")))
		asked->list = json_incref(body);
	else
		error_set(asked->survey->err, ERROR_ENVIRONMENT,
			  "persona %s is not shown the list of actions: %ld %s",
			  asked->persona->name, reply->status, code_of(body));
	json_decref(body);
}

static void
ask_list(struct asked *asked)
{
	struct survey *survey = asked->survey;
	const struct credential *who =
		credentials_get(survey->credentials, asked->persona, survey->err);

	if (!who)
		return;
	asked->headers[0] = (struct http_header){ "Accept", "application/json" };
	asked->headers[1] = (struct http_header){ "Authorization", who->authorization };
	asked->request = (struct http_request){ .method = "GET",
						.url = survey->url,
						.headers = asked->headers,
						.header_count = COUNTOF(asked->headers),
						.timeout_ms = TIMEOUT_MS };
	http_send(survey->http, who->identity, &asked->request, got_list, asked);
}

static void
got_token(void *arg, const struct http_reply *reply)
{
	struct asked *asked = arg;
	json_t *body = json_loadb(reply->body ? reply->body : "", reply->body_len, 0, NULL);
	char sentence[PREFLIGHT_SENTENCE];

	if (reply->problem != HTTP_OK) {
		error_set(asked->survey->err, ERROR_ENVIRONMENT, "the target does not answer: %s",
			  reply->sentence);
	} else if (preflight_login_fits(asked->persona, reply->status, body, sentence)) {
		credentials_accept(asked->survey->credentials, asked->persona,
				   json_string_value(json_object_get(body, "access_token")));
		ask_list(asked);
	} else {
		error_set(asked->survey->err, ERROR_ENVIRONMENT, "%s", sentence);
	}
	json_decref(body);
}

static void
ask(struct asked *asked)
{
	struct survey *survey = asked->survey;

	if (!credentials_by_password(survey->environment, asked->persona))
		ask_list(asked);
	else if (login_prepare(&asked->login, survey->environment, survey->credentials,
			       asked->persona, TIMEOUT_MS, survey->err))
		http_send(survey->http, http_identity(survey->http, "(login)"),
			  &asked->login.request, got_token, asked);
}

static void
ask_all(void *arg)
{
	struct survey *survey = arg;

	for (size_t i = 0; i < survey->count; i++)
		ask(&survey->asked[i]);
}

static void
choose(struct survey *survey)
{
	const struct environment *environment = survey->environment;

	survey->asked = must(calloc(environment->persona_count + 1, sizeof(*survey->asked)));
	for (size_t i = 0; i < environment->persona_count; i++) {
		const struct persona *persona = &environment->personas[i];

		if (is_asked(environment, persona))
			survey->asked[survey->count++] =
				(struct asked){ .survey = survey, .persona = persona };
	}
}

static json_t *
answers(const struct survey *survey)
{
	json_t *all = json_array();

	for (size_t i = 0; i < survey->count; i++) {
		const struct asked *asked = &survey->asked[i];

		json_array_append_new(all,
				      json_pack("{s:s, s:s, s:O}", "persona", asked->persona->name,
						"role", asked->persona->role, "list", asked->list));
	}
	return all;
}

static void
release(struct survey *survey)
{
	for (size_t i = 0; i < survey->count; i++) {
		login_release(&survey->asked[i].login);
		json_decref(survey->asked[i].list);
	}
	free(survey->asked);
	free(survey->url);
	credentials_free(survey->credentials);
	http_free(survey->http);
	loop_free(survey->loop);
}

json_t *
survey_lists(const struct environment *environment, const char *domain, struct mask *mask,
	     struct error *err)
{
	struct survey survey = { .environment = environment, .err = err };
	struct http_options options = { .allow_hosts = environment->allow_hosts,
					.allow_host_count = environment->allow_host_count };
	json_t *all = NULL;
	struct buf url;

	buf_init(&url, URL_BYTES);
	buf_printf(&url, "%s/v1/actions/list?domain=", environment->base_url);
	http_escape(&url, domain, strlen(domain));
	survey.url = url.text;
	survey.loop = loop_new();
	survey.http = http_new(survey.loop, &options);
	survey.credentials = credentials_new(environment, survey.http, mask);
	choose(&survey);
	if (survey.count == 0)
		error_set(err, ERROR_SUITE, "environment %s has no persona with a role to ask as",
			  environment->name);
	(void)loop_after(survey.loop, 0, ask_all, &survey);
	if (loop_run(survey.loop, err) && err->code == ERROR_NONE)
		all = answers(&survey);
	release(&survey);
	return all;
}
