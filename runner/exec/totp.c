#include "exec/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#define SECRET_MAX 64
#define STEP_S     30

/* The bytes of base 32; -1 when it is none, or too long. */
static int
decode(const char *text, unsigned char bytes[static SECRET_MAX])
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned bits = 0, held = 0;
	int len = 0;

	for (; *text && *text != '='; text++) {
		const char *digit = strchr(alphabet, *text);

		if (!digit || len == SECRET_MAX)
			return -1;
		held = (held << 5 | (unsigned)(digit - alphabet)) & 0xffffU;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			bytes[len++] = (unsigned char)(held >> bits & 0xffU);
		}
	}
	return len;
}

bool
totp_code(const char *secret, int64_t at_s, char code[static TOTP_BYTES])
{
	unsigned char key[SECRET_MAX], counter[8], mac[EVP_MAX_MD_SIZE];
	unsigned len = sizeof(mac);
	int bytes = decode(secret, key);
	uint64_t step = (uint64_t)(at_s / STEP_S);

	for (int i = 7; i >= 0; i--, step >>= 8)
		counter[i] = (unsigned char)(step & 0xffU);
	if (bytes <= 0 || !HMAC(EVP_sha1(), key, bytes, counter, sizeof(counter), mac, &len))
		return false;
	unsigned at = mac[len - 1] & 0x0fU;
	unsigned number = (mac[at] & 0x7fU) << 24 | (unsigned)mac[at + 1] << 16 |
			  (unsigned)mac[at + 2] << 8 | mac[at + 3];
	(void)snprintf(code, TOTP_BYTES, "%06u", number % 1000000U);
	return true;
}
