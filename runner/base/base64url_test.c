#include "base/base64url.h"

#include <criterion/criterion.h>

#include "base/base.h"
#include "base/buf.h"

/* RFC 4648, section 10, without the padding; and the two digits that differ. */
static const struct {
	const char *bytes, *text;
} rows[] = {
	{ "", "" },
	{ "f", "Zg" },
	{ "fo", "Zm8" },
	{ "foo", "Zm9v" },
	{ "foobar", "Zm9vYmFy" },
	{ "\xfb\xff\xfe", "-__-" },
};

Test(base64url, bytes_are_written_as_the_rfc_says_without_padding)
{
	for (size_t i = 0; i < COUNTOF(rows); i++) {
		struct buf out;

		buf_init(&out, 64);
		base64url_add(&out, rows[i].bytes, strlen(rows[i].bytes));
		cr_expect_str_eq(out.text, rows[i].text, "row %zu: %s", i, out.text);
		buf_release(&out);
	}
}
