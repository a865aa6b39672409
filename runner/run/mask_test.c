#include "run/mask.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/rows.h"

/* Made here, so that nothing that looks like a credential stands in the repository. The word
 * is cut apart for the same reason. */
#define JWT                                                                                        \
	"eyJhbGciOiJub25lIn0"                                                                      \
	"."                                                                                        \
	"eyJzdWIiOiJub2JvZHkiLCJmb3IiOiJhIHRlc3QifQ"                                               \
	"."                                                                                        \
	"bm90LWEtc2lnbmF0dXJlLWF0LWFsbA"

static uint64_t
next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005U + 1442695040888963407U;
	return *state >> 33;
}

static struct mask *
mask_of(const char *value, const char *shown)
{
	struct mask *mask = mask_new();
	struct error err = { 0 };

	cr_assert(mask_add(mask, value, shown, &err), "%s", err.message);
	return mask;
}

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

/* Encoders, as clients, servers and reporters use them. */
typedef void encode_fn(const char *text, size_t len, struct buf *out);

static void
plain(const char *text, size_t len, struct buf *out)
{
	buf_add(out, text, len);
}

/* Write the bytes that are `special` (NULL: all) as two hexadecimal digits between two texts. */
static void
encode(const char *text, size_t len, const char *special, const char *const form[3],
       struct buf *out)
{
	for (size_t i = 0; i < len; i++) {
		if (special && !strchr(special, text[i])) {
			buf_add(out, text + i, 1);
			continue;
		}
		buf_printf(out, "%s%c%c%s", form[0], form[1][(unsigned char)text[i] >> 4],
			   form[1][(unsigned char)text[i] & 15], form[2]);
	}
}

#define FORM(before, digits, after) ((const char *const[]){ before, digits, after })
#define LOWER                       "0123456789abcdef"
#define UPPER                       "0123456789ABCDEF"

#define RESERVED "!#$&'()*+,/:;=?@[]% \"<>\\^`{|}\n"

static void
percent_reserved(const char *text, size_t len, struct buf *out)
{
	encode(text, len, RESERVED, FORM("%", UPPER, ""), out);
}

static void
percent_reserved_lower(const char *text, size_t len, struct buf *out)
{
	encode(text, len, RESERVED, FORM("%", LOWER, ""), out);
}

static void
percent_all(const char *text, size_t len, struct buf *out)
{
	encode(text, len, NULL, FORM("%", UPPER, ""), out);
}

static void
json_unicode(const char *text, size_t len, struct buf *out)
{
	encode(text, len, NULL, FORM("\\u00", LOWER, ""), out);
}

static void
json_careful(const char *text, size_t len, struct buf *out)
{
	encode(text, len, "<>&'+\"\\/\n", FORM("\\u00", UPPER, ""), out);
}

static void
json(const char *text, size_t len, struct buf *out)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			buf_printf(out, "\\n");
		else
			buf_printf(out, strchr("\"\\/", text[i]) ? "\\%c" : "%c", text[i]);
	}
}

static void
json_twice(const char *text, size_t len, struct buf *out)
{
	struct buf once;

	buf_init(&once, 1 << 16);
	json(text, len, &once);
	json(once.text, once.len, out);
	buf_release(&once);
}

static void
xml(const char *text, size_t len, struct buf *out)
{
	for (size_t i = 0; i < len; i++) {
		const char *name = text[i] == '&'    ? "&amp;"
				   : text[i] == '<'  ? "&lt;"
				   : text[i] == '>'  ? "&gt;"
				   : text[i] == '"'  ? "&quot;"
				   : text[i] == '\'' ? "&#39;"
						     : NULL;
		if (name)
			buf_printf(out, "%s", name);
		else
			buf_add(out, text + i, 1);
	}
}

static void
xml_numbers(const char *text, size_t len, struct buf *out)
{
	for (size_t i = 0; i < len; i++)
		buf_printf(out, "&#%d;", (unsigned char)text[i]);
}

static void
xml_hex_numbers(const char *text, size_t len, struct buf *out)
{
	encode(text, len, NULL, FORM("&#x", UPPER, ";"), out);
}

static void
xml_of_json(const char *text, size_t len, struct buf *out)
{
	struct buf once;

	buf_init(&once, 1 << 16);
	json(text, len, &once);
	xml(once.text, once.len, out);
	buf_release(&once);
}

static void
hex_lower(const char *text, size_t len, struct buf *out)
{
	encode(text, len, NULL, FORM("", LOWER, ""), out);
}

static void
hex_upper(const char *text, size_t len, struct buf *out)
{
	encode(text, len, NULL, FORM("", UPPER, ""), out);
}

