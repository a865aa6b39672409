#include "evidence/sign.h"

#include <errno.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/must.h"
#include "evidence/manifest.h"
#include "evidence/tool.h"

#define NAMESPACE    "lensgate"
#define PAYLOAD_TYPE "application/vnd.in-toto+json"
#define ARMOR_BEGIN  "-----BEGIN SSH SIGNATURE-----\n"
#define ARMOR_END    "-----END SSH SIGNATURE-----\n"
#define ARMOR_WIDTH  70 /* as ssh-keygen breaks lines */
#define ANSWER_BYTES ((size_t)64 * 1024)

static void
path_in(const char *folder, const char *name, char path[PATH_MAX])
{
	(void)snprintf(path, PATH_MAX, "%s/%s", folder, name);
}

/* ---- base64 and the armor of a signature ---- */

/* Standard alphabet, padded, on one line. */
static void
add_base64(struct buf *out, const char *bytes, size_t len)
{
	/* OpenSSL counts in int; pieces of a multiple of three join without padding. */
	const size_t piece = (size_t)3 * 1024 * 1024;

	for (size_t at = 0; at < len; at += piece) {
		size_t take = len - at < piece ? len - at : piece;
		unsigned char *text = must(malloc(4 * ((take + 2) / 3) + 1));

		int got = EVP_EncodeBlock(text, (const unsigned char *)bytes + at, (int)take);
		buf_add(out, text, (size_t)got);
		free(text);
	}
}

static void
add_armor(struct buf *out, const char *base64, size_t len)
{
	buf_add(out, ARMOR_BEGIN, strlen(ARMOR_BEGIN));
	for (size_t at = 0; at < len; at += ARMOR_WIDTH) {
		size_t take = len - at < ARMOR_WIDTH ? len - at : ARMOR_WIDTH;

		buf_add(out, base64 + at, take);
		buf_add(out, "\n", 1);
	}
	buf_add(out, ARMOR_END, strlen(ARMOR_END));
}

/* Decoding drops the bits that the last character has to spare: only text that comes out again as
 * it went in is the one that was written. */
static bool
is_canonical(const struct buf *base64)
{
	unsigned char *bytes = malloc(base64->len + 4);
	struct buf again;
	size_t padding = 0;

	if (!bytes)
		abort();
	buf_init(&again, base64->len + 4);
	int got = EVP_DecodeBlock(bytes, (const unsigned char *)base64->text, (int)base64->len);
	while (padding < 2 && padding < base64->len &&
	       base64->text[base64->len - 1 - padding] == '=')
		padding++;
	if (got > 0)
		add_base64(&again, (const char *)bytes, (size_t)got - padding);
	bool same = got > 0 && again.len == base64->len &&
		    memcmp(again.text, base64->text, again.len) == 0;
	buf_release(&again);
	free(bytes);
	return same;
}

/* What the armor `text` holds, on one line. False unless every byte is where ssh-keygen puts it. */
static bool
strip_armor(const char *text, size_t len, struct buf *base64)
{
	size_t begin = strlen(ARMOR_BEGIN), end = strlen(ARMOR_END);
	struct buf again;

	if (len < begin + end)
		return false;
	for (size_t i = begin; i < len - end; i++) {
		if (text[i] != '\n')
			buf_add(base64, text + i, 1);
	}
	buf_init(&again, len + ARMOR_WIDTH);
	add_armor(&again, base64->text, base64->len);
	bool same = again.len == len && memcmp(again.text, text, len) == 0;
	buf_release(&again);
	return same && is_canonical(base64);
}

/* ---- DSSE ---- */

/* PAE(type, body) = "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body */
static void
add_encoding(struct buf *out, const char *payload, size_t len)
{
	buf_printf(out, "DSSEv1 %zu %s %zu ", strlen(PAYLOAD_TYPE), PAYLOAD_TYPE, len);
	buf_add(out, payload, len);
}

static void
add_envelope(struct buf *out, const char *payload, size_t len, const struct buf *signature,
	     const char *key)
{
	buf_printf(out, "{\"payloadType\":\"%s\",\n\"payload\":\"", PAYLOAD_TYPE);
	add_base64(out, payload, len);
	/* The key's name is ssh-keygen's: letters, digits and "+/:" after a word and a blank. */
	buf_printf(out, "\",\n\"signatures\":[{\"keyid\":\"%s\",\"sig\":\"", key);
	buf_add(out, signature->text, signature->len);
	buf_printf(out, "\"}]}\n");
}

/* ---- asking ssh-keygen ---- */

/* The last line of what a program said, for a message. */
static const char *
last_line(struct buf *said)
{
	while (said->len && said->text[said->len - 1] == '\n')
		said->text[--said->len] = '\0';
	const char *newline = strrchr(said->text, '\n');
	return newline ? newline + 1 : said->text;
}

