#include "cli/prove_command.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "check/regex.h"
#include "cli/exit.h"
#include "cli/masking.h"
#include "cli/mistakes.h"
#include "cli/reach.h"
#include "cli/rehearsal.h"
#include "cli/score_files.h"
#include "cli/stage.h"
#include "rls/comparison.h"
#include "rls/copy.h"

#define CATALOG_MS 30000
#define PROBE_MS   20000
/* So many likely cases are asked before all of them are. */
#define SUSPECTS 3

/* Everything here is released by finish(). */
struct proving {
	const struct settings *settings;
	struct stage stage;
	struct identity identity;
	struct mask *mask;
	struct loop *loop;
	struct sql *sql; /* shared by all rehearsals */
	struct copy *copy;
	struct plan *plan;
	struct mutants mutants;
	struct score score;
	json_t *untouched; /* tables the tests never come near */
	struct error err;
	const char *tests; /* in the report's words */
	int64_t began_us;
	int signal_number; /* 0: none came */
	bool live;         /* one line of the terminal says where we are */
};

/* ---- before ---- */

static bool
fail(struct proving *p, enum error_code code, const char *sentence)
{
	return error_set(&p->err, code, "%s", sentence);
}

/* A plan of what was chosen, or of `ids` when there are some. NULL with the reason in p->err. */
static struct plan *
make_plan(struct proving *p, const char *const *ids, size_t id_count)
{
	const struct settings *settings = p->settings;
	const struct workspace *workspace = &p->stage.workspace;
	struct selection_options options = {
		.tags = settings->tags.items,
		.tag_count = settings->tags.count,
		.grep = settings->grep,
		.ids = id_count ? ids : workspace->ids,
		.id_count = id_count ? id_count : workspace->id_count,
	};
	struct selection *selection = selection_new(&options, &p->err);

	if (!selection)
		return NULL;
	struct plan *plan = plan_build(workspace->suites, workspace->suite_count, selection);
	const char *unmatched = selection_unmatched(selection);
	if (unmatched) {
		error_set(&p->err, ERROR_USAGE, "`%s` names no file and no case", unmatched);
		plan_free(plan);
		plan = NULL;
	}
	selection_free(selection);
	return plan;
}

/* What may be broken, and by whom: only what says so itself. */
static bool
may_break(struct proving *p)
{
	const struct environment *environment = p->stage.workspace.environment;

	if (!environment->embedded && !environment->throw_away)
		return error_set(&p->err, ERROR_USAGE,
				 "prove breaks the database it works on, and environment %s is "
				 "neither embedded nor marked `throw_away: true`",
				 environment->name);
	if (!environment->embedded && !environment->database)
		return error_set(&p->err, ERROR_USAGE, "environment %s names no database",
				 environment->name);
	return true;
}

static const char *
name_tests(struct proving *p)
{
	const struct workspace *workspace = &p->stage.workspace;
	const char *text = "";

	if (workspace->gate)
		return arena_printf(&p->mutants.arena, "gate %s", workspace->gate->name);
	for (size_t i = 0; i < workspace->suite_count; i++)
		text = arena_printf(&p->mutants.arena, "%s%s%s", text, i ? ", " : "",
				    workspace->suites[i]->name);
	return text;
}

static bool
learn_secrets(struct proving *p)
{
	size_t learned = 0;

	return masking_learn(p->mask, p->stage.secrets, &learned, &p->err);
}

static bool
open_stage(struct proving *p)
{
	if (p->settings->gate && p->settings->operand_count > 0)
		return fail(p, ERROR_USAGE, "prove takes suites or --gate, not both");
	/* Whether it may be broken is known before any of its secrets is. */
	if (!stage_load(&p->stage, true) || !may_break(p) || !stage_load(&p->stage, false) ||
	    !stage_start(&p->stage))
		return false;
	p->plan = make_plan(p, NULL, 0);
	if (!p->plan)
		return false;
	if (p->plan->case_count == 0)
		return fail(p, ERROR_USAGE, "no case was selected, so nothing can notice");
	p->tests = name_tests(p);
	return learn_secrets(p);
}

/* Keep those whose name matches --mutant. */
static void
select_mutants(struct proving *p)
{
	struct findings findings = { .arena = &p->mutants.arena };
	size_t kept = 0;

	for (size_t i = 0; p->settings->mutant && i < p->mutants.count; i++) {
		const char *name = p->mutants.items[i].name;
		if (regex_search(&findings, p->settings->mutant, name, strlen(name)) == REGEX_FOUND)
			p->mutants.items[kept++] = p->mutants.items[i];
	}
	if (p->settings->mutant)
		p->mutants.count = kept;
}

