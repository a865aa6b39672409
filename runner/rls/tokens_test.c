#include "rls/tokens.h"

#include <criterion/criterion.h>
#include <string.h>

static struct arena arena;

static void
leave(void)
{
	arena_release(&arena);
}

TestSuite(tokens, .fini = leave);

/* The tokens of `text`, one blank between them. */
static void
expect(const char *text, const char *wanted)
{
	struct tokens tokens;
	const char *all = "";

	cr_assert(tokens_read(&tokens, text, &arena), "%s", text);
	for (size_t i = 0; i < tokens.count; i++)
		all = arena_printf(&arena, "%s%s%.*s", all, i ? " " : "", (int)tokens.items[i].len,
				   text + tokens.items[i].start);
	cr_expect_str_eq(all, wanted);
}

Test(tokens, blanks_and_comments_are_between_them)
{
	expect("a  <\n b -- c ' (\nd", "a < b d");
	expect("a /* b /* c */ ' */ d", "a d");
	expect("a - b / c", "a - b / c");
	expect("-- all of it", "");
}

Test(tokens, what_stands_in_quotes_is_one)
{
	expect("'it''s -- (' \"a\"\"(b\" E'\\'('", "'it''s -- (' \"a\"\"(b\" E '\\'('");
}

Test(tokens, a_keyword_is_a_word_in_any_case_and_never_in_quotes)
{
	struct tokens tokens;

	cr_assert(tokens_read(&tokens, "Where \"where\" 'where' wherever", &arena));
	cr_assert_eq(tokens.count, 4);
	cr_expect(token_is_keyword(&tokens, 0, "where"));
	cr_expect_not(token_is(&tokens, 0, "where"));
	for (size_t i = 1; i < 4; i++)
		cr_expect_not(token_is_keyword(&tokens, i, "where"), "token %zu", i);
}

Test(tokens, a_level_is_stepped_over)
{
	struct tokens tokens;

	cr_assert(tokens_read(&tokens, "f(a, (b)) and c", &arena));
	cr_expect_eq(tokens.items[1].kind, TOKEN_OPEN);
	cr_expect(token_is(&tokens, token_next(&tokens, 1), "and"));
	cr_expect_eq(token_end(&tokens, tokens.count - 1), strlen("f(a, (b)) and c"));
}

Test(tokens, what_does_not_close_is_refused)
{
	static const char *const open[] = { "(a", "a)", "'a", "\"a", "(a))(" };
	struct tokens tokens;

	for (size_t i = 0; i < COUNTOF(open); i++)
		cr_expect_not(tokens_read(&tokens, open[i], &arena), "%s", open[i]);
}
