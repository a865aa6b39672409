#include "run/sink.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/file.h"

static char folder[] = "/tmp/lensgate-sink-XXXXXX";

static const char *
path_in(const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void
enter(void)
{
	cr_assert_not_null(mkdtemp(folder));
}

static void
leave(void)
{
	(void)remove(path_in("report"));
	(void)remove(path_in("a/b/report"));
	(void)remove(path_in("a/b"));
	(void)remove(path_in("a"));
	(void)rmdir(folder);
}

TestSuite(sink, .init = enter, .fini = leave);

static size_t
entries_in(const char *path)
{
	DIR *directory = opendir(path);
	size_t count = 0;

	cr_assert_not_null(directory);
	while (readdir(directory))
		count++;
	(void)closedir(directory);
	return count - 2; /* "." and ".." */
}

static void
expect_file(const char *path, const char *expected)
{
	struct error err = { 0 };
	size_t len = 0;
	char *text = file_read(path, 1 << 20, &len, &err);

	cr_assert_not_null(text, "%s", err.message);
	cr_expect_str_eq(text, expected);
	free(text);
}

Test(sink, a_file_is_masked_and_its_directories_are_made)
{
	struct mask *mask = mask_new();
	struct error err = { 0 };

	cr_assert(mask_add(mask, "correct horse", "[secret A]", &err));
	struct sink *sink = sink_open(path_in("a/b/report"), mask, &err);
	cr_assert_not_null(sink, "%s", err.message);
	sink_printf(sink, "%d times correct", 2);
	sink_add(sink, " horse\n", 7);
	cr_assert(sink_close(sink, &err), "%s", err.message);
	expect_file(path_in("a/b/report"), "2 times [secret A]\n");
	cr_expect_eq(entries_in(path_in("a/b")), 1);
	mask_free(mask);
}

Test(sink, a_secret_known_late_is_masked_in_what_was_added_before)
{
	struct mask *mask = mask_new();
	struct error err = { 0 };
	struct buf out;

	buf_init(&out, 1024);
	struct sink *sink = sink_memory(mask, &out);
	sink_printf(sink, "captured: 0123456789\n");
	cr_assert(mask_add(mask, "0123456789", "<late>", &err));
	cr_assert(sink_close(sink, &err));
	cr_expect_str_eq(out.text, "captured: <late>\n");
	buf_release(&out);
	mask_free(mask);
}

/* Each of the two is replaced with the other: no masking ever ends. */
static struct mask *
mask_that_fails(void)
{
	struct mask *mask = mask_new();
	struct error err = { 0 };

	cr_assert(mask_add(mask, "correct horse", "battery staple", &err));
	cr_assert(mask_add(mask, "battery staple", "correct horse", &err));
	return mask;
}

Test(sink, a_secret_that_is_still_there_leaves_no_file)
{
	struct mask *mask = mask_that_fails();
	struct error err = { 0 };
	char expected[300];

	cr_assert(file_replace(path_in("report"), "an older report", 15, &err));
	struct sink *sink = sink_open(path_in("report"), mask, &err);
	cr_assert_not_null(sink);
	sink_printf(sink, "the correct horse");
	cr_expect_not(sink_close(sink, &err));
	cr_expect_eq(err.code, ERROR_ENVIRONMENT);
	(void)snprintf(expected, sizeof(expected),
		       "%s: a secret would have been written (correct horse)", path_in("report"));
	cr_expect_str_eq(err.message, expected);
	cr_expect_eq(entries_in(folder), 0);
	mask_free(mask);
}

Test(sink, a_dropped_sink_leaves_the_older_file)
{
	struct mask *mask = mask_new();
	struct error err = { 0 };

	cr_assert(file_replace(path_in("report"), "older", 5, &err));
	struct sink *sink = sink_open(path_in("report"), mask, &err);
	sink_printf(sink, "newer");
	sink_drop(sink);
	sink_drop(NULL);
	expect_file(path_in("report"), "older");
	mask_free(mask);
}

Test(sink, a_full_disk_is_an_error_and_leaves_no_half_file)
{
	struct mask *mask = mask_new();
	struct error err = { 0 };
	struct rlimit limit;

	struct sink *sink = sink_open(path_in("report"), mask, &err);
	cr_assert_not_null(sink);
	for (int i = 0; i < 1000; i++)
		sink_printf(sink, "line %d of a report that does not fit\n", i);
	/* The limit is this process's own: what is written past it fails, as on a full disk. */
	cr_assert_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	struct rlimit small = { 4096, limit.rlim_max };
	(void)signal(SIGXFSZ, SIG_IGN);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	bool ok = sink_close(sink, &err);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	cr_expect_not(ok);
	cr_expect_eq(err.code, ERROR_ENVIRONMENT);
	cr_expect_neq(strstr(err.message, "cannot write "), NULL, "%s", err.message);
	cr_expect_eq(entries_in(folder), 0);
	mask_free(mask);
}

Test(sink, a_full_device_is_an_error_and_stays_a_device)
{
	struct mask *mask = mask_new();
	struct error err = { 0 };
	struct sink *sink = sink_open("/dev/full", mask, &err);

	cr_assert_not_null(sink);
	sink_printf(sink, "x");
	cr_expect_not(sink_close(sink, &err));
	cr_expect_str_eq(err.message, "cannot write /dev/full: No space left on device");
	cr_expect_eq(access("/dev/full", W_OK), 0);
	mask_free(mask);
}

Test(sink, a_path_that_cannot_be_is_refused_when_it_is_opened)
{
	struct mask *mask = mask_new();
	struct error err = { 0 }, again = { 0 };

	cr_expect_null(sink_open("/dev/null/report", mask, &err));
	cr_expect_eq(err.code, ERROR_ENVIRONMENT);
	cr_expect_null(sink_open(folder, mask, &again));
	cr_expect_neq(strstr(again.message, "Is a directory"), NULL, "%s", again.message);
	mask_free(mask);
}

Test(sink, a_dash_is_standard_output, .init = cr_redirect_stdout)
{
	struct mask *mask = mask_new();
	struct error err = { 0 };
	struct sink *sink = sink_open("-", mask, &err);

	cr_assert_not_null(sink);
	sink_printf(sink, "password=hunter2\n");
	cr_expect(sink_close(sink, &err));
	cr_expect_stdout_eq_str("password=[masked password]\n");
	mask_free(mask);
}
