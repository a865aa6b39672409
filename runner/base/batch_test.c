#include "base/batch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/tree.h"

/* A folder that is gone after the test. */
static char top[] = "/tmp/batch-XXXXXX";

static void
begin(void)
{
	cr_assert_not_null(mkdtemp(top));
	cr_assert_eq(chdir(top), 0);
}

static void
end(void)
{
	(void)chdir("/");
	(void)tree_remove(top);
}

TestSuite(batch, .init = begin, .fini = end);

static struct batch *
begun(const char *folder)
{
	struct error err = { 0 };
	struct batch *batch = batch_new(folder, &err);

	cr_assert_not_null(batch, "%s", err.message);
	return batch;
}

static void
add(struct batch *batch, const char *path, const char *text)
{
	struct error err = { 0 };

	cr_assert(batch_add(batch, path, text, strlen(text), &err), "%s", err.message);
}

static void
expect_text(const char *path, const char *text)
{
	struct error err = { 0 };
	size_t len;
	char *found = file_read(path, 1000, &len, &err);

	cr_assert_not_null(found, "%s", err.message);
	cr_expect_str_eq(found, text);
	free(found);
}

Test(batch, files_are_there_once_they_are_published_and_not_before)
{
	struct errors errors = { 0 };
	struct batch *batch = begun("into");

	add(batch, "a/one", "1");
	add(batch, "two", "2");
	cr_expect_neq(access("into/a/one", F_OK), 0);
	cr_assert(batch_publish(batch, &errors));
	batch_free(batch);
	expect_text("into/a/one", "1");
	expect_text("into/two", "2");
	cr_expect_eq(rmdir("into"), -1);
	cr_expect_eq(unlink("into/two") + unlink("into/a/one") + rmdir("into/a"), 0);
	cr_expect_eq(rmdir("into"), 0, "something else was left there");
}

Test(batch, what_is_not_published_leaves_nothing_behind)
{
	struct batch *batch = begun("deep/into");

	add(batch, "a/one", "1");
	batch_free(batch);
	cr_expect_neq(access("deep", F_OK), 0);
}

Test(batch, every_file_that_is_in_the_way_is_named_and_none_is_touched)
{
	struct errors errors = { 0 };
	struct error err = { 0 };
	struct batch *batch = begun("into");

	cr_assert(file_replace("into/one", "old", 3, &err));
	cr_assert(file_replace("into/three", "old", 3, &err));
	add(batch, "one", "1");
	add(batch, "two", "2");
	add(batch, "three", "3");
	cr_assert_not(batch_publish(batch, &errors));
	batch_free(batch);
	cr_assert_eq(errors.count, 2);
	cr_expect_str_eq(errors.items[0].message,
			 "into/one is there already, and nothing is overwritten");
	cr_expect_str_eq(errors.items[1].message,
			 "into/three is there already, and nothing is overwritten");
	cr_expect_eq(errors.items[0].code, ERROR_USAGE);
	expect_text("into/one", "old");
	cr_expect_neq(access("into/two", F_OK), 0);
	errors_release(&errors);
}

/* A file stands where the last one needs a folder: the first two were in place by then. */
Test(batch, what_stops_it_in_the_middle_takes_back_what_was_put)
{
	struct errors errors = { 0 };
	struct error err = { 0 };
	struct batch *batch = begun("into");

	add(batch, "a/one", "1");
	add(batch, "two", "2");
	add(batch, "stone/three", "3");
	cr_assert(file_replace("into/stone", "old", 3, &err));
	cr_assert_not(batch_publish(batch, &errors));
	batch_free(batch);
	cr_assert_eq(errors.count, 1);
	cr_expect_eq(errors.items[0].code, ERROR_ENVIRONMENT);
	cr_expect_neq(access("into/a", F_OK), 0);
	cr_expect_neq(access("into/two", F_OK), 0);
	expect_text("into/stone", "old");
	errors_release(&errors);
}

Test(batch, what_is_lent_is_beside_the_others_until_they_are_published)
{
	struct errors errors = { 0 };
	struct error err = { 0 };
	struct batch *batch = begun("into");
	char path[256];

	cr_assert(batch_lend(batch, "lent", "L", 1, &err));
	add(batch, "one", "1");
	(void)snprintf(path, sizeof(path), "%s/lent", batch_folder(batch));
	expect_text(path, "L");
	cr_assert(batch_publish(batch, &errors));
	batch_free(batch);
	cr_expect_neq(access("into/lent", F_OK), 0);
}

Test(batch, a_folder_that_cannot_be_made_is_said)
{
	struct error err = { 0 };

	cr_assert(file_replace("stone", "", 0, &err));
	cr_expect_null(batch_new("stone/into", &err));
	cr_expect_eq(err.code, ERROR_ENVIRONMENT);
}
