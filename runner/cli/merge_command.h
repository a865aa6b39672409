/* merge_command.h - `merge`: one run from the shards of one plan. */
#ifndef CLI_MERGE_COMMAND_H
#define CLI_MERGE_COMMAND_H

#include "cli/options.h"

/* The exit status is the merged run's, or 6 when these are not all the shards of one run. */
int merge_command(const struct settings *settings, const char *const *argv);

#endif
