#include "report/github.h"

#include <stdlib.h>
#include <string.h>

#include "report/cases.h"
#include "report/causes.h"
#include "report/coverage.h"
#include "report/failure.h"
#include "report/prose.h"
#include "report/rerun.h"
#include "report/summary.h"

/* The last line, and what masking may add. */
#define RESERVE_BYTES ((size_t)4096)
/* Of one failure. */
#define TEXT_BYTES ((size_t)12 * 1024)
#define PART_BYTES ((size_t)2 * 1024 * 1024)

struct github {
	const struct run *run;
	const struct report_options *options;
	struct sink *sink;
	struct coverage coverage;
	size_t limit, used;
	struct buf out;  /* of the part being written */
	struct buf text; /* scratch */
	struct error *err;
	bool brief;          /* failures are in lines from here on */
	size_t lines;        /* failures that were only given a line */
	size_t dropped;      /* failures that are not even mentioned */
	const char *gone[4]; /* parts that did not fit */
	size_t gone_count;
};

static struct buf *
fresh(struct github *github)
{
	buf_clear(&github->text);
	return &github->text;
}

/* Hand `out` over when there is room below `share` percent of all; otherwise drop it. */
static bool
commit(struct github *github, size_t share)
{
	size_t room = (github->limit - RESERVE_BYTES) / 100 * share;
	bool fits = !github->out.truncated && github->used + github->out.len <= room;

	if (fits) {
		sink_add(github->sink, github->out.text, github->out.len);
		github->used += github->out.len;
	}
	buf_clear(&github->out);
	return fits;
}

static void
commit_part(struct github *github, const char *name)
{
	if (!commit(github, 100) && github->gone_count < COUNTOF(github->gone))
		github->gone[github->gone_count++] = name;
}

static const char *
mark_of(enum verdict verdict)
{
	static const char *const marks[] = {
		[VERDICT_NONE] = "\xe2\x9a\xa0\xef\xb8\x8f",
		[VERDICT_PASS] = "\xe2\x9c\x85",
		[VERDICT_FAIL] = "\xe2\x9d\x8c",
		[VERDICT_ERROR] = "\xe2\x9a\xa0\xef\xb8\x8f",
		[VERDICT_SKIP] = "\xe2\x8f\xad\xef\xb8\x8f",
	};

	return marks[verdict];
}

static void
add_head(struct github *github)
{
	const struct run *run = github->run;
	const struct totals *totals = &run->totals;
	const char *commit_id = summary_text(run, "target", "commit");
	struct buf *out = &github->out;
	int status = run_exit_status(run);

	buf_printf(out, "## %s %s: ",
		   mark_of(status == 0   ? VERDICT_PASS
			   : status == 1 ? VERDICT_FAIL
					 : VERDICT_ERROR),
		   summary_verdict(run));
	prose_inline(out, summary_title(run, github->options->title));
	buf_printf(out, "\n\n");
	summary_reason(run, fresh(github));
	prose_inline(out, github->text.text);
	buf_printf(out,
		   ".\n\n| planned | passed | failed | errors | skipped | flaky | took |\n"
		   "|--:|--:|--:|--:|--:|--:|--:|\n| %ld | %ld | %ld | %ld | %ld | %ld | ",
		   totals->planned, totals->passed, totals->failed, totals->errors, totals->skipped,
		   totals->flaky);
	summary_time(summary_elapsed_us(run), out);
	buf_printf(out, " |\n\nEnvironment ");
	prose_code(out, summary_text(run, "environment", "name"));
	buf_printf(out, ", target commit ");
	prose_code(out, *commit_id ? commit_id : "the target does not say");
	buf_printf(out, ", run ");
	prose_code(out, summary_text(run, "run", "id"));
	buf_printf(out, ".\n\n");
}

