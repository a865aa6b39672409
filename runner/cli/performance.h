/* performance.h - one run of a plan: its session, the targets of its scenarios, preflight, cases.
 *
 * It writes nothing. Who starts it is told what happens as it happens, and reads the rest here.
 */
#ifndef CLI_PERFORMANCE_H
#define CLI_PERFORMANCE_H

#include "cli/identity.h"
#include "cli/options.h"
#include "cli/workspace.h"
#include "embed/embed.h"
#include "exec/engine.h"
#include "exec/preflight.h"
#include "exec/session.h"
#include "plan/plan.h"

/* Everything is borrowed. */
struct performance_options {
	const struct settings *settings; /* jobs, retries, time limits */
	const struct workspace *workspace;
	const struct plan *plan;
	const struct identity *identity;
	struct embed *embed; /* NULL: the environment is not embedded */
	struct mask *mask;
	struct loop *loop; /* NULL: one of its own */
	struct sql *sql; /* on `loop`, idle; NULL: connections of its own. When the run does not end
			  * by itself, answers may still be on their way to what is gone: free it */
	bool own_signals; /* the caller's handler stays: see performance_signal() */
	bool fail_fast;   /* begin nothing new after the first case that does not pass */
	/* Any of these may be NULL; `arg` is passed along. */
	void (*preflighted)(void *arg); /* preflight was asked, and no case has begun */
	void (*started)(void *arg, size_t case_index);
	void (*settled)(void *arg, const struct run_case *run_case);
	void *arg;
};

/* Data: read freely, changed in here only. */
struct performance {
	const struct performance_options *options;
	struct session session;
	struct session_target *targets;
	struct preflight *preflight;
	struct engine *engine; /* NULL: it did not get that far */
	struct arena arena;
	int64_t started_wall_us;
	int signal_number; /* 0: none came */
	bool deadline_over;
	bool refused; /* preflight said no */
};

/* Connections as a run makes them, to be shared by several; the caller's. NULL: the environment
 * names no database. */
struct sql *performance_connect(struct loop *loop, const struct environment *environment);

/* Make the session, and start the targets its scenarios want. `performance` is zeroed. */
bool performance_open(struct performance *performance, const struct performance_options *options,
		      struct error *err) MUST_USE;

/* Preflight, then every case, then clean-up. After it all cases are settled, unless the loop itself
 * failed: then false. A signal ends it in order; `signal_number` says so. */
bool performance_run(struct performance *performance, struct error *err) MUST_USE;

/* End it in order, from a callback of the loop; the second time, at once. */
void performance_signal(struct performance *performance, int signal_number);

/* Does nothing to a zeroed one. */
void performance_close(struct performance *performance);

/* The flags of a scenario as the embedded target takes them: "NAME=true", "NAME=false", or
 * "NAME" for unset. */
const char **performance_flag_words(struct arena *arena, const json_t *flags, size_t *count);

#endif