static bool
read_mutants(struct proving *p)
{
	const struct mutant_scope scope = { .schemas = p->settings->schemas.items,
					    .schema_count = p->settings->schemas.count,
					    .tenant_column = p->settings->tenant_column,
					    .anonymous = "anon" };
	char why[128];

	if (p->settings->mutant && !regex_valid(p->settings->mutant, why))
		return error_set(&p->err, ERROR_USAGE, "--mutant: %s", why);
	p->copy = copy_open(p->loop, p->stage.workspace.environment->database,
			    p->stage.embed != NULL, &p->err);
	if (!p->copy ||
	    !mutants_read(copy_session(p->copy), &scope, CATALOG_MS, &p->mutants, &p->err))
		return false;
	select_mutants(p);
	if (p->mutants.count == 0)
		return fail(p, ERROR_USAGE,
			    "there is no such mutant; see: lensgate prove --list-mutants");
	return true;
}

/* ---- one run ---- */

static void
signalled(void *arg, int signal_number)
{
	struct proving *p = arg;

	p->signal_number = signal_number;
}

static bool
rehearse(struct proving *p, const struct plan *plan, struct rehearsal *rehearsal)
{
	struct performance_options options = {
		.settings = p->settings,
		.workspace = &p->stage.workspace,
		.plan = plan,
		.identity = &p->identity,
		.embed = p->stage.embed,
		.mask = p->mask,
		.loop = p->loop,
		.sql = p->sql,
	};
	bool ok = rehearsal_run(rehearsal, &options, &p->err);

	if (rehearsal->signal_number)
		p->signal_number = rehearsal->signal_number;
	if (!ok || rehearsal->signal_number) {
		sql_free(p->sql);
		p->sql = NULL;
	}
	return loop_on_signals(p->loop, signalled, p, &p->err) && ok;
}

/* What is red without any mutant says nothing about one; where the tests never come no mutant needs
 * a run. */
static bool
check_baseline(struct proving *p)
{
	struct rehearsal rehearsal;

	if (!copy_watch(p->copy, &p->err) || !rehearse(p, p->plan, &rehearsal))
		return false;
	if (rehearsal.notice == NOTICE_GREEN || p->signal_number)
		return copy_untouched(p->copy, &p->untouched, &p->err);
	return error_set(&p->err, ERROR_ENVIRONMENT,
			 "the tests are not green as it is, so nothing can be proved: %s: %s",
			 rehearsal.who, rehearsal.how);
}

/* ---- one mutant ---- */

/* Ask first who noticed the like; a green of these few proves nothing yet. */
static bool
ask_suspects(struct proving *p, size_t index, struct rehearsal *rehearsal)
{
	const char *ids[SUSPECTS];
	size_t count = score_suspects(&p->score, index, ids, SUSPECTS);

	*rehearsal = (struct rehearsal){ .notice = NOTICE_GREEN };
	if (count == 0)
		return true;
	struct plan *plan = make_plan(p, ids, count);
	bool ok = plan && (plan->case_count >= p->plan->case_count || rehearse(p, plan, rehearsal));
	plan_free(plan);
	return ok;
}

/* A run without a verdict is made once more: a machine under load loses an answer now and then. */
static bool
ask_all(struct proving *p, struct rehearsal *rehearsal)
{
	bool ok = rehearse(p, p->plan, rehearsal);

	if (ok && rehearsal->notice == NOTICE_UNJUDGED && !p->signal_number)
		ok = rehearse(p, p->plan, rehearsal);
	return ok;
}

static enum fate
fate_of(enum notice notice)
{
	switch (notice) {
	case NOTICE_GREEN:
		return FATE_SURVIVED;
	case NOTICE_RED:
		return FATE_KILLED;
	case NOTICE_UNJUDGED:
		break;
	}
	return FATE_UNJUDGED;
}

static bool
try_mutant(struct proving *p, size_t index)
{
	const struct mutant *mutant = &p->mutants.items[index];
	struct rehearsal rehearsal;
	bool refused;

	if (mutant->table &&
	    !suites_reach(&p->stage.workspace, p->untouched, mutant->table, mutant->relation)) {
		score_settle(&p->score, index, FATE_SURVIVED, NULL,
			     "no case comes near this table");
		return true;
	}
	if (!copy_apply(p->copy, mutant, &refused, &p->err)) {
		score_settle(&p->score, index, FATE_STILLBORN, NULL, p->err.message);
		if (refused)
			p->err = (struct error){ 0 };
		return refused;
	}
	bool ok = ask_suspects(p, index, &rehearsal) &&
		  (rehearsal.notice == NOTICE_RED || p->signal_number || ask_all(p, &rehearsal));
	if (ok && !p->signal_number)
		score_settle(&p->score, index, fate_of(rehearsal.notice),
			     *rehearsal.who ? rehearsal.who : NULL,
			     *rehearsal.how ? rehearsal.how : NULL);
	return copy_undo(p->copy, mutant, &p->err) && ok;
}

/* ---- all of them ---- */

static void
show_progress(const struct proving *p, size_t tried)
{
	if (p->live)
		(void)fprintf(stderr, "\r\033[K%zu of %zu mutants tried, %zu not killed", tried,
			      p->mutants.count,
			      tried - score_count(&p->score, FATE_KILLED) -
				      score_count(&p->score, FATE_STILLBORN));
}

static bool
is_over(const struct proving *p)
{
	int64_t deadline_ms = p->settings->deadline_ms;

	return p->signal_number ||
	       (deadline_ms && clock_now_us() - p->began_us > deadline_ms * 1000);
}

