#include "run/shapes.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/must.h"

#define TOKEN       "[masked token]"
#define PRIVATE_KEY "[masked private key]"
#define PASSWORD    "[masked password]"
#define COOKIE      "[masked cookie]"
#define CREDENTIALS "[masked credentials]"
#define API_KEY     "[masked api key]"

const char *const shapes_shown[] = {
	TOKEN, PRIVATE_KEY, PASSWORD, COOKIE, CREDENTIALS, API_KEY, NULL,
};

/* No private key is longer; what follows a key that never ends is not masked for ever. */
#define PEM_MAX ((size_t)64 * 1024)

/* In which contexts the word of a trigger names a secret. */
enum {
	MEMBER = 1, /* "word": "..." */
	HEADER = 2, /* Word: ... */
	FORM = 4,   /* word=... */
	SCHEME = 8, /* the value may begin with Bearer or Basic, which stays */
	EXACT = 16  /* upper and lower case differ */
};

struct trigger {
	const char *word;
	size_t rare; /* offset of three rare bytes */
	unsigned how;
	void (*find)(const struct trigger *trigger, const struct layer *layer, size_t at,
		     struct ranges *ranges);
	const char *shown;
};

/* The triggers a pair of bytes may belong to, and its offset in their words. */
struct slot {
	size_t count;
	struct {
		uint8_t row, offset;
	} items[8];
};

/* Every second position of a text is looked up: of three bytes in a row, one pair is hit. */
struct shapes {
	uint8_t pairs[65536]; /* 1 + a slot; 0: no trigger */
	struct slot slots[255];
	size_t slot_count;
};

static bool
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool
is_token(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static char
lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c;
}

static bool
word_at(const struct layer *layer, size_t at, const char *word, bool exact)
{
	for (size_t i = 0; word[i]; i++, at++) {
		if (at >= layer->len)
			return false;
		char c = layer->text[at];

		if (c != word[i] && (exact || lower(c) != word[i]))
			return false;
	}
	return true;
}

static char
char_at(const struct layer *layer, size_t at)
{
	if (at < layer->len)
		return layer->text[at];
	return '\0';
}

static size_t
skip_tokens(const struct layer *layer, size_t at)
{
	while (is_token(char_at(layer, at)))
		at++;
	return at;
}

static size_t
skip_blanks(const struct layer *layer, size_t at)
{
	while (is_blank(char_at(layer, at)))
		at++;
	return at;
}

/* Below an undone escape, a quote or a tag that was not escaped belongs to the text around: a value
 * never reaches past it. */
static bool
is_border(const struct layer *layer, size_t at)
{
	char c = layer->text[at];

	return (c == '"' || c == '<') && layer->below && layer_is_literal(layer, at);
}

/* A backslash and what it escapes are one unit, or a range could end between them. */
static size_t
unit_at(const struct layer *layer, size_t at)
{
	return layer->text[at] == '\\' && at + 1 < layer->len && !is_border(layer, at + 1) ? 2 : 1;
}

/* The end of a quoted value that begins at `at`; no such value holds a line feed. */
static size_t
quoted_end(const struct layer *layer, size_t at, char quote)
{
	while (at < layer->len && layer->text[at] != quote && layer->text[at] != '\n' &&
	       !is_border(layer, at))
		at += unit_at(layer, at);
	return at;
}

/* Source: the registry of HTTP authentication schemes, and what APIs use beside it. */
static size_t
skip_scheme(const struct layer *layer, size_t from, size_t to)
{
	static const char *const schemes[] = {
		"bearer", "basic",  "token", "digest", "negotiate",
		"ntlm",   "apikey", "key",   "hawk",   "aws4-hmac-sha256",
	};
	size_t end = skip_tokens(layer, from);

	for (size_t i = 0; i < COUNTOF(schemes); i++) {
		if (strlen(schemes[i]) == end - from && word_at(layer, from, schemes[i], false) &&
		    (end >= to || is_blank(layer->text[end])))
			return skip_blanks(layer, end) < to ? skip_blanks(layer, end) : to;
	}
	return from;
}

