/* foreground.h - `lensgate target`: the embedded target for as long as somebody wants it. */
#ifndef EMBED_FOREGROUND_H
#define EMBED_FOREGROUND_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "embed/embed.h"

struct foreground_options {
	struct embed_options embed;
	const char *write_env; /* where to write the environment file; NULL: in the directory of
				* the start, which goes when it ends */
	bool show_secrets;     /* print the secrets too, as lines a shell can read */
};

/* Start it, print to `out` where everything is and how a gate is run against it, and wait
 * for SIGINT, SIGTERM or SIGHUP; then remove everything. The environment file is
 * fixtures/environments/embedded.yaml with every ${embedded.*} filled in; the secrets it
 * names are in a file of mode 0600, for --env-file.
 * True after a signal. False when it does not start, or a part of it ends by itself. */
bool foreground_run(const struct foreground_options *options, FILE *out, struct error *err);

#endif
