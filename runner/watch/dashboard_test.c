#include "watch/dashboard.h"

#include "watch/sample.h"

static struct chronicle chronicle;
static struct buf out;

static void
enter(void)
{
	buf_init(&out, (size_t)4 * 1024 * 1024);
	sample_chronicle(&chronicle);
}

static void
leave(void)
{
	chronicle_release(&chronicle);
	buf_release(&out);
}

TestSuite(dashboard, .init = enter, .fini = leave);

static size_t
count(const char *what)
{
	size_t found = 0;

	for (const char *at = out.text; (at = strstr(at, what)); at++)
		found++;
	return found;
}

Test(dashboard, is_drawn_as_ever)
{
	dashboard_html(&chronicle, &out);
	cr_expect(!out.truncated);
	sample_expect("dashboard.html", &out);
}

Test(dashboard, a_lens_that_nobody_watched_has_no_pictures_and_no_uptime)
{
	chronicle_release(&chronicle);
	sample_nothing(&chronicle);
	dashboard_html(&chronicle, &out);
	cr_expect(strstr(out.text, ">UNKNOWN</p>"));
	cr_expect(strstr(out.text, "No round was due."));
	cr_expect_eq(count("class=\"chart\""), 0);
	cr_expect(!strstr(out.text, "100.00"));
	cr_expect(!strstr(out.text, "nan") && !strstr(out.text, "inf%"));
}

Test(dashboard, what_a_target_says_is_text_and_the_page_asks_for_nothing)
{
	dashboard_html(&chronicle, &out);
	cr_expect(strstr(out.text, "&lt;b&gt;&quot;no&quot; &amp; &#39;yes&#39;&lt;/b&gt;"));
	cr_expect_eq(count("<b>\"no\""), 0);
	cr_expect_eq(count("src="), 0);
	cr_expect_eq(count("http:") + count("https:"), 0);
	cr_expect_eq(count("<script"), 0);
}

Test(dashboard, a_missing_round_is_drawn_as_such_and_a_day_before_the_first_is_not_down)
{
	dashboard_html(&chronicle, &out);
	/* Four hours without a round, and one that lacks one. */
	cr_expect_eq(count("4 of 4 missing"), 4);
	cr_expect_eq(count("1 of 4 missing"), 1);
	cr_expect_eq(count(": not watched<"), 24);
	cr_expect_eq(count("up 0.00 %"), 0);
}

Test(dashboard, one_hour_of_nothing_but_missing_rounds_has_no_latency)
{
	struct chronicle_stretch hour =
		sample_stretch(SAMPLE_NOW_US / SAMPLE_HOUR_US * SAMPLE_HOUR_US, 4, 0, 0, 4, 0);

	chronicle.hours = &hour;
	chronicle.hour_count = 1;
	dashboard_html(&chronicle, &out);
	cr_expect_eq(count("class=\"lat\""), 0);
	cr_expect(!strstr(out.text, "nan") && !strstr(out.text, "inf"), "%s",
		  strstr(out.text, "inf"));
}
