#include "exec/token.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/base64url.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/must.h"

#define HOUR_S 3600

/* An API key is no session: it outlives every run. */
#define APIKEY_LIFETIME_S ((int64_t)365 * 24 * HOUR_S)

#define UUID_BYTES 37

enum signing {
	SIGN_HS256,
	SIGN_HS512,
	SIGN_LABEL, /* HS256, under another name */
	SIGN_OTHER_SECRET,
	SIGN_ALTERED,
	SIGN_CUT,
	SIGN_NONE,
	SIGN_NONE_MIXED
};

/* A UUID that is always the same for `purpose` and `text`, and nobody else's. */
static void
derive_uuid(const char *purpose, const char *text, char uuid[UUID_BYTES])
{
	char hex[DIGEST_HEX_BYTES];
	struct buf source;

	buf_init(&source, 1024);
	buf_printf(&source, "lensgate:%s:%s", purpose, text);
	digest_hex(source.text, source.len, hex);
	buf_release(&source);
	(void)snprintf(uuid, UUID_BYTES, "%.8s-%.4s-4%.3s-8%.3s-%.12s", hex, hex + 8, hex + 12,
		       hex + 15, hex + 18);
}

static void
put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, must(value)))
		abort();
}

static void
put_text(json_t *object, const char *key, const char *text)
{
	if (text)
		put(object, key, json_string(text));
}

/* Nobody stands in these: what reaches a database is what PostgREST sends for no token. */
static bool
names_nobody(enum token_kind kind)
{
	return kind == TOKEN_NONE || kind == TOKEN_EMPTY || kind == TOKEN_GARBAGE;
}

static void
put_session(json_t *claims, const struct persona *persona)
{
	char session[UUID_BYTES];

	put_text(claims, "email", persona->email);
	put(claims, "app_metadata",
	    json_pack("{s:s, s:[s]}", "provider", "email", "providers", "email"));
	put(claims, "user_metadata", json_object());
	put_text(claims, "aal", "aal1");
	derive_uuid("session", persona->user ? persona->user : persona->name, session);
	put_text(claims, "session_id", session);
}

static json_t *
valid_claims(const struct environment *environment, const struct persona *persona, int64_t now_s)
{
	json_t *claims = must(json_object());

	put_text(claims, "sub", persona->user);
	put_text(claims, "aud", "authenticated");
	put_text(claims, "iss", environment->issuer);
	put(claims, "exp", json_integer(now_s + environment->lifetime_ms / 1000));
	put(claims, "iat", json_integer(now_s));
	put_text(claims, "role", "authenticated");
	put_session(claims, persona);
	if (persona->claims) {
		json_t *own = must(json_deep_copy(persona->claims));

		if (json_object_update(claims, own))
			abort();
		json_decref(own);
	}
	return claims;
}

static void
shift(json_t *claims, const char *key, int64_t by_s)
{
	put(claims, key, json_integer(json_integer_value(json_object_get(claims, key)) + by_s));
}

