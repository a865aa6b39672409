/* explain_command.h - `lensgate explain [RUN] CASE`. */
#ifndef CLI_EXPLAIN_COMMAND_H
#define CLI_EXPLAIN_COMMAND_H

#include "cli/options.h"

int explain_command(const struct settings *settings, const char *const *argv);

#endif
