#include "suite/url.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

/* Bytes of "http://" or "https://"; 0 for any other scheme. */
static size_t
scheme_bytes(const char *url)
{
	if (strncmp(url, "http://", 7) == 0)
		return 7;
	return strncmp(url, "https://", 8) == 0 ? 8 : 0;
}

/* The length of the host at `at`, brackets of an IPv6 address included. */
static size_t
host_bytes(const char *at)
{
	size_t len = *at == '[' ? strcspn(at, "]/?#") : strcspn(at, ":/?#");

	return *at == '[' && at[len] == ']' ? len + 1 : len;
}

static bool
port_valid(const char *port)
{
	size_t len = strspn(port, "0123456789");
	long number = len > 0 && len < 6 ? strtol(port, NULL, 10) : 0;

	return number > 0 && number < 65536 && (port[len] == '\0' || port[len] == '/');
}

const char *
url_mistake(const char *url)
{
	static const char host_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					   "0123456789-._";
	const char *at = url + scheme_bytes(url);

	if (at == url)
		return "must begin with `http://` or `https://`";
	if (memchr(at, '@', strcspn(at, "/?#")))
		return "must not hold a user or a password";
	if (strpbrk(at, "?# \t\r\n\\"))
		return "must not hold a query, a fragment or blanks";
	size_t len = host_bytes(at);
	if (len == 0 || (*at == '[' && len < 3))
		return "must name a host";
	if (*at == '[' ? at[len - 1] != ']' || strspn(at + 1, "0123456789abcdefABCDEF:.") != len - 2
		       : strspn(at, host_letters) < len)
		return "must name a host by its name or address";
	if (at[len] == ':' && !port_valid(at + len + 1))
		return "must have a port from 1 to 65535, or none";
	if (at[len] != '\0' && at[len] != ':' && at[len] != '/')
		return "must name a host by its name or address";
	return NULL;
}

const char *
url_host(const char *url, struct arena *arena)
{
	const char *at = url + scheme_bytes(url);
	size_t len = host_bytes(at);
	bool brackets = *at == '[';
	char *host = arena_text(arena, at + brackets, len - (brackets ? 2 : 0));

	for (char *c = host; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return host;
}

bool
uuid_valid(const char *text)
{
	static const size_t groups[] = { 8, 4, 4, 4, 12 };

	for (size_t i = 0; i < COUNTOF(groups); i++) {
		for (size_t k = 0; k < groups[i]; k++) {
			if (!isxdigit((unsigned char)*text++))
				return false;
		}
		if (*text++ != (i + 1 < COUNTOF(groups) ? '-' : '\0'))
			return false;
	}
	return true;
}