/* "file:line", as a link into the repository where the record names one. */
static void
add_place(struct github *github, const struct planned_case *planned)
{
	const char *server = summary_text(github->run, "ci", "provider");
	const char *repository = summary_text(github->run, "ci", "repository");
	const char *sha = summary_text(github->run, "ci", "sha");
	struct buf *text = fresh(github);

	if (!planned->file)
		return;
	buf_printf(text, "%s:%d", planned->file, planned->line);
	if (!*server || !*repository || !*sha || strpbrk(planned->file, " ()<>")) {
		prose_code(&github->out, text->text);
		return;
	}
	buf_printf(&github->out, "[");
	prose_code(&github->out, text->text);
	buf_printf(&github->out, "](%s/%s/blob/%s/%s#L%d)", server, repository, sha, planned->file,
		   planned->line);
}

static void
add_block(struct github *github, const char *language)
{
	struct buf *text = &github->text;
	size_t len = text->len;

	if (len > TEXT_BYTES) {
		len = TEXT_BYTES;
		while (len && ((unsigned char)text->text[len] & 0xc0) == 0x80)
			len--;
		text->len = len;
		buf_printf(text, "\n[cut here; the whole is in the evidence]");
		len = text->len;
	}
	prose_block(&github->out, language, text->text, len);
}

static void
add_card(struct github *github, const struct planned_case *planned, const struct run_case *run_case)
{
	struct buf *out = &github->out;

	buf_printf(out, "### %s %s ", mark_of(run_case->verdict), verdict_name(run_case->verdict));
	prose_code(out, planned->id);
	buf_printf(out, " (%s)\n\n", failure_type(run_case));
	if (planned->title) {
		prose_inline(out, planned->title);
		buf_printf(out, " \xc2\xb7 ");
	}
	if (planned->persona) {
		buf_printf(out, "as ");
		prose_code(out, planned->persona);
		buf_printf(out, " \xc2\xb7 ");
	}
	add_place(github, planned);
	buf_printf(out, "\n\n**");
	failure_line(run_case, fresh(github));
	prose_inline(out, github->text.text);
	buf_printf(out, "**\n\n");
	failure_details(run_case, fresh(github));
	if (github->text.len)
		add_block(github, "text");
	failure_repeat(run_case, fresh(github));
	if (github->text.len) {
		buf_printf(out, "\n<details><summary>Repeat it</summary>\n\n");
		add_block(github, "sh");
		buf_printf(out, "\n</details>\n");
	}
	buf_printf(out, "\n");
}

static void
add_line(struct github *github, const struct planned_case *planned, const struct run_case *run_case)
{
	struct buf *out = &github->out;

	buf_printf(out, "- %s ", verdict_name(run_case->verdict));
	prose_code(out, planned->id);
	buf_printf(out, ": ");
	failure_line(run_case, fresh(github));
	prose_inline(out, github->text.text);
	buf_printf(out, "\n");
}

/* In full while there is room, then in a line, then only counted. */
static void
add_failure(void *arg, const struct planned_case *planned, const struct run_case *run_case)
{
	struct github *github = arg;

	if (failure_is_consequence(run_case))
		return;
	if (!github->brief) {
		add_card(github, planned, run_case);
		if (commit(github, 65))
			return;
		github->brief = true;
	}
	add_line(github, planned, run_case);
	if (commit(github, 75))
		github->lines++;
	else
		github->dropped++;
}

struct consequences {
	struct github *github;
	size_t count;
};

static void
add_consequence(void *arg, const struct planned_case *planned, const struct run_case *run_case)
{
	struct consequences *all = arg;
	struct github *github = all->github;

	if (!failure_is_consequence(run_case))
		return;
	if (all->count++ == 0)
		buf_printf(&github->out, "\n<details><summary>Never judged, because of something "
					 "else</summary>\n\n");
	add_line(github, planned, run_case);
	if (!commit(github, 80))
		github->dropped++;
}

static bool
add_failures(struct github *github)
{
	struct consequences all = { .github = github };
	const struct run *run = github->run;
	struct error *err = github->err;

	if (!cases_each(run, case_has_failed, add_failure, github, err) ||
	    !cases_each(run, case_has_erred, add_failure, github, err) ||
	    !cases_each(run, case_has_erred, add_consequence, &all, err))
		return false;
	if (github->lines + all.count)
		buf_printf(&github->out, "\n");
	if (all.count)
		buf_printf(&github->out, "</details>\n\n");
	if (github->run->totals.failed + github->run->totals.errors) {
		rerun_command(github->run, fresh(github));
		buf_printf(&github->out, "Run only these again: ");
		prose_code(&github->out, github->text.text);
		buf_printf(&github->out, "\n\n");
	}
	(void)commit(github, 100);
	return true;
}

