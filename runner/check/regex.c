#define PCRE2_CODE_UNIT_WIDTH 8

#include "check/regex.h"

#include <pcre2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

/* Without these, `^ok$` would match "ok\n", and \C could cut a character. The offset limit
 * allows a search in windows. */
#define OPTIONS                                                                                    \
	(PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT)

/* PCRE2 counts backtracking per starting point; 100 000 take about 2 ms. */
#define MATCH_LIMIT 100000
#define HEAP_KIB    4096

/* Starting points tried before the clock is looked at, and how long a search may take. */
#define WINDOW    128
#define BUDGET_US 250000

struct regex {
	struct regex *next;
	const char *pattern;
	pcre2_code *code; /* NULL: does not compile */
	pcre2_match_data *data;
	pcre2_match_context *context;
	bool anchored;
};

static void *
arena_malloc(size_t bytes, void *arena)
{
	return arena_array(arena, 1, bytes);
}

/* The arena takes everything back at once. */
static void
arena_free(void *memory, void *arena)
{
	(void)memory;
	(void)arena;
}

static pcre2_code *
compile(const char *pattern, pcre2_compile_context *context, char why[128])
{
	int number = 0;
	PCRE2_SIZE offset = 0;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, OPTIONS,
					 &number, &offset, context);

	if (!code) {
		PCRE2_UCHAR text[96] = "";

		(void)pcre2_get_error_message(number, text, sizeof(text));
		(void)snprintf(why, 128, "%s, at character %zu", (const char *)text, offset + 1);
	}
	return code;
}

bool
regex_valid(const char *pattern, char why[128])
{
	pcre2_code *code = compile(pattern, NULL, why);

	pcre2_code_free(code);
	return code != NULL;
}

static struct regex *
regex_new(struct arena *arena, const char *pattern)
{
	pcre2_general_context *memory =
		pcre2_general_context_create(arena_malloc, arena_free, arena);
	struct regex *regex = ARENA_NEW(arena, struct regex);
	char why[128];
	uint32_t options = 0;

	regex->pattern = arena_text(arena, pattern, strlen(pattern));
	regex->code = compile(pattern, pcre2_compile_context_create(memory), why);
	if (!regex->code)
		return regex;
	regex->data = pcre2_match_data_create(1, memory);
	regex->context = pcre2_match_context_create(memory);
	(void)pcre2_set_match_limit(regex->context, MATCH_LIMIT);
	(void)pcre2_set_heap_limit(regex->context, HEAP_KIB);
	(void)pcre2_pattern_info(regex->code, PCRE2_INFO_ALLOPTIONS, &options);
	regex->anchored = (options & PCRE2_ANCHORED) != 0;
	return regex;
}

static struct regex *
find(struct findings *findings, const char *pattern)
{
	struct regex *regex = findings->regexes;

	while (regex && strcmp(regex->pattern, pattern) != 0)
		regex = regex->next;
	if (!regex) {
		regex = regex_new(findings->arena, pattern);
		regex->next = findings->regexes;
		findings->regexes = regex;
	}
	return regex;
}

static size_t
character_at(const char *text, size_t len, size_t at)
{
	while (at < len && ((unsigned char)text[at] & 0xC0) == 0x80)
		at++;
	return at;
}

enum regex_result
regex_search(struct findings *findings, const char *pattern, const char *text, size_t len)
{
	struct regex *regex = find(findings, pattern);
	uint32_t checked = 0;
	int64_t begin = 0;

	if (!regex->code)
		return REGEX_WRONG;
	for (size_t at = 0; at <= len; at = character_at(text, len, at + WINDOW)) {
		/* The first window is bounded by itself: most searches never ask the clock. */
		if (at > 0 && begin == 0)
			begin = clock_now_us();
		else if (at > 0 && clock_now_us() - begin > BUDGET_US)
			return REGEX_GAVE_UP;
		(void)pcre2_set_offset_limit(regex->context, at + WINDOW - 1);
		int rc = pcre2_match(regex->code, (PCRE2_SPTR)text, len, at, checked, regex->data,
				     regex->context);
		/* The text is valid UTF-8 once the first window has said so. */
		checked = PCRE2_NO_UTF_CHECK;
		if (rc >= 0)
			return REGEX_FOUND;
		if (rc != PCRE2_ERROR_NOMATCH)
			return REGEX_GAVE_UP;
		if (regex->anchored)
			break;
	}
	return REGEX_NOT_FOUND;
}