static void
member_value(const struct trigger *trigger, const struct layer *layer, size_t at,
	     struct ranges *ranges)
{
	size_t end = at + strlen(trigger->word);
	char quote = layer->text[end];

	while (at > 0 && is_token(layer->text[at - 1]))
		at--;
	if (at == 0 || layer->text[at - 1] != quote)
		return;
	end = skip_blanks(layer, end + 1);
	if (char_at(layer, end) != ':')
		return;
	end = skip_blanks(layer, end + 1);
	if (char_at(layer, end) != quote)
		return;
	size_t from = end + 1, to = quoted_end(layer, from, quote);
	if (trigger->how & SCHEME)
		from = skip_scheme(layer, from, to);
	ranges_add(ranges, from, to, trigger->shown);
}

/* Where a header may stand: at the beginning of a line, after a tag, or quoted. Anywhere else the
 * word is prose. *quote is the quote that ends it, or NUL. */
static bool
begins_header(const struct layer *layer, size_t at, char *quote)
{
	*quote = '\0';
	while (at > 0 && is_token(layer->text[at - 1]))
		at--;
	if (at == 0 || layer->text[at - 1] == '>')
		return true;
	if (strchr("\"'`", layer->text[at - 1]) && layer->text[at - 1]) {
		*quote = layer->text[at - 1];
		return true;
	}
	/* "> " and "< " are how curl shows what was sent and received. */
	while (at > 0 && (is_blank(layer->text[at - 1]) || layer->text[at - 1] == '>' ||
			  layer->text[at - 1] == '<'))
		at--;
	return at == 0 || layer->text[at - 1] == '\n' || layer->text[at - 1] == '\r';
}

static size_t
header_end(const struct layer *layer, size_t at, char quote)
{
	for (; at < layer->len; at += quote ? unit_at(layer, at) : 1) {
		char c = layer->text[at], next = char_at(layer, at + 1);

		if (c == '\r' || c == '\n' || (c == '<' && next == '/') || is_border(layer, at))
			break;
		if (quote && (c == quote || (c == '\\' && next && strchr("rn\"", next))))
			break;
	}
	return at < layer->len ? at : layer->len;
}

static void
header_value(const struct trigger *trigger, const struct layer *layer, size_t at,
	     struct ranges *ranges)
{
	size_t from = skip_blanks(layer, at + strlen(trigger->word) + 1);
	char quote;

	if (!begins_header(layer, at, &quote))
		return;
	size_t to = header_end(layer, from, quote);
	while (to > from && is_blank(layer->text[to - 1]))
		to--;
	size_t value = trigger->how & SCHEME ? skip_scheme(layer, from, to) : from;
	/* Quoted words without a scheme are a sentence, not credentials. */
	if (quote && value == from && trigger->how & SCHEME &&
	    memchr(layer->text + from, ' ', to - from) && layer->text[from] != '<' &&
	    layer->text[from] != '[')
		return;
	ranges_add(ranges, value, to, trigger->shown);
}

static size_t
form_end(const struct layer *layer, size_t at)
{
	for (; at < layer->len; at += unit_at(layer, at)) {
		char c = layer->text[at], next = char_at(layer, at + 1);

		if ((c && strchr(" \t\r\n\"`<&", c)) || is_border(layer, at) ||
		    (c == '\\' && next && strchr("rnt\"", next)))
			break;
	}
	return at < layer->len ? at : layer->len;
}

static void
form_value(const struct trigger *trigger, const struct layer *layer, size_t at,
	   struct ranges *ranges)
{
	size_t from = at + strlen(trigger->word) + 1;
	char quote = char_at(layer, from);

	if ((quote == '\'' || quote == '"') && !is_border(layer, from)) {
		ranges_add(ranges, from + 1, quoted_end(layer, from + 1, quote), trigger->shown);
		return;
	}
	size_t to = form_end(layer, from);
	/* What closes a sentence or a shell's word around it. */
	while (to > from && strchr("'),;.", layer->text[to - 1]) && layer->text[to - 1])
		to--;
	ranges_add(ranges, from, to, trigger->shown);
}

