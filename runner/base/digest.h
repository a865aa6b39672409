/* digest.h - SHA-256, the one hash that evidence is chained and named with. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Bytes of a digest in lower-case hexadecimal, with its NUL. */
#define DIGEST_HEX_BYTES 65

void digest_hex(const void *bytes, size_t len, char hex[DIGEST_HEX_BYTES]);

/* Of a file, read in pieces; *bytes is its size. False when it cannot be read. */
bool digest_file(const char *path, char hex[DIGEST_HEX_BYTES], int64_t *bytes,
		 struct error *err) MUST_USE;

/* The same for many: looking the algorithm up costs as much as hashing 200 bytes. */
struct digest;
struct digest *digest_new(void);
void digest_free(struct digest *digest);
void digest_next(struct digest *digest, const void *bytes, size_t len, char hex[DIGEST_HEX_BYTES]);

#endif
