/* recording.h - one run on its way to disk: the header, every case as it settles, what it came to.
 *
 *   recording_open(&recording, &options, &err)
 *   performance_run() with recording_begin() when preflight was asked, and recording_case()
 *   recording_end(&recording, &performance, status, reason)
 *   recording_finish(&recording, &err)
 *   recording_release(&recording)
 *
 * Secrets are told to the masker before anything is written that might hold them.
 */
#ifndef CLI_RECORDING_H
#define CLI_RECORDING_H

#include <limits.h>

#include "cli/conduct.h"
#include "cli/identity.h"
#include "cli/performance.h"
#include "run/record.h"

/* Everything is borrowed. */
struct recording_options {
	const struct settings *settings;
	const struct workspace *workspace;
	const struct plan *plan;
	const struct conduct_shard *shard; /* NULL: the plan is whole */
	const char *const *argv;
	const struct identity *identity;
	struct mask *mask;
	const char *kind;  /* runs of one kind stand together in one folder of --out */
	const char *title; /* of the whole run */
};

/* Data: read freely, changed in here only. */
struct recording {
	struct recording_options options;
	struct planned_case *planned; /* by case index */
	size_t secrets_learned;       /* by the mask, of those handed out */
	struct record *record;        /* NULL: not open, or closed */
	struct arena arena;
	char folder[PATH_MAX];
	char path[PATH_MAX + 16]; /* of run.jsonl in it */
};

/* Describe the cases, tell the masker of secrets, and make the folder and the record in it. False
 * with ERROR_USAGE for a --record that is none, ERROR_ENVIRONMENT when it cannot be made. */
bool recording_open(struct recording *recording, const struct recording_options *options,
		    struct error *err) MUST_USE;

/* The header, every planned case, and the preflight, which has just been asked. */
void recording_begin(struct recording *recording, const struct performance *performance);

/* A case that settled. */
void recording_case(struct recording *recording, const struct run_case *run_case);

/* The footer. `reason` is why the status is what it is when the cases alone do not say so; NULL. */
void recording_end(struct recording *recording, const struct performance *performance, int status,
		   const char *reason);

/* Close the record. False when something could not be written. */
bool recording_finish(struct recording *recording, struct error *err) MUST_USE;

/* Does nothing to a zeroed one. */
void recording_release(struct recording *recording);

#endif
