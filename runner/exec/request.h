/* request.h - one step filled in: what will be sent, and what the record shows of it. */
#ifndef EXEC_REQUEST_H
#define EXEC_REQUEST_H

#include <jansson.h>

#include "base/arena.h"
#include "exec/credential.h"
#include "exec/http.h"
#include "suite/suite.h"

#define REQUEST_MAX_HEADERS 24

struct request {
	/* in: set by the caller, borrowed */
	const struct credential *credential; /* NULL: none */
	const char *base_url;
	/* HTTP */
	const char *method, *url;
	struct http_header headers[REQUEST_MAX_HEADERS];
	size_t header_count;
	const char *body;
	size_t body_len;
	const char *shown_headers; /* as text, the token named by persona */
	/* SQL */
	const char *sql;
	const char **params;
	size_t param_count;
	const char *params_json;
	/* owned: released by request_release */
	json_t *payload;
};

/* Fill in `step` for `scope`. Texts live in `arena`. Fails with ERROR_SUITE when a ${} has no
 * value, a header would hold a line break, or there are too many headers. */
bool request_fill(const struct step *step, const struct scope *scope, struct arena *arena,
		  struct request *request, struct error *err) MUST_USE;
void request_release(struct request *request);

/* `value` as SQL parameter text in `arena`; NULL for null. */
const char *request_param(const json_t *value, struct arena *arena);

/* `value` as compact JSON text in `arena`; *len may be NULL. */
const char *request_json(const json_t *value, struct arena *arena, size_t *len);

#endif
