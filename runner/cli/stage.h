/* stage.h - the environment one command looks at, and whatever had to be started for it.
 *
 * Loaded from the files that --env names; when it is the embedded one, database and target are
 * started (with --fault and --flag) and the files are read again with its addresses and secrets.
 * Shared by every command that judges a target: run, gate, matrix, audit, prove, watch.
 *
 *   struct stage stage = { .settings = settings };
 *   if (!stage_load(&stage, false) || !stage_start(&stage))
 *           status = mistakes_print(&stage.errors);
 *   ...
 *   stage_release(&stage);
 */
#ifndef CLI_STAGE_H
#define CLI_STAGE_H

#include "cli/options.h"
#include "cli/workspace.h"
#include "embed/embed.h"

struct stage {
	/* Set by the caller before stage_load, and kept by it. */
	const struct settings *settings;
	const char *gate;    /* name or path of the gate whose suites are wanted; NULL: none */
	bool without_suites; /* operands name no suites: only the environment is loaded */

	/* The stage's own. */
	struct secrets *secrets;
	struct workspace workspace;
	struct embed *embed; /* NULL: not embedded, or not started */
	struct embedded_values embedded;
	struct errors errors; /* for mistakes_print() */
};

/* Read the files. With `check_only` unset variables and secrets are no mistakes, and nothing can be
 * started from them. False with mistakes in stage->errors; --fault or --flag for an environment
 * that is not embedded is one. */
bool stage_load(struct stage *stage, bool check_only) MUST_USE;

/* Start what is embedded and read the files again: everything borrowed from the workspace before is
 * gone. Does nothing to any other environment. False with the reason in stage->errors. */
bool stage_start(struct stage *stage) MUST_USE;

/* Conninfo or URL of its database, as privileged user; borrowed. NULL with a sentence in
 * stage->errors when the environment names none. */
const char *stage_database(struct stage *stage) MUST_USE;

/* The lens `name` (a name, or the path of a lens.yaml), borrowed until the files are read again.
 * NULL with mistakes in stage->errors. */
const struct lens *stage_lens(struct stage *stage, const char *name) MUST_USE;

/* Stop and free everything; errors too. Does nothing to a zeroed stage. */
void stage_release(struct stage *stage);

#endif
