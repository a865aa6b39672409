/* base64url.h - bytes as text that is safe in URLs and tokens. */
#ifndef BASE_BASE64URL_H
#define BASE_BASE64URL_H

#include <stddef.h>

struct buf;

/* Append `bytes` in base64url without padding. Source: RFC 7515, appendix C. */
void base64url_add(struct buf *out, const void *bytes, size_t len);

#endif
