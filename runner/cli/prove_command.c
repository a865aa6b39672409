#include "cli/prove_command.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/asked.h"
#include "cli/exit.h"
#include "cli/masking.h"
#include "cli/mistakes.h"
#include "cli/reach.h"
#include "cli/rehearsal.h"
#include "cli/stage.h"
#include "rls/copy.h"
#include "rls/proving.h"
#include "rls/score_report.h"

#define CATALOG_MS 30000
#define PROBE_MS   20000

/* Everything here is released by finish(). */
struct proof_run {
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
	struct error err;
	const char *tests; /* in the report's words */
	int64_t began_us;
	int signal_number; /* 0: none came */
	bool live;         /* one line of the terminal says where we are */
};

/* ---- before ---- */

static bool
fail(struct proof_run *p, enum error_code code, const char *sentence)
{
	return error_set(&p->err, code, "%s", sentence);
}

/* A plan of what was chosen, or of `ids` when there are some. NULL with the reason in p->err. */
static struct plan *
make_plan(struct proof_run *p, const char *const *ids, size_t id_count)
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
may_break(struct proof_run *p)
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
name_tests(struct proof_run *p)
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
learn_secrets(struct proof_run *p)
{
	size_t learned = 0;

	return masking_learn(p->mask, p->stage.secrets, &learned, &p->err);
}

static bool
open_stage(struct proof_run *p)
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

/* The tables that the suites' lenses are about: those of another lens are for its own suites to
 * guard. Who names a schema means all of it. */
static void
name_tables(struct proof_run *p, struct mutant_scope *scope)
{
	const struct workspace *workspace = &p->stage.workspace;
	size_t most = 0;

	for (size_t i = 0; i < workspace->suite_count; i++)
		most += workspace->suites[i]->lens ? workspace->suites[i]->lens->table_count : 0;
	const char **names = ARENA_ARRAY(&p->mutants.arena, most + 1, const char *);
	scope->tables = names;
	for (size_t i = 0; scope->schema_count == 0 && i < workspace->suite_count; i++) {
		const struct lens *lens = workspace->suites[i]->lens;
		for (size_t k = 0; lens && k < lens->table_count; k++)
			names[scope->table_count++] = lens->tables[k].name;
	}
}

static bool
read_mutants(struct proof_run *p)
{
	struct mutant_scope scope = { .schemas = p->settings->schemas.items,
				      .schema_count = p->settings->schemas.count,
				      .tenant_column = p->settings->tenant_column,
				      .anonymous = "anon" };

	p->copy = copy_open(p->loop, p->stage.workspace.environment->database,
			    p->stage.embed != NULL, &p->err);
	name_tables(p, &scope);
	if (!p->copy ||
	    !mutants_read(copy_session(p->copy), &scope, CATALOG_MS, &p->mutants, &p->err))
		return false;
	if (p->settings->mutant && !mutants_select(&p->mutants, p->settings->mutant, &p->err))
		return false;
	return p->mutants.count > 0 || fail(p, ERROR_USAGE, "nothing there guards any rows");
}

/* ---- one run ---- */

static void
signalled(void *arg, int signal_number)
{
	struct proof_run *p = arg;

	p->signal_number = signal_number;
}

static bool
rehearse(struct proof_run *p, const struct plan *plan, struct rehearsal *rehearsal)
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

/* ---- what the proving asks ---- */

static bool
ask(void *arg, const char *const *ids, size_t id_count, struct answer *answer, struct error *err)
{
	struct proof_run *p = arg;
	struct rehearsal rehearsal = { .answer.notice = NOTICE_GREEN };
	struct plan *plan = id_count ? make_plan(p, ids, id_count) : p->plan;
	bool ok = plan && rehearse(p, plan, &rehearsal);

	if (plan != p->plan)
		plan_free(plan);
	*answer = rehearsal.answer;
	if (!ok)
		*err = p->err;
	return ok;
}

static bool
comes_near(void *arg, const json_t *untouched, const struct mutant *mutant)
{
	const struct proof_run *p = arg;

	return suites_reach(&p->stage.workspace, untouched, mutant->table, mutant->relation);
}

static bool
is_over(void *arg)
{
	const struct proof_run *p = arg;
	int64_t deadline_ms = p->settings->deadline_ms;

	return p->signal_number ||
	       (deadline_ms && clock_now_us() - p->began_us > deadline_ms * 1000);
}

