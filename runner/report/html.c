#include "report/html.h"

#include <string.h>

#include "report/html_parts.h"
#include "report/html_text.h"
#include "report/html_walls.h"
#include "report/summary.h"

/* One case with its transcript. Bodies are cut far below. */
#define PART_BYTES ((size_t)16 * 1024 * 1024)

void
page_flush(struct page *page)
{
	sink_add(page->sink, page->out.text, page->out.len);
	if (page->out.truncated)
		sink_printf(page->sink, "</div><p>Cut here; the whole is in the run record.</p>");
	buf_clear(&page->out);
}

struct buf *
page_scratch(struct page *page)
{
	buf_clear(&page->text);
	return &page->text;
}

void
page_add_scratch(struct page *page)
{
	html_text(&page->out, page->text.text, page->text.len);
}

void
page_section(struct page *page, const char *id, const char *heading)
{
	walls_section(&page->out, id, heading);
}

void
page_section_end(struct page *page)
{
	walls_section_end(&page->out);
}

void
page_verdict(struct page *page, enum verdict verdict, bool flaky)
{
	const char *word = verdict == VERDICT_NONE ? "ERROR" : verdict_name(verdict);

	word = flaky ? "FLAKY" : word;
	walls_pill(&page->out, word, word);
}

/* The place of `word` of `len` bytes; `count` when it is not there. */
static size_t
place_of(const struct words *words, const char *word, size_t len)
{
	size_t i = 0;

	while (i < words->count &&
	       (strncmp(words->items[i], word, len) != 0 || words->items[i][len]))
		i++;
	return i;
}

/* Past 200 a list to choose from helps nobody. */
static void
learn(struct page *page, struct words *words, const char *word, size_t len)
{
	if (!words->items)
		words->items = ARENA_ARRAY(&page->arena, words->room = 200, const char *);
	if (words->count < words->room && place_of(words, word, len) == words->count)
		words->items[words->count++] = arena_text(&page->arena, word, len);
}

/* The next blank-separated word of `text`; its length in *len. NULL: no more. */
static const char *
next_word(const char *text, size_t *len)
{
	if (!text)
		return NULL;
	text += strspn(text, " ");
	*len = strcspn(text, " ");
	return *len ? text : NULL;
}

static void
learn_words(struct page *page)
{
	for (size_t i = 0; i < page->run->entry_count; i++) {
		const struct planned_case *planned = &page->run->entries[i].planned;
		size_t len = 0;

		if (planned->persona)
			learn(page, &page->personas, planned->persona, strlen(planned->persona));
		for (const char *tag = planned->tags; (tag = next_word(tag, &len)); tag += len)
			learn(page, &page->tags, tag, len);
	}
}

void
page_classes(struct page *page, const struct planned_case *planned, enum verdict verdict,
	     bool flaky)
{
	struct buf *out = &page->out;
	size_t len = 0;

	buf_printf(out, "%s%s", verdict == VERDICT_NONE ? "ERROR" : verdict_name(verdict),
		   flaky ? " FLAKY" : "");
	if (planned->persona)
		buf_printf(out, " p%zu",
			   place_of(&page->personas, planned->persona, strlen(planned->persona)));
	for (const char *tag = planned->tags; (tag = next_word(tag, &len)); tag += len)
		buf_printf(out, " t%zu", place_of(&page->tags, tag, len));
}

static void
add_rules(struct buf *out, const char *what, char letter, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_printf(
			out,
			"body:has(#%s>[value=\"%c%zu\"]:checked) .case:not(.%c%zu){display:none}\n",
			what, letter, i, letter, i);
}

void
page_filter_style(struct page *page, struct buf *out)
{
	add_rules(out, "persona", 'p', page->personas.count);
	add_rules(out, "tag", 't', page->tags.count);
}

void
page_time(struct page *page, int64_t us)
{
	summary_time(us, &page->out);
}

size_t
page_index(const struct page *page, const struct planned_case *planned)
{
	const char *base = (const char *)page->run->entries;

	return (size_t)((const char *)planned - base) / sizeof(*page->run->entries);
}

static bool (*const parts[])(struct page *page) = {
	page_begin, page_failures,     page_invariants, page_matrix, page_charts,
	page_cases, page_what_was_run, page_not_tested, page_end,
};

bool
html_write(const struct run *run, const struct report_options *options, struct sink *sink,
	   struct error *err)
{
	struct page page = { .run = run, .options = options, .sink = sink, .err = err };

	buf_init(&page.out, PART_BYTES);
	buf_init(&page.text, PART_BYTES);
	learn_words(&page);
	bool ok = coverage_init(&page.coverage, run, err);
	for (size_t i = 0; ok && i < COUNTOF(parts); i++) {
		ok = parts[i](&page);
		page_flush(&page);
	}
	coverage_release(&page.coverage);
	arena_release(&page.arena);
	buf_release(&page.text);
	buf_release(&page.out);
	return ok;
}
