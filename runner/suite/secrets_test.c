#include "suite/secrets.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/rows.h"
#include "base/scratch.h"

static bool
read_text(struct secrets *secrets, const char *text, struct error *err)
{
	char path[SCRATCH_BYTES];

	scratch_make(path, "env", text, strlen(text));
	bool ok = secrets_read_file(secrets, path, err);
	scratch_remove(path);
	return ok;
}

static const struct {
	const char *text, *value; /* of A; NULL: a mistake */
	int line;                 /* of the mistake */
} lines[] = {
	{ "A=one", "one", 0 },
	{ "# first\n\n  A=one two  \r\nB=3\n", "one two", 0 },
	{ "export A=one", "one", 0 },
	{ "A=\"one # two\" # three", "one # two", 0 },
	{ "A='one \\n two'", "one \\n two", 0 },
	{ "A=\"a\\nb\\\"c\\\\d\\$e\\x\"", "a\nb\"c\\d$e\\x", 0 },
	{ "A=\"a\\\\n\"", "a\\n", 0 },
	{ "A=one # two", "one", 0 },
	{ "A=one#two", "one#two", 0 },
	{ "A=a=b==", "a=b==", 0 },
	{ "A=one\nA=two", "two", 0 },
	{ "B=1\nA", NULL, 2 },
	{ "A B=1", NULL, 1 },
	{ "1A=1", NULL, 1 },
	{ "=1", NULL, 1 },
	{ "\n\nA=\"one", NULL, 3 },
	{ "A='one' two", NULL, 1 },
};

ParameterizedTestParameters(secrets, a_line_of_a_file_sets_a_value)
{
	return rows_of(COUNTOF(lines));
}

ParameterizedTest(size_t *row, secrets, a_line_of_a_file_sets_a_value)
{
	struct secrets *secrets = secrets_new();
	struct error err = { 0 };
	bool ok = read_text(secrets, lines[*row].text, &err);

	cr_expect_eq(ok, lines[*row].value != NULL, "row %zu: %s", *row, err.message);
	cr_expect_eq(err.line, lines[*row].line, "row %zu", *row);
	if (ok && lines[*row].value)
		cr_expect_str_eq(secrets_config(secrets, "A"), lines[*row].value);
	secrets_free(secrets);
}

Test(secrets, the_nearest_source_wins)
{
	struct secrets *secrets = secrets_new();
	struct error err = { 0 };

	cr_expect_null(secrets_config(secrets, "LENSGATE_TEST_A"));
	(void)setenv("LENSGATE_TEST_A", "process", 1);
	cr_expect_str_eq(secrets_config(secrets, "LENSGATE_TEST_A"), "process");
	cr_assert(read_text(secrets, "LENSGATE_TEST_A=file", &err));
	cr_expect_str_eq(secrets_config(secrets, "LENSGATE_TEST_A"), "file");
	secrets_set(secrets, "LENSGATE_TEST_A", "set");
	cr_expect_str_eq(secrets_config(secrets, "LENSGATE_TEST_A"), "set");
	secrets_free(secrets);
}

Test(secrets, an_empty_value_is_no_value)
{
	struct secrets *secrets = secrets_new();

	(void)setenv("LENSGATE_TEST_A", "", 1);
	cr_expect_null(secrets_config(secrets, "LENSGATE_TEST_A"));
	secrets_free(secrets);
}

Test(secrets, only_what_is_read_as_a_secret_is_kept_for_the_masker)
{
	struct secrets *secrets = secrets_new();
	struct error err = { 0 };
	const char *name, *value;

	secrets_set(secrets, "PUBLIC", "configuration");
	secrets_set(secrets, "KEY", "a long secret");
	(void)secrets_config(secrets, "PUBLIC");
	cr_expect_str_eq(secrets_secret(secrets, "KEY", &err), "a long secret");
	cr_expect_str_eq(secrets_secret(secrets, "KEY", &err), "a long secret");
	cr_assert_eq(secrets_used_count(secrets), 1);
	secrets_used(secrets, 0, &name, &value);
	cr_expect_str_eq(name, "KEY");
	cr_expect_str_eq(value, "a long secret");
	secrets_set(secrets, "KEY", "another secret");
	cr_expect_str_eq(secrets_secret(secrets, "KEY", &err), "another secret");
	cr_expect_str_eq(secrets_secret(secrets, "KEY", &err), "another secret");
	cr_expect_eq(secrets_used_count(secrets), 2);
	secrets_free(secrets);
}

Test(secrets, a_secret_that_is_unset_or_short_is_refused_without_showing_it)
{
	struct secrets *secrets = secrets_new();
	struct error unset = { 0 }, brief = { 0 };

	secrets_set(secrets, "KEY", "short77");
	cr_expect_null(secrets_secret(secrets, "NONE", &unset));
	cr_expect_str_eq(unset.message,
			 "`secret.NONE` is not set: export it or name it in --env-file");
	cr_expect_null(secrets_secret(secrets, "KEY", &brief));
	cr_expect_null(strstr(brief.message, "short77"));
	cr_expect_eq(secrets_used_count(secrets), 0);
	secrets_free(secrets);
}

Test(secrets, a_file_that_cannot_be_read_is_named)
{
	struct secrets *secrets = secrets_new();
	struct error err = { 0 };

	cr_expect_not(secrets_read_file(secrets, "/nowhere/env", &err));
	cr_expect_str_eq(err.message, "cannot open /nowhere/env: No such file or directory");
	secrets_free(secrets);
}
