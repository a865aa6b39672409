#include "evidence/chain.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

#define LINES 6

/* A record of six chained lines: header, planned, case 0 to 2, footer. */
static char lines[LINES][200];
static char last[DIGEST_HEX_BYTES];

static void
make_lines(void)
{
	static const char *const bodies[LINES] = {
		"\"record\":\"header\",\"format\":1}",
		"\"record\":\"planned\",\"id\":\"a\"}",
		"\"record\":\"case\",\"index\":0,\"verdict\":\"PASS\"}",
		"\"record\":\"case\",\"index\":1,\"verdict\":\"PASS\"}",
		"\"record\":\"case\",\"index\":2,\"verdict\":\"FAIL\"}",
		"\"record\":\"footer\",\"exit_status\":1}",
	};

	memset(last, '0', sizeof(last) - 1);
	for (size_t i = 0; i < LINES; i++) {
		(void)snprintf(lines[i], sizeof(lines[i]), "{\"previous\":\"%s\",%s", last,
			       bodies[i]);
		digest_hex(lines[i], strlen(lines[i]), last);
	}
}

/* `order`: which lines stand in the file, as digits; "x" one that was made up, "X" the case 1 with
 * another verdict, "P" the case 1 with another `previous`. */
static void
write_lines(const char *order, char path[32])
{
	struct error err = { 0 };
	struct buf text;
	char changed[200];

	buf_init(&text, 4096);
	for (; *order; order++) {
		(void)snprintf(changed, sizeof(changed), "%s", lines[3]);
		if (*order == 'X')
			memcpy(strstr(changed, "PASS"), "FAIL", 4);
		if (*order == 'P')
			changed[20] = changed[20] == '0' ? '1' : '0';
		if (*order == 'L') {
			(void)snprintf(changed, sizeof(changed), "%s", lines[5]);
			memcpy(strstr(changed, "status\":1") + 8, "0", 1);
		}
		if (*order == 'x')
			buf_printf(&text,
				   "{\"previous\":\"%064d\",\"record\":\"case\",\"index\":9}\n", 7);
		else if (*order == '~')
			buf_printf(&text, "{\"previous\":\"half");
		else
			buf_printf(&text, "%s\n",
				   *order >= '0' && *order <= '5' ? lines[*order - '0'] : changed);
	}
	(void)snprintf(path, 32, "/tmp/lensgate-chain-%ld", (long)getpid());
	cr_assert(file_replace(path, text.text, text.len, &err), "%s", err.message);
	buf_release(&text);
}

static const struct {
	const char *order;
	bool known; /* lines and digest are known from the manifest */
	const char *problem;
} edits[] = {
	{ "012345", true, "" },
	{ "012345", false, "" },
	{ "012345~", true, "" },
	{ "012X45", true, "line 4 (case 1) was altered" },
	{ "012X45", false, "line 4 (case 1) was altered, or lines after it are missing" },
	{ "012P45", true, "line 4 (case 1) was altered" },
	{ "01245", true, "after line 3 (case 0) lines are missing: 5 of 6 are here" },
	{ "01245", false, "line 3 (case 0) was altered, or lines after it are missing" },
	{ "012435", true,
	  "line 4 (case 2) stands before line 5, which it follows: lines were reordered" },
	{ "0123345", true,
	  "line 5 (case 1) follows line 3: what stands between them was put there" },
	{ "12345", true, "line 1 (planned) was altered, or lines before it are missing" },
	{ "01234", true, "after line 5 (case 2) lines are missing: 5 of 6" },
	{ "01234", false, "" },
	{ "01234L", true, "line 6 (footer) was altered" },
	{ "012345x", true, "line 7 (case 9) was put there" },
	{ "", true, "it is empty" },
};

Test(chain, it_says_where_and_how_a_record_was_changed)
{
	make_lines();
	for (size_t i = 0; i < COUNTOF(edits); i++) {
		struct error err = { 0 };
		struct chain chain;
		char path[32];

		write_lines(edits[i].order, path);
		cr_assert(chain_check(&chain, path, edits[i].known ? LINES : 0,
				      edits[i].known ? last : NULL, &err));
		cr_expect_str_eq(chain.problem, edits[i].problem, "%s: %s", edits[i].order,
				 chain.problem);
		cr_expect_eq(chain.cut, strchr(edits[i].order, '~') != NULL);
		(void)unlink(path);
	}
}

Test(chain, a_record_that_is_not_there_is_an_error)
{
	struct error err = { 0 };
	struct chain chain;

	cr_expect(!chain_check(&chain, "/nowhere/run.jsonl", 0, NULL, &err));
	cr_expect_eq(err.code, ERROR_ENVIRONMENT);
}
