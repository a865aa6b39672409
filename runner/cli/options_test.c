#include "cli/options.h"

#include <criterion/criterion.h>

#include "base/rows.h"

static const struct {
	const char *words[6];
	const char *error; /* "" when the line must parse */
	long jobs;
	size_t tags, operands;
} lines[] = {
	{ { "suite.yaml" }, "", 8, 0, 1 },
	{ { "-j4", "suite.yaml" }, "", 4, 0, 1 },
	{ { "suite.yaml", "--jobs=16" }, "", 16, 0, 1 },
	{ { "-t", "a", "x", "--tag", "b" }, "", 8, 2, 1 },
	{ { "--", "-t", "a" }, "", 8, 0, 2 },
	{ { "-" }, "", 8, 0, 1 },
	{ { "--jobs" }, "--jobs needs N", 0, 0, 0 },
	{ { "-j", "0" }, "--jobs wants a number from 1 to 256, not \"0\"", 0, 0, 0 },
	{ { "-j", "4x" }, "--jobs wants a number from 1 to 256, not \"4x\"", 0, 0, 0 },
	{ { "--dry-run=yes" }, "--dry-run takes no argument", 0, 0, 0 },
	{ { "-xq" }, "write the options of -xq apart", 0, 0, 0 },
	{ { "--timeout", "5" },
	  "--timeout wants a time such as 500ms, 10s or 5m, not \"5\"",
	  0,
	  0,
	  0 },
	{ { "--tga=x" }, "unknown option --tga; did you mean --tag?", 0, 0, 0 },
	{ { "--wholly-unknown" }, "unknown option --wholly-unknown", 0, 0, 0 },
	{ { "--port", "1" }, "unknown option --port", 0, 0, 0 },
};

ParameterizedTestParameters(options, lines)
{
	return rows_of(COUNTOF(lines));
}

ParameterizedTest(size_t *row, options, lines)
{
	struct arena arena = { 0 };
	struct settings settings;
	struct error err = { 0 };
	size_t count = 0;

	while (count < 6 && lines[*row].words[count])
		count++;
	bool ok = options_parse(lines[*row].words, count,
				OPTIONS_WHERE | OPTIONS_SELECT | OPTIONS_RUN, &arena, &settings,
				&err);
	cr_expect_str_eq(err.message, lines[*row].error);
	cr_expect_eq(ok, lines[*row].error[0] == '\0');
	if (ok) {
		cr_expect_eq(settings.jobs, lines[*row].jobs);
		cr_expect_eq(settings.tags.count, lines[*row].tags);
		cr_expect_eq(settings.operand_count, lines[*row].operands);
		cr_expect_eq(settings.timeout_ms, 10000);
	}
	arena_release(&arena);
}

Test(options, repeated_options_keep_their_order)
{
	static const char *const words[] = { "--var", "a=1", "--var=b=2", "--var", "c=3" };
	struct arena arena = { 0 };
	struct settings settings;
	struct error err = { 0 };

	cr_assert(options_parse(words, 5, OPTIONS_WHERE, &arena, &settings, &err));
	cr_assert_eq(settings.vars.count, 3);
	cr_expect_str_eq(settings.vars.items[0], "a=1");
	cr_expect_str_eq(settings.vars.items[1], "b=2");
	cr_expect_str_eq(settings.vars.items[2], "c=3");
	arena_release(&arena);
}
