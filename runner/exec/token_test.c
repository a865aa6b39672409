#include "exec/token.h"

#include <criterion/criterion.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/rows.h"

#define NOW 1800000000

static const char key[] = "only-for-tests-and-long-enough";
static const char user[] = "57e82f78-0a2d-4a7c-a428-6287621d06c5";

static struct environment
environment_of(const char *secret)
{
	return (struct environment){ .secret = secret,
				     .issuer = "http://127.0.0.1/auth/v1",
				     .lifetime_ms = 7200000 };
}

static struct persona
persona_of(enum token_kind kind)
{
	return (struct persona){
		.name = "crew", .user = user, .email = "crew@example.test", .token = kind
	};
}

static char *
mint(enum token_kind kind)
{
	const struct environment environment = environment_of(key);
	const struct persona persona = persona_of(kind);
	struct error err = { 0 };
	char *token = token_mint(&environment, &persona, NOW, &err);

	cr_assert_eq(err.code, ERROR_NONE, "%s", err.message);
	return token;
}

/* A decoder of our own, so that encoder and test cannot agree on the same mistake. */
static size_t
decode(const char *text, size_t len, unsigned char *bytes)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				       "0123456789-_";
	unsigned long bits = 0;
	size_t count = 0, n = 0;

	for (size_t i = 0; i < len; i++) {
		const char *at = strchr(alphabet, text[i]);

		cr_assert(at && *at, "%c is not base64url", text[i]);
		bits = bits << 6 | (unsigned long)(at - alphabet);
		count += 6;
		if (count >= 8) {
			count -= 8;
			bytes[n++] = (unsigned char)(bits >> count & 255);
		}
	}
	return n;
}

/* A token taken apart. */
struct parts {
	json_t *header, *claims;
	unsigned char signature[128];
	size_t signature_len;
	size_t signed_len; /* of header.payload */
};

static json_t *
decode_json(const char *text, size_t len)
{
	unsigned char bytes[4096];
	size_t n = decode(text, len, bytes);
	json_t *value = json_loadb((const char *)bytes, n, 0, NULL);

	cr_assert(value);
	return value;
}

static struct parts
take_apart(const char *token)
{
	const char *first = strchr(token, '.');
	const char *second = first ? strchr(first + 1, '.') : NULL;
	struct parts parts = { 0 };

	cr_assert(first && second);
	parts.header = decode_json(token, (size_t)(first - token));
	parts.claims = decode_json(first + 1, (size_t)(second - first - 1));
	parts.signature_len = decode(second + 1, strlen(second + 1), parts.signature);
	parts.signed_len = (size_t)(second - token);
	return parts;
}

static bool
verifies(const struct parts *parts, const char *token, const EVP_MD *hash)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	cr_assert(HMAC(hash, key, (int)strlen(key), (const unsigned char *)token, parts->signed_len,
		       mac, &len));
	return len == parts->signature_len && memcmp(mac, parts->signature, len) == 0;
}

static const char *
text_of(const json_t *object, const char *key_name)
{
	const char *text = json_string_value(json_object_get(object, key_name));

	return text ? text : "(absent)";
}

static json_int_t
number_of(const json_t *object, const char *key_name)
{
	return json_integer_value(json_object_get(object, key_name));
}

Test(token, a_valid_token_verifies_and_says_who_and_until_when)
{
	char *header = mint(TOKEN_VALID);
	const char *token = header + 7;
	struct parts parts = take_apart(token);

	cr_assert_eq(strncmp(header, "Bearer ", 7), 0);
	cr_expect(verifies(&parts, token, EVP_sha256()));
	cr_expect_str_eq(text_of(parts.header, "alg"), "HS256");
	cr_expect_str_eq(text_of(parts.header, "typ"), "JWT");
	cr_expect_str_eq(text_of(parts.claims, "sub"), user);
	cr_expect_str_eq(text_of(parts.claims, "aud"), "authenticated");
	cr_expect_str_eq(text_of(parts.claims, "iss"), "http://127.0.0.1/auth/v1");
	cr_expect_str_eq(text_of(parts.claims, "role"), "authenticated");
	cr_expect_str_eq(text_of(parts.claims, "email"), "crew@example.test");
	cr_expect_str_eq(text_of(parts.claims, "aal"), "aal1");
	cr_expect_eq(strlen(text_of(parts.claims, "session_id")), 36);
	cr_expect(json_is_object(json_object_get(parts.claims, "app_metadata")));
	cr_expect(json_is_object(json_object_get(parts.claims, "user_metadata")));
	cr_expect_eq(number_of(parts.claims, "iat"), NOW);
	cr_expect_eq(number_of(parts.claims, "exp"), NOW + 7200);
	json_decref(parts.header);
	json_decref(parts.claims);
	free(header);
}