/* Write the signature of `path` to `path`.sig. */
static bool
sign_file(const char *path, const char *key, struct error *err)
{
	const char *const argv[] = { "ssh-keygen", "-Y", "sign", "-n", NAMESPACE,
				     "-f",         key,  path,   NULL };
	char signature[PATH_MAX + 8];
	struct buf said;

	buf_init(&said, ANSWER_BYTES);
	(void)snprintf(signature, sizeof(signature), "%s.sig", path);
	/* Else it asks whether to overwrite it. */
	(void)unlink(signature);
	int status = tool_run(argv, NULL, &said, err);
	if (status > 0)
		error_set(err, ERROR_ENVIRONMENT, "ssh-keygen did not sign with %s: %s", key,
			  last_line(&said));
	buf_release(&said);
	return status == 0;
}

/* "... with ED25519 key SHA256:...\n": what follows "with". */
static void
note_key(struct signer *signer, const struct buf *said)
{
	const char *with = strstr(said->text, "\" signature ");
	const char *at = with ? strstr(with, "with ") : NULL;

	if (at)
		(void)snprintf(signer->key, sizeof(signer->key), "%.*s", (int)strcspn(at + 5, "\n"),
			       at + 5);
}

/* The signature `signature` is one of the bytes of `path`, whoever made it. */
static bool
check_whole(const char *path, const char *signature, struct signer *signer, struct error *err)
{
	const char *const argv[] = { "ssh-keygen", "-Y", "check-novalidate", "-n",
				     NAMESPACE,    "-s", signature,          NULL };
	struct buf said;

	buf_init(&said, ANSWER_BYTES);
	int status = tool_run(argv, path, &said, err);
	if (status == 0)
		note_key(signer, &said);
	else if (status > 0)
		error_set(err, ERROR_ENVIRONMENT, "the signature %s is not one of %s: %s",
			  signature, path, last_line(&said));
	buf_release(&said);
	return status == 0;
}

static bool
find_principal(const char *signature, const char *allowed, struct signer *signer, struct error *err)
{
	const char *const argv[] = { "ssh-keygen", "-Y", "find-principals", "-s",
				     signature,    "-f", allowed,           NULL };
	struct buf said;

	buf_init(&said, ANSWER_BYTES);
	int status = tool_run(argv, NULL, &said, err);
	if (status == 0)
		(void)snprintf(signer->principal, sizeof(signer->principal), "%.*s",
			       (int)strcspn(said.text, "\n"), said.text);
	else if (status > 0)
		error_set(err, ERROR_ENVIRONMENT, "%s names nobody with the %s that signed",
			  allowed, signer->key);
	buf_release(&said);
	return status == 0;
}

static bool
check_allowed(const char *path, const char *signature, const char *allowed, struct signer *signer,
	      struct error *err)
{
	const char *const argv[] = { "ssh-keygen",      "-Y", "verify",  "-f", allowed,   "-I",
				     signer->principal, "-n", NAMESPACE, "-s", signature, NULL };
	struct buf said;

	buf_init(&said, ANSWER_BYTES);
	int status = tool_run(argv, path, &said, err);
	if (status > 0)
		error_set(err, ERROR_ENVIRONMENT, "the signature %s by %s does not hold: %s",
			  signature, signer->principal, last_line(&said));
	buf_release(&said);
	return status == 0;
}

/* `path` and `signature` are files; whoever signed both kinds of file has to be the same. */
static bool
check_file(const char *path, const char *signature, const char *allowed, struct signer *signer,
	   struct error *err)
{
	if (!check_whole(path, signature, signer, err))
		return false;
	if (!allowed)
		return true;
	return find_principal(signature, allowed, signer, err) &&
	       check_allowed(path, signature, allowed, signer, err);
}

/* ---- the envelope ---- */

/* Files that stand in for the envelope's parts, because ssh-keygen reads files. */
struct parts {
	char directory[PATH_MAX]; /* of this process alone; "": there is none */
	char encoding[PATH_MAX + 8];
	char signature[PATH_MAX + 16];
};

static bool
make_parts(struct parts *parts, struct error *err)
{
	const char *below = getenv("TMPDIR");

	(void)snprintf(parts->directory, sizeof(parts->directory), "%s/lensgate-sign-XXXXXX",
		       below && *below ? below : "/tmp");
	if (!mkdtemp(parts->directory)) {
		error_set(err, ERROR_ENVIRONMENT, "cannot make a temporary directory: %s",
			  strerror(errno));
		parts->directory[0] = '\0';
		return false;
	}
	(void)snprintf(parts->encoding, sizeof(parts->encoding), "%s/pae", parts->directory);
	(void)snprintf(parts->signature, sizeof(parts->signature), "%s.sig", parts->encoding);
	return true;
}

static void
remove_parts(const struct parts *parts)
{
	if (!parts->directory[0])
		return;
	(void)unlink(parts->encoding);
	(void)unlink(parts->signature);
	(void)rmdir(parts->directory);
}

static char *
read_in(const char *folder, const char *name, size_t *len, struct error *err)
{
	char path[PATH_MAX];

	path_in(folder, name, path);
	return file_read(path, 2 * MANIFEST_BYTES, len, err);
}

static bool
put_encoding(const struct parts *parts, const char *payload, size_t len, struct error *err)
{
	struct buf encoding;

	buf_init(&encoding, len + 200);
	add_encoding(&encoding, payload, len);
	bool ok = file_replace(parts->encoding, encoding.text, encoding.len, err);
	buf_release(&encoding);
	return ok;
}