static void
find_named(const struct trigger *trigger, const struct layer *layer, size_t at,
	   struct ranges *ranges)
{
	char next = char_at(layer, at + strlen(trigger->word));

	if ((next == '"' || next == '\'') && trigger->how & MEMBER)
		member_value(trigger, layer, at, ranges);
	else if (next == ':' && trigger->how & HEADER)
		header_value(trigger, layer, at, ranges);
	else if (next == '=' && trigger->how & FORM)
		form_value(trigger, layer, at, ranges);
}

/* Source: RFC 7519. {"..." in base64url begins with eyJ. A signature that is cut off, or the
 * claims, do not make the rest public. */
static void
find_jwt(const struct trigger *trigger, const struct layer *layer, size_t at, struct ranges *ranges)
{
	size_t end = skip_tokens(layer, at);
	size_t claims = end + 1;

	if (end - at < 8 || char_at(layer, end) != '.' || skip_tokens(layer, claims) < claims + 2)
		return;
	while (char_at(layer, end) == '.')
		end = skip_tokens(layer, end + 1);
	ranges_add(ranges, at, end, trigger->shown);
}

static bool
is_pem(char c)
{
	return is_token(c) || (c && strchr("+/= \t\r\n\\:,", c));
}

/* Source: RFC 7468. The label is between "-----BEGIN " and "-----". */
static void
find_pem(const struct trigger *trigger, const struct layer *layer, size_t at, struct ranges *ranges)
{
	size_t label = at + strlen(trigger->word), end = label;
	size_t limit = layer->len - at > PEM_MAX ? at + PEM_MAX : layer->len;
	bool is_secret = false;

	for (; end < layer->len && (is_letter(layer->text[end]) || layer->text[end] == ' '); end++)
		is_secret = is_secret || word_at(layer, end, "PRIVATE KEY", true);
	if (!is_secret)
		return;
	while (end < limit && is_pem(layer->text[end]) && !word_at(layer, end, "-----END ", true))
		end++;
	if (word_at(layer, end, "-----END ", true)) {
		end += strlen("-----END ");
		while (end < layer->len && (is_letter(layer->text[end]) || layer->text[end] == ' '))
			end++;
		while (char_at(layer, end) == '-')
			end++;
	}
	while (end > at && layer->text[end - 1] == '\\')
		end--;
	ranges_add(ranges, at, end, trigger->shown);
}

/* Source: RFC 3986, section 3.2.1. libpq also takes a slash inside the password. */
static void
find_url_password(const struct trigger *trigger, const struct layer *layer, size_t at,
		  struct ranges *ranges)
{
	size_t scheme = at, colon = 0, host = 0;

	while (scheme > 0 && is_letter(layer->text[scheme - 1]))
		scheme--;
	bool postgres = word_at(layer, scheme, "postgres", false);
	for (size_t i = at + strlen(trigger->word); i < layer->len; i++) {
		char c = layer->text[i];

		if ((unsigned char)c <= ' ' || strchr("\"'<>`\\?#", c) || (c == '/' && !postgres))
			break;
		if (c == ':' && !colon)
			colon = i;
		if (c == '@')
			host = i;
	}
	if (colon && colon < host)
		ranges_add(ranges, colon + 1, host, trigger->shown);
}

static void
find_key(const struct trigger *trigger, const struct layer *layer, size_t at, struct ranges *ranges)
{
	size_t key = at + strlen(trigger->word), end = skip_tokens(layer, key);

	if (end - key >= 8)
		ranges_add(ranges, at, end, trigger->shown);
}