/* One mark per layer: what was measured is as declared, is not, could not be judged, was not
 * tried. */
static void
add_cell(struct github *github, const struct lens_coverage *lens, size_t action, size_t role)
{
	static const char *const marks[] = {
		[VERDICT_NONE] = "\xc2\xb7",         [VERDICT_PASS] = "\xe2\x9c\x93",
		[VERDICT_FAIL] = "**\xe2\x9c\x97**", [VERDICT_ERROR] = "**!**",
		[VERDICT_SKIP] = "\xe2\x80\x93",
	};
	const struct cell *first = coverage_cell(lens, action, role, LAYER_LIST);

	buf_printf(&github->out, " | %s", first->allowed ? "allow" : "deny");
	for (int layer = 0; layer < LAYERS; layer++)
		buf_printf(&github->out, " %s",
			   marks[coverage_cell(lens, action, role, (enum layer)layer)->worst]);
}

static bool
is_tried(const struct lens_coverage *lens)
{
	for (size_t i = 0; i < lens->action_count * lens->role_count * LAYERS; i++) {
		if (lens->cells[i].cases)
			return true;
	}
	return false;
}

static void
add_matrix(struct github *github, const struct lens_coverage *lens)
{
	struct buf *out = &github->out;

	if (!is_tried(lens))
		return;
	buf_printf(out, "### Roles: ");
	prose_inline(out, lens->name);
	buf_printf(out, "\n\nDeclared, then measured in the layers list, execute and RLS: "
			"\xe2\x9c\x93 as declared, **\xe2\x9c\x97** otherwise, **!** not judged, "
			"\xc2\xb7 not tried.\n\n| action |");
	for (size_t role = 0; role < lens->role_count; role++) {
		buf_printf(out, " ");
		prose_inline(out, lens->roles[role]);
		buf_printf(out, " |");
	}
	buf_printf(out, "\n|---|");
	for (size_t role = 0; role < lens->role_count; role++)
		buf_printf(out, "---|");
	for (size_t action = 0; action < lens->action_count; action++) {
		buf_printf(out, "\n| ");
		prose_inline(out, lens->actions[action]);
		for (size_t role = 0; role < lens->role_count; role++)
			add_cell(github, lens, action, role);
		buf_printf(out, " |");
	}
	buf_printf(out, "\n\n");
}

static void
add_times_row(struct github *github, const char *what, const struct latency *latency)
{
	static const int ranks[] = { 50, 95, 99, 100 };

	if (!latency->count)
		return;
	buf_printf(&github->out, "| %s | %ld", what, latency->count);
	for (size_t i = 0; i < COUNTOF(ranks); i++) {
		buf_printf(&github->out, " | ");
		summary_time(latency_percentile(latency, ranks[i]), &github->out);
	}
	buf_printf(&github->out, " |\n");
}

static void
add_times(struct github *github)
{
	const struct times *times = &github->run->times;

	if (times->http.count + times->sql.count == 0)
		return;
	buf_printf(&github->out, "### Times\n\n| what | count | p50 | p95 | p99 | max |\n"
				 "|---|--:|--:|--:|--:|--:|\n");
	add_times_row(github, "HTTP replies", &times->http);
	add_times_row(github, "SQL statements", &times->sql);
	buf_printf(&github->out, "\n");
	commit_part(github, "times");
}

static void
add_invariants(struct github *github)
{
	buf_printf(&github->out, "### Invariants\n\n- ");
	summary_invariants(&github->run->invariants, "\n", fresh(github));
	for (size_t i = 0; i < github->text.len; i++) {
		buf_add(&github->out, github->text.text + i, 1);
		if (github->text.text[i] == '\n' && i + 1 < github->text.len)
			buf_printf(&github->out, "- ");
	}
	buf_printf(&github->out, "\n");
	commit_part(github, "invariants");
}

