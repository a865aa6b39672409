/* The cases: what failed in full, then every planned case in a list that can be filtered. */
#include <string.h>

#include "report/cases.h"
#include "report/causes.h"
#include "report/difference.h"
#include "report/failure.h"
#include "report/html_parts.h"
#include "report/html_text.h"
#include "report/refusal.h"
#include "report/rerun.h"

/* Of a text in a mismatch. */
#define TEXT_BYTES ((size_t)4096)

/* How many bytes two texts share at their beginning, whole characters only. */
static size_t
same_before(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	while (n && ((unsigned char)a[n] & 0xc0) == 0x80)
		n--;
	return n;
}

/* The same at their end, behind the first `before` bytes. */
static size_t
same_behind(const char *a, size_t a_len, const char *b, size_t b_len, size_t before)
{
	size_t most = (a_len < b_len ? a_len : b_len) - before;
	size_t n = 0;

	while (n < most && a[a_len - n - 1] == b[b_len - n - 1])
		n++;
	while (n && ((unsigned char)a[a_len - n] & 0xc0) == 0x80)
		n--;
	return n;
}

/* One side of a mismatch: what only this side has is marked. */
static void
add_side(struct page *page, const char *name, const char *text, size_t before, size_t behind)
{
	struct buf *out = &page->out;
	size_t len = strlen(text);
	bool marked = before + behind > 0 && before + behind < len;

	buf_printf(out, "<dt>%s</dt><dd class=\"%s\"><code>", name, name);
	if (marked) {
		html_head(out, text, before, TEXT_BYTES);
		buf_printf(out, "<mark>");
	}
	html_head(out, text + (marked ? before : 0), len - (marked ? before + behind : 0),
		  TEXT_BYTES);
	if (marked) {
		buf_printf(out, "</mark>");
		html_head(out, text + len - behind, behind, TEXT_BYTES);
	}
	buf_printf(out, "%s</code></dd>\n", len ? "" : "<i>nothing</i>");
}

static void
add_sides(struct page *page, const struct finding *finding)
{
	size_t expected_len = strlen(finding->expected);
	size_t actual_len = strlen(finding->actual);
	size_t shorter = expected_len < actual_len ? expected_len : actual_len;
	size_t before = same_before(finding->expected, finding->actual);
	size_t behind =
		same_behind(finding->expected, expected_len, finding->actual, actual_len, before);

	/* Two texts that share a quote or a digit differ as a whole. */
	if (before + behind < 4 || before + behind < shorter / 3)
		before = behind = 0;
	buf_printf(&page->out, "<dl class=\"diff\">");
	add_side(page, "expected", finding->expected, before, behind);
	add_side(page, "actual", finding->actual, before, behind);
	buf_printf(&page->out, "</dl>");
}

/* Which members differ, one to a line. */
static void
add_members(struct page *page, const struct differences *members)
{
	struct buf *out = &page->out;

	buf_printf(out,
		   "<table class=\"members\"><thead><tr><th scope=\"col\">where</th><th scope=\""
		   "col\">%s</th><th scope=\"col\">%s</th></tr></thead>\n<tbody>\n",
		   members->changed ? "before" : "expected", members->changed ? "after" : "actual");
	for (size_t i = 0; i < members->count; i++) {
		const struct difference *item = &members->items[i];

		buf_printf(out, "<tr><th scope=\"row\"><code>");
		html_line(out, item->pointer);
		buf_printf(out, "</code></th><td><code>");
		html_line(out, item->expected);
		buf_printf(out, "</code></td><td class=\"actual\"><code>");
		html_line(out, item->actual);
		buf_printf(out, "</code>");
		if (item->kinds)
			buf_printf(out, "<small>%s</small>", item->kinds);
		buf_printf(out, "</td></tr>\n");
	}
	buf_printf(out, "</tbody></table>");
	if (members->left_out)
		buf_printf(out, "<p class=\"cap\">and %zu more</p>", members->left_out);
}