static const struct trigger triggers[] = {
	{ "eyJ", 0, EXACT, find_jwt, TOKEN },
	{ "-----BEGIN ", 4, EXACT, find_pem, PRIVATE_KEY },
	{ "://", 0, EXACT, find_url_password, PASSWORD },
	{ "sb_secret_", 0, EXACT, find_key, API_KEY },
	{ "sb_publishable_", 0, EXACT, find_key, API_KEY },
	{ "password", 3, MEMBER | FORM, find_named, PASSWORD },
	{ "authorization", 6, MEMBER | HEADER | SCHEME, find_named, CREDENTIALS },
	{ "cookie", 3, MEMBER | HEADER, find_named, COOKIE },
	{ "apikey", 1, MEMBER | HEADER | FORM, find_named, API_KEY },
	{ "api-key", 2, MEMBER | HEADER, find_named, API_KEY },
	{ "api_key", 2, MEMBER | FORM, find_named, API_KEY },
	{ "access_token", 6, MEMBER | FORM, find_named, TOKEN },
	{ "refresh_token", 7, MEMBER | FORM, find_named, TOKEN },
	{ "confirmation_token", 12, MEMBER | FORM, find_named, TOKEN },
	{ "provider_token", 8, MEMBER | FORM, find_named, TOKEN },
	{ "id_token", 2, MEMBER | FORM, find_named, TOKEN },
	{ "accessToken", 5, EXACT | MEMBER, find_named, TOKEN },
	{ "refreshToken", 6, EXACT | MEMBER, find_named, TOKEN },
};

static uint16_t
pair_at(const char *text)
{
	uint16_t pair;

	memcpy(&pair, text, sizeof(pair));
	return pair;
}

static char
upper(char c)
{
	if (c >= 'a' && c <= 'z')
		return (char)(c - 'a' + 'A');
	return c;
}

/* Let the pair `first`, `second` lead to the word of `row`, where it stands at `offset`. */
static void
mark(struct shapes *shapes, size_t row, size_t offset, char first, char second)
{
	const char pair[2] = { first, second };
	uint8_t *entry = &shapes->pairs[pair_at(pair)];

	if (*entry == 0) {
		assert(shapes->slot_count < COUNTOF(shapes->slots));
		*entry = (uint8_t)++shapes->slot_count;
	}

	struct slot *slot = &shapes->slots[*entry - 1];
	for (size_t i = 0; i < slot->count; i++) {
		if (slot->items[i].row == row && slot->items[i].offset == offset)
			return;
	}
	assert(slot->count < COUNTOF(slot->items));
	slot->items[slot->count].row = (uint8_t)row;
	slot->items[slot->count++].offset = (uint8_t)offset;
}

struct shapes *
shapes_new(void)
{
	struct shapes *shapes = must(calloc(1, sizeof(*shapes)));

	for (size_t row = 0; row < COUNTOF(triggers); row++) {
		for (size_t i = 0; i < 2; i++) {
			size_t at = triggers[row].rare + i;
			char first = triggers[row].word[at], second = triggers[row].word[at + 1];

			mark(shapes, row, at, first, second);
			if (triggers[row].how & EXACT)
				continue;
			mark(shapes, row, at, upper(first), second);
			mark(shapes, row, at, first, upper(second));
			mark(shapes, row, at, upper(first), upper(second));
		}
	}
	return shapes;
}

void
shapes_free(struct shapes *shapes)
{
	free(shapes);
}

static void
look_closer(const struct slot *slot, const struct layer *layer, size_t at, struct ranges *ranges)
{
	for (size_t i = 0; i < slot->count; i++) {
		const struct trigger *trigger = &triggers[slot->items[i].row];
		size_t offset = slot->items[i].offset;

		if (at >= offset &&
		    word_at(layer, at - offset, trigger->word, (trigger->how & EXACT) != 0))
			trigger->find(trigger, layer, at - offset, ranges);
	}
}

void
shapes_find(const struct shapes *shapes, const struct layer *layer, struct ranges *ranges)
{
	const char *text = layer->text;
	size_t len = layer->len;

	for (size_t at = 0; at + 1 < len; at += 2) {
		uint8_t slot = shapes->pairs[pair_at(text + at)];

		if (slot)
			look_closer(&shapes->slots[slot - 1], layer, at, ranges);
	}
}