/* RFC 4648, one group of three at a time, unlike the product's way of doing it. */
static void
base64_with(const char *text, size_t len, const char *alphabet, bool padded, struct buf *out)
{
	for (size_t i = 0; i < len; i += 3) {
		uint32_t group = (uint32_t)(unsigned char)text[i] << 16;
		size_t chars = 2;

		if (i + 1 < len) {
			group |= (uint32_t)(unsigned char)text[i + 1] << 8;
			chars = 3;
		}
		if (i + 2 < len) {
			group |= (uint32_t)(unsigned char)text[i + 2];
			chars = 4;
		}
		for (size_t k = 0; k < 4; k++) {
			if (k < chars)
				buf_add(out, &alphabet[group >> (18 - 6 * k) & 63], 1);
			else if (padded)
				buf_add(out, "=", 1);
		}
	}
}

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static void
base64(const char *text, size_t len, struct buf *out)
{
	base64_with(text, len, LETTERS "+/", true, out);
}

static void
base64url(const char *text, size_t len, struct buf *out)
{
	base64_with(text, len, LETTERS "-_", false, out);
}

static void
base64_in_json(const char *text, size_t len, struct buf *out)
{
	struct buf once;

	buf_init(&once, 1 << 16);
	base64(text, len, &once);
	json(once.text, once.len, out);
	buf_release(&once);
}

static void
base64_in_query(const char *text, size_t len, struct buf *out)
{
	struct buf once;

	buf_init(&once, 1 << 16);
	base64(text, len, &once);
	percent_reserved(once.text, once.len, out);
	buf_release(&once);
}

static const struct {
	const char *name;
	encode_fn *encode;
	bool whole; /* the text around is encoded with the secret */
} encoders[] = {
	{ "plain", plain, false },
	{ "percent_reserved", percent_reserved, false },
	{ "percent_reserved_lower", percent_reserved_lower, false },
	{ "percent_all", percent_all, false },
	{ "json", json, false },
	{ "json_unicode", json_unicode, false },
	{ "json_careful", json_careful, false },
	{ "json_twice", json_twice, false },
	{ "xml", xml, false },
	{ "xml_numbers", xml_numbers, false },
	{ "xml_hex_numbers", xml_hex_numbers, false },
	{ "xml_of_json", xml_of_json, false },
	{ "hex_lower", hex_lower, true },
	{ "hex_upper", hex_upper, true },
	{ "base64", base64, true },
	{ "base64url", base64url, true },
	{ "base64_in_json", base64_in_json, true },
	{ "base64_in_query", base64_in_query, true },
};

static const char *const secrets[] = {
	"abcdefgh",          "correct horse battery staple",
	"p\"a\\s/s&w<o>r'd", "!!!!????",
	"50%25off&amp;\\n",  "\xc3\xa9\xe2\x82\xac\xff\xfe-binary-\x01\x02",
	"a+b/c=d~e-f_g.h",   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	"two\nlines of it",
};

/* Does any encoding of the secret stand in the text? Searched for without the product's help. */
static bool
remains(const struct buf *text, const char *form, size_t len)
{
	for (size_t i = 0; i + len <= text->len; i++) {
		if (memcmp(text->text + i, form, len) == 0)
			return true;
	}
	return false;
}

/* Letters and blanks: nothing in it is an escape or a shape. */
static void
add_noise(struct buf *out, size_t len, uint64_t *state)
{
	for (size_t i = 0; i < len; i++)
		buf_printf(out, "%c", "abcdefgh \n,.ABC123"[next_random(state) % 18]);
}

static void
plant(const struct mask *mask, const char *secret, size_t encoder, size_t place, uint64_t *state)
{
	struct buf head, tail, form, text, out;
	struct buf *all[] = { &head, &tail, &form, &text, &out };

	for (size_t i = 0; i < COUNTOF(all); i++)
		buf_init(all[i], 1 << 16);
	add_noise(&head, place, state);
	add_noise(&tail, 3 + next_random(state) % 9, state);
	encoders[encoder].encode(secret, strlen(secret), &form);
	if (encoders[encoder].whole) {
		struct buf inner;

		buf_init(&inner, 1 << 16);
		buf_printf(&inner, "%s%s%s", head.text, secret, tail.text);
		encoders[encoder].encode(inner.text, inner.len, &text);
		buf_release(&inner);
	} else {
		buf_printf(&text, "%s%s%s", head.text, form.text, tail.text);
	}
	mask_text(mask, text.text, text.len, &out);

	const char *shown = NULL;
	cr_expect_neq(strstr(out.text, "[secret S]"), NULL, "%s of %s at %zu: %s",
		      encoders[encoder].name, secret, place, text.text);
	cr_expect_not(remains(&out, form.text, form.len), "%s", out.text);
	cr_expect_not(mask_finds(mask, out.text, out.len, &shown), "%s", out.text);
	if (!encoders[encoder].whole) {
		char expected[4096];

		(void)snprintf(expected, sizeof(expected), "%s[secret S]%s", head.text, tail.text);
		cr_expect_str_eq(out.text, expected);
	}
	for (size_t i = 0; i < COUNTOF(all); i++)
		buf_release(all[i]);
}

