/* snapshot_command.h - `lensgate snapshot` and `lensgate dashboard`: how a lens stands. */
#ifndef CLI_SNAPSHOT_COMMAND_H
#define CLI_SNAPSHOT_COMMAND_H

#include "cli/options.h"

int snapshot_command(const struct settings *settings, const char *const *argv);
int dashboard_command(const struct settings *settings, const char *const *argv);

#endif