static void
add_case(void *arg, const struct planned_case *planned, const struct run_case *run_case)
{
	struct github *github = arg;
	struct buf *out = &github->out;

	buf_printf(out, "| ");
	prose_inline(out, planned->id);
	buf_printf(out, " | %s%s | ", verdict_name(run_case->verdict),
		   run_case->flaky ? " (flaky)" : "");
	prose_inline(out, planned->title);
	buf_printf(out, " | ");
	prose_inline(out, planned->persona);
	buf_printf(out, " | ");
	prose_inline(out, run_case->proof);
	buf_printf(out, " | ");
	summary_time(run_case->elapsed_us, out);
	buf_printf(out, " |\n");
}

/* A list past the limit is left out altogether: its rest need not be read. */
static bool
may_fit(const struct run_entry *entry, const void *arg)
{
	const struct github *github = arg;

	(void)entry;
	return github->out.len <= github->limit;
}

static bool
add_cases(struct github *github)
{
	buf_printf(&github->out,
		   "<details><summary>All %ld cases</summary>\n\n"
		   "| id | verdict | what | persona | proof | time |\n"
		   "|---|---|---|---|---|--:|\n",
		   github->run->totals.planned);
	bool ok = cases_each(github->run, may_fit, add_case, github, github->err);
	buf_printf(&github->out, "\n</details>\n\n");
	commit_part(github, "the list of all cases");
	return ok;
}

/* What was left out, so that nobody takes the rest for everything. */
static void
add_rest(struct github *github)
{
	struct buf *out = &github->out;
	const char *between = "";

	if (github->lines + github->dropped + github->gone_count) {
		buf_printf(out,
			   "Left out, because GitHub shows at most %zu bytes: ", github->limit);
		if (github->lines)
			buf_printf(out, "%zu failures in full", github->lines);
		between = github->lines ? ", " : "";
		if (github->dropped)
			buf_printf(out, "%s%zu failures altogether", between, github->dropped);
		between = github->lines + github->dropped ? ", " : "";
		for (size_t i = 0; i < github->gone_count; i++) {
			buf_printf(out, "%s%s", between, github->gone[i]);
			between = ", ";
		}
		buf_printf(out, ". All of it is in the evidence of the run.\n\n");
	}
	buf_printf(out, "Digest of the run record: `%s`\n", github->run->digest);
	sink_add(github->sink, out->text, out->len);
	buf_clear(out);
}

static bool
write_parts(struct github *github, bool with_cases)
{
	add_head(github);
	if (!causes_markdown(github->run, &github->out, github->err))
		return false;
	commit_part(github, "the head");
	if (!add_failures(github))
		return false;
	for (size_t i = 0; i < github->coverage.lens_count; i++)
		add_matrix(github, &github->coverage.lenses[i]);
	commit_part(github, "the role matrix");
	add_times(github);
	add_invariants(github);
	bool ok = !with_cases || add_cases(github);
	add_rest(github);
	return ok;
}

static bool
write_github(struct github *github, bool with_cases)
{
	buf_init(&github->out, PART_BYTES);
	buf_init(&github->text, PART_BYTES);
	bool ok = coverage_init(&github->coverage, github->run, github->err) &&
		  write_parts(github, with_cases);
	coverage_release(&github->coverage);
	buf_release(&github->text);
	buf_release(&github->out);
	return ok;
}

bool
github_write(const struct run *run, const struct report_options *options, struct sink *sink,
	     struct error *err)
{
	struct github github = { .run = run,
				 .options = options,
				 .sink = sink,
				 .limit = GITHUB_SUMMARY_BYTES,
				 .err = err };

	return write_github(&github, true);
}

bool
pr_comment_write(const struct run *run, const struct report_options *options, struct sink *sink,
		 struct error *err)
{
	struct github github = { .run = run,
				 .options = options,
				 .sink = sink,
				 .limit = GITHUB_COMMENT_BYTES,
				 .err = err };
	const char *gate = summary_text(run, "run", "gate");

	/* "--" may not stand in a comment; the names of gates cannot hold it twice. */
	sink_printf(sink, "<!-- lensgate %s -->\n", *gate && !strstr(gate, "--") ? gate : "run");
	return write_github(&github, false);
}
