#include "cli/exit.h"

#include "base/base.h"

static const struct {
	enum exit_status status;
	const char *meaning;
} rows[] = {
	{ EXIT_PASSED, "passed" },
	{ EXIT_FAILED,
	  "an acceptance check failed; what could not be judged is only what it blocked" },
	{ EXIT_USAGE,
	  "usage, or a suite, lens, gate or environment file is wrong; nothing was sent" },
	{ EXIT_UNJUDGED,
	  "could not judge: target, database, login, preflight, or blocked by one of these" },
	{ EXIT_INCOMPLETE, "incomplete: deadline, --fail-fast, interrupted" },
	{ EXIT_NOTHING, "nothing was selected" },
	{ EXIT_UNWRITTEN, "a report or evidence could not be written or verified" },
	{ EXIT_THRESHOLD, "canary or threshold says no" },
	{ EXIT_INCONCLUSIVE, "inconclusive: too little data" },
	{ EXIT_SIGINT, "stopped by SIGINT; clean-up done, reports written" },
	{ EXIT_SIGTERM, "stopped by SIGTERM; clean-up done, reports written" },
};

void
exit_table(struct buf *out)
{
	for (size_t i = 0; i < COUNTOF(rows); i++)
		buf_printf(out, "  %3d  %s\n", (int)rows[i].status, rows[i].meaning);
}
