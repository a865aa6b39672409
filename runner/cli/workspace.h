/* workspace.h - every file one command works on: environment, gate, suites, lenses; found, loaded
 * and checked.
 */
#ifndef CLI_WORKSPACE_H
#define CLI_WORKSPACE_H

#include "base/arena.h"
#include "cli/options.h"
#include "suite/environment.h"
#include "suite/gate.h"
#include "suite/secrets.h"
#include "suite/suite.h"

struct workspace {
	struct arena arena;
	struct secrets *secrets;
	struct lens_cache *lenses;
	struct environment *environment;
	struct gate *gate; /* NULL: no gate was named */
	const struct suite **suites;
	struct suite **owned; /* the same, to be freed */
	size_t suite_count;
	const char **ids; /* operands that name cases, for the selection */
	size_t id_count;
	json_t *vars; /* --var */
};

/* What to load. */
struct workspace_request {
	const struct settings *settings;
	const char *gate; /* name or path; NULL: suites come from the operands */
	const struct embedded_values *embedded; /* NULL: the embedded target does not run (yet) */
	bool without_suites;                    /* only the environment; operands are not suites */
	bool check_only;                        /* unset variables and secrets are no mistakes */
};

/* Load everything. `secrets` is used and stays the caller's. All mistakes of all files go to
 * `errors`; false if there were any. The workspace is released by the caller in either case. */
bool workspace_load(struct workspace *workspace, const struct workspace_request *request,
		    struct secrets *secrets, struct errors *errors) MUST_USE;

/* The lens `name`: suites/NAME/lens.yaml in the working directory or the program's home, or a path.
 * Borrowed until workspace_release(). NULL with its mistakes in `errors`. */
const struct lens *workspace_lens(struct workspace *workspace, const char *name,
				  struct errors *errors);

void workspace_release(struct workspace *workspace);

#endif