/* Put the one thing wrong that `persona`'s kind stands for, as far as it is in the claims. */
static void
spoil(json_t *claims, const struct environment *environment, const struct persona *persona)
{
	char stranger[UUID_BYTES];

	switch (persona->token) {
	case TOKEN_EXPIRED:
		/* A token that was good once: both times move. */
		shift(claims, "exp", -environment->lifetime_ms / 1000 - HOUR_S);
		shift(claims, "iat", -environment->lifetime_ms / 1000 - HOUR_S);
		return;
	case TOKEN_FUTURE_IAT:
		shift(claims, "exp", HOUR_S);
		shift(claims, "iat", HOUR_S);
		return;
	case TOKEN_NO_SUB:
		(void)json_object_del(claims, "sub");
		return;
	case TOKEN_NO_EXP:
		(void)json_object_del(claims, "exp");
		return;
	case TOKEN_NO_AUD:
		(void)json_object_del(claims, "aud");
		return;
	case TOKEN_WRONG_AUD:
		put_text(claims, "aud", "somebody-else");
		return;
	case TOKEN_UNKNOWN_USER:
		derive_uuid("stranger", persona->user ? persona->user : persona->name, stranger);
		put_text(claims, "sub", stranger);
		return;
	case TOKEN_VALID:
	case TOKEN_NONE:
	case TOKEN_EMPTY:
	case TOKEN_GARBAGE:
	case TOKEN_WRONG_SCHEME:
	case TOKEN_NO_SCHEME:
	case TOKEN_WRONG_SIGNATURE:
	case TOKEN_TAMPERED:
	case TOKEN_ALTERED:
	case TOKEN_NO_SIGNATURE:
	case TOKEN_ALG_NONE:
	case TOKEN_ALG_NONE_MIXED:
	case TOKEN_ALG_OTHER:
	case TOKEN_ALG_LABEL:
	case TOKEN_KINDS:
		return;
	}
}

json_t *
token_claims(const struct environment *environment, const struct persona *persona, int64_t now_s)
{
	if (names_nobody(persona->token))
		return must(json_pack("{s:s}", "role", "anon"));

	json_t *claims = valid_claims(environment, persona, now_s);

	spoil(claims, environment, persona);
	return claims;
}

static void
add_json(struct buf *out, const json_t *value)
{
	char *text = must(json_dumps(value, JSON_COMPACT));

	base64url_add(out, text, strlen(text));
	free(text);
}

static const char *
algorithm(enum signing signing)
{
	switch (signing) {
	case SIGN_HS512:
		return "HS512";
	case SIGN_NONE:
		return "none";
	case SIGN_NONE_MIXED:
		return "nOnE";
	case SIGN_LABEL:
		return "RS256";
	case SIGN_HS256:
	case SIGN_ALTERED:
	case SIGN_OTHER_SECRET:
	case SIGN_CUT:
		break;
	}
	return "HS256";
}

/* Append header.payload, which is also what is signed. */
static void
add_content(struct buf *out, enum signing signing, const json_t *claims)
{
	json_t *header = must(json_pack("{s:s, s:s}", "alg", algorithm(signing), "typ", "JWT"));

	add_json(out, header);
	json_decref(header);
	buf_add(out, ".", 1);
	add_json(out, claims);
}

/* `flip` turns bits of the last byte. */
static void
add_mac(struct buf *out, const EVP_MD *hash, const char *key, const struct buf *content,
	unsigned char flip)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned mac_len = 0;

	if (!HMAC(hash, key, (int)strlen(key), (const unsigned char *)content->text, content->len,
		  mac, &mac_len))
		abort();
	mac[mac_len - 1] ^= flip;
	base64url_add(out, mac, mac_len);
}

/* Append the signature of `content` (header.payload), or what stands in its place. */
static void
add_signature(struct buf *out, enum signing signing, const char *secret, const struct buf *content)
{
	struct buf other;

	switch (signing) {
	case SIGN_HS256:
	case SIGN_LABEL:
		add_mac(out, EVP_sha256(), secret, content, 0);
		return;
	case SIGN_ALTERED:
		add_mac(out, EVP_sha256(), secret, content, 1);
		return;
	case SIGN_HS512:
		add_mac(out, EVP_sha512(), secret, content, 0);
		return;
	case SIGN_OTHER_SECRET:
		buf_init(&other, strlen(secret) + 16);
		buf_printf(&other, "not-%s", secret);
		add_mac(out, EVP_sha256(), other.text, content, 0);
		buf_release(&other);
		return;
	case SIGN_CUT:
	case SIGN_NONE:
	case SIGN_NONE_MIXED:
		return;
	}
}