static void
show_progress(void *arg, enum proving_phase phase, size_t done, size_t total)
{
	static const char *const phases[] = {
		[PROVING_BASELINE] = "the tests as it is",
		[PROVING_CASES] = "mutants before the tests",
		[PROVING_MATRIX] = "unnoticed ones before the matrix",
		[PROVING_ALONE] = "those left over, one by one",
	};
	const struct proof_run *p = arg;

	if (p->live)
		(void)fprintf(stderr, "\r\033[K%s: %zu of %zu; %zu killed", phases[phase], done,
			      total,
			      score_count(&p->score, FATE_KILLED) +
				      score_count(&p->score, FATE_BY_MATRIX));
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
try_mutants(struct proof_run *p)
{
	const struct settings *settings = p->settings;
	const struct matrix_options matrix = {
		.schemas = settings->schemas.items,
		.schema_count = settings->schemas.count,
		.tenant_column = settings->tenant_column,
		.lens = any_lens(&p->stage.workspace),
		.timeout_ms = PROBE_MS,
	};
	struct actors actors = { 0 };
	const struct proving_options options = {
		.copy = p->copy,
		.score = &p->score,
		.matrix = settings->without_matrix ? NULL : &matrix,
		.actors = &actors,
		.arg = p,
		.ask = ask,
		.near = comes_near,
		.over = is_over,
		.tell = show_progress,
	};

	actors_of_environment(&actors, p->stage.workspace.environment);
	p->sql = performance_connect(p->loop, p->stage.workspace.environment);
	bool ok = proving_run(&options, &p->err);
	actors_release(&actors);
	if (p->live)
		(void)fprintf(stderr, "\r\033[K");
	return ok;
}

/* ---- after ---- */

static int
judge(const struct proof_run *p)
{
	if (p->signal_number)
		return p->signal_number == SIGINT ? EXIT_SIGINT : EXIT_SIGTERM;
	if (score_count(&p->score, FATE_UNTRIED) > 0)
		return EXIT_INCOMPLETE;
	if (score_count(&p->score, FATE_UNJUDGED) > 0)
		return EXIT_UNJUDGED;
	return score_count(&p->score, FATE_SURVIVED) > 0 ? EXIT_FAILED : EXIT_PASSED;
}

struct writing {
	struct score_report report;
	const struct mask *mask;
};

static bool
write_report(void *arg, const char *kind, const char *path, bool color, struct error *err)
{
	struct writing *writing = arg;

	writing->report.color = color;
	return score_report_write(kind, &writing->report, path, writing->mask, err);
}

static int
write_reports(struct proof_run *p, int status)
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
		.verbose = settings->verbose,
		.quiet = settings->quiet,
	};
	struct writing writing = { report, p->mask };

	return asked_write(settings, write_report, &writing) ? status : EXIT_UNWRITTEN;
}

static void
list_mutants(const struct proof_run *p)
{
	for (size_t i = 0; i < p->mutants.count; i++)
		printf("%s\n    %s\n", p->mutants.items[i].name, p->mutants.items[i].sentence);
}

static void
finish(struct proof_run *p)
{
	sql_free(p->sql);
	copy_close(p->copy);
	plan_free(p->plan);
	score_release(&p->score);
	mutants_release(&p->mutants);
	stage_release(&p->stage);
	loop_free(p->loop);
	mask_free(p->mask);
}

static int
prove(struct proof_run *p)
{
	size_t count;
	const struct report_kind *kinds = score_report_kinds(&count);

	if (!asked_check(&p->settings->reports, "a proof", kinds, count, &p->err) ||
	    !loop_on_signals(p->loop, signalled, p, &p->err) || !open_stage(p) || !read_mutants(p))
		return p->stage.errors.count ? mistakes_print(&p->stage.errors)
					     : mistake_print(&p->err);
	if (p->settings->list_mutants) {
		list_mutants(p);
		return EXIT_PASSED;
	}
	score_init(&p->score, &p->mutants);
	if (!try_mutants(p))
		return mistake_print(&p->err);
	return write_reports(p, judge(p));
}

int
prove_command(const struct settings *settings, const char *const *argv)
{
	struct proof_run p = { .settings = settings,
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