static void
add_comparison(struct page *page, const struct finding *finding)
{
	struct differences members;

	differences_init(&members, finding);
	if (members.count)
		add_members(page, &members);
	else
		add_sides(page, finding);
	differences_release(&members);
}

static void
add_finding(struct page *page, const struct finding *finding)
{
	struct buf *out = &page->out;

	buf_printf(out, "<li><p><span class=\"type\">%s</span> ", finding_type_name(finding->type));
	if (finding->pointer[0]) {
		buf_printf(out, "<code class=\"pointer\">");
		html_line(out, finding->pointer);
		buf_printf(out, "</code> ");
	}
	html_head(out, finding->message, strlen(finding->message), TEXT_BYTES);
	buf_printf(out, "</p>\n");
	if (finding->expected[0] || finding->actual[0])
		add_comparison(page, finding);
	buf_printf(out, "</li>\n");
}

void
page_findings(struct page *page, const struct run_case *run_case)
{
	if (run_case->findings.count == 0)
		return;
	buf_printf(&page->out, "<ol class=\"findings\">\n");
	for (size_t i = 0; i < run_case->findings.count; i++)
		add_finding(page, &run_case->findings.items[i]);
	buf_printf(&page->out, "</ol>\n");
}

static void
add_pair(struct page *page, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	buf_printf(&page->out, "<div><dt>%s</dt><dd>", name);
	html_head(&page->out, value, strlen(value), TEXT_BYTES);
	buf_printf(&page->out, "</dd></div>\n");
}

static void
add_pairs(struct page *page, const struct planned_case *planned, const struct run_case *run_case)
{
	buf_printf(&page->out, "<dl class=\"pairs\">\n");
	add_pair(page, "expected", run_case->expected);
	add_pair(page, "actual", run_case->actual);
	add_pair(page, "reason", run_case->reason);
	add_pair(page, "proof", run_case->proof);
	add_pair(page, "note", run_case->note);
	for (size_t i = 0; i < run_case->leftover_count; i++)
		add_pair(page, "left behind", run_case->leftovers[i]);
	add_pair(page, "layer", planned->layer);
	add_pair(page, "scenario", planned->flags);
	add_pair(page, "tags", planned->tags);
	if (planned->file) {
		struct buf *text = page_scratch(page);

		buf_printf(text, "%s:%d", planned->file, planned->line);
		add_pair(page, "source", text->text);
	}
	buf_printf(&page->out, "</dl>\n");
}

/* The step as its suite writes it, and who refused a statement. */
static void
add_source(struct page *page, const struct run_case *run_case)
{
	struct buf *out = &page->out;
	const struct exchange *sql = failure_exchange(run_case, EXCHANGE_SQL);

	if (sql && sql->sql.message) {
		buf_clear(&page->text);
		refusal_line(&sql->sql, &page->text);
		buf_printf(out, "<p class=\"server\">database: ");
		html_line(out, sql->sql.sqlstate);
		buf_printf(out, " ");
		html_line(out, sql->sql.message);
		buf_printf(out, "<br>");
		page_add_scratch(page);
		buf_printf(out, "</p>\n");
	}
	if (!run_case->source)
		return;
	buf_printf(out, "<p class=\"cap\">The step, in <code>");
	html_line(out, run_case->file);
	buf_printf(out, ":%d</code></p>\n<pre>", run_case->line);
	html_line(out, run_case->source);
	buf_printf(out, "</pre>\n");
}

static void
add_commands(struct page *page, const struct run_case *run_case)
{
	struct buf *text = page_scratch(page);

	failure_repeat(run_case, text);
	if (!text->len)
		return;
	buf_printf(&page->out, "<details class=\"repeat\" open><summary>Repeat it</summary>\n"
			       "<pre class=\"command\">");
	page_add_scratch(page);
	buf_printf(&page->out, "</pre></details>\n");
}

