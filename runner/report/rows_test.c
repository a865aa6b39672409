#include "report/rows.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct {
	const char *before, *after, *said;
} looks[] = {
	{ "[{\"row\": {\"id\": 1, \"s\": \"a\"}}]", "[{\"row\": {\"s\": \"a\", \"id\": 1}}]",
	  "unchanged" },
	{ "[{\"row\": {\"id\": 1, \"s\": \"a\", \"by\": null}}]",
	  "[{\"row\": {\"id\": 1, \"s\": \"b\", \"by\": \"me\"}}]", "s: a -> b; by: null -> me" },
	{ "[{\"id\": 1, \"s\": \"a\"}, {\"id\": 2, \"s\": \"x\"}]",
	  "[{\"id\": 2, \"s\": \"x\"}, {\"id\": 1, \"s\": \"a\"}]", "unchanged" },
	{ "[{\"id\": 1}]", "[{\"id\": 1}, {\"id\": 2}, {\"id\": 3}]", "2 rows more" },
	{ "[{\"id\": 1}, {\"id\": 2}]", "[{\"id\": 2}]", "1 row gone" },
	{ "[{\"id\": 1}]", "[{\"id\": 2}]", "1 row more; 1 row gone" },
	{ "[{\"n\": 1}]", "[{\"n\": 2}]", "n: 1 -> 2" },
	{ "[{\"n\": 1}]", "[{\"n\": 1}, {\"n\": 1}]", "1 row more" },
	{ "[{\"id\": 1, \"a\": 1}]", "[{\"id\": 1, \"b\": 1}]", "a: 1 -> absent; b: absent -> 1" },
	{ "[]", "[]", "unchanged" },
	{ NULL, NULL, "unchanged" },
	{ "[{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1}]",
	  "[{\"a\":2,\"b\":2,\"c\":2,\"d\":2,\"e\":2,\"f\":2,\"g\":2,\"h\":2,\"i\":2,\"j\":2}]",
	  "a: 1 -> 2; b: 1 -> 2; c: 1 -> 2; d: 1 -> 2; e: 1 -> 2; f: 1 -> 2; g: 1 -> 2; "
	  "h: 1 -> 2; and 2 more columns" },
};

Test(rows, what_two_looks_saw_differently_is_told_in_one_line)
{
	for (size_t i = 0; i < COUNTOF(looks); i++) {
		struct buf out;

		buf_init(&out, 4096);
		bool changed = rows_difference(looks[i].before, looks[i].after, &out);
		cr_expect_str_eq(out.text, looks[i].said, "row %zu: %s", i, out.text);
		cr_expect_eq(changed, strcmp(looks[i].said, "unchanged") != 0, "row %zu", i);
		buf_release(&out);
	}
}

Test(rows, a_long_value_is_cut_between_two_characters)
{
	struct buf out;
	char after[200] = "[{\"id\": 1, \"t\": \"";

	for (int i = 0; i < 40; i++)
		(void)strncat(after, "\xc3\xa9", 3);
	(void)strncat(after, "\"}]", 4);
	buf_init(&out, 4096);
	cr_expect(rows_difference("[{\"id\": 1, \"t\": \"\"}]", after, &out));
	cr_expect_eq(out.len, strlen("t:  -> ...") + 60, "%s", out.text);
	buf_release(&out);
}

Test(rows, the_table_is_what_follows_from)
{
	static const char *const statements[][2] = {
		{ "select to_jsonb(t) as row from \"pms_audit_log\" t where x = $1",
		  "pms_audit_log" },
		{ "select 1 from public.a where b", "public.a" },
		{ "select count(*) from t;", "t" },
		{ "update t set a = 1", "" },
		{ "", "" },
	};
	char name[64];

	for (size_t i = 0; i < COUNTOF(statements); i++) {
		rows_table(statements[i][0], name, sizeof(name));
		cr_expect_str_eq(name, statements[i][1]);
	}
	rows_table(NULL, name, sizeof(name));
	cr_expect_str_eq(name, "");
}
