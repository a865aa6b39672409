#include "report/difference.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct {
	enum finding_type type;
	const char *pointer, *expected, *actual;
	const char *text; /* "": nothing to take apart */
} rows[] = {
	{ FINDING_UNCHANGED, "/0", "{\"status\": \"candidate\", \"n\": 1}",
	  "{\"status\": \"approved\", \"n\": 1.0}",
	  "   /0/status: \"candidate\" -> \"approved\"\n" },
	/* What a row has more than before is a change, what a reply has more is none. */
	{ FINDING_UNCHANGED, "/0", "{}", "{\"note\": \"x\"}", "   /0/note: absent -> \"x\"\n" },
	{ FINDING_BODY, "", "{\"a\": 1}", "{\"a\": 1, \"b\": 2}", "" },
	{ FINDING_BODY, "/data", "{\"n\": 5, \"id\": \"x\"}", "{\"n\": \"5\"}",
	  "   /data/n: expected 5, actual \"5\" (a string, not a number)\n"
	  "   /data/id: expected \"x\", actual absent\n" },
	/* Down to what differs, and keys as RFC 6901 writes them. */
	{ FINDING_BODY, "", "{\"a/b\": {\"c~d\": [1, 2]}}", "{\"a/b\": {\"c~d\": [1, 3, 4]}}",
	  "   /a~1b/c~0d/1: expected 2, actual 3\n"
	  "   /a~1b/c~0d/2: expected absent, actual 4\n" },
	{ FINDING_BODY, "", "[1]", "{\"a\": 1}", "" },
	{ FINDING_BODY, "", "{\"$type\": \"string\"}", "{\"a\": 1}", "" },
	{ FINDING_BODY, "", "{\"a\": {\"$type\": \"string\"}}", "{\"a\": 1}", "" },
	{ FINDING_STATUS, "", "403", "200", "" },
	{ FINDING_UNCHANGED, "", "2 rows, as before", "3 rows", "" },
	/* Cut in the middle, it is no JSON. */
	{ FINDING_UNCHANGED, "/0", "{\"a\": 1}", "{\"a\": ...", "" },
};

Test(difference, only_the_members_that_differ_are_told)
{
	for (size_t i = 0; i < COUNTOF(rows); i++) {
		struct finding finding = { rows[i].type, rows[i].pointer, rows[i].expected,
					   rows[i].actual, "" };
		struct differences differences;
		struct buf out;

		buf_init(&out, 4096);
		differences_init(&differences, &finding);
		differences_text(&differences, &out);
		cr_expect_str_eq(out.text, rows[i].text, "row %zu: %s", i, out.text);
		differences_release(&differences);
		buf_release(&out);
	}
}

Test(difference, long_values_are_cut_and_many_members_counted)
{
	struct finding finding = { FINDING_UNCHANGED, "", NULL, NULL, "" };
	struct differences differences;
	struct buf was, is;

	buf_init(&was, 10000);
	buf_init(&is, 10000);
	buf_printf(&was, "{\"long\": \"%0300d\"", 1);
	buf_printf(&is, "{\"long\": \"%0300d\"", 2);
	for (int i = 0; i < 30; i++) {
		buf_printf(&was, ", \"k%d\": 1", i);
		buf_printf(&is, ", \"k%d\": 2", i);
	}
	buf_printf(&was, "}");
	buf_printf(&is, "}");
	finding.expected = was.text;
	finding.actual = is.text;
	differences_init(&differences, &finding);
	cr_expect_eq(differences.count, 24);
	cr_expect_eq(differences.left_out, 7);
	cr_expect(strlen(differences.items[0].actual) < 210);
	cr_expect(strstr(differences.items[0].actual, "000..."));
	differences_release(&differences);
	buf_release(&was);
	buf_release(&is);
}