static void
add_heading(struct page *page, const struct planned_case *planned, const struct run_case *run_case)
{
	struct buf *out = &page->out;

	buf_printf(out, "<h3>");
	page_verdict(page, run_case->verdict, false);
	buf_printf(out, " <span class=\"type\">%s</span> <span class=\"id\">",
		   failure_type(run_case));
	html_line(out, planned->id);
	buf_printf(out, "</span></h3>\n<p class=\"title\">");
	html_line(out, planned->title);
	buf_printf(out, "</p>\n");
}

static void
add_card(void *arg, const struct planned_case *planned, const struct run_case *run_case)
{
	struct page *page = arg;
	struct buf *out = &page->out;

	if (failure_is_consequence(run_case))
		return;
	buf_printf(out, "<article class=\"card %s\" id=\"f%zu\">\n",
		   verdict_name(run_case->verdict), page_index(page, planned));
	add_heading(page, planned, run_case);
	buf_printf(out, "<p class=\"why\">");
	failure_line(run_case, page_scratch(page));
	page_add_scratch(page);
	buf_printf(out, "</p>\n");
	page_findings(page, run_case);
	add_pairs(page, planned, run_case);
	add_source(page, run_case);
	add_commands(page, run_case);
	if (run_case->exchange_count) {
		buf_printf(out,
			   "<details class=\"all\"><summary>Transcript, %zu exchange%s</summary>\n",
			   run_case->exchange_count, run_case->exchange_count == 1 ? "" : "s");
		page_transcript(page, run_case);
		buf_printf(out, "</details>\n");
	}
	buf_printf(out, "</article>\n");
	page_flush(page);
}

struct consequences {
	struct page *page;
	size_t count;
};

/* What was never asked: one line each. */
static void
add_consequence(void *arg, const struct planned_case *planned, const struct run_case *run_case)
{
	struct consequences *list = arg;
	struct page *page = list->page;
	struct buf *out = &page->out;

	if (!failure_is_consequence(run_case))
		return;
	if (list->count++ == 0)
		buf_printf(out, "<h3 class=\"then\">Never judged, because of something else</h3>\n"
				"<ul class=\"then\">\n");
	buf_printf(out, "<li id=\"f%zu\">", page_index(page, planned));
	page_verdict(page, run_case->verdict, false);
	buf_printf(out, " <span class=\"id\">");
	html_line(out, planned->id);
	buf_printf(out, "</span> ");
	failure_line(run_case, page_scratch(page));
	page_add_scratch(page);
	buf_printf(out, "</li>\n");
	page_flush(page);
}

/* Thirteen failures are often one mistake. */
static bool
add_causes(struct page *page)
{
	struct causes causes;
	struct buf *out = &page->out;
	bool ok = causes_find(&causes, page->run, page->err);

	if (ok && causes.count)
		buf_printf(out,
			   "<table class=\"members causes\"><thead><tr><th scope=\"col\">cases"
			   "</th><th scope=\"col\">what was wrong</th><th scope=\"col\">such as"
			   "</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; ok && i < causes.count && i < CAUSES_SHOWN; i++) {
		buf_printf(out, "<tr><td>%zu</td><td>", causes.items[i].count);
		html_line(out, causes.items[i].text);
		buf_printf(out, "</td><td>");
		html_line(out, causes.items[i].first);
		buf_printf(out, "</td></tr>\n");
	}
	if (ok && causes.count)
		buf_printf(out, "</tbody></table>\n");
	causes_release(&causes);
	return ok;
}

bool
page_failures(struct page *page)
{
	const struct totals *totals = &page->run->totals;
	struct consequences list = { .page = page };

	if (totals->failed + totals->errors == 0)
		return true;
	page_section(page, "failures", "Failures");
	bool ok = add_causes(page);
	page_flush(page);
	ok = ok && cases_each(page->run, case_has_failed, add_card, page, page->err) &&
	     cases_each(page->run, case_has_erred, add_card, page, page->err) &&
	     cases_each(page->run, case_has_erred, add_consequence, &list, page->err);
	if (list.count)
		buf_printf(&page->out, "</ul>\n");
	rerun_command(page->run, page_scratch(page));
	buf_printf(&page->out, "<h3>Run only these again</h3>\n<pre class=\"command\">");
	page_add_scratch(page);
	buf_printf(&page->out, "</pre>\n");
	page_section_end(page);
	return ok;
}

