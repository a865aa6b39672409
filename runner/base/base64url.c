#include "base/base64url.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/must.h"

void
base64url_add(struct buf *out, const void *bytes, size_t len)
{
	size_t room = (len + 2) / 3 * 4 + 1;
	unsigned char *text = must(malloc(room));

	int written = EVP_EncodeBlock(text, bytes, (int)len);
	for (int i = 0; i < written && text[i] != '='; i++) {
		if (text[i] == '+')
			text[i] = '-';
		if (text[i] == '/')
			text[i] = '_';
		buf_add(out, text + i, 1);
	}
	free(text);
}
