/* digest.h - SHA-256, the one hash that evidence is chained and named with. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>

/* Bytes of a digest in lower-case hexadecimal, with its NUL. */
#define DIGEST_HEX_BYTES 65

void digest_hex(const void *bytes, size_t len, char hex[DIGEST_HEX_BYTES]);

#endif
