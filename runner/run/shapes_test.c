#include "run/shapes.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/base.h"
#include "base/rows.h"
#include "run/mask.h"

/* Made here, so that nothing that looks like a credential stands in the repository. The word
 * is cut apart for the same reason. */
#define JWT                                                                                        \
	"eyJhbGciOiJub25lIn0"                                                                      \
	"."                                                                                        \
	"eyJzdWIiOiJub2JvZHkiLCJmb3IiOiJhIHRlc3QifQ"                                               \
	"."                                                                                        \
	"bm90LWEtc2lnbmF0dXJlLWF0LWFsbA"

static void
expect_masked(const struct mask *mask, const char *text, const char *expected)
{
	struct buf out;
	const char *shown = NULL;

	buf_init(&out, 1 << 20);
	mask_text(mask, text, strlen(text), &out);
	cr_expect_str_eq(out.text, expected);
	cr_expect_not(mask_finds(mask, out.text, out.len, &shown), "%s still in %s", shown,
		      out.text);
	cr_expect_eq(mask_finds(mask, text, strlen(text), &shown), strcmp(text, expected) != 0);
	buf_release(&out);
}

/* As a reader sees them: through a mask that knows no secret. */
static const struct {
	const char *text, *masked;
} shapes[] = {
	/* JSON Web Tokens. */
	{ "token " JWT ", and", "token [masked token], and" },
	{ "eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ. end", "[masked token] end" },
	{ "eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ", "[masked token]" },
	{ "cursor=eyJpZCI6NX0&next", "cursor=eyJpZCI6NX0&next" },
	{ "Ends in eyJhbGciOiJub25lIn0.", "Ends in eyJhbGciOiJub25lIn0." },
	/* Private keys. */
	{ "-----BEGIN PRIVATE KEY-----\nAAAA+/==\nBBBB\n-----END PRIVATE KEY-----\nrest",
	  "[masked private key]\nrest" },
	{ "{\"key\": \"-----BEGIN EC PRIVATE KEY-----\\nAAAA\\n-----END EC PRIVATE KEY-----\\n\"}",
	  "{\"key\": \"[masked private key]\\n\"}" },
	{ "{\"key\": \"-----BEGIN RSA PRIVATE KEY-----\\nAAAA\"}",
	  "{\"key\": \"[masked private key]\"}" },
	{ "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
	  "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" },
	/* URLs and connection strings. */
	{ "postgres://user:pass@host:5432/db", "postgres://user:[masked password]@host:5432/db" },
	{ "postgresql://user:pa/ss@host/db?x=a@b",
	  "postgresql://user:[masked password]@host/db?x=a@b" },
	{ "https://user:p%40ss@host/a@b", "https://user:[masked password]@host/a@b" },
	{ "redis://:only@host", "redis://:[masked password]@host" },
	{ "http://127.0.0.1:8080/a:b@c", "http://127.0.0.1:8080/a:b@c" },
	{ "ssh://git@host/x", "ssh://git@host/x" },
	{ "host=h password=hunter2 user=u", "host=h password=[masked password] user=u" },
	{ "host=h password='hun ter\\'2' user=u", "host=h password='[masked password]' user=u" },
	{ "PGPASSWORD=hunter2 psql", "PGPASSWORD=[masked password] psql" },
	{ "grant_type=password&password=a%26b&x=1",
	  "grant_type=password&password=[masked password]&x=1" },
	{ "/cb#access_token=abcdef&type=x", "/cb#access_token=[masked token]&type=x" },
	/* Supabase's keys. */
	{ "key sb_secret_"
	  "AbCdEfGhIjKl, ok",
	  "key [masked api key], ok" },
	{ "sb_publishable_"
	  "AbCdEfGhIjKl",
	  "[masked api key]" },
	{ "sb_secret_short", "sb_secret_short" },
	/* Headers. */
	{ "GET / HTTP/1.1\r\nAuthorization: Bearer abc.def\r\nAccept: */*\r\n",
	  "GET / HTTP/1.1\r\nAuthorization: Bearer [masked credentials]\r\nAccept: */*\r\n" },
	{ "authorization: Basic dXNlcjpwYXNz\n", "authorization: Basic [masked credentials]\n" },
	{ "Authorization: Digest username=\"u\", response=\"abc\"\nX: y",
	  "Authorization: Digest [masked credentials]\nX: y" },
	{ "Authorization: Bearer \r\nX: y", "Authorization: Bearer \r\nX: y" },
	{ "Proxy-Authorization: Foo abc def\n", "Proxy-Authorization: [masked credentials]\n" },
	{ "> apikey: abcdefgh\n", "> apikey: [masked api key]\n" },
	{ "X-Api-Key: abcdefgh", "X-Api-Key: [masked api key]" },
	{ "Cookie: a=b; c=d\r\nX: y", "Cookie: [masked cookie]\r\nX: y" },
	{ "set-cookie: sid=1234; Path=/\n", "set-cookie: [masked cookie]\n" },
	{ "curl -H 'Authorization: Bearer abcdef' http://h/",
	  "curl -H 'Authorization: Bearer [masked credentials]' http://h/" },
	{ "<pre>Cookie: a=b</pre>", "<pre>Cookie: [masked cookie]</pre>" },
	{ "row-level authorization: denied by policy",
	  "row-level authorization: denied by policy" },
	{ "{\"message\": \"authorization: the role may not\"}",
	  "{\"message\": \"authorization: the role may not\"}" },
	/* Members of JSON, also in JSON. */
	{ "{\"access_token\": \"abc\", \"n\": 1}",
	  "{\"access_token\": \"[masked token]\", \"n\": 1}" },
	{ "{\"password\":\"a\\\"b\\\\\",\"n\":1}", "{\"password\":\"[masked password]\",\"n\":1}" },
	{ "{\"new_password\" : \"x\"}", "{\"new_password\" : \"[masked password]\"}" },
	{ "{\"body\": \"{\\\"refresh_token\\\": \\\"a\\\\\\\"b\\\"}\", \"n\": 1}",
	  "{\"body\": \"{\\\"refresh_token\\\": \\\"[masked token]\\\"}\", \"n\": 1}" },
	{ "{\"body\": \"{\\\"password\\\": \\\"cut o\", \"n\": 1}",
	  "{\"body\": \"{\\\"password\\\": \\\"[masked password]\", \"n\": 1}" },
	{ "{\"h\": \"A: b\\r\\nAuthorization: Bearer abc\", \"body\": \"x\"}",
	  "{\"h\": \"A: b\\r\\nAuthorization: Bearer [masked credentials]\", \"body\": \"x\"}" },
	{ "{\"h\": \"Cookie: a=b\\r\\nA: b\\r\\n\"}",
	  "{\"h\": \"Cookie: [masked cookie]\\r\\nA: b\\r\\n\"}" },
	{ "<x a=\"{&quot;password&quot;: &quot;abc&quot;}\"/>",
	  "<x a=\"{&quot;password&quot;: &quot;[masked password]&quot;}\"/>" },
	{ "{\"authorization\": \"Bearer abc\"}",
	  "{\"authorization\": \"Bearer [masked credentials]\"}" },
	{ "{\"password\": null, \"access_token\": 5}",
	  "{\"password\": null, \"access_token\": 5}" },
	{ "{\"confirmation_token\": \"\"}", "{\"confirmation_token\": \"\"}" },
	/* References to variables are what a reader is told to type. */
	{ "curl -H \"Authorization: Bearer $CREW_TOKEN\"",
	  "curl -H \"Authorization: Bearer $CREW_TOKEN\"" },
	{ "{\"password\": \"${HOD_PASSWORD}\"}", "{\"password\": \"${HOD_PASSWORD}\"}" },
	{ "{\"password\": \"$lower\"}", "{\"password\": \"[masked password]\"}" },
};

ParameterizedTestParameters(shapes, value)
{
	return rows_of(COUNTOF(shapes));
}

ParameterizedTest(size_t *row, shapes, value)
{
	struct mask *mask = mask_new();

	expect_masked(mask, shapes[*row].text, shapes[*row].masked);
	mask_free(mask);
}
