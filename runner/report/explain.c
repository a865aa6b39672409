#include "report/explain.h"

#include <stdlib.h>
#include <string.h>

#include "report/failure.h"
#include "report/plain.h"
#include "report/rerun.h"
#include "report/summary.h"
#include "report/transcript.h"

#define TEXT_BYTES ((size_t)8 * 1024 * 1024)

struct explanation {
	const struct run *run;
	const struct planned_case *planned;
	const struct run_case *run_case;
	bool color;
	struct buf text; /* as it comes */
	struct buf out;  /* as a terminal may have it */
};

/* Append what is in `text`, indented, and empty it. */
static void
settle(struct explanation *explanation, int indent)
{
	plain_add(&explanation->out, explanation->text.text, indent);
	buf_clear(&explanation->text);
}

static void
add_heading(struct explanation *explanation, const char *heading)
{
	buf_printf(&explanation->out, "\n");
	plain_word(&explanation->out, heading, PLAIN_DIM, explanation->color);
	buf_printf(&explanation->out, "\n");
}

static void
add_fact(struct explanation *explanation, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	buf_printf(&explanation->text, "%-9s %s\n", name, value);
}

static void
add_target(struct explanation *explanation)
{
	struct buf target;

	buf_init(&target, 4096);
	summary_target(explanation->run, &target);
	add_fact(explanation, "target", target.text);
	buf_release(&target);
}

static void
add_case(struct explanation *explanation)
{
	static const enum plain_color hues[] = {
		[VERDICT_NONE] = PLAIN_YELLOW, [VERDICT_PASS] = PLAIN_GREEN,
		[VERDICT_FAIL] = PLAIN_RED,    [VERDICT_ERROR] = PLAIN_YELLOW,
		[VERDICT_SKIP] = PLAIN_DIM,
	};
	const struct planned_case *planned = explanation->planned;
	const struct run_case *run_case = explanation->run_case;
	struct buf *text = &explanation->text;

	plain_word(&explanation->out, verdict_name(run_case->verdict), hues[run_case->verdict],
		   explanation->color);
	buf_printf(text, "  %s/%s", planned->suite, planned->id);
	if (planned->title)
		buf_printf(text, "  %s", planned->title);
	plain_line(&explanation->out, text->text);
	buf_printf(&explanation->out, "\n");
	buf_clear(text);
	if (planned->file)
		buf_printf(text, "%-9s %s:%d\n", "source", planned->file, planned->line);
	add_fact(explanation, "persona", planned->persona);
	add_fact(explanation, "tags", planned->tags);
	add_fact(explanation, "layer", planned->layer);
	add_fact(explanation, "scenario", planned->flags);
	add_target(explanation);
	add_fact(explanation, "expected", run_case->expected);
	add_fact(explanation, "actual", run_case->actual);
	buf_printf(text, "%-9s ", "took");
	summary_time(run_case->elapsed_us, text);
	if (run_case->attempts > 1)
		buf_printf(text, ", %d attempts", run_case->attempts);
	buf_printf(text, "\n");
	settle(explanation, 2);
}

static void
add_why(struct explanation *explanation)
{
	const struct run_case *run_case = explanation->run_case;
	struct buf *text = &explanation->text;

	if (run_case->verdict == VERDICT_PASS) {
		add_heading(explanation, "what proves it");
		buf_printf(text, "%ld expectation%s held\n", run_case->assertions,
			   run_case->assertions == 1 ? "" : "s");
	} else {
		add_heading(explanation, "why");
		if (run_case->verdict == VERDICT_ERROR)
			buf_printf(text, "%s: ", trouble_name(run_case->trouble));
		failure_line(run_case, text);
		buf_printf(text, "\n");
	}
	failure_details(run_case, text);
	settle(explanation, 2);
}

static void
add_again(struct explanation *explanation)
{
	const struct planned_case *planned = explanation->planned;
	struct buf *text = &explanation->text;

	add_heading(explanation, "again");
	failure_repeat(explanation->run_case, text);
	buf_printf(text, "# this case, with what it needs\n");
	rerun_case(explanation->run, planned, text);
	buf_printf(text, "\n");
	settle(explanation, 2);
}

static void
add_transcript(struct explanation *explanation)
{
	if (explanation->run_case->exchange_count == 0)
		return;
	add_heading(explanation, "what was asked and answered");
	transcript_case(explanation->run_case, &explanation->text);
	settle(explanation, 2);
	if (explanation->text.truncated || explanation->out.truncated)
		buf_printf(&explanation->out, "\n[cut here; the whole is in %s]\n",
			   explanation->run->path);
}

bool
explain_write(const struct run *run, size_t index, const struct report_options *options,
	      struct sink *sink, struct error *err)
{
	struct arena arena = { 0 };
	struct run_case run_case;
	struct explanation explanation = { .run = run,
					   .planned = &run->entries[index].planned,
					   .run_case = &run_case,
					   .color = options->color };
	bool ok = run_case_read(run, index, &arena, &run_case, err);

	buf_init(&explanation.text, TEXT_BYTES);
	buf_init(&explanation.out, 2 * TEXT_BYTES);
	if (ok) {
		add_case(&explanation);
		add_why(&explanation);
		add_again(&explanation);
		add_transcript(&explanation);
		sink_add(sink, explanation.out.text, explanation.out.len);
	}
	buf_release(&explanation.out);
	buf_release(&explanation.text);
	arena_release(&arena);
	return ok;
}

static bool
is_named(const struct planned_case *planned, const char *name)
{
	size_t len = strlen(planned->suite);

	if (strcmp(planned->id, name) == 0)
		return true;
	return strncmp(name, planned->suite, len) == 0 && name[len] == '/' &&
	       strcmp(name + len + 1, planned->id) == 0;
}

static bool
begins_so(const struct planned_case *planned, const char *name)
{
	return *name && strncmp(planned->id, name, strlen(name)) == 0;
}

typedef bool fits_fn(const struct planned_case *planned, const char *name);

/* The only case that fits; how many do is returned. */
static size_t
find_fit(const struct run *run, const char *name, fits_fn *fits, size_t *index, size_t *other)
{
	size_t count = 0;

	for (size_t i = 0; i < run->entry_count; i++) {
		if (!fits(&run->entries[i].planned, name))
			continue;
		if (count++ == 0)
			*index = i;
		else
			*other = i;
	}
	return count;
}

bool
explain_find(const struct run *run, const char *name, size_t *index, struct error *err)
{
	size_t first = 0;
	size_t other = 0;
	size_t count = find_fit(run, name, is_named, &first, &other);

	if (count == 0)
		count = find_fit(run, name, begins_so, &first, &other);
	if (count == 0)
		return error_set(err, ERROR_USAGE, "no case of this run is called %s", name);
	const struct planned_case *one = &run->entries[first].planned;
	const struct planned_case *last = &run->entries[other].planned;
	if (count > 1)
		return error_set(err, ERROR_USAGE, "%s is more than one case: %s/%s, %s/%s", name,
				 one->suite, one->id, last->suite, last->id);
	*index = first;
	return true;
}
