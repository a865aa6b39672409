#include "embed/words.h"

#include <criterion/criterion.h>
#include <string.h>

static struct arena arena;

static void
leave(void)
{
	arena_release(&arena);
}

TestSuite(words, .fini = leave);

Test(words, a_list_of_any_length_ends_with_null)
{
	struct words words = { 0 };

	for (int i = 0; i < 100; i++) {
		words_add(&words, &arena, "%d", i);
		cr_assert_null(words.items[words.count]);
	}
	cr_expect_eq(words.count, 100);
	cr_expect_str_eq(words.items[0], "0");
	cr_expect_str_eq(words.items[99], "99");
}

Test(words, a_name_is_set_once_and_can_be_taken_out)
{
	struct words words = { 0 };

	words_set(&words, &arena, "FLAG=true");
	words_set(&words, &arena, "FLAG_TWO=x");
	words_set(&words, &arena, "FLAG=");
	cr_expect_eq(words.count, 2);
	cr_expect_str_eq(words.items[0], "FLAG=");
	words_set(&words, &arena, "FLAG");
	cr_expect_eq(words.count, 1);
	cr_expect_str_eq(words.items[0], "FLAG_TWO=x");
	cr_expect_null(words.items[1]);
	words_set(&words, &arena, "NEVER_WAS");
	cr_expect_eq(words.count, 1);
}

Test(words, a_copy_grows_apart)
{
	struct words words = { 0 };

	words_set(&words, &arena, "A=1");
	struct words copy = words_copy(&words, &arena);
	words_set(&copy, &arena, "A=2");
	words_set(&copy, &arena, "B=1");
	cr_expect_str_eq(words.items[0], "A=1");
	cr_expect_eq(words.count, 1);
	cr_expect_eq(copy.count, 2);
}