/* Each kind with its one thing wrong; all else must be as in the valid token. */
static const struct {
	enum token_kind kind;
	const char *scheme, *alg;
	bool hs256, hs512; /* which signature verifies */
	bool has_signature;
	const char *differs; /* claims that differ from the valid token's, NULL: none */
} kinds[] = {
	{ TOKEN_VALID, "Bearer ", "HS256", true, false, true, NULL },
	{ TOKEN_WRONG_SCHEME, "Token ", "HS256", true, false, true, NULL },
	{ TOKEN_NO_SCHEME, "", "HS256", true, false, true, NULL },
	{ TOKEN_EXPIRED, "Bearer ", "HS256", true, false, true, "exp iat" },
	{ TOKEN_WRONG_SIGNATURE, "Bearer ", "HS256", false, false, true, NULL },
	{ TOKEN_TAMPERED, "Bearer ", "HS256", false, false, true, NULL },
	{ TOKEN_ALTERED, "Bearer ", "HS256", false, false, true, NULL },
	{ TOKEN_NO_SIGNATURE, "Bearer ", "HS256", false, false, false, NULL },
	{ TOKEN_ALG_NONE, "Bearer ", "none", false, false, false, NULL },
	{ TOKEN_ALG_NONE_MIXED, "Bearer ", "nOnE", false, false, false, NULL },
	{ TOKEN_ALG_OTHER, "Bearer ", "HS512", false, true, true, NULL },
	{ TOKEN_ALG_LABEL, "Bearer ", "RS256", true, false, true, NULL },
	{ TOKEN_FUTURE_IAT, "Bearer ", "HS256", true, false, true, "exp iat" },
	{ TOKEN_NO_SUB, "Bearer ", "HS256", true, false, true, "sub" },
	{ TOKEN_NO_EXP, "Bearer ", "HS256", true, false, true, "exp" },
	{ TOKEN_NO_AUD, "Bearer ", "HS256", true, false, true, "aud" },
	{ TOKEN_WRONG_AUD, "Bearer ", "HS256", true, false, true, "aud" },
	{ TOKEN_UNKNOWN_USER, "Bearer ", "HS256", true, false, true, "sub" },
};

ParameterizedTestParameters(token, kinds)
{
	return rows_of(COUNTOF(kinds));
}

ParameterizedTest(size_t *row, token, kinds)
{
	size_t scheme_len = strlen(kinds[*row].scheme);
	char *header = mint(kinds[*row].kind), *again = mint(kinds[*row].kind);
	char *valid_header = mint(TOKEN_VALID);
	struct parts parts, valid = take_apart(valid_header + 7);
	const char *claim;
	json_t *value;

	cr_assert_eq(strncmp(header, kinds[*row].scheme, scheme_len), 0, "%s", header);
	cr_expect_str_eq(header, again);
	parts = take_apart(header + scheme_len);
	cr_expect_str_eq(text_of(parts.header, "alg"), kinds[*row].alg);
	cr_expect_eq(verifies(&parts, header + scheme_len, EVP_sha256()), kinds[*row].hs256);
	cr_expect_eq(verifies(&parts, header + scheme_len, EVP_sha512()), kinds[*row].hs512);
	cr_expect_eq(parts.signature_len > 0, kinds[*row].has_signature);
	json_object_foreach(valid.claims, claim, value)
	{
		bool differs = kinds[*row].differs && strstr(kinds[*row].differs, claim);

		cr_expect_eq(json_equal(value, json_object_get(parts.claims, claim)), !differs,
			     "claim %s", claim);
	}
	json_decref(parts.header);
	json_decref(parts.claims);
	json_decref(valid.header);
	json_decref(valid.claims);
	free(header);
	free(again);
	free(valid_header);
}

static json_t *
claims_of(enum token_kind kind)
{
	const struct environment environment = environment_of(key);
	const struct persona persona = persona_of(kind);

	return token_claims(&environment, &persona, NOW);
}

Test(token, times_are_wrong_in_the_direction_the_kind_says)
{
	json_t *expired = claims_of(TOKEN_EXPIRED), *future = claims_of(TOKEN_FUTURE_IAT);

	cr_expect_eq(number_of(expired, "exp"), NOW - 3600);
	cr_expect_lt(number_of(expired, "iat"), number_of(expired, "exp"));
	cr_expect_eq(number_of(future, "iat"), NOW + 3600);
	cr_expect_gt(number_of(future, "exp"), number_of(future, "iat"));
	json_decref(expired);
	json_decref(future);
}