ParameterizedTestParameters(mask, a_planted_secret_is_found_in_every_encoding)
{
	return rows_of(COUNTOF(encoders) * COUNTOF(secrets));
}

ParameterizedTest(size_t *row, mask, a_planted_secret_is_found_in_every_encoding)
{
	const char *secret = secrets[*row % COUNTOF(secrets)];
	struct mask *mask = mask_of(secret, "[secret S]");
	uint64_t state = *row + 1;

	for (size_t place = 0; place < 24; place++)
		plant(mask, secret, *row / COUNTOF(secrets), place, &state);
	mask_free(mask);
}

/* No part of the secret is left in base64: neither the characters it fills nor those it shares. */
Test(mask, base64_keeps_no_bit_of_the_secret)
{
	struct mask *mask = mask_of("SECRETSECRET", "#");

	expect_masked(mask, "YTEyU0VDUkVUU0VDUkVUMTIz", "YTEy#MTIz");
	expect_masked(mask, "YTFTRUNSRVRTRUNSRVQxMjM=", "YT#xMjM=");
	expect_masked(mask, "YVNFQ1JFVFNFQ1JFVDEyMw==", "Y#EyMw==");
	mask_free(mask);
}

/* A token is named by its persona, wherever it stands and however that is written down. */
static const struct {
	const char *text, *masked;
} named[] = {
	{ "Authorization: Bearer " JWT "\r\n", "Authorization: Bearer <crew token>\r\n" },
	{ "{\"access_token\": \"" JWT "\"}", "{\"access_token\": \"<crew token>\"}" },
	{ "Authorization: Bearer <crew token>\r\n", "Authorization: Bearer <crew token>\r\n" },
	{ "Authorization: Bearer &lt;crew token&gt;\n",
	  "Authorization: Bearer &lt;crew token&gt;\n" },
	{ "{\"h\": \"Authorization: Bearer \\u003ccrew token\\u003e\"}",
	  "{\"h\": \"Authorization: Bearer \\u003ccrew token\\u003e\"}" },
	{ "Cookie: sid=" JWT "; x=y\n", "Cookie: [masked cookie]<crew token>[masked cookie]\n" },
	{ "bad signature bm90LWEtc2lnbmF0dXJlLWF0LWFsbA in token",
	  "bad signature <crew token> in token" },
	{ "cut off: eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2J", "cut off: <crew token>" },
};

ParameterizedTestParameters(mask, named)
{
	return rows_of(COUNTOF(named));
}

ParameterizedTest(size_t *row, mask, named)
{
	struct mask *mask = mask_of(JWT, "<crew token>");

	expect_masked(mask, named[*row].text, named[*row].masked);
	mask_free(mask);
}

/* Reports full of identifiers, sums and encoded text must not have holes in them. */
Test(mask, innocent_text_is_left_as_it_is)
{
	struct mask *mask = mask_new();
	struct error err = { 0 };
	struct buf text, out;
	uint64_t state = 7;
	char value[65] = "";
	const char *shown = NULL;

	for (int i = 0; i < 60; i++) {
		size_t len = 8 + next_random(&state) % 56;

		for (size_t k = 0; k < len; k++)
			value[k] = (LETTERS "!-_+/=&%")[next_random(&state) % 70];
		value[len] = '\0';
		cr_assert(mask_add(mask, value, "[secret]", &err));
	}
	buf_init(&text, 1 << 24);
	buf_init(&out, 1 << 24);
	for (int i = 0; i < 20000; i++) {
		buf_printf(&text, "{\"id\": \"%08x-%04x-4%03x-a%03x-%012llx\", \"sha\": \"",
			   (unsigned)next_random(&state), (unsigned)next_random(&state) & 0xFFFF,
			   (unsigned)next_random(&state) & 0xFFF,
			   (unsigned)next_random(&state) & 0xFFF,
			   (unsigned long long)next_random(&state));
		for (int k = 0; k < 32; k++)
			buf_printf(&text, "%c", (LETTERS "+/")[next_random(&state) % 64]);
		buf_printf(&text, "==\", \"text\": \"a \\\"quoted\\\" %%20 &amp; password?\"}\n");
	}
	mask_text(mask, text.text, text.len, &out);
	cr_assert_eq(out.len, text.len);
	cr_expect_eq(memcmp(out.text, text.text, text.len), 0);
	cr_expect_not(mask_finds(mask, text.text, text.len, &shown));
	buf_release(&text);
	buf_release(&out);
	mask_free(mask);
}

