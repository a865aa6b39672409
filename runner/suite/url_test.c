#include "suite/url.h"

#include <criterion/criterion.h>

#include "base/rows.h"

static const struct {
	const char *url, *host; /* NULL: a mistake */
} urls[] = {
	{ "http://127.0.0.1:8080", "127.0.0.1" },
	{ "https://API.example.test", "api.example.test" },
	{ "https://api.example.test/prefix/", "api.example.test" },
	{ "http://[::1]:8080/x", "::1" },
	{ "http://localhost/@x:y", "localhost" },
	{ "ftp://h", NULL },
	{ "HTTP://h", NULL },
	{ "api.example.test", NULL },
	{ "http://", NULL },
	{ "http:///x", NULL },
	{ "http://u:p@h", NULL },
	{ "http://h?x", NULL },
	{ "http://h/x#y", NULL },
	{ "http://h h", NULL },
	{ "http://h:0", NULL },
	{ "http://h:65536", NULL },
	{ "http://h:80x", NULL },
	{ "http://h:", NULL },
	{ "http://[::1", NULL },
	{ "http://[]", NULL },
	{ "http://[::1]x", NULL },
	{ "http://h\\x", NULL },
	{ "http://h\xc3\xa9", NULL },
};

ParameterizedTestParameters(url, a_base_is_a_scheme_a_host_a_port_and_a_path)
{
	return rows_of(COUNTOF(urls));
}

ParameterizedTest(size_t *row, url, a_base_is_a_scheme_a_host_a_port_and_a_path)
{
	const char *mistake = url_mistake(urls[*row].url);
	struct arena arena = { 0 };

	cr_expect_eq(mistake == NULL, urls[*row].host != NULL, "%s: %s", urls[*row].url, mistake);
	if (!mistake)
		cr_expect_str_eq(url_host(urls[*row].url, &arena), urls[*row].host);
	arena_release(&arena);
}

static const struct {
	const char *text;
	bool valid;
} uuids[] = {
	{ "85fe1119-b04c-41ac-80f1-829d23322598", true },
	{ "85FE1119-B04C-41AC-80F1-829D23322598", true },
	{ "85fe1119b04c41ac80f1829d23322598", false },
	{ "85fe1119-b04c-41ac-80f1-829d2332259", false },
	{ "85fe1119-b04c-41ac-80f1-829d233225988", false },
	{ "85fe1119-b04c-41ac-80f1-829d2332259g", false },
	{ "{85fe1119-b04c-41ac-80f1-829d23322598}", false },
	{ "", false },
};

ParameterizedTestParameters(url, a_uuid_has_five_groups_of_digits)
{
	return rows_of(COUNTOF(uuids));
}

ParameterizedTest(size_t *row, url, a_uuid_has_five_groups_of_digits)
{
	cr_expect_eq(uuid_valid(uuids[*row].text), uuids[*row].valid, "%s", uuids[*row].text);
}
