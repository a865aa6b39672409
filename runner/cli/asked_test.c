#include "cli/asked.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/base.h"

static const struct report_kind kinds[] = { { "html", "" }, { "json", "" }, { "terminal", "" } };

Test(asked, a_report_is_a_kind_there_is_and_a_path)
{
	static const struct {
		const char *asked, *said;
	} rows[] = {
		{ "json=a", "" },
		{ "terminal=-", "" },
		{ "json=",
		  "--report of a test wants html=, json= or terminal=PATH, not \"json=\"" },
		{ "json", "--report of a test wants html=, json= or terminal=PATH, not \"json\"" },
		{ "jso=a",
		  "--report of a test wants html=, json= or terminal=PATH, not \"jso=a\"" },
		{ "jsons=a",
		  "--report of a test wants html=, json= or terminal=PATH, not \"jsons=a\"" },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		const char *one = rows[i].asked;
		struct option_list list = { .items = &one, .count = 1 };
		struct error err = { 0 };
		bool ok = asked_check(&list, "a test", kinds, COUNTOF(kinds), &err);

		cr_expect_eq(ok, !*rows[i].said, "%s", rows[i].asked);
		cr_expect_str_eq(err.message, rows[i].said);
	}
}

static bool
note(void *arg, const char *kind, const char *path, bool color, struct error *err)
{
	struct buf *said = arg;

	(void)color;
	buf_printf(said, "%s>%s ", kind, path);
	return strcmp(path, "/bad") != 0 || error_set(err, ERROR_ENVIRONMENT, "bad");
}

static bool
write_all(const char **asked, size_t count, struct buf *said)
{
	struct settings settings = { .reports = { .items = asked, .count = count } };

	buf_init(said, 400);
	return asked_write(&settings, note, said);
}

Test(asked, the_terminal_is_written_unless_standard_output_has_a_report)
{
	const char *files[] = { "json=a", "html=b" };
	const char *spoken[] = { "json=-" };
	struct buf said;

	cr_expect(write_all(files, 2, &said));
	cr_expect_str_eq(said.text, "json>a html>b terminal>- ");
	buf_release(&said);
	cr_expect(write_all(spoken, 1, &said));
	cr_expect_str_eq(said.text, "json>- ");
	buf_release(&said);
}

Test(asked, one_that_cannot_be_written_does_not_keep_the_others_from_it)
{
	const char *files[] = { "json=/bad", "html=b" };
	struct buf said;

	cr_expect_not(write_all(files, 2, &said));
	cr_expect_str_eq(said.text, "json>/bad html>b terminal>- ");
	buf_release(&said);
}