Test(mask, overlapping_secrets_leave_nothing_of_either)
{
	struct mask *mask = mask_of("abcdefgh1", "[secret A]");
	struct error err = { 0 };

	cr_assert(mask_add(mask, "gh1234567890", "[secret B]", &err));
	expect_masked(mask, "x abcdefgh1234567890 y", "x [secret B] y");
	mask_free(mask);
}

Test(mask, a_secret_cut_off_by_the_end_is_not_shown)
{
	struct mask *mask = mask_of("0123456789abcdefghij", "[secret A]");

	expect_masked(mask, "the body was cut: 0123456789abcde", "the body was cut: [secret A]");
	expect_masked(mask, "0123456789ab is only a part", "0123456789ab is only a part");
	mask_free(mask);
}

Test(mask, a_blank_as_a_plus_sign_is_found_in_a_form)
{
	struct mask *mask = mask_of("correct horse battery", "[secret A]");

	expect_masked(mask, "q=correct+horse+battery&x", "q=[secret A]&x");
	expect_masked(mask, "q=correct%20horse%20battery&x", "q=[secret A]&x");
	mask_free(mask);
}

Test(mask, a_short_secret_is_refused)
{
	struct mask *mask = mask_new();
	struct error err = { 0 };

	cr_expect_not(mask_add(mask, "1234567", "[secret PIN]", &err));
	cr_expect_eq(err.code, ERROR_ENVIRONMENT);
	cr_expect_str_eq(err.message, "[secret PIN] has fewer than 8 characters: masking it would "
				      "mask innocent text");
	expect_masked(mask, "1234567", "1234567");
	mask_free(mask);
}

Test(mask, a_secret_that_is_its_own_name_is_refused)
{
	struct mask *mask = mask_new();
	struct error err = { 0 };

	cr_expect_not(mask_add(mask, "JWT_SECRET", "[secret JWT_SECRET]", &err));
	cr_expect_eq(err.code, ERROR_ENVIRONMENT);
	mask_free(mask);
}

/* Whatever bytes come, a second pass finds nothing and changes nothing. */
Test(mask, masking_twice_is_masking_once)
{
	static const char *const pieces[] = {
		"password",
		"\"",
		"\\\"",
		":",
		"=",
		" ",
		"eyJhbGciOiJub25lIn0",
		".",
		"://",
		"@",
		"Authorization: ",
		"Bearer ",
		"Cookie: ",
		"\n",
		"\\n",
		"&quot;",
		"%22",
		"<",
		"</",
		"-----BEGIN PRIVATE KEY-----",
		"-----END PRIVATE KEY-----",
		"'",
		"\\",
		"x",
		"[masked token]",
		"access_token",
		"apikey",
		"postgres",
		"correct horse battery staple",
		"<crew token>",
		"$X",
		"sb_secret_"
		"aaaaaaaaaaaa",
		",",
		"{",
		"&lt;crew token&gt;",
		"%",
		"\\u0041",
		"`",
		">",
		"]",
		"[",
	};
	struct mask *mask = mask_of("correct horse battery staple", "<crew token>");
	uint64_t state = 11;

	for (int i = 0; i < 20000; i++) {
		struct buf text, once, twice;
		const char *shown = NULL;

		buf_init(&text, 4096);
		buf_init(&once, 8192);
		buf_init(&twice, 8192);
		for (size_t k = next_random(&state) % 14; k > 0; k--)
			buf_printf(&text, "%s", pieces[next_random(&state) % COUNTOF(pieces)]);
		mask_text(mask, text.text, text.len, &once);
		mask_text(mask, once.text, once.len, &twice);
		cr_assert_not(mask_finds(mask, once.text, once.len, &shown), "%s\n%s\n%s\n%s",
			      shown, text.text, once.text, twice.text);
		cr_assert_str_eq(once.text, twice.text);
		buf_release(&text);
		buf_release(&once);
		buf_release(&twice);
	}
	mask_free(mask);
}

