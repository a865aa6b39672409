#include "exec/login.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define URL_BYTES 4096

bool
login_prepare(struct login *login, const struct environment *environment,
	      struct credentials *credentials, const struct persona *persona, int64_t timeout_ms,
	      struct error *err)
{
	const char *url = environment->password_url;
	const char *apikey = credentials_apikey(credentials, err);
	json_t *body =
		json_pack("{s:s?, s:s?}", "email", persona->email, "password", persona->password);
	struct buf text;

	*login = (struct login){ .body = json_dumps(body, JSON_COMPACT) };
	json_decref(body);
	if (!login->body)
		abort();
	buf_init(&text, URL_BYTES);
	buf_printf(&text, "%s%sgrant_type=password", url, strchr(url, '?') ? "&" : "?");
	login->url = text.text;
	login->headers[0] = (struct http_header){ "Accept", "application/json" };
	login->headers[1] = (struct http_header){ "Content-Type", "application/json" };
	login->headers[2] = (struct http_header){ "apikey", apikey ? apikey : "" };
	login->request = (struct http_request){ .method = "POST",
						.url = login->url,
						.headers = login->headers,
						.header_count = COUNTOF(login->headers),
						.body = login->body,
						.body_len = strlen(login->body),
						.timeout_ms = timeout_ms };
	return apikey != NULL;
}

void
login_release(struct login *login)
{
	free(login->url);
	free(login->body);
	*login = (struct login){ 0 };
}
