#include "report/xml.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "base/rows.h"

static const struct {
	const char *text;
	size_t len;
	const char *content, *attribute;
} texts[] = {
	{ "", 0, "", " a=\"\"" },
	{ "a<b>&\"'", 7, "a&lt;b&gt;&amp;\"'", " a=\"a&lt;b&gt;&amp;&quot;'\"" },
	{ "]]>", 3, "]]&gt;", " a=\"]]&gt;\"" },
	{ "x\r\n\ty", 5, "x&#13;\n\ty", " a=\"x&#13;&#10;&#9;y\"" },
	{ "\x01\x1b\x7f", 3, "&#xFFFD;&#xFFFD;\x7f", " a=\"&#xFFFD;&#xFFFD;\x7f\"" },
	{ "\xf0\x9f\x9a\xa2", 4, "&#x1F6A2;", " a=\"&#x1F6A2;\"" },
	{ "caf\xc3\xa9", 5, "caf&#xE9;", " a=\"caf&#xE9;\"" },
	{ "\xe4\xb8\xad", 3, "&#x4E2D;", " a=\"&#x4E2D;\"" },
	{ "\xff\xc3", 2, "&#xFFFD;&#xFFFD;", " a=\"&#xFFFD;&#xFFFD;\"" },
	/* U+FFFE and U+FFFF are UTF-8, and no XML. */
	{ "\xef\xbf\xbe", 3, "&#xFFFD;", " a=\"&#xFFFD;\"" },
	{ "\xef\xbf\xbf", 3, "&#xFFFD;", " a=\"&#xFFFD;\"" },
	{ "\xef\xbf\xbd", 3, "&#xFFFD;", " a=\"&#xFFFD;\"" },
};

ParameterizedTestParameters(xml, any_text_becomes_legal)
{
	return rows_of(COUNTOF(texts));
}

ParameterizedTest(size_t *row, xml, any_text_becomes_legal)
{
	struct buf out;

	buf_init(&out, 1000);
	xml_text(&out, texts[*row].text, texts[*row].len);
	cr_expect_str_eq(out.text, texts[*row].content, "row %zu: %s", *row, out.text);
	out.len = 0;
	xml_attribute(&out, "a", texts[*row].text);
	cr_expect_str_eq(out.text, texts[*row].attribute, "row %zu: %s", *row, out.text);
	buf_release(&out);
}

Test(xml, a_nul_in_a_text_becomes_a_replacement_character)
{
	struct buf out;

	buf_init(&out, 1000);
	xml_text(&out, "a\0b", 3);
	cr_expect_str_eq(out.text, "a&#xFFFD;b");
	buf_release(&out);
}

Test(xml, what_is_not_there_is_no_attribute)
{
	struct buf out;

	buf_init(&out, 1000);
	xml_attribute(&out, "a", NULL);
	xml_attribute_int(&out, "b", -7);
	cr_expect_str_eq(out.text, " b=\"-7\"");
	buf_release(&out);
}