/* The JWT of `claims`, signed over `signed_claims`: the same, unless somebody tampered. */
static char *
jwt(const char *prefix, enum signing signing, const char *secret, const json_t *claims,
    const json_t *signed_claims)
{
	struct buf token, content;

	buf_init(&token, (size_t)1024 * 1024);
	buf_init(&content, (size_t)1024 * 1024);
	buf_printf(&token, "%s", prefix);
	add_content(&token, signing, claims);
	add_content(&content, signing, signed_claims);
	buf_add(&token, ".", 1);
	add_signature(&token, signing, secret, &content);
	buf_release(&content);
	return token.text;
}

static char *
copy(const char *text)
{
	char *copied = must(strdup(text));

	return copied;
}

/* The persona's own claims under the signature made for somebody else's. What is claimed is a user
 * the target knows: a target that does not check the signature would let them in. */
static char *
tampered(const char *secret, const struct persona *persona, const json_t *claims)
{
	json_t *others = must(json_deep_copy(claims));
	char stranger[UUID_BYTES];

	derive_uuid("stranger", persona->user ? persona->user : persona->name, stranger);
	put_text(others, "sub", stranger);

	char *token = jwt("Bearer ", SIGN_HS256, secret, claims, others);
	json_decref(others);
	return token;
}

/* Those not named here are signed as they should be. */
static const enum signing signings[TOKEN_KINDS] = {
	[TOKEN_WRONG_SIGNATURE] = SIGN_OTHER_SECRET,
	[TOKEN_ALTERED] = SIGN_ALTERED,
	[TOKEN_NO_SIGNATURE] = SIGN_CUT,
	[TOKEN_ALG_NONE] = SIGN_NONE,
	[TOKEN_ALG_NONE_MIXED] = SIGN_NONE_MIXED,
	[TOKEN_ALG_OTHER] = SIGN_HS512,
	[TOKEN_ALG_LABEL] = SIGN_LABEL,
};

static enum signing
signing_of(enum token_kind kind)
{
	return kind < TOKEN_KINDS ? signings[kind] : SIGN_HS256;
}

char *
token_mint(const struct environment *environment, const struct persona *persona, int64_t now_s,
	   struct error *err)
{
	enum token_kind kind = persona->token;

	if (kind == TOKEN_NONE)
		return NULL;
	if (kind == TOKEN_EMPTY)
		return copy("Bearer ");
	if (kind == TOKEN_GARBAGE)
		return copy("Bearer garbage");
	if (!environment->secret) {
		error_set(err, ERROR_ENVIRONMENT,
			  "no token for %s: the environment has no auth.mint.secret",
			  persona->name);
		return NULL;
	}
	json_t *claims = token_claims(environment, persona, now_s);
	const char *prefix = kind == TOKEN_WRONG_SCHEME ? "Token "
			     : kind == TOKEN_NO_SCHEME  ? ""
							: "Bearer ";
	char *token = kind == TOKEN_TAMPERED
			      ? tampered(environment->secret, persona, claims)
			      : jwt(prefix, signing_of(kind), environment->secret, claims, claims);

	json_decref(claims);
	return token;
}

char *
token_apikey(const struct environment *environment, const char *role, int64_t now_s,
	     struct error *err)
{
	if (!environment->secret) {
		error_set(err, ERROR_ENVIRONMENT,
			  "no API key for %s: the environment has no auth.mint.secret", role);
		return NULL;
	}
	json_t *claims = must(json_pack("{s:s}", "role", role));

	put(claims, "iat", json_integer(now_s));
	put(claims, "exp", json_integer(now_s + APIKEY_LIFETIME_S));
	put_text(claims, "iss", environment->issuer);
	char *token = jwt("", SIGN_HS256, environment->secret, claims, claims);
	json_decref(claims);
	return token;
}

const char *
token_database_role(const struct persona *persona)
{
	const char *own;

	if (names_nobody(persona->token))
		return "anon";
	own = json_string_value(json_object_get(persona->claims, "role"));
	return own ? own : "authenticated";
}
