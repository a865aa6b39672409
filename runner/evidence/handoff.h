/* handoff.h - the folder that is handed over: which documents, from which runs, under which names.
 *
 *     README.md                             the index, first
 *     LENS_CONSOLIDATED_SUMMARY.md          all runs together
 *     acceptance/ rls/ canary/ stress/ health/   a document per variant that has cases
 *     canary/...                            what suites name in `evidence:`
 *     runs/ID/run.jsonl, junit.xml, result.json  what all of it was made from
 *     manifest.json, statement.json         and signatures, when there are any
 *
 * Where two runs have the same document, the newest run's has the plain name, and the older one's
 * the end of its run id.
 */
#ifndef EVIDENCE_HANDOFF_H
#define EVIDENCE_HANDOFF_H

#include "base/arena.h"
#include "base/error.h"
#include "run/run.h"

struct handoff_document {
	const char *path; /* below the folder */
	const char *what; /* for the index: a variant's sentence, a suite's title */
	size_t run;       /* which of the runs it is about */
	struct run *part; /* its cases, owned */
};

struct handoff {
	struct arena arena;
	const struct run *const *runs; /* borrowed; newest first */
	const struct run **sorted;
	size_t run_count;
	const char *summary; /* path of the consolidated summary */
	struct handoff_document *documents;
	size_t count;
};

/* Lay the folder out. `handoff` is zeroed, and released in either case. */
bool handoff_plan(struct handoff *handoff, const struct run *const *runs, size_t count,
		  struct error *err) MUST_USE;
void handoff_release(struct handoff *handoff);

/* "runs/ID", in the hand-over's arena. */
const char *handoff_run_folder(struct handoff *handoff, size_t run);

#endif
