/* totp.h - time-based one-time passwords, as an authenticator shows them. Source: RFC 6238 and RFC
 * 4226: six digits, half a minute, SHA-1. */
#ifndef EXEC_TOTP_H
#define EXEC_TOTP_H

#include <stdbool.h>
#include <stdint.h>

/* Six digits and the NUL. */
#define TOTP_BYTES 7

/* The code of a secret at `at_s`, seconds since 1970. `secret` is base 32 (RFC 4648, section 6), at
 * most 64 bytes of it, padded or not. False when it is none. */
bool totp_code(const char *secret, int64_t at_s, char code[static TOTP_BYTES]);

#endif