Test(token, a_tampered_token_carries_the_signature_of_somebody_elses)
{
	/* The somebody is the user nobody knows, whose own token is good. */
	char *tampered = mint(TOKEN_TAMPERED), *strangers = mint(TOKEN_UNKNOWN_USER);
	struct parts parts = take_apart(tampered + 7), other = take_apart(strangers + 7);

	cr_expect_str_eq(text_of(parts.claims, "sub"), user);
	cr_expect_str_neq(text_of(other.claims, "sub"), user);
	cr_assert_eq(parts.signature_len, other.signature_len);
	cr_expect_arr_eq(parts.signature, other.signature, other.signature_len);
	json_decref(parts.header);
	json_decref(parts.claims);
	json_decref(other.header);
	json_decref(other.claims);
	free(tampered);
	free(strangers);
}

Test(token, an_altered_token_differs_from_the_good_one_in_the_last_byte_of_its_signature)
{
	char *altered = mint(TOKEN_ALTERED), *valid = mint(TOKEN_VALID);
	struct parts parts = take_apart(altered + 7), good = take_apart(valid + 7);

	cr_assert_eq(parts.signature_len, good.signature_len);
	cr_expect_arr_eq(parts.signature, good.signature, good.signature_len - 1);
	cr_expect_neq(parts.signature[good.signature_len - 1],
		      good.signature[good.signature_len - 1]);
	json_decref(parts.header);
	json_decref(parts.claims);
	json_decref(good.header);
	json_decref(good.claims);
	free(altered);
	free(valid);
}

Test(token, no_token_is_no_header_and_the_hopeless_ones_need_no_secret)
{
	const struct environment environment = environment_of(NULL);
	struct persona persona = persona_of(TOKEN_NONE);
	struct error err = { 0 };
	char *token;

	cr_expect_null(token_mint(&environment, &persona, NOW, &err));
	persona.token = TOKEN_EMPTY;
	token = token_mint(&environment, &persona, NOW, &err);
	cr_expect_str_eq(token, "Bearer ");
	free(token);
	persona.token = TOKEN_GARBAGE;
	token = token_mint(&environment, &persona, NOW, &err);
	cr_expect_str_eq(token, "Bearer garbage");
	free(token);
	cr_expect_eq(err.code, ERROR_NONE);
	persona.token = TOKEN_VALID;
	cr_expect_null(token_mint(&environment, &persona, NOW, &err));
	cr_expect_eq(err.code, ERROR_ENVIRONMENT);
}

Test(token, claims_of_its_own_win_and_their_role_is_the_databases)
{
	const struct environment environment = environment_of(key);
	struct persona persona = persona_of(TOKEN_VALID);
	json_t *own = json_pack("{s:s, s:s}", "role", "service_role", "yacht_id", "x");

	persona.claims = own;
	json_t *claims = token_claims(&environment, &persona, NOW);
	cr_expect_str_eq(text_of(claims, "role"), "service_role");
	cr_expect_str_eq(text_of(claims, "yacht_id"), "x");
	cr_expect_str_eq(text_of(claims, "sub"), user);
	cr_expect_str_eq(token_database_role(&persona), "service_role");
	json_decref(claims);
	json_decref(own);
}

Test(token, who_brings_no_readable_token_is_anon_in_the_database)
{
	static const enum token_kind nobodies[] = { TOKEN_NONE, TOKEN_EMPTY, TOKEN_GARBAGE };
	const struct persona valid = persona_of(TOKEN_VALID);

	for (size_t i = 0; i < COUNTOF(nobodies); i++) {
		const struct persona persona = persona_of(nobodies[i]);
		json_t *claims = claims_of(nobodies[i]);

		cr_expect_str_eq(token_database_role(&persona), "anon");
		cr_expect_str_eq(text_of(claims, "role"), "anon");
		cr_expect_eq(json_object_size(claims), 1);
		json_decref(claims);
	}
	cr_expect_str_eq(token_database_role(&valid), "authenticated");
}

Test(token, an_api_key_has_a_role_and_no_user)
{
	const struct environment environment = environment_of(key);
	struct error err = { 0 };
	char *token = token_apikey(&environment, "anon", NOW, &err);
	struct parts parts = take_apart(token);

	cr_expect(verifies(&parts, token, EVP_sha256()));
	cr_expect_str_eq(text_of(parts.claims, "role"), "anon");
	cr_expect_str_eq(text_of(parts.claims, "sub"), "(absent)");
	cr_expect_gt(number_of(parts.claims, "exp"), NOW);
	json_decref(parts.header);
	json_decref(parts.claims);
	free(token);
}