static bool
try_all(struct proving *p)
{
	for (size_t i = 0; i < p->mutants.count && !is_over(p); i++) {
		int64_t from_us = clock_now_us();

		show_progress(p, i);
		if (!try_mutant(p, i))
			return error_within(&p->err, p->mutants.items[i].name);
		p->score.trials[i].elapsed_us = clock_now_us() - from_us;
	}
	if (p->live)
		(void)fprintf(stderr, "\r\033[K");
	return true;
}

/* ---- what no case noticed ---- */

static bool
over(void *arg)
{
	return is_over(arg);
}

static const struct lens *
any_lens(const struct workspace *workspace)
{
	for (size_t i = 0; i < workspace->suite_count; i++) {
		if (workspace->suites[i]->lens)
			return workspace->suites[i]->lens;
	}
	return NULL;
}

static bool
compare_matrices(struct proving *p, struct actors *actors)
{
	const struct settings *settings = p->settings;
	struct matrix_options options = {
		.schemas = settings->schemas.items,
		.schema_count = settings->schemas.count,
		.tenant_column = settings->tenant_column,
		.lens = any_lens(&p->stage.workspace),
		.timeout_ms = PROBE_MS,
	};
	struct comparison *comparison =
		comparison_open(copy_session(p->copy), actors, &options, &p->err);
	bool ok = comparison && comparison_settle(comparison, &p->score, over, p, &p->err);

	comparison_close(comparison);
	return ok;
}

/* Rows as they were at first: what green runs left behind could be cells of its own. */
static bool
ask_matrix(struct proving *p)
{
	struct actors actors = { 0 };

	if (p->settings->without_matrix || score_count(&p->score, FATE_SURVIVED) == 0)
		return true;
	if (p->live)
		(void)fprintf(stderr, "what %zu of them change, the matrix is asked",
			      score_count(&p->score, FATE_SURVIVED));
	actors_of_environment(&actors, p->stage.workspace.environment);
	bool ok = copy_renew(p->copy, &p->err) && compare_matrices(p, &actors);
	actors_release(&actors);
	if (p->live)
		(void)fprintf(stderr, "\r\033[K");
	return ok;
}

/* ---- after ---- */

static int
judge(const struct proving *p)
{
	if (p->signal_number)
		return p->signal_number == SIGINT ? EXIT_SIGINT : EXIT_SIGTERM;
	if (score_count(&p->score, FATE_UNTRIED) > 0)
		return EXIT_INCOMPLETE;
	if (score_count(&p->score, FATE_UNJUDGED) > 0)
		return EXIT_UNJUDGED;
	return score_count(&p->score, FATE_SURVIVED) > 0 ? EXIT_FAILED : EXIT_PASSED;
}

static int
write_reports(struct proving *p, int status)
{
	const struct settings *settings = p->settings;
	struct score_report report = {
		.score = &p->score,
		.title = settings->title,
		.tests = p->tests,
		.case_count = p->plan->case_count,
		.place = p->stage.workspace.environment->name,
		.matrix = !settings->without_matrix,
		.exit_status = status,
		.elapsed_us = clock_now_us() - p->began_us,
	};

	return score_files_write(settings, &report, p->mask) ? status : EXIT_UNWRITTEN;
}

static void
list_mutants(const struct proving *p)
{
	for (size_t i = 0; i < p->mutants.count; i++)
		printf("%s\n    %s\n", p->mutants.items[i].name, p->mutants.items[i].sentence);
}

static void
finish(struct proving *p)
{
	sql_free(p->sql);
	copy_close(p->copy);
	json_decref(p->untouched);
	plan_free(p->plan);
	score_release(&p->score);
	mutants_release(&p->mutants);
	stage_release(&p->stage);
	loop_free(p->loop);
	mask_free(p->mask);
}

static int
prove(struct proving *p)
{
	if (!score_files_check(p->settings, &p->err) ||
	    !loop_on_signals(p->loop, signalled, p, &p->err) || !open_stage(p) || !read_mutants(p))
		return p->stage.errors.count ? mistakes_print(&p->stage.errors)
					     : mistake_print(&p->err);
	if (p->settings->list_mutants) {
		list_mutants(p);
		return EXIT_PASSED;
	}
	score_init(&p->score, &p->mutants);
	p->sql = performance_connect(p->loop, p->stage.workspace.environment);
	if (!check_baseline(p) || !try_all(p) || !ask_matrix(p))
		return mistake_print(&p->err);
	return write_reports(p, judge(p));
}

int
prove_command(const struct settings *settings, const char *const *argv)
{
	struct proving p = { .settings = settings,
			     .stage = { .settings = settings, .gate = settings->gate },
			     .mask = mask_new(),
			     .loop = loop_new(),
			     .began_us = clock_now_us(),
			     .live = isatty(STDERR_FILENO) && !settings->quiet };

	(void)argv;
	identity_make(&p.identity);
	int status = prove(&p);
	finish(&p);
	return status;
}
