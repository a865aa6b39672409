#include "document/scalar.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS "0123456789"

static bool
only(const char *text, const char *allowed)
{
	return *text && text[strspn(text, allowed)] == '\0';
}

static const char *
unsigned_part(const char *text)
{
	return text + (*text == '-' || *text == '+');
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool
is_float(const char *text)
{
	const char *at = unsigned_part(text);
	size_t whole = strspn(at, DIGITS);

	at += whole;
	if (*at == '.') {
		size_t fraction = strspn(++at, DIGITS);
		if (whole + fraction == 0)
			return false;
		at += fraction;
	} else if (whole == 0) {
		return false;
	}
	if (*at == 'e' || *at == 'E')
		return only(unsigned_part(at + 1), DIGITS);
	return *at == '\0';
}

static bool
is_unbounded(const char *text)
{
	static const char *const words[] = { ".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN" };
	const char *word = unsigned_part(text);

	for (size_t i = 0; i < COUNTOF(words); i++) {
		if (strcmp(word, words[i]) == 0)
			return true;
	}
	return false;
}

static json_t *
integer(const char *digits, int base, const char **mistake)
{
	errno = 0;
	long long number = strtoll(digits, NULL, base);
	if (errno == 0)
		return json_integer(number);
	*mistake = "does not fit in 64 bits";
	return NULL;
}

json_t *
scalar_plain(const char *text, const char **mistake)
{
	/* Whatever is no string begins with one of these. */
	if (*text && !strchr("+-.0123456789nft", *text))
		return json_string(text);
	if (*text == '\0' || strcmp(text, "null") == 0)
		return json_null();
	if (strcmp(text, "true") == 0)
		return json_true();
	if (strcmp(text, "false") == 0)
		return json_false();
	if (only(unsigned_part(text), DIGITS))
		return integer(text, 10, mistake);
	if (strncmp(text, "0o", 2) == 0 && only(text + 2, "01234567"))
		return integer(text + 2, 8, mistake);
	if (strncmp(text, "0x", 2) == 0 && only(text + 2, DIGITS "abcdefABCDEF"))
		return integer(text + 2, 16, mistake);
	if (is_unbounded(text)) {
		*mistake = "is not a number JSON has";
		return NULL;
	}
	if (!is_float(text))
		return json_string(text);
	json_t *real = json_real(strtod(text, NULL));
	if (!real)
		*mistake = "is too large";
	return real;
}
