/* target.h - the reference target, a program of its own, as a child. */
#ifndef EMBED_TARGET_H
#define EMBED_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "embed/site.h"
#include "embed/words.h"

struct target {
	pid_t pid;            /* 0: does not run */
	int out;              /* its stdout, held open so that a later word does not end it */
	const char *base_url; /* "http://127.0.0.1:PORT"; lives as long as the site */
};

struct target_spec {
	const char *program;
	int port;                  /* 0: any free one */
	const char *const *faults; /* names it must know */
	size_t fault_count;
	const struct words *env;
};

/* Start it. ERROR_ENVIRONMENT when that cannot be; then nothing runs. */
bool target_begin(struct target *target, struct site *site, const struct target_spec *spec,
		  struct error *err) MUST_USE;

/* Read from its stdout where it listens. ERROR_ENVIRONMENT with the log's last words when it ends
 * or stays silent; then nothing runs. */
bool target_await(struct target *target, struct site *site, struct error *err) MUST_USE;

/* Tell it to end, and do not wait. Both do nothing to a zeroed one. */
void target_dismiss(const struct target *target);
void target_stop(struct target *target);

#endif
