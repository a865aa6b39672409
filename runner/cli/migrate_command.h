/* migrate_command.h - `lensgate migrate`, and the same for a database that a command started. */
#ifndef CLI_MIGRATE_COMMAND_H
#define CLI_MIGRATE_COMMAND_H

#include <jansson.h>

#include "cli/options.h"
#include "exec/loop.h"

/* Make what watching a lens needs (watch/migration.h) in the database at `conninfo`. */
bool migrate(struct loop *loop, const char *conninfo, json_t **rows, struct error *err) MUST_USE;

int migrate_command(const struct settings *settings, const char *const *argv);

#endif
