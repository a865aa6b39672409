#include "exec/http_guard.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

/* A longer origin is legal and is parsed each time. */
#define ORIGIN_BYTES 1024

void
http_guard_init(struct http_guard *guard, const char *const *hosts, size_t host_count)
{
	*guard = (struct http_guard){ .hosts = hosts, .host_count = host_count };
	buf_init(&guard->origin, ORIGIN_BYTES);
}

void
http_guard_release(struct http_guard *guard)
{
	buf_release(&guard->origin);
}

static bool
is_loopback_v4(uint32_t address)
{
	/* 0/8 is this host too: Linux connects 0.0.0.0 to loopback. */
	return address >> 24 == 127 || address >> 24 == 0;
}

static bool
is_link_local_v4(uint32_t address)
{
	return address >> 16 == 0xa9fe; /* 169.254/16: link-local, and the clouds' metadata */
}

static uint32_t
read_v4(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

/* The IPv4 address inside a mapped (::ffff:0:0/96) or translated (64:ff9b::/96, RFC 6052) one. */
static bool
embedded_v4(const struct in6_addr *address, uint32_t *v4)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const unsigned char translated[12] = { 0x00, 0x64, 0xff, 0x9b };

	*v4 = read_v4(address->s6_addr + 12);
	return memcmp(address->s6_addr, mapped, sizeof(mapped)) == 0 ||
	       memcmp(address->s6_addr, translated, sizeof(translated)) == 0;
}

static bool
v4_allowed(uint32_t address, bool loopback)
{
	return !is_link_local_v4(address) && (loopback || !is_loopback_v4(address));
}

static bool
v6_allowed(const struct in6_addr *address, bool loopback)
{
	uint32_t v4;

	if (embedded_v4(address, &v4))
		return v4_allowed(v4, loopback);
	if (IN6_IS_ADDR_LINKLOCAL(address))
		return false;
	return loopback || (!IN6_IS_ADDR_LOOPBACK(address) && !IN6_IS_ADDR_UNSPECIFIED(address));
}

bool
http_guard_address(const struct sockaddr *address, bool loopback,
		   char text[HTTP_GUARD_ADDRESS_BYTES])
{
	char host[INET6_ADDRSTRLEN] = "?";
	/* Copies: nobody promises that what we are handed is aligned for its family. */
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (address->sa_family == AF_INET) {
		memcpy(&v4, address, sizeof(v4));
		(void)inet_ntop(AF_INET, &v4.sin_addr, host, sizeof(host));
		(void)snprintf(text, HTTP_GUARD_ADDRESS_BYTES, "%s:%d", host, ntohs(v4.sin_port));
		return v4_allowed(ntohl(v4.sin_addr.s_addr), loopback);
	}
	if (address->sa_family == AF_INET6) {
		memcpy(&v6, address, sizeof(v6));
		(void)inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof(host));
		(void)snprintf(text, HTTP_GUARD_ADDRESS_BYTES, "[%s]:%d", host,
			       ntohs(v6.sin6_port));
		return v6_allowed(&v6.sin6_addr, loopback);
	}
	(void)snprintf(text, HTTP_GUARD_ADDRESS_BYTES, "an address of family %d",
		       address->sa_family);
	return false;
}

/* The part of a host that names compare by: without brackets and the root's dot. */
static void
trim(const char **host, size_t *len)
{
	if (*len >= 2 && (*host)[0] == '[' && (*host)[*len - 1] == ']') {
		(*host)++;
		*len -= 2;
	}
	if (*len && (*host)[*len - 1] == '.')
		(*len)--;
}

static bool
same_host(const char *a, const char *b)
{
	size_t a_len = strlen(a), b_len = strlen(b);

	trim(&a, &a_len);
	trim(&b, &b_len);
	return a_len == b_len && strncasecmp(a, b, a_len) == 0;
}

static bool
names_loopback(const char *host)
{
	static const char name[] = "localhost";
	const size_t name_len = sizeof(name) - 1;
	size_t len = strlen(host);
	char literal[INET6_ADDRSTRLEN];
	struct in_addr v4;
	struct in6_addr v6;

	trim(&host, &len);
	/* RFC 6761: localhost, and every name below it. */
	if (len >= name_len && strncasecmp(host + len - name_len, name, name_len) == 0 &&
	    (len == name_len || host[len - name_len - 1] == '.'))
		return true;
	if (len >= sizeof(literal))
		return false;
	(void)snprintf(literal, sizeof(literal), "%.*s", (int)len, host);
	if (inet_pton(AF_INET, literal, &v4) == 1)
		return is_loopback_v4(ntohl(v4.s_addr));
	return inet_pton(AF_INET6, literal, &v6) == 1 && !v6_allowed(&v6, false) &&
	       v6_allowed(&v6, true);
}

static bool
listed(const struct http_guard *guard, const char *host)
{
	for (size_t i = 0; i < guard->host_count; i++)
		if (same_host(guard->hosts[i], host))
			return true;
	return false;
}

static bool
judge(const struct http_guard *guard, CURLU *parsed, bool *loopback, char *sentence, size_t size)
{
	char *scheme = NULL, *host = NULL;
	bool allowed = false;

	if (curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) ||
	    curl_url_get(parsed, CURLUPART_HOST, &host, 0))
		(void)snprintf(sentence, size, "the URL has no host");
	else if (strcasecmp(scheme, "http") != 0 && strcasecmp(scheme, "https") != 0)
		(void)snprintf(sentence, size, "only http and https are spoken, not %s", scheme);
	else if (!listed(guard, host))
		(void)snprintf(sentence, size, "the host %s is not on the environment's allow list",
			       host);
	else
		allowed = true;
	if (allowed)
		*loopback = names_loopback(host);
	curl_free(scheme);
	curl_free(host);
	return allowed;
}

/* Length of scheme and authority: up to the character that ends an authority (RFC 3986, 3.2), which
 * is where libcurl ends it as well. The same text therefore always names the same host. 0 when the
 * URL has to be looked at in any case: no authority, or bytes that belong into no URL. */
static size_t
origin_len(const char *url)
{
	const char *authority = strstr(url, "://");

	if (!authority)
		return 0;
	for (const char *c = url; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return 0;
	authority += 3;
	return (size_t)(authority - url) + strcspn(authority, "/?#");
}

bool
http_guard_url(struct http_guard *guard, const char *url, bool *loopback, char *sentence,
	       size_t size)
{
	size_t len = origin_len(url);

	if (len && len == guard->origin.len && memcmp(url, guard->origin.text, len) == 0) {
		*loopback = guard->loopback;
		return true;
	}
	CURLU *parsed = curl_url();
	CURLUcode bad = curl_url_set(parsed, CURLUPART_URL, url, 0);
	bool allowed = false;

	if (bad)
		(void)snprintf(sentence, size, "not a URL we can ask for: %s",
			       curl_url_strerror(bad));
	else
		allowed = judge(guard, parsed, loopback, sentence, size);
	curl_url_cleanup(parsed);
	if (allowed && len && len < ORIGIN_BYTES) {
		buf_clear(&guard->origin);
		buf_add(&guard->origin, url, len);
		guard->loopback = *loopback;
	}
	return allowed;
}
