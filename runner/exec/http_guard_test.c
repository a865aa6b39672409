#include "exec/http_guard.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/base.h"
#include "base/rows.h"

static const char *const hosts[] = {
	"Staging.Example.test", "localhost", "127.0.0.1", "::1", "10.1.2.3", "[fd00::1]", "0.0.0.0"
};

static const struct {
	const char *url;
	bool allowed, loopback;
} urls[] = {
	{ "https://staging.example.test/v1?x=http://evil.test", true, false },
	{ "https://STAGING.example.TEST.:8443", true, false },
	{ "http://user:password@staging.example.test/", true, false },
	{ "http://localhost:54321/", true, true },
	{ "http://127.0.0.1/", true, true },
	{ "http://0x7f.1/", true, true }, /* the same address, as libcurl will read it */
	{ "http://[::1]:80/", true, true },
	{ "http://0.0.0.0/", true, true },
	{ "http://10.1.2.3/", true, false },
	{ "http://[fd00::1]/", true, false },
	{ "http://127.0.0.2/", false, false },
	{ "http://evil.test/", false, false },
	{ "http://evil.test#@localhost/", false, false },
	{ "http://localhost@evil.test/", false, false },
	{ "http://localhost.evil.test/", false, false },
	{ "http://evil.test?localhost", false, false },
	/* libcurl takes what is before the @ for a user, here and when it connects. */
	{ "http://evil.test\\@localhost/", true, true },
	{ "http://staging.example.test.evil.test/", false, false },
	{ "file:///etc/passwd", false, false },
	{ "gopher://localhost/", false, false },
	{ "localhost", false, false },
	{ "http://", false, false },
	{ "http://local host/", false, false },
	{ "http://localhost/\r\nX: y", false, false },
	{ "", false, false },
};

ParameterizedTestParameters(http_guard, urls)
{
	return rows_of(COUNTOF(urls));
}

ParameterizedTest(size_t *row, http_guard, urls)
{
	struct http_guard guard;
	char sentence[256] = "";

	http_guard_init(&guard, hosts, COUNTOF(hosts));
	/* The second time it may have been remembered; between the two stands another origin. */
	for (int i = 0; i < 3; i++) {
		bool loopback = false;
		bool allowed = http_guard_url(&guard, urls[*row].url, &loopback, sentence,
					      sizeof(sentence));

		cr_expect_eq(allowed, urls[*row].allowed, "row %zu: %s", *row, sentence);
		cr_expect_eq(loopback, urls[*row].loopback, "row %zu", *row);
		cr_expect_eq(allowed, sentence[0] == '\0', "row %zu", *row);
		if (i == 1)
			cr_expect(http_guard_url(&guard, "http://localhost/", &loopback, sentence,
						 sizeof(sentence)));
	}
	http_guard_release(&guard);
}

static const struct {
	const char *address;
	bool allowed, allowed_as_loopback;
	const char *text;
} addresses[] = {
	{ "93.184.216.34", true, true, "93.184.216.34:80" },
	{ "10.0.0.1", true, true, "10.0.0.1:80" },
	{ "127.0.0.1", false, true, "127.0.0.1:80" },
	{ "127.255.0.9", false, true, "127.255.0.9:80" },
	{ "0.0.0.0", false, true, "0.0.0.0:80" },
	{ "169.254.169.254", false, false, "169.254.169.254:80" },
	{ "169.253.0.1", true, true, "169.253.0.1:80" },
	{ "2001:db8::1", true, true, "[2001:db8::1]:80" },
	{ "::1", false, true, "[::1]:80" },
	{ "::", false, true, "[::]:80" },
	{ "fe80::1", false, false, "[fe80::1]:80" },
	{ "febf::1", false, false, "[febf::1]:80" },
	{ "fec0::1", true, true, "[fec0::1]:80" },
	{ "::ffff:127.0.0.1", false, true, "[::ffff:127.0.0.1]:80" },
	{ "::ffff:169.254.169.254", false, false, "[::ffff:169.254.169.254]:80" },
	{ "::ffff:8.8.8.8", true, true, "[::ffff:8.8.8.8]:80" },
	{ "64:ff9b::a9fe:a9fe", false, false, "[64:ff9b::a9fe:a9fe]:80" },
};

ParameterizedTestParameters(http_guard, addresses)
{
	return rows_of(COUNTOF(addresses));
}

ParameterizedTest(size_t *row, http_guard, addresses)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(80) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(80) };
	const struct sockaddr *address = (struct sockaddr *)&v4;
	char text[HTTP_GUARD_ADDRESS_BYTES];

	if (inet_pton(AF_INET, addresses[*row].address, &v4.sin_addr) != 1) {
		cr_assert_eq(inet_pton(AF_INET6, addresses[*row].address, &v6.sin6_addr), 1);
		address = (struct sockaddr *)&v6;
	}
	cr_expect_eq(http_guard_address(address, false, text), addresses[*row].allowed, "row %zu",
		     *row);
	cr_expect_eq(http_guard_address(address, true, text), addresses[*row].allowed_as_loopback,
		     "row %zu", *row);
	cr_expect_str_eq(text, addresses[*row].text);
}

Test(http_guard, other_families_are_never_contacted)
{
	const struct sockaddr address = { .sa_family = AF_UNIX };
	char text[HTTP_GUARD_ADDRESS_BYTES];

	cr_expect_not(http_guard_address(&address, true, text));
}
