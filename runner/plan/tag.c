#include "plan/tag.h"

#include <ctype.h>
#include <string.h>

/* A recursive-descent reader: or := and {("or" | ",") and}; and := not {"and" not};
 * not := ("not" | "!") not | "(" or ")" | TAG. */
struct reader {
	const char *at;
	const char *const *tags;
	size_t count;
	int depth;
	struct error *err;
};

#define MAX_DEPTH 32

static bool read_or(struct reader *reader);

static void
skip_blanks(struct reader *reader)
{
	while (isspace((unsigned char)*reader->at))
		reader->at++;
}

static size_t
word_length(const char *at)
{
	size_t len = 0;

	while (isalnum((unsigned char)at[len]) || (at[len] && strchr("._:@/-", at[len])))
		len++;
	return len;
}

static bool
take_word(struct reader *reader, const char *word)
{
	skip_blanks(reader);
	size_t len = strlen(word);
	if (word_length(reader->at) != len || strncmp(reader->at, word, len) != 0)
		return false;
	reader->at += len;
	return true;
}

static bool
take_mark(struct reader *reader, char mark)
{
	skip_blanks(reader);
	if (*reader->at != mark)
		return false;
	reader->at++;
	return true;
}

static bool
has_tag(const struct reader *reader, const char *name, size_t len)
{
	for (size_t i = 0; i < reader->count; i++) {
		if (strlen(reader->tags[i]) == len && strncmp(reader->tags[i], name, len) == 0)
			return true;
	}
	return false;
}

static bool
read_not(struct reader *reader)
{
	if (++reader->depth > MAX_DEPTH)
		return error_set(reader->err, ERROR_USAGE, "the tag expression is nested too deep");
	if (take_word(reader, "not") || take_mark(reader, '!')) {
		bool inner = read_not(reader);
		reader->depth--;
		return !inner;
	}
	if (take_mark(reader, '(')) {
		bool inner = read_or(reader);
		if (!take_mark(reader, ')'))
			error_set(reader->err, ERROR_USAGE, "the tag expression lacks a `)`");
		reader->depth--;
		return inner;
	}
	skip_blanks(reader);
	size_t len = word_length(reader->at);
	if (len == 0)
		return error_set(reader->err, ERROR_USAGE,
				 "the tag expression wants a tag at \"%.20s\"", reader->at);
	bool found = has_tag(reader, reader->at, len);
	reader->at += len;
	reader->depth--;
	return found;
}

static bool
read_and(struct reader *reader)
{
	bool holds = read_not(reader);

	while (reader->err->code == ERROR_NONE && take_word(reader, "and")) {
		bool right = read_not(reader);
		holds = holds && right;
	}
	return holds;
}

static bool
read_or(struct reader *reader)
{
	bool holds = read_and(reader);

	while (reader->err->code == ERROR_NONE &&
	       (take_word(reader, "or") || take_mark(reader, ','))) {
		bool right = read_and(reader);
		holds = holds || right;
	}
	return holds;
}

bool
tag_matches(const char *expression, const char *const *tags, size_t count, struct error *err)
{
	struct reader reader = { .at = expression, .tags = tags, .count = count, .err = err };
	bool holds = read_or(&reader);

	skip_blanks(&reader);
	if (err->code == ERROR_NONE && *reader.at)
		error_set(err, ERROR_USAGE, "the tag expression goes on at \"%.20s\"", reader.at);
	return err->code == ERROR_NONE && holds;
}
