#include "report/html_walls.h"

#include <criterion/criterion.h>
#include <string.h>

static struct buf out;

static void
enter(void)
{
	buf_init(&out, (size_t)1024 * 1024);
}

static void
leave(void)
{
	buf_release(&out);
}

TestSuite(html_walls, .init = enter, .fini = leave);

/* SHA-256 of "a" and of "b", as base64. */
#define SHA_A "'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs='"
#define SHA_B "'sha256-PiPoFgA5WUoziU9lZOGxNIu9egCI1CxKy3PurtWcAJ0='"

Test(html_walls, only_styles_and_scripts_that_stand_in_the_page_are_let_in)
{
	walls_begin(&out,
		    &(struct walls){ .title = "t", .tone = "good", .style = "a", .script = "b" });
	cr_expect(strstr(out.text, "default-src 'none'"));
	cr_expect(strstr(out.text, " " SHA_A "; script-src " SHA_B "\">"), "%s", out.text);
	buf_clear(&out);
	walls_begin(&out,
		    &(struct walls){ .title = "t", .tone = "good", .style = "a", .rules = "b" });
	cr_expect(strstr(out.text, " " SHA_A " " SHA_B "; script-src 'none'\">"), "%s", out.text);
}

Test(html_walls, a_title_a_fact_and_a_label_are_text)
{
	walls_begin(&out, &(struct walls){ .title = "</title><b>", .tone = "bad", .style = "a" });
	cr_expect(strstr(out.text, "<title>&lt;/title&gt;&lt;b&gt;</title>"));
	walls_fact(&out, "commit", "<i>");
	cr_expect(strstr(out.text, "<dt>commit</dt><dd>&lt;i&gt;</dd>"));
	walls_table(&out, "\"quoted\"", "numbers");
	cr_expect(strstr(out.text, "aria-label=\"&quot;quoted&quot;\""));
}

Test(html_walls, a_fact_that_nobody_knows_is_not_shown)
{
	walls_fact(&out, "gate", NULL);
	walls_fact(&out, "gate", "");
	cr_expect_eq(out.len, 0);
}

Test(html_walls, a_colour_never_stands_alone)
{
	walls_verdict(&out, "good", "PASSED");
	walls_verdict(&out, "bad", "<FAILED>");
	cr_expect_str_eq(out.text,
			 "<p class=\"verdict\"><span aria-hidden=\"true\">\xe2\x9c\x93</span>"
			 "PASSED</p>\n"
			 "<p class=\"verdict\"><span aria-hidden=\"true\">\xe2\x9c\x97</span>"
			 "&lt;FAILED&gt;</p>\n");
	buf_clear(&out);
	walls_pill(&out, "SKIP", "a & b");
	cr_expect_str_eq(out.text, "<span class=\"v v-SKIP\"><b aria-hidden=\"true\">"
				   "\xe2\x80\x93</b>a &amp; b</span>");
}

Test(html_walls, a_count_of_none_has_no_colour)
{
	walls_count(&out, 0, "open", "bad");
	walls_count(&out, 2, "open", "bad");
	cr_expect_str_eq(out.text, "<li class=\"none\"><b>0</b> open</li>\n"
				   "<li class=\"bad\"><b>2</b> open</li>\n");
}
