#include "exec/http_lines.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/base.h"
#include "base/rows.h"

static bool
has(const struct http_lines *lines, const char *line)
{
	for (const struct curl_slist *l = lines->list; l; l = l->next)
		if (strcmp(l->data, line) == 0)
			return true;
	return false;
}

Test(http_lines, the_same_headers_build_nothing)
{
	struct http_header headers[] = { { "A", "1" }, { "B", "" } };
	struct http_lines lines;
	char sentence[64];
	bool changed;

	http_lines_init(&lines);
	cr_assert(http_lines_set(&lines, headers, 2, &changed, sentence, sizeof(sentence)));
	cr_expect(changed);
	cr_expect(has(&lines, "A: 1"));
	cr_expect(has(&lines, "B;"));
	cr_expect(has(&lines, "Expect:"));

	const struct curl_slist *list = lines.list;
	cr_assert(http_lines_set(&lines, headers, 2, &changed, sentence, sizeof(sentence)));
	cr_expect_not(changed);
	cr_expect_eq(lines.list, list);
	http_lines_release(&lines);
}

static const struct {
	const char *what;
	struct http_header headers[2];
	size_t count;
} others[] = {
	{ "a longer value", { { "A", "11" }, { "B", "2" } }, 2 },
	{ "a shorter list", { { "A", "1" } }, 1 },
	{ "no header", { { "", "" } }, 0 },
	{ "another name", { { "A", "1" }, { "C", "2" } }, 2 },
	{ "another order", { { "B", "2" }, { "A", "1" } }, 2 },
	{ "a value moved into a name", { { "A", "1B" }, { "B", "2" } }, 2 },
};

ParameterizedTestParameters(http_lines, others)
{
	return rows_of(COUNTOF(others));
}

ParameterizedTest(size_t *row, http_lines, others)
{
	const struct http_header first[] = { { "A", "1" }, { "B", "2" } };
	struct http_lines lines;
	char sentence[64];
	bool changed;

	http_lines_init(&lines);
	cr_assert(http_lines_set(&lines, first, 2, &changed, sentence, sizeof(sentence)));
	cr_assert(http_lines_set(&lines, others[*row].headers, others[*row].count, &changed,
				 sentence, sizeof(sentence)));
	cr_expect(changed, "%s", others[*row].what);
	http_lines_release(&lines);
}

Test(http_lines, what_the_suite_says_takes_the_place_of_ours)
{
	const struct http_header headers[] = { { "content-type", "text/x" },
					       { "ACCEPT-ENCODING", "br" },
					       { "User-Agent", "" } };
	struct http_lines lines;
	char sentence[64];
	bool changed;

	http_lines_init(&lines);
	cr_assert(http_lines_set(&lines, headers, COUNTOF(headers), &changed, sentence,
				 sizeof(sentence)));
	cr_expect(has(&lines, "content-type: text/x"));
	cr_expect(has(&lines, "ACCEPT-ENCODING: br"));
	cr_expect(has(&lines, "User-Agent;"));
	cr_expect_not(has(&lines, "Content-Type:"));
	cr_expect_not(has(&lines, "Accept-Encoding: gzip, deflate"));
	http_lines_release(&lines);
}

Test(http_lines, a_refused_list_leaves_the_old_one)
{
	const struct http_header good = { "A", "1" }, bad = { "A", "1\n" };
	struct http_lines lines;
	char sentence[128];
	bool changed;

	http_lines_init(&lines);
	cr_assert(http_lines_set(&lines, &good, 1, &changed, sentence, sizeof(sentence)));
	cr_expect_not(http_lines_set(&lines, &bad, 1, &changed, sentence, sizeof(sentence)));
	cr_expect_str_eq(sentence, "the header `A` has a value of more than one line");
	cr_expect(has(&lines, "A: 1"));
	cr_assert(http_lines_set(&lines, &good, 1, &changed, sentence, sizeof(sentence)));
	cr_expect_not(changed);
	http_lines_release(&lines);
}
