#include "report/annotations.h"

#include <stdlib.h>
#include <string.h>

#include "report/cases.h"
#include "report/failure.h"
#include "report/summary.h"
#include "report/workflow_command.h"

/* Of each kind, of each step: actions/runner, ExecutionContext.cs, _maxCountPerIssueType. */
#define MOST 10

#define TEXT_BYTES ((size_t)8000)

/* A case worth an annotation, and its rank: lower comes first. */
struct candidate {
	const struct planned_case *planned;
	size_t index; /* in the plan */
	int rank;
};

struct annotations {
	const struct run *run;
	struct sink *sink;
	struct arena arena;
	struct candidate *errors, *warnings;
	size_t error_count, warning_count;
	size_t consequences; /* never judged because of something else */
	struct buf text;     /* of a message */
	struct buf title;
	struct buf out;
};

/* What a reviewer wants to see first. A case that was not judged comes after all that failed. */
static int
rank_of(const struct run_case *run_case)
{
	static const int ranks[] = {
		[FINDING_RLS_LEAK] = 0,  [FINDING_UNCHANGED] = 1, [FINDING_WRITTEN] = 2,
		[FINDING_STATUS] = 3,    [FINDING_INVARIANT] = 4, [FINDING_RLS_DENIED] = 5,
		[FINDING_ROWS] = 6,      [FINDING_BODY] = 7,      [FINDING_SCHEMA] = 8,
		[FINDING_HEADER] = 9,    [FINDING_CAPTURE] = 10,  [FINDING_LATENCY] = 11,
		[FINDING_MEASURED] = 12, [FINDING_EXPOSED] = 0,
	};
	_Static_assert(COUNTOF(ranks) == FINDING_TYPES, "every kind of finding needs a rank");
	int best = FINDING_TYPES;

	if (run_case->verdict != VERDICT_FAIL)
		return FINDING_TYPES + 1;
	for (size_t i = 0; i < run_case->findings.count; i++) {
		int rank = ranks[run_case->findings.items[i].type];

		if (rank < best)
			best = rank;
	}
	return best;
}

static int
by_rank(const void *a, const void *b)
{
	const struct candidate *one = a;
	const struct candidate *other = b;

	if (one->rank != other->rank)
		return one->rank < other->rank ? -1 : 1;
	return one->index < other->index ? -1 : one->index > other->index;
}

static void
consider(void *arg, const struct planned_case *planned, const struct run_case *run_case)
{
	struct annotations *all = arg;
	struct candidate candidate = { .planned = planned, .index = run_case->index };

	if (failure_is_consequence(run_case)) {
		all->consequences++;
	} else if (run_case->verdict == VERDICT_FAIL || run_case->verdict == VERDICT_ERROR) {
		candidate.rank = rank_of(run_case);
		all->errors[all->error_count++] = candidate;
	} else if (run_case->flaky || run_case->leftover_count) {
		candidate.rank = run_case->flaky ? 0 : 1;
		all->warnings[all->warning_count++] = candidate;
	}
}

static struct buf *
fresh(struct buf *buf)
{
	buf_clear(buf);
	return buf;
}

static void
command(struct annotations *all, const char *name, const struct planned_case *planned)
{
	const struct workflow_command made = { .name = name,
					       .file = planned ? planned->file : NULL,
					       .line = planned ? planned->line : 0,
					       .title = all->title.text,
					       .message = all->text.text };

	workflow_command_add(fresh(&all->out), &made);
	sink_add(all->sink, all->out.text, all->out.len);
}

/* The failure in full; the command to repeat it is in the summary, where it can be copied. */
static bool
annotate(struct annotations *all, const char *name, const struct candidate *candidate,
	 struct error *err)
{
	const struct planned_case *planned = candidate->planned;
	struct arena arena = { 0 };
	struct run_case run_case;
	bool ok = run_case_read(all->run, candidate->index, &arena, &run_case, err);

	if (ok && run_case.verdict != VERDICT_PASS) {
		buf_printf(fresh(&all->title), "%s %s: %s", verdict_name(run_case.verdict),
			   planned->id, failure_type(&run_case));
		buf_printf(fresh(&all->text), "%s\n",
			   planned->title ? planned->title : planned->id);
		failure_line(&run_case, &all->text);
		buf_printf(&all->text, "\n");
		failure_details(&run_case, &all->text);
	} else if (ok) {
		buf_printf(fresh(&all->title), "%s %s", run_case.flaky ? "FLAKY" : "LEFT BEHIND",
			   planned->id);
		buf_printf(fresh(&all->text), "%s\n",
			   planned->title ? planned->title : planned->id);
		if (run_case.flaky)
			buf_printf(&all->text, "passed only on attempt %d\n", run_case.attempts);
		for (size_t i = 0; i < run_case.leftover_count; i++)
			buf_printf(&all->text, "left behind: %s\n", run_case.leftovers[i]);
	}
	if (ok)
		command(all, name, planned);
	arena_release(&arena);
	return ok;
}

/* The first nine, or ten when there are no more; then a sentence for the rest, with their ids. */
static bool
annotate_all(struct annotations *all, const char *name, const struct candidate *candidates,
	     size_t count, struct error *err)
{
	size_t shown = count > MOST ? MOST - 1 : count;

	for (size_t i = 0; i < shown; i++) {
		if (!annotate(all, name, &candidates[i], err))
			return false;
	}
	if (shown == count)
		return true;
	buf_printf(fresh(&all->title), "and %zu more", count - shown);
	buf_printf(fresh(&all->text), "GitHub shows %d of a kind. The others:\n", MOST);
	for (size_t i = shown; i < count; i++)
		buf_printf(&all->text, "%s\n", candidates[i].planned->id);
	command(all, name, NULL);
	return true;
}

/* The verdict, as a notice; as an error when the run is red and no case says why. */
static void
annotate_run(struct annotations *all)
{
	const struct run *run = all->run;
	bool silent = run_exit_status(run) != 0 && all->error_count == 0;

	buf_printf(fresh(&all->title), "%s", summary_verdict(run));
	summary_reason(run, fresh(&all->text));
	buf_printf(&all->text, "\n");
	summary_totals(&run->totals, &all->text);
	buf_printf(&all->text, "\n");
	if (all->consequences)
		buf_printf(&all->text, "%zu of them were never judged, because of something else\n",
			   all->consequences);
	command(all, silent ? "error" : "notice", NULL);
}

bool
annotations_write(const struct run *run, const struct report_options *options, struct sink *sink,
		  struct error *err)
{
	struct annotations all = { .run = run, .sink = sink };

	(void)options;
	all.errors = ARENA_ARRAY(&all.arena, run->entry_count + 1, struct candidate);
	all.warnings = ARENA_ARRAY(&all.arena, run->entry_count + 1, struct candidate);
	buf_init(&all.text, TEXT_BYTES);
	buf_init(&all.title, TEXT_BYTES);
	buf_init(&all.out, 4 * TEXT_BYTES);
	bool ok = cases_each(run, NULL, consider, &all, err);
	qsort(all.errors, all.error_count, sizeof(*all.errors), by_rank);
	qsort(all.warnings, all.warning_count, sizeof(*all.warnings), by_rank);
	ok = ok && annotate_all(&all, "error", all.errors, all.error_count, err) &&
	     annotate_all(&all, "warning", all.warnings, all.warning_count, err);
	if (ok)
		annotate_run(&all);
	buf_release(&all.out);
	buf_release(&all.title);
	buf_release(&all.text);
	arena_release(&all.arena);
	return ok;
}