static void
add_case(void *arg, const struct planned_case *planned, const struct run_case *run_case)
{
	struct page *page = arg;
	struct buf *out = &page->out;
	size_t index = page_index(page, planned);
	bool good = run_case->verdict == VERDICT_PASS || run_case->verdict == VERDICT_SKIP;

	buf_printf(out, "<li class=\"case ");
	page_classes(page, planned, run_case->verdict, run_case->flaky);
	buf_printf(out, "\" id=\"c%zu\"><details><summary>", index);
	page_verdict(page, run_case->verdict, run_case->flaky);
	buf_printf(out, " <span class=\"what\"><b>");
	html_line(out, planned->id);
	buf_printf(out, "</b> ");
	html_line(out, planned->title);
	buf_printf(out, "</span> <span class=\"who\">");
	html_line(out, planned->persona);
	buf_printf(out, "</span> <span class=\"took\">");
	page_time(page, run_case->elapsed_us);
	buf_printf(out, "</span></summary>\n<div class=\"body\">\n");
	add_pairs(page, planned, run_case);
	if (good)
		page_transcript(page, run_case);
	else
		buf_printf(out, "<p><a href=\"#f%zu\">Why, in full</a></p>\n", index);
	buf_printf(out, "</div></details></li>\n");
	page_flush(page);
}

static void
add_choice(struct page *page, const char *word, long count)
{
	if (count)
		buf_printf(&page->out,
			   "<label><input type=\"radio\" name=\"verdict\" id=\"v-%s\">%s %ld"
			   "</label>\n",
			   word, word, count);
}

static void
add_list(struct page *page, const char *id, const char *label, char letter,
	 const struct words *words)
{
	struct buf *out = &page->out;

	if (words->count == 0)
		return;
	buf_printf(out, "<label>%s <select id=\"%s\"><option value=\"\">any</option>\n", label, id);
	for (size_t i = 0; i < words->count; i++) {
		buf_printf(out, "<option value=\"%c%zu\">", letter, i);
		html_line(out, words->items[i]);
		buf_printf(out, "</option>\n");
	}
	buf_printf(out, "</select></label>\n");
}

static void
add_filter(struct page *page)
{
	const struct totals *totals = &page->run->totals;
	struct buf *out = &page->out;

	buf_printf(out,
		   "<form class=\"filter\" autocomplete=\"off\">\n<fieldset>"
		   "<legend>verdict</legend>\n<label><input type=\"radio\" name=\"verdict\" "
		   "id=\"v-all\" checked>all %ld</label>\n",
		   totals->planned);
	add_choice(page, "FAIL", totals->failed);
	add_choice(page, "ERROR", totals->errors);
	add_choice(page, "FLAKY", totals->flaky);
	add_choice(page, "SKIP", totals->skipped);
	add_choice(page, "PASS", totals->passed);
	buf_printf(out, "</fieldset>\n");
	add_list(page, "persona", "persona", 'p', &page->personas);
	add_list(page, "tag", "tag", 't', &page->tags);
	buf_printf(out, "<label class=\"scripted\" hidden>search <input type=\"search\" "
			"id=\"search\"></label>\n"
			"<output class=\"scripted\" id=\"shown\" hidden></output>\n</form>\n");
}

bool
page_cases(struct page *page)
{
	page_section(page, "cases", "All cases");
	add_filter(page);
	/* A long list is laid out where somebody looks. */
	buf_printf(&page->out, "<ol class=\"cases%s\" id=\"list\">\n",
		   page->run->entry_count > 300 ? " many" : "");
	page_flush(page);
	bool ok = cases_each(page->run, NULL, add_case, page, page->err);
	buf_printf(&page->out, "</ol>\n");
	page_section_end(page);
	return ok;
}
