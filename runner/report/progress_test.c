#include "report/progress.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const struct planned_case first = { .suite = "s", .id = "one", .title = "The first" };
static const struct planned_case second = { .suite = "s", .id = "two" };

static const struct exchange asked = {
	.kind = EXCHANGE_HTTP,
	.step = 1,
	.http = { .method = "GET",
		  .url = "http://h/x",
		  .status = 200,
		  .timing = { .total_us = 5 } },
};

static const struct run_case passed = { .verdict = VERDICT_PASS,
					.attempts = 1,
					.elapsed_us = 12000,
					.exchanges = &asked,
					.exchange_count = 1 };
static const struct run_case failed = { .verdict = VERDICT_FAIL,
					.attempts = 1,
					.elapsed_us = 1000,
					.expected = "403",
					.actual = "200 \033[2J" };

/* What a run of two cases prints. */
static char *
printed(struct progress_options options, const struct mask *mask)
{
	char *text = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&text, &len);

	cr_assert_not_null(file);
	struct progress *progress = progress_new(file, mask, &options);
	progress_begin(progress, "A run", 2);
	progress_started(progress, &first);
	progress_settled(progress, &first, &passed);
	progress_note(progress, "restarting the %s", "target");
	progress_started(progress, &second);
	progress_settled(progress, &second, &failed);
	progress_end(progress);
	progress_free(progress);
	(void)fclose(file);
	return text;
}

static void
expect_printed(struct progress_options options, const char *expected)
{
	char *text = printed(options, NULL);

	cr_expect_str_eq(text, expected, "%s", text);
	free(text);
}

Test(progress, elsewhere_every_case_has_a_line)
{
	expect_printed((struct progress_options){ 0 }, "A run: 2 cases\n"
						       "PASS   s/one  The first  12 ms\n"
						       "restarting the target\n"
						       "FAIL   s/two  1 ms\n"
						       "       expected 403, actual 200  [2J\n"
						       "\n");
}

Test(progress, quiet_leaves_the_failures)
{
	expect_printed((struct progress_options){ .quiet = true },
		       "FAIL   s/two  1 ms\n"
		       "       expected 403, actual 200  [2J\n");
}

Test(progress, verbose_adds_the_exchanges)
{
	expect_printed((struct progress_options){ .verbose = true },
		       "A run: 2 cases\n"
		       "PASS   s/one  The first  12 ms\n"
		       "       step 1: GET http://h/x -> 200 in 5 us\n"
		       "restarting the target\n"
		       "FAIL   s/two  1 ms\n"
		       "       expected 403, actual 200  [2J\n"
		       "\n");
}

Test(progress, on_a_terminal_one_line_is_drawn_again)
{
	char *text = printed((struct progress_options){ .tty = true, .columns = 20 }, NULL);

	cr_expect_null(strstr(text, "PASS"), "what passed is only counted");
	cr_expect_not_null(strstr(text, "\r\033[K"), "%s", text);
	cr_expect_not_null(strstr(text, "1/2  one"), "%s", text);
	cr_expect_not_null(strstr(text, "FAIL   s/two"), "%s", text);
	cr_expect_null(strstr(text, "2/2"), "at the end there is no live line");
	free(text);
}

Test(progress, colour_is_an_extra)
{
	char *text = printed((struct progress_options){ .color = true }, NULL);

	cr_expect_not_null(strstr(text, "\033[31mFAIL\033[0m   s/two"), "%s", text);
	free(text);
}

Test(progress, what_kept_a_run_from_being_begun_is_said_once)
{
	static const struct run_case refused = { .verdict = VERDICT_ERROR,
						 .trouble = TROUBLE_PREFLIGHT,
						 .reason = "nobody is there" };
	struct progress_options options = { .quiet = true };
	char *text = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&text, &len);

	cr_assert_not_null(file);
	struct progress *progress = progress_new(file, NULL, &options);
	progress_begin(progress, "A run", 2);
	progress_settled(progress, &first, &refused);
	progress_settled(progress, &second, &refused);
	progress_end(progress);
	progress_free(progress);
	(void)fclose(file);
	cr_expect_str_eq(text,
			 "ERROR  s/one  The first\n       preflight: nobody is there\n"
			 "ERROR  s/two\n",
			 "%s", text);
	free(text);
}

Test(progress, a_secret_is_masked_here_too)
{
	struct error err = { 0 };
	struct mask *mask = mask_new();

	cr_assert(mask_add(mask, "The first", "<title>", &err));
	char *text = printed((struct progress_options){ 0 }, mask);
	cr_expect_not_null(strstr(text, "s/one  <title>  12 ms"), "%s", text);
	free(text);
	mask_free(mask);
}

Test(progress, freeing_nothing_is_fine)
{
	progress_free(NULL);
}
