#include "base/error.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

Test(error, first_error_wins)
{
	struct error err = { 0 };

	cr_expect_not(error_set(&err, ERROR_SUITE, "unknown field \"%s\"", "stauts"));
	cr_expect_not(error_set(&err, ERROR_ENVIRONMENT, "too late"));
	cr_expect_str_eq(err.message, "unknown field \"stauts\"");
	cr_expect_eq(error_exit_status(&err), 2);
}

Test(error, pointer_is_built_while_unwinding)
{
	struct error err = { 0 };

	error_set(&err, ERROR_SUITE, "must be a number");
	error_within(&err, "status");
	error_within(&err, "3");
	error_within(&err, "cases");
	cr_expect_str_eq(err.pointer, "/cases/3/status");
}

Test(error, an_overlong_pointer_keeps_its_outer_tokens)
{
	struct error err = { 0 };
	char token[300];

	memset(token, 'x', sizeof(token) - 1);
	token[sizeof(token) - 1] = '\0';
	error_set(&err, ERROR_SUITE, "too deep");
	error_within(&err, token);
	error_within(&err, "cases");
	cr_expect_eq(strlen(err.pointer), sizeof(err.pointer) - 1);
	cr_expect_eq(strncmp(err.pointer, "/cases/xxx", 10), 0);
}

Test(error, a_printed_error_names_its_place)
{
	struct errors list = { 0 };
	struct error *err = errors_new(&list);
	struct buf line;

	error_set(err, ERROR_SUITE, "unknown key `expct`");
	(void)snprintf(err->file, sizeof(err->file), "a.yaml");
	err->line = 3;
	err->column = 7;
	error_within(err, "cases");
	buf_init(&line, 1024);
	error_print(&list.items[0], &line);
	cr_expect_str_eq(line.text, "a.yaml:3:7: unknown key `expct` (at /cases)\n");
	buf_release(&line);
	errors_release(&list);
}

Test(error, errors_are_sorted_by_place_and_those_of_one_place_stay)
{
	static const int places[][2] = {
		{ 9, 9 }, { 3, 1 }, { 2, 5 }, { 2, 1 }, { 2, 5 }, { 1, 7 }
	};
	static const char expected[] = "053241";
	struct errors list = { 0 };

	for (size_t i = 0; i < COUNTOF(places); i++) {
		struct error *err = errors_new(&list);
		error_set(err, ERROR_SUITE, "%zu", i);
		err->line = places[i][0];
		err->column = places[i][1];
	}
	errors_sort(&list, 1);
	for (size_t i = 0; i < list.count; i++)
		cr_expect_eq(list.items[i].message[0], expected[i], "%zu", i);
	errors_release(&list);
}
