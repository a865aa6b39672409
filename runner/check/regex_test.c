#include "check/regex.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/clock.h"
#include "base/rows.h"

static const struct {
	const char *pattern, *text;
	enum regex_result result;
} searches[] = {
	{ "b", "abc", REGEX_FOUND },
	{ "^b", "abc", REGEX_NOT_FOUND },
	{ "^SL-[0-9]{4}$", "SL-0042", REGEX_FOUND },
	{ "^ok$", "ok\n", REGEX_NOT_FOUND },
	{ "^.$", "\xc3\xa9", REGEX_FOUND },
	{ "x*", "", REGEX_FOUND },
	{ "(", "(", REGEX_WRONG },
	{ "(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
	  REGEX_GAVE_UP },
	{ "a", "\xff", REGEX_GAVE_UP },
};

ParameterizedTestParameters(regex, search)
{
	return rows_of(COUNTOF(searches));
}

ParameterizedTest(size_t *row, regex, search)
{
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena };
	const char *text = searches[*row].text;

	cr_expect_eq(regex_search(&findings, searches[*row].pattern, text, strlen(text)),
		     searches[*row].result, "row %zu", *row);
	arena_release(&arena);
}

Test(regex, a_pattern_is_compiled_once_for_all_findings_of_a_list)
{
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena };

	(void)regex_search(&findings, "a+", "caat", 4);
	struct regex *first = findings.regexes;
	cr_expect_eq(regex_search(&findings, "a+", "dog", 3), REGEX_NOT_FOUND);
	cr_expect_eq(findings.regexes, first);
	(void)regex_search(&findings, "b+", "caat", 4);
	cr_expect_neq(findings.regexes, first);
	arena_release(&arena);
}

Test(regex, a_match_far_into_a_text_of_wide_characters_is_found)
{
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena };
	char text[3 * 500 + 8];

	for (size_t i = 0; i < 500; i++)
		memcpy(text + 3 * i, "\xe2\x82\xac", 3);
	memcpy(text + 1500, "needle", 7);
	cr_expect_eq(regex_search(&findings, "(?<=\xe2\x82\xac)needle$", text, 1506), REGEX_FOUND);
	cr_expect_eq(regex_search(&findings, "^needle", text, 1506), REGEX_NOT_FOUND);
	arena_release(&arena);
}

Test(regex, a_search_that_grows_with_the_square_of_the_text_ends_in_time)
{
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena };
	size_t len = (size_t)1024 * 1024;
	char *text = malloc(len);
	cr_assert_not_null(text);

	memset(text, 'a', len);
	int64_t begin = clock_now_us();
	enum regex_result result = regex_search(&findings, "a*[bc]d?", text, len);
	int64_t elapsed = clock_now_us() - begin;

	cr_expect_eq(result, REGEX_GAVE_UP, "%d", (int)result);
	cr_expect_lt(elapsed, 10000000);
	free(text);
	arena_release(&arena);
}

Test(regex, a_pattern_that_does_not_compile_says_why_and_where)
{
	char why[128] = "";

	cr_expect(regex_valid("^a$", why));
	cr_expect_not(regex_valid("a(b", why));
	cr_expect_str_eq(why, "missing closing parenthesis, at character 4");
}
