#include "exec/signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64url.h"
#include "base/buf.h"
#include "base/clock.h"
#include "exec/totp.h"

#define MAX_TEXT ((size_t)64 * 1024)

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* Put the filled members into the object; null takes one out. */
static bool
replace(json_t *object, const struct template *members, const struct scope *scope,
	struct error *err)
{
	const char *key;
	json_t *value;

	if (!members->value)
		return true;
	json_t *filled = template_fill(members->value, scope, err);
	if (!filled)
		return error_within(err, "signature");
	json_object_foreach(filled, key, value)
	{
		if (json_is_null(value))
			(void)json_object_del(object, key);
		else
			json_object_set(object, key, value);
	}
	json_decref(filled);
	return true;
}

/* The key is that of the moment at which it says it was signed. */
static const char *
key_of(const struct signature *signature, const char *signed_at, char code[static TOTP_BYTES],
       struct error *err)
{
	int64_t at_us = 0;

	if (signature->type == SIGNATURE_PIN)
		return signature->signer->pin;
	if (!clock_parse(signed_at, &at_us)) {
		error_set(err, ERROR_SUITE, "signed_at is no time: `%s`", signed_at);
		return NULL;
	}
	if (!totp_code(signature->signer->totp, at_us / 1000000, code)) {
		error_set(err, ERROR_ENVIRONMENT, "the `totp` of %s is no base 32",
			  signature->signer->name);
		return NULL;
	}
	return code;
}

static bool
add_hash(json_t *object, const struct signature *signature, const char *over, struct error *err)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	char code[TOTP_BYTES];
	const char *key = key_of(signature, text_of(object, "signed_at"), code, err);
	struct buf text, hash;

	if (!key)
		return false;
	buf_init(&text, MAX_TEXT);
	buf_init(&hash, MAX_TEXT);
	buf_printf(&text, "%s %s %s %s %s", over, text_of(object, "user_id"),
		   text_of(object, "role_at_signing"), text_of(object, "signed_at"),
		   text_of(object, "signature_type"));
	if (!HMAC(EVP_sha256(), key, (int)strlen(key), (const unsigned char *)text.text, text.len,
		  mac, &len))
		abort();
	base64url_add(&hash, mac, len);
	json_object_set_new(object, "signature_hash", json_string(hash.text));
	buf_release(&hash);
	buf_release(&text);
	return true;
}

json_t *
signature_make(const struct step *step, const struct scope *scope, int64_t wall_us,
	       struct error *err)
{
	const struct signature *signature = step->signature;
	const struct persona *signer = signature->signer;
	const struct template *signed_over = &step->action->signature.over;
	char now[CLOCK_TEXT_BYTES];

	clock_text(wall_us, now);
	json_t *object = json_pack("{s:s, s:s?, s:s?, s:s}", "signed_at", now, "user_id",
				   signer->user, "role_at_signing", signer->role, "signature_type",
				   signature_type_name(signature->type));
	char *over = template_fill_text(json_string_value(signed_over->value), scope, err);
	bool ok = over && replace(object, &signature->with, scope, err) &&
		  add_hash(object, signature, over, err) &&
		  replace(object, &signature->altered, scope, err);

	free(over);
	if (ok)
		return object;
	json_decref(object);
	return NULL;
}
