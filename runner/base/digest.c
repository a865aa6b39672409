#include "base/digest.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"

struct digest {
	EVP_MD *method;
	EVP_MD_CTX *context;
};

static void
write_hex(const unsigned char sum[SHA256_DIGEST_LENGTH], char hex[DIGEST_HEX_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < SHA256_DIGEST_LENGTH; i++) {
		hex[2 * i] = digits[sum[i] >> 4];
		hex[2 * i + 1] = digits[sum[i] & 15];
	}
	hex[DIGEST_HEX_BYTES - 1] = '\0';
}

void
digest_hex(const void *bytes, size_t len, char hex[DIGEST_HEX_BYTES])
{
	unsigned char sum[SHA256_DIGEST_LENGTH];

	SHA256(bytes, len, sum);
	write_hex(sum, hex);
}

struct digest *
digest_new(void)
{
	struct digest *digest = must(malloc(sizeof(*digest)));

	digest->method = EVP_MD_fetch(NULL, "SHA256", NULL);
	digest->context = EVP_MD_CTX_new();
	/* Neither can fail where SHA256() works, but for memory. */
	if (!digest->method || !digest->context)
		abort();
	return digest;
}

void
digest_free(struct digest *digest)
{
	if (!digest)
		return;
	EVP_MD_CTX_free(digest->context);
	EVP_MD_free(digest->method);
	free(digest);
}

void
digest_next(struct digest *digest, const void *bytes, size_t len, char hex[DIGEST_HEX_BYTES])
{
	unsigned char sum[SHA256_DIGEST_LENGTH];

	if (!EVP_DigestInit_ex2(digest->context, digest->method, NULL) ||
	    !EVP_DigestUpdate(digest->context, bytes, len) ||
	    !EVP_DigestFinal_ex(digest->context, sum, NULL))
		abort();
	write_hex(sum, hex);
}

bool
digest_file(const char *path, char hex[DIGEST_HEX_BYTES], int64_t *bytes, struct error *err)
{
	unsigned char sum[SHA256_DIGEST_LENGTH];
	char piece[64 * 1024];
	struct digest *digest = digest_new();
	FILE *file = fopen(path, "rbe");
	size_t got;

	*bytes = 0;
	if (!EVP_DigestInit_ex2(digest->context, digest->method, NULL))
		abort();
	while (file && (got = fread(piece, 1, sizeof(piece), file)) > 0) {
		*bytes += (int64_t)got;
		if (!EVP_DigestUpdate(digest->context, piece, got))
			abort();
	}
	bool ok = file && !ferror(file);
	if (!ok)
		error_set(err, ERROR_ENVIRONMENT, "cannot read %s: %s", path, strerror(errno));
	else if (!EVP_DigestFinal_ex(digest->context, sum, NULL))
		abort();
	else
		write_hex(sum, hex);
	if (file)
		(void)fclose(file);
	digest_free(digest);
	return ok;
}
