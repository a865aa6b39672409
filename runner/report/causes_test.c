#include "report/causes.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A run with one finding of `messages` in each case. */
static struct run *
made(const char *const *messages, size_t count)
{
	char path[] = "/tmp/lensgate-causes-XXXXXX";
	struct error err = { 0 };
	FILE *file = fdopen(mkstemp(path), "w");

	cr_assert_not_null(file);
	(void)fprintf(file, "{\"record\":\"header\",\"format\":1,\"run\":{}}\n");
	for (size_t i = 0; i < count; i++)
		(void)fprintf(file,
			      "{\"record\":\"planned\",\"suite\":\"s\",\"id\":\"c%zu\","
			      "\"title\":\"t\"}\n",
			      i);
	for (size_t i = 0; i < count; i++)
		(void)fprintf(
			file,
			"{\"record\":\"case\",\"index\":%zu,"
			"\"verdict\":\"FAIL\",\"findings\":[{\"type\":\"latency\",\"pointer\":"
			"\"\",\"expected\":\"\",\"actual\":\"\",\"message\":\"%s\"}]}\n",
			i, messages[i]);
	(void)fclose(file);
	struct run *run = run_load(path, &err);
	cr_assert_not_null(run, "%s", err.message);
	cr_assert_eq(run->entry_count, count);
	return run;
}

static void
end(struct run *run)
{
	(void)unlink(run->path);
	run_free(run);
}

Test(causes, what_differs_by_numbers_only_is_one_cause)
{
	static const char *const messages[] = { "took 12 ms", "other", "took 3 ms", "took 400 ms" };
	struct run *run = made(messages, 4);
	struct causes causes;
	struct error err = { 0 };

	cr_assert(causes_find(&causes, run, &err), "%s", err.message);
	cr_assert_eq(causes.count, 2);
	cr_expect_eq(causes.cases, 4);
	cr_expect_eq(causes.items[0].count, 3);
	cr_expect_str_eq(causes.items[0].text, "latency: took 12 ms");
	cr_expect_str_eq(causes.items[0].first, "c0");
	cr_expect_eq(causes.items[1].count, 1);
	causes_release(&causes);

	struct buf out;
	buf_init(&out, 10000);
	cr_assert(causes_markdown(run, &out, &err));
	cr_expect(strstr(out.text, "| 3 | latency: took 12 ms | c0 |\n| 1 | latency: other | c1 |"),
		  "%s", out.text);
	buf_release(&out);
	end(run);
}

Test(causes, a_few_failures_or_one_cause_each_are_no_list)
{
	static const char *const few[] = { "same", "same", "same" };
	static const char *const own[] = { "a", "b", "c", "d", "e" };
	struct causes causes;
	struct error err = { 0 };
	struct run *run = made(few, 3);

	cr_assert(causes_find(&causes, run, &err));
	cr_expect_eq(causes.count, 0);
	causes_release(&causes);
	end(run);
	run = made(own, 5);
	cr_assert(causes_find(&causes, run, &err));
	cr_expect_eq(causes.count, 0);
	causes_release(&causes);
	end(run);
}
