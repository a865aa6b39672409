#include "suite/spelling.h"

#include <string.h>

#include "base/base.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS  "0123456789"

/* Heads of the names that need no capture; see template.h. */
static const char *const reserved[] = {
	"action", "apikey", "base_url", "embedded", "env",     "environment", "error",
	"lens",   "matrix", "now",      "payload",  "persona", "personas",    "reply",
	"run",    "secret", "unique",   "var",      "vars",    "with",        "yacht",
};

static bool
only(const char *text, const char *allowed)
{
	return *text != '\0' && text[strspn(text, allowed)] == '\0';
}

bool
spelling_is_id(const char *text)
{
	return only(text, LETTERS DIGITS "._-");
}

bool
spelling_is_word(const char *text)
{
	return only(text, LETTERS DIGITS "_") && strchr(DIGITS, *text) == NULL;
}

bool
spelling_is_table(const char *text)
{
	const char *dot = strchr(text, '.');

	return only(text, LETTERS DIGITS "._") && strchr(DIGITS ".", *text) == NULL &&
	       (!dot || spelling_is_word(dot + 1));
}

bool
spelling_is_tag(const char *text)
{
	return spelling_is_id(text) && strcmp(text, "and") != 0 && strcmp(text, "or") != 0 &&
	       strcmp(text, "not") != 0;
}

bool
spelling_is_reserved(const char *word)
{
	for (size_t i = 0; i < COUNTOF(reserved); i++) {
		if (strcmp(reserved[i], word) == 0)
			return true;
	}
	return false;
}

bool
spelling_is_pointer(const char *text)
{
	if (*text != '\0' && *text != '/')
		return false;
	for (; *text; text++) {
		if (*text == '~' && text[1] != '0' && text[1] != '1')
			return false;
	}
	return true;
}

bool
spelling_stays_below(const char *path)
{
	if (*path == '/' || *path == '\0')
		return false;
	for (const char *part = path; part; part = strchr(part, '/')) {
		part += *part == '/';
		if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
			return false;
	}
	return true;
}