/* What a masker that knew the secret left is no secret to one that does not. */
static const struct {
	const char *text, *masked;
} foreign[] = {
	{ "Authorization: Bearer <crew token>\r\n", "Authorization: Bearer <crew token>\r\n" },
	{ "Authorization: Bearer &lt;crew token&gt;\n",
	  "Authorization: Bearer &lt;crew token&gt;\n" },
	{ "apikey: [secret STAGING_ANON_KEY]\n", "apikey: [secret STAGING_ANON_KEY]\n" },
	{ "{\"password\": \"[secret HOD_PASSWORD]\"}",
	  "{\"password\": \"[secret HOD_PASSWORD]\"}" },
	{ "Authorization: Bearer <crew token>x\n",
	  "Authorization: Bearer <crew token>[masked credentials]\n" },
	{ "Authorization: Bearer <two words token>\n",
	  "Authorization: Bearer [masked credentials]\n" },
	{ "apikey: [secret ]\n", "apikey: [masked api key]\n" },
};

ParameterizedTestParameters(mask, what_another_process_masked_stays)
{
	return rows_of(COUNTOF(foreign));
}

ParameterizedTest(size_t *row, mask, what_another_process_masked_stays)
{
	const char *text = foreign[*row].text;
	struct mask *mask = mask_new();
	struct buf out;

	buf_init(&out, 1000);
	mask_text(mask, text, strlen(text), &out);
	cr_expect_str_eq(out.text, foreign[*row].masked, "row %zu: %s", *row, out.text);
	buf_release(&out);
	mask_free(mask);
}

/* What is escaped first is another text to whatever encodes it. */
Test(mask, a_secret_in_an_encoded_document_is_found_at_every_alignment)
{
	static const char secret[] = "p\"a\\s s&w<o>r'd";
	struct {
		encode_fn *escape, *encode;
	} ways[] = {
		{ json, base64 },
		{ json, base64url },
		{ json, hex_upper },
		{ percent_reserved, base64 },
		{ percent_reserved, hex_lower },
	};
	struct mask *mask = mask_of(secret, "[secret S]");

	for (size_t i = 0; i < COUNTOF(ways) * 3; i++) {
		struct buf escaped, text, out;

		buf_init(&escaped, 1 << 16);
		buf_init(&text, 1 << 16);
		buf_init(&out, 1 << 16);
		buf_printf(&escaped, "%.*s: \"", (int)(i % 3), "ab");
		ways[i / 3].escape(secret, sizeof(secret) - 1, &escaped);
		buf_printf(&escaped, "\" and on");
		ways[i / 3].encode(escaped.text, escaped.len, &text);
		mask_text(mask, text.text, text.len, &out);
		cr_expect(strstr(out.text, "[secret S]"), "way %zu at %zu: %s", i / 3, i % 3,
			  text.text);
		buf_release(&escaped);
		buf_release(&text);
		buf_release(&out);
	}
	mask_free(mask);
}

Test(mask, words_hold_no_part_of_a_secret_either)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{ "must be \"\", is \"correct horse bat\"", "must be \"\", is \"[secret S]\"" },
		{ "must be \"\", is \"tery staple\" here", "must be \"\", is \"[secret S]\" here" },
		{ "correct horse battery staple", "[secret S]" },
		{ "a horse", "a horse" },
		{ "is \"Y3QgaG9yc2UgYmF0\"", "is \"[secret S]\"" }, /* base64, from its middle */
		{ "", "" },
	};
	struct mask *mask = mask_of("correct horse battery staple", "[secret S]");

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		struct buf out;

		buf_init(&out, 1 << 16);
		mask_words(mask, rows[i].text, strlen(rows[i].text), &out);
		cr_expect_str_eq(out.text, rows[i].expected, "row %zu: %s", i, out.text);
		cr_expect_eq(mask_spares(mask, rows[i].text, strlen(rows[i].text)),
			     strcmp(rows[i].text, rows[i].expected) == 0, "row %zu", i);
		buf_release(&out);
	}
	mask_free(mask);
}

Test(mask, secrets_that_name_each_other_cannot_be_masked_and_that_is_said)
{
	struct mask *mask = mask_of("name-of-two", "[secret name-of-one]");
	struct error err = { 0 };
	struct buf out;

	cr_assert(mask_add(mask, "name-of-one", "[secret name-of-two]", &err));
	buf_init(&out, 1 << 16);
	cr_expect(mask_text(mask, "innocent", 8, &out));
	cr_expect_not(mask_text(mask, "it is name-of-one", 17, &out));
	buf_release(&out);
	mask_free(mask);
}
