#include "report/html_text.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct {
	const char *text, *html;
} texts[] = {
	{ "", "" },
	{ "plain words", "plain words" },
	{ "<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;" },
	{ "</script><!--", "&lt;/script&gt;&lt;!--" },
	{ "a\r\nb\tc", "a \nb\tc" },
	{ "\033[31m\001", "\xef\xbf\xbd[31m\xef\xbf\xbd" },
	{ "\xc2\x9b\x7f", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xf0\x9f\x9a\xa2 \xc3\xa9", "\xf0\x9f\x9a\xa2 \xc3\xa9" },
};

Test(html_text, nothing_in_a_text_is_markup)
{
	for (size_t i = 0; i < COUNTOF(texts); i++) {
		struct buf out;

		buf_init(&out, 1000);
		html_line(&out, texts[i].text);
		cr_expect_str_eq(out.text, texts[i].html, "row %zu: %s", i, out.text);
		buf_release(&out);
	}
}

Test(html_text, a_text_is_cut_between_characters_and_says_so)
{
	struct buf out;

	buf_init(&out, 1000);
	html_head(&out, "a\xc3\xa9z", 4, 2);
	cr_expect_str_eq(out.text, "a\n[cut here: 1 of 4 bytes]");
	buf_release(&out);
}

Test(html_text, bytes_after_a_zero_are_kept)
{
	struct buf out;

	buf_init(&out, 1000);
	html_text(&out, "a\0b", 3);
	cr_expect_str_eq(out.text, "a\xef\xbf\xbd"
				   "b");
	buf_release(&out);
}
