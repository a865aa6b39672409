#include "watch/moment.h"

#include <criterion/criterion.h>

#include "base/base.h"

Test(moment, a_moment_is_shown_to_the_minute_in_utc)
{
	char text[MOMENT_BYTES];

	moment_text(1700000000000000, text);
	cr_expect_str_eq(text, "2023-11-14 22:13");
}

Test(moment, a_length_has_two_units_at_most)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} rows[] = {
		{ -5, "0 s" },          { 0, "0 s" },          { 59, "59 s" },
		{ 60, "1 min" },        { 3599, "59 min" },    { 3600, "1 h" },
		{ 11100, "3 h 5 min" }, { 86400, "24 h" },     { 172799, "47 h 59 min" },
		{ 172800, "2 d" },      { 187200, "2 d 4 h" }, { 31536000, "365 d" },
	};
	char text[MOMENT_BYTES];

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		moment_length(rows[i].seconds * 1000000, text);
		cr_expect_str_eq(text, rows[i].text, "row %zu: %s", i, text);
	}
}