/* Sign `payload` and write the envelope. */
static bool
wrap(const char *folder, const char *key, const char *payload, size_t len, struct error *err)
{
	struct parts parts = { 0 };
	struct signer signer = { 0 };
	struct buf base64, envelope;
	char path[PATH_MAX];
	size_t armor_len = 0;
	char *armor = NULL;

	buf_init(&base64, ANSWER_BYTES);
	buf_init(&envelope, 2 * MANIFEST_BYTES);
	path_in(folder, ENVELOPE_FILE, path);
	bool ok = make_parts(&parts, err) && put_encoding(&parts, payload, len, err) &&
		  sign_file(parts.encoding, key, err) &&
		  check_whole(parts.encoding, parts.signature, &signer, err) &&
		  (armor = file_read(parts.signature, ANSWER_BYTES, &armor_len, err));
	if (ok && !strip_armor(armor, armor_len, &base64))
		ok = error_set(err, ERROR_ENVIRONMENT,
			       "ssh-keygen wrote a signature in a form that is not known here");
	if (ok) {
		add_envelope(&envelope, payload, len, &base64, signer.key);
		ok = file_replace(path, envelope.text, envelope.len, err);
	}
	free(armor);
	remove_parts(&parts);
	buf_release(&base64);
	buf_release(&envelope);
	return ok;
}

bool
sign_folder(const char *folder, const char *key, struct error *err)
{
	char path[PATH_MAX];
	size_t len;
	char *statement = read_in(folder, STATEMENT_FILE, &len, err);

	if (!statement)
		return false;
	path_in(folder, MANIFEST_FILE, path);
	bool ok = sign_file(path, key, err) && wrap(folder, key, statement, len, err);
	free(statement);
	return ok;
}

/* ---- checking ---- */

/* The text of the envelope's `sig`. */
static void
find_signature(const char *envelope, struct buf *base64)
{
	const char *at = strstr(envelope, "\"sig\":\"");

	if (at)
		buf_add(base64, at + 7, strcspn(at + 7, "\""));
}

/* Take the signature out of the envelope, check it, and make the envelope again: whatever else
 * stands in it was put there. */
static bool
check_envelope(const char *folder, const char *allowed, struct signer *signer, struct error *err)
{
	struct parts parts = { 0 };
	struct buf base64, again;
	size_t len = 0, payload_len = 0;
	char *payload = read_in(folder, STATEMENT_FILE, &payload_len, err);
	char *envelope = payload ? read_in(folder, ENVELOPE_FILE, &len, err) : NULL;

	buf_init(&base64, ANSWER_BYTES);
	buf_init(&again, 2 * MANIFEST_BYTES);
	bool ok = envelope && make_parts(&parts, err);
	if (ok) {
		find_signature(envelope, &base64);
		add_armor(&again, base64.text, base64.len);
		ok = put_encoding(&parts, payload, payload_len, err) &&
		     file_replace(parts.signature, again.text, again.len, err);
		buf_clear(&again);
	}
	if (ok && (!is_canonical(&base64) ||
		   !check_file(parts.encoding, parts.signature, allowed, signer, err))) {
		*err = (struct error){ 0 };
		ok = error_set(err, ERROR_ENVIRONMENT,
			       "the signature in %s is not one of " STATEMENT_FILE, ENVELOPE_FILE);
	}
	if (ok) {
		add_envelope(&again, payload, payload_len, &base64, signer->key);
		if (again.len != len || memcmp(again.text, envelope, len) != 0)
			ok = error_set(err, ERROR_ENVIRONMENT,
				       ENVELOPE_FILE
				       " was altered: it is not the signed statement");
	}
	remove_parts(&parts);
	buf_release(&base64);
	buf_release(&again);
	free(envelope);
	free(payload);
	return ok;
}

static bool
check_armor(const char *folder, struct error *err)
{
	struct buf base64;
	size_t len;
	char *armor = read_in(folder, SIGNATURE_FILE, &len, err);

	if (!armor)
		return false;
	buf_init(&base64, len + 1);
	bool ok = strip_armor(armor, len, &base64);
	if (!ok)
		error_set(err, ERROR_ENVIRONMENT,
			  SIGNATURE_FILE
			  " was altered: it is no signature as ssh-keygen writes it");
	buf_release(&base64);
	free(armor);
	return ok;
}

bool
sign_check(const char *folder, const char *allowed, struct signer *signer, struct error *err)
{
	char manifest[PATH_MAX], signature[PATH_MAX];
	struct signer other = { 0 };

	*signer = (struct signer){ 0 };
	path_in(folder, MANIFEST_FILE, manifest);
	path_in(folder, SIGNATURE_FILE, signature);
	if (!check_armor(folder, err) || !check_file(manifest, signature, allowed, signer, err) ||
	    !check_envelope(folder, allowed, &other, err))
		return false;
	if (strcmp(signer->key, other.key) != 0)
		return error_set(err, ERROR_ENVIRONMENT,
				 "manifest and statement were signed with two keys");
	return true;
}
