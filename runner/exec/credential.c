#include "exec/credential.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/must.h"
#include "exec/token.h"

struct credentials {
	const struct environment *environment;
	struct http *http;
	struct mask *mask;
	struct credential **items; /* one allocation each: callers keep pointers */
	size_t count, room;
	char *apikey;
};

/* A little in the past: a target whose clock is a moment behind ours, and which takes `iat` by the
 * letter, would refuse a token issued in this very second. */
static int64_t
now_s(void)
{
	return clock_wall_us() / 1000000 - 5;
}

struct credentials *
credentials_new(const struct environment *environment, struct http *http, struct mask *mask)
{
	struct credentials *credentials = must(calloc(1, sizeof(*credentials)));

	credentials->environment = environment;
	credentials->http = http;
	credentials->mask = mask;
	return credentials;
}

static void
credential_free(struct credential *credential)
{
	free(credential->authorization);
	free(credential->shown);
	free(credential->claims);
	free(credential);
}

void
credentials_free(struct credentials *credentials)
{
	if (!credentials)
		return;
	for (size_t i = 0; i < credentials->count; i++)
		credential_free(credentials->items[i]);
	free(credentials->items);
	free(credentials->apikey);
	free(credentials);
}

/* Tell the masker what must not be seen: the token, without the scheme before it. Tokens too
 * short to be one ("garbage", an empty one) are no secrets. */
static void
hide(struct credentials *credentials, const char *authorization, const char *shown)
{
	const char *token = strrchr(authorization, ' ');
	struct error ignored = { 0 };

	token = token ? token + 1 : authorization;
	if (strlen(token) >= 16 && !mask_add(credentials->mask, token, shown, &ignored))
		abort(); /* it is long enough, and nothing else can be wrong with it */
}

static void
show(struct credentials *credentials, struct credential *credential)
{
	const char *scheme_end = strchr(credential->authorization, ' ');
	int scheme = scheme_end ? (int)(scheme_end - credential->authorization) : 0;
	struct buf shown;

	buf_init(&shown, 512);
	buf_printf(&shown, "<%s token>", credential->persona->name);
	hide(credentials, credential->authorization, shown.text);
	buf_release(&shown);
	buf_init(&shown, 512);
	buf_printf(&shown, "%.*s%s<%s token>", scheme, credential->authorization, scheme ? " " : "",
		   credential->persona->name);
	credential->shown = shown.text; /* ownership moves on */
}

static char *
claims_text(const struct environment *environment, const struct persona *persona)
{
	/* PostgREST always sets the claims, for nobody at least the role. */
	if (!persona || persona->token == TOKEN_NONE || !persona->user)
		return must(strdup("{\"role\":\"anon\"}"));
	json_t *claims = token_claims(environment, persona, now_s());
	char *text = must(json_dumps(claims, JSON_COMPACT));

	json_decref(claims);
	return text;
}

static struct credential *
find(const struct credentials *credentials, const struct persona *persona)
{
	for (size_t i = 0; i < credentials->count; i++) {
		if (credentials->items[i]->persona == persona)
			return credentials->items[i];
	}
	return NULL;
}

static struct credential *
add(struct credentials *credentials, const struct persona *persona)
{
	struct credential *credential = must(calloc(1, sizeof(*credential)));

	credential->persona = persona;
	credential->identity =
		http_identity(credentials->http, persona ? persona->name : "(nobody)");
	credential->role = persona ? token_database_role(persona) : "anon";
	credential->claims = claims_text(credentials->environment, persona);
	if (credentials->count == credentials->room) {
		credentials->room = credentials->room ? credentials->room * 2 : 16;
		credentials->items = must(realloc(credentials->items,
						  credentials->room * sizeof(struct credential *)));
	}
	credentials->items[credentials->count++] = credential;
	return credential;
}

bool
credentials_by_password(const struct environment *environment, const struct persona *persona)
{
	return environment->password_url && persona->password && persona->token == TOKEN_VALID;
}

const struct credential *
credentials_get(struct credentials *credentials, const struct persona *persona, struct error *err)
{
	struct credential *credential = find(credentials, persona);

	if (credential)
		return credential;
	if (persona && credentials_by_password(credentials->environment, persona)) {
		error_set(err, ERROR_ENVIRONMENT, "persona %s has not logged in", persona->name);
		return NULL;
	}
	char *authorization = NULL;
	if (persona && persona->token != TOKEN_NONE) {
		authorization = token_mint(credentials->environment, persona, now_s(), err);
		if (!authorization)
			return NULL;
	}
	credential = add(credentials, persona);
	credential->authorization = authorization;
	if (authorization)
		show(credentials, credential);
	return credential;
}

void
credentials_accept(struct credentials *credentials, const struct persona *persona,
		   const char *access_token)
{
	struct credential *credential = find(credentials, persona);
	size_t len = strlen(access_token) + sizeof("Bearer ");

	if (!credential)
		credential = add(credentials, persona);
	free(credential->authorization);
	free(credential->shown);
	credential->authorization = must(malloc(len));
	(void)snprintf(credential->authorization, len, "Bearer %s", access_token);
	show(credentials, credential);
}

const char *
credentials_apikey(struct credentials *credentials, struct error *err)
{
	if (credentials->environment->apikey)
		return credentials->environment->apikey;
	if (!credentials->apikey) {
		credentials->apikey = token_apikey(credentials->environment, "anon", now_s(), err);
		if (credentials->apikey)
			hide(credentials, credentials->apikey, "<apikey>");
	}
	return credentials->apikey;
}

const char *
credentials_cover(const struct credentials *credentials, const char *text, struct arena *arena)
{
	struct buf covered;
	size_t len = text ? strlen(text) : 0;

	if (!text || mask_spares(credentials->mask, text, len))
		return text;
	buf_init(&covered, 2 * len + 4096);
	mask_words(credentials->mask, text, len, &covered);
	if (strcmp(covered.text, text) != 0)
		text = arena_text(arena, covered.text, covered.len);
	buf_release(&covered);
	return text;
}

bool
credentials_know(const struct credentials *credentials, const char *text)
{
	const char *shown;

	return mask_finds(credentials->mask, text, strlen(text), &shown);
}

bool
credentials_hide(struct credentials *credentials, const char *name, const char *value,
		 struct error *err)
{
	char shown[160];

	(void)snprintf(shown, sizeof(shown), "[secret %.120s]", name);
	return mask_add(credentials->mask, value, shown, err);
}
